#pragma once
/// Plays a workload on a driver. Pure of words: what happened is a Trace and a Summary.
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "drivers/driver.h"
#include "model/trace.h"
#include "workloads/workload.h"

namespace gridlock {

struct RunOptions {
  std::optional<std::uint64_t> seed;        ///< overrides the workload's
  std::optional<sql::Isolation> isolation;  ///< overrides every session's and transaction's
  bool locks = false;                       ///< record the locks after each step (story)
  std::function<bool()> stop;               ///< asked between steps; true ends the run with what happened so far
  std::size_t trace_events = 250'000;       ///< storm: beyond so many, only what tells of deadlocks is kept
};

/// One played order of a story, in the isolation tester's sense.
struct PlayedOrder {
  struct StepEvent {
    std::string step;
    Outcome outcome = Outcome::done;
    std::optional<ServerError> error;
  };
  struct LocksAfter {
    std::string step;
    std::vector<std::pair<std::string, Lock>> locks;  ///< session name, lock
  };
  struct Result {
    std::string step;
    bool returns_rows = false;  ///< a SELECT (or RETURNING), even when it found none
    std::int64_t affected = 0;
    std::vector<std::vector<Value>> rows;
  };
  std::vector<std::string> order;
  std::vector<StepEvent> events;
  std::vector<LocksAfter> locks;
  std::vector<Result> results;
  Trace trace;  ///< of this order alone
};

/// Whether one expectation of the workload was met.
struct Check {
  Where where;
  std::string what;  ///< `deadlocks`, `outcome of b3`, the invariant's query
  std::string expected;
  std::string got;
  bool holds = false;
};

struct LockWaits {
  std::uint64_t count = 0;
  double p50_ms = 0, p95_ms = 0, p99_ms = 0, max_ms = 0;
};

/// Counts: `committed` are transactions that ended by commit, `rolled_back` attempts that ended by rollback (whoever
/// asked for it), `retried` attempts after a transaction's first, `failed` transactions that were given up.
struct RunSummary {
  std::string engine, version, workload;
  std::uint64_t seed = 0;
  double duration_s = 0;  ///< virtual on a reference engine
  std::uint64_t committed = 0, rolled_back = 0, retried = 0, failed = 0;
  LockWaits waits;
  std::uint64_t deadlocks = 0, lock_timeouts = 0, serialization_failures = 0, errors = 0;
  bool stopped = false;          ///< ended by `stop`
  bool stalled = false;          ///< ended because every session waited and nothing could move any more
  bool trace_truncated = false;  ///< the trace does not hold every event, see `RunOptions::trace_events`
};

struct Run {
  RunSummary summary;
  std::vector<PlayedOrder> orders;  ///< story form
  Trace trace;                      ///< storm form (of a story: empty, each order has its own)
  std::vector<Check> checks;
  Problems problems;  ///< the engine cannot play this workload; then nothing was played
};

/// Plays the workload. Throws EngineLost when the engine is lost.
Run run(const Workload& workload, Driver& driver, const RunOptions& options);

}  // namespace gridlock
