#pragma once
/// Sessions that pause, by the time at which they go on. Those of one instant go on in the order in which they paused.
#include <cstdint>
#include <queue>
#include <tuple>
#include <vector>

#include "model/event.h"

namespace gridlock {

class Timers {
 public:
  bool empty() const { return queue_.empty(); }

  void set(Time at, SessionId session) { queue_.push({at, number_++, session}); }

  /// When the next session goes on. REQUIRES: not empty.
  Time next() const { return queue_.top().at; }

  /// Takes the next session out. REQUIRES: not empty.
  SessionId take() {
    const SessionId session = queue_.top().session;
    queue_.pop();
    return session;
  }

 private:
  struct Timer {
    Time at;
    std::uint64_t number;
    SessionId session;
  };
  struct Later {
    bool operator()(const Timer& a, const Timer& b) const {
      return std::tie(a.at, a.number) > std::tie(b.at, b.number);
    }
  };

  std::priority_queue<Timer, std::vector<Timer>, Later> queue_;
  std::uint64_t number_ = 0;
};

}  // namespace gridlock
