#pragma once
/// From events to advice. Pure: no input or output, no clock, no thread; it is given values and returns values.
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/deadlock.h"
#include "model/problem.h"
#include "model/trace.h"

namespace gridlock {

/// The condition of a deadlock (Coffman et al. 1971) that an advice breaks.
enum class Condition : std::uint8_t { mutual_exclusion, hold_and_wait, no_preemption, circular_wait };
std::string_view to_string(Condition condition);  ///< "circular wait", ...

/// What to do about a deadlock. Data first: `detail` and `rewrite` name the user's own statements and keys.
struct Advice {
  std::string rule;    ///< id of the rule of fixes: `sort-keys`, `upsert`, `lock-parent-first`
  std::string title;   ///< one line
  std::string detail;  ///< a paragraph
  struct Rewrite {
    std::string party;   ///< whose statement; empty for a schema change
    std::string before;  ///< the user's own statement; empty for something new
    std::string after;
  };
  std::vector<Rewrite> rewrites;
  Condition breaks = Condition::circular_wait;
  struct Verified {
    std::string engine;
    std::uint64_t before = 0, after = 0;  ///< deadlocks
    bool exhaustive = false;
  };
  std::optional<Verified> verified;  ///< none: not tried, and the text must not claim it
};

/// What a deadlock is an instance of, and what to do.
struct Diagnosis {
  std::string pattern;                ///< rule id, `opposite-order`; `unknown` when no rule knows it
  std::string title;                  ///< "Two transactions lock the same rows in opposite order"
  std::string explanation;            ///< what happened, in the user's own tables, keys and statements
  std::vector<Advice> advice;         ///< best first
  std::vector<std::string> folklore;  ///< what would *not* help here, and why
  std::string fingerprint;            ///< 16 hex digits, the same for deadlocks alike in shape (tables, indexes, modes,
                                      ///< statements without literals)
};

struct DiagnosedDeadlock {
  Deadlock deadlock;
  Diagnosis diagnosis;
  /// How many were seen in each hour of the log, as seconds of its beginning since 1970 by the log's own clock; only of
  /// those whose time is known.
  std::map<std::int64_t, std::uint64_t> by_hour = {};
  bool known = false;           ///< the baseline has it: it makes no exit code 1
  std::string suppressed = {};  ///< the reason why it is no finding; empty: it is one
};

struct LockWaitSummary {
  std::string table, index, mode;
  std::uint64_t count = 0;
  double total_ms = 0, max_ms = 0;
};

struct Analysis {
  std::vector<DiagnosedDeadlock> deadlocks;  ///< alike ones folded into one with a count
  std::vector<LockWaitSummary> lock_waits;   ///< most total time first
};

/// The deadlocks of a trace, in order, not yet folded.
std::vector<Deadlock> deadlocks(const Trace& trace);

Diagnosis diagnose(const Deadlock& deadlock);

Analysis analyze(const Trace& trace);
Analysis analyze(std::vector<Deadlock> deadlocks);  ///< folds by fingerprint and diagnoses
Analysis merge(std::vector<Analysis> parts);

/// What was read of a log, and what was not: a reader that cannot lie.
struct Ledger {
  std::uint64_t bytes = 0, lines = 0;
  std::uint64_t markers = 0;  ///< places that announce a deadlock
  std::uint64_t understood = 0, partly = 0, not_understood = 0;
  std::string format;   ///< `innodb-status`, `postgresql-stderr`, ..., several with ` + ` between; empty when no known
                        ///< log was recognised
  std::string version;  ///< as far as the text tells
  Problems problems;    ///< each thing not understood: where, its first line
  std::uint64_t problems_left_off = 0;  ///< further ones, beyond the first thousand
  // What else the log tells of locks, counted.
  std::uint64_t lock_timeouts = 0;           ///< statements that gave up waiting for a lock
  std::uint64_t serialization_failures = 0;  ///< PostgreSQL's 40001
  std::uint64_t avoided = 0;                 ///< deadlocks that PostgreSQL avoided by rearranging a queue
};

struct ReadLog {
  std::vector<Deadlock> deadlocks;
  Ledger ledger;
  std::vector<LockWaitSummary> lock_waits;  ///< waits that the log tells of (PostgreSQL's log_lock_waits, a trace)
};

/// Reads a text that is there as a whole, each deadlock by itself. Logs of any size are read by a LogReader.
ReadLog read_log(std::string_view text, const std::string& file);

}  // namespace gridlock
