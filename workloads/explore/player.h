#pragma once
/// Plays a plan on a driver, turn by turn, lock-step: a turn is over when every session has ended its step or stands in
/// a lock queue.
///
/// Whoever loses its transaction (deadlock, serialization failure, lock timeout; on PostgreSQL any error) gives it up:
/// its next step is the one that ends the transaction, and what stood before that is left out.
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "drivers/driver.h"
#include "workloads/explore/plan.h"

namespace gridlock::explore {

class Player {
 public:
  /// REQUIRES: `driver` has been opened with the plan's setup; `plan` outlives the player.
  Player(const Plan& plan, std::shared_ptr<Driver> driver);
  Player(Player&&) = default;
  Player& operator=(Player&&) = default;

  /// As it stands now, to go on alone. A driver that cannot be copied is opened anew, and plays what this one has
  /// played.
  Player copy() const;

  /// The session's next step; none when it has none left or still waits.
  std::optional<Turn> next(SessionId session) const;
  bool finished(SessionId session) const;
  bool busy(SessionId session) const { return states_[session].busy; }

  /// Plays the session's step, which may leave out some before it. REQUIRES: the session is not busy.
  /// What happened is appended to `events`.
  void play(Turn turn, std::vector<Event>& events);

  Driver& driver() { return *driver_; }
  const Plan& plan() const { return *plan_; }

 private:
  struct State {
    std::uint32_t next = 0;  ///< step
    std::uint32_t at = 0;    ///< the step that was sent last
    bool busy = false;
    std::map<std::string, Value> values;
  };

  Player(const Player& other, std::shared_ptr<Driver> driver)
      : plan_(other.plan_),
        driver_(std::move(driver)),
        states_(other.states_),
        played_(other.played_),
        errors_abort_(other.errors_abort_) {}

  void see(const StatementEnded& ended, SessionId session);
  void give_up(State& state, SessionId session) const;

  const Plan* plan_;
  std::shared_ptr<Driver> driver_;  ///< nobody else plays on it
  std::vector<State> states_;
  Turns played_;
  bool errors_abort_ = false;
};

}  // namespace gridlock::explore
