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
#include "workloads/runner/histogram.h"
#include "workloads/workload.h"

namespace gridlock {

struct RunSummary;

/// How far a storm has come, for who watches.
struct Progress {
  const RunSummary& so_far;
  std::uint64_t waits = 0;  ///< lock waits that have ended
  Time elapsed;             ///< the engine's time, since the run began
  double done = 0;          ///< 0 to 1; of the duration or of the transactions, whatever is further
};

/// One part of a storm that is played in several: each plays its sessions, numbered, named and seeded as in the whole.
struct Shard {
  std::uint32_t part = 1, of = 1;  ///< part 1 to `of`
  friend bool operator==(const Shard&, const Shard&) = default;
};

struct RunOptions {
  std::optional<std::uint64_t> seed;              ///< overrides the workload's
  std::optional<sql::Isolation> isolation;        ///< overrides every session's and transaction's
  bool locks = false;                             ///< record the locks after each step (story)
  std::function<bool()> stop;                     ///< asked between steps; true ends the run with what happened so far
  std::function<void(const Progress&)> progress;  ///< storm: told between steps, very often
  std::optional<Shard> shard;                     ///< storm: only this part of the sessions
  std::size_t trace_events = 250'000;             ///< storm: beyond so many, only what tells of deadlocks is kept
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
  bool judged = true;  ///< false: a part of a storm cannot tell; then `holds` says nothing
};

/// Times in milliseconds, as their histogram (in microseconds) tells them.
struct Percentiles {
  std::uint64_t count = 0;
  double p50_ms = 0, p95_ms = 0, p99_ms = 0, max_ms = 0;
};
Percentiles percentiles(const Histogram& micros);
using LockWaits = Percentiles;

/// How long the transactions of one type took, from their first attempt on, backoff included; those given up are not
/// among them. `service` counts from when a transaction began, `response` from when its `rate` meant it to begin: what
/// a user would have waited (Gil Tene's "coordinated omission"). Without a rate there is no `response`.
struct TransactionTimes {
  std::string name;
  std::uint64_t completed = 0, retried = 0, failed = 0;
  Histogram service, response;
};

/// What became of failed attempts, by why they failed.
struct RetryCount {
  Outcome reason = Outcome::error;
  std::uint64_t retried = 0, given_up = 0;
};

/// Errors of one code, with the first one's words.
struct ErrorCount {
  std::string code, message, step;
  std::uint64_t count = 0;
};

/// The server's own count of deadlocks while the run lasted, to hold the events against: others' on it are among them.
struct ServerCount {
  std::uint64_t deadlocks = 0;
  std::string source;  ///< the counter's own name
};

/// Counts: `committed` are transactions that ended by commit, `rolled_back` attempts that ended by rollback (whoever
/// asked for it), `retried` attempts after a transaction's first, `failed` transactions that were given up.
/// A storm's warm-up is left out of what is measured: transactions, retries, times and `duration_s`. Deadlocks,
/// timeouts and errors count from the very beginning: they are findings, not measurements.
struct RunSummary {
  std::string engine, version, workload;
  std::string isolation;  ///< asked for by who ran it, for every transaction; empty: as the workload says
  std::uint64_t seed = 0;
  double duration_s = 0;  ///< virtual on a reference engine
  std::uint64_t committed = 0, rolled_back = 0, retried = 0, failed = 0;
  LockWaits waits;
  Histogram wait_times;                 ///< of the lock waits, in microseconds
  std::vector<TransactionTimes> types;  ///< storm: by transaction type, in the workload's order
  std::vector<RetryCount> retries;      ///< in the order of `Outcome`; only what occurred
  std::vector<ErrorCount> error_kinds;  ///< most frequent first
  double backoff_s = 0;                 ///< that sessions spent in backoff, together
  int most_attempts = 0;                ///< that a transaction needed, or was given
  double warm_up_s = 0;
  std::uint64_t warm_up_transactions = 0;  ///< that ended within it
  std::uint64_t not_begun = 0;             ///< that a `rate` had scheduled, and for which there was no time
  std::uint64_t deadlocks = 0;             ///< that sessions suffered
  std::uint64_t unreported_deadlocks = 0;  ///< seen in the waits, reported to nobody: see `count_unreported`
  std::uint64_t lock_timeouts = 0, serialization_failures = 0, errors = 0;
  bool stopped = false;                     ///< ended by `stop`
  bool stalled = false;                     ///< ended because every session waited and nothing could move any more
  std::optional<Shard> shard;               ///< the part that was played
  std::optional<ServerCount> server_count;  ///< the server's own, if it counts: held against `deadlocks`
  std::vector<std::string> notes;           ///< what the engine did not let us see or do
  bool trace_truncated = false;             ///< the trace does not hold every event, see `RunOptions::trace_events`
};

struct Run {
  RunSummary summary;
  std::vector<PlayedOrder> orders;  ///< story form
  Trace trace;                      ///< storm form (of a story: empty, each order has its own)
  std::vector<Check> checks;
  Problems problems;  ///< the engine cannot play this workload; then nothing was played
};

/// Deadlocks that the analysis of the trace found and the engine told nobody of (detection may be off): they count
/// against `expect: {deadlocks: ...}` too. Called by who joins the wings, after `run`.
void count_unreported(const Workload& workload, std::uint64_t unreported, Run& run);

/// Plays the workload. Throws EngineLost when the engine is lost.
Run run(const Workload& workload, Driver& driver, const RunOptions& options);

}  // namespace gridlock
