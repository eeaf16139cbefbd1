#pragma once
/// Every order of a plan that matters, each once: dynamic partial-order reduction with source sets and sleep sets
/// (Abdulla, Aronsson, Jonsson, Sagonas: "Optimal dynamic partial order reduction", POPL 2014, algorithm 1).
///
/// Two orders differ in what they lead to only when they turn round two turns that do not commute; the driver says
/// which do (`Driver::touched`). A turn is one statement sent, with everything that it sets off until all sessions
/// stand still; a session that waits for a lock has no turn. Of sessions that do the same, the earlier one begins
/// first.
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "workloads/explore/footprint.h"
#include "workloads/explore/player.h"

namespace gridlock::explore {

/// At most so many sessions can be explored.
inline constexpr std::size_t sessions_max = 64;

/// A set of sessions.
using Sessions = std::uint64_t;
constexpr Sessions just(SessionId session) { return Sessions{1} << session; }
constexpr bool has(Sessions set, SessionId session) { return (set >> session & 1U) != 0; }

/// What the search is told of on its way. `path` is the order up to now.
class Observer {
 public:
  virtual ~Observer() = default;
  /// A turn was played. `past`: of the path, the turns that led to this one (itself included), ascending; the others
  /// could as well have come later.
  virtual void played(const Turns& path, const std::vector<std::uint32_t>& past, const std::vector<Event>& events) = 0;
  /// No session has a turn. `player` stands there.
  virtual void ended(const Turns& path, Player& player) = 0;
  /// Asked before each turn; true ends the search.
  virtual bool stop() = 0;
};

struct Counts {
  std::uint64_t schedules = 0;  ///< orders played to their end
  std::uint64_t cut = 0;        ///< orders left before their end, because an equivalent one had been played
  std::uint64_t turns = 0;      ///< statements played
  std::uint32_t depth = 0;      ///< turns of the longest order
};

class Search {
 public:
  /// `start` stands at the plan's beginning. REQUIRES: it can be copied; at most `sessions_max` sessions.
  Search(Player start, Observer& observer);
  ~Search();

  /// Goes on until everything is explored (true) or the observer says stop (false); then it can be called again.
  bool run();

  const Counts& counts() const { return counts_; }

  /// Where the search stands, to go on another day, and the way back there: false if the text belongs to another plan.
  std::string save() const;
  bool restore(const std::string& text);

 private:
  /// Someone who has been tried here already, or from above in an equivalent order.
  struct Sleeper {
    SessionId session = 0;
    Footprint footprint;
  };
  /// A point of the path, and the turn played from it.
  struct Node {
    explicit Node(Player at) : player(std::move(at)) {}
    Player player;  ///< before the turn
    Sessions enabled = 0;
    Sessions to_try = 0;  ///< the backtrack set
    Sessions tried = 0;
    std::vector<Sleeper> sleep;
    // the turn played from here last
    SessionId chosen = 0;
    Turn turn;
    Footprint footprint;
    Sessions freed = 0;                ///< sessions that could not go on before it and can after it
    std::vector<std::uint32_t> clock;  ///< by session: how many nodes from the root on hold its turns that led here
    bool open = false;                 ///< the turn is on the path
  };

  void visit(Player at, std::vector<Sleeper> sleep);
  bool advance();
  void play(SessionId session);
  void leave();
  Sessions enabled(const Player& player) const;
  bool led_to(std::size_t earlier, std::size_t later) const;
  void note_races(std::size_t at);
  void reverse(std::size_t earlier, std::size_t later);
  std::vector<std::uint32_t> past_of(std::size_t at) const;
  bool resume_point(std::int64_t chosen, Sessions to_try, Sessions tried);
  static Footprint footprint_of(const Player& player, SessionId session);

  Observer& observer_;
  std::vector<SessionId> twins_;
  std::vector<Node> nodes_;
  Turns path_;
  Counts counts_;
  bool telling_ = true;
};

}  // namespace gridlock::explore
