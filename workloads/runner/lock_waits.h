#pragma once
/// How long sessions stood in lock queues, from the events of a run.
#include <optional>
#include <vector>

#include "model/event.h"
#include "workloads/runner/histogram.h"
#include "workloads/runner/runner.h"

namespace gridlock {

/// A wait begins with the first WaitState that has blockers and ends with one that has none, or with the statement.
class LockWaitClock {
 public:
  void see(const Event& event);

  /// Forgets waits under way: a new order begins, and its time starts again.
  void reset() { since_.clear(); }

  /// Forgets the waits that have ended: the warm-up is over.
  void begin_measuring() { waits_ = {}; }

  const Histogram& times() const { return waits_; }

 private:
  void begin(const Event& event);
  void end(const Event& event);

  std::vector<std::optional<Time>> since_;  ///< by session
  Histogram waits_;
};

}  // namespace gridlock
