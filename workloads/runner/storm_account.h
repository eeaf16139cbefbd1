#pragma once
/// What a storm came to so far: the counts and times of its summary.
#include <cstddef>
#include <optional>
#include <string>

#include "workloads/runner/lock_waits.h"
#include "workloads/runner/runner.h"

namespace gridlock {

/// Writes into the run's summary. What is measured begins anew when the warm-up is over; what was found does not.
class StormAccount {
 public:
  StormAccount(const Storm& storm, RunSummary& summary);

  void see(const Event& event) { waits_.see(event); }
  const Histogram& wait_times() const { return waits_.times(); }

  /// A statement that did not end well.
  void statement_failed(Outcome outcome, const std::optional<ServerError>& error, const std::string& step);

  void commit() { ++summary_.committed; }
  void rollback() { ++summary_.rolled_back; }

  /// A transaction of the type number `type` ended as its steps say.
  void completed(std::size_t type, Time service, std::optional<Time> response, int attempts);
  void retried(std::size_t type, Outcome reason, Time backoff);
  void given_up(std::size_t type, Outcome reason, int attempts);

  /// A transaction that a rate had scheduled, and for which there was no time.
  void not_begun() { ++summary_.not_begun; }

  /// The warm-up, which took so long, is over.
  void begin_measuring(Time warm_up);

  /// No more to come. `measured`: since the warm-up.
  void close(Time measured);

 private:
  RetryCount& reason(Outcome outcome);

  RunSummary& summary_;
  LockWaitClock waits_;
  std::int64_t backoff_micros_ = 0;
};

}  // namespace gridlock
