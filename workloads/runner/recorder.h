#pragma once
/// Keeps the events of a run for its trace: all of them up to a bound, then those that tell of deadlocks.
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "model/event.h"

namespace gridlock {

/// Beyond the bound, each session's latest events of its open transaction wait in a ring; when a deadlock is found,
/// those of its members are kept, with the deadlock. Everything else is let go, and `truncated` says so.
class Recorder {
 public:
  /// `bound`: so many events are kept whatever they say; as many again may tell of deadlocks.
  explicit Recorder(std::size_t bound) : bound_(bound) {}

  void see(Event event);

  /// The session's transaction is over: its earlier events explain no deadlock to come.
  void forget(SessionId session);

  bool truncated() const { return truncated_; }

  /// What was kept, in the order in which it happened.
  std::vector<Event> take();

 private:
  /// An event with its number, to bring what is kept late back into order.
  using Numbered = std::pair<std::uint64_t, Event>;

  /// The latest events of one session's open transaction.
  struct Ring {
    std::vector<Numbered> events;
    std::size_t oldest = 0;  ///< once the ring is full, where the next one goes
  };

  void put_aside(Numbered numbered);
  void keep_members(const DeadlockFound& deadlock);

  std::size_t bound_;
  std::uint64_t next_ = 0;
  bool truncated_ = false;
  std::vector<Numbered> kept_;
  std::vector<Ring> rings_;  ///< by session
};

}  // namespace gridlock
