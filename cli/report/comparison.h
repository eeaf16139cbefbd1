#pragma once
/// The same workload on several engines or isolation levels, side by side: values first, no words yet.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/report/report.h"

namespace gridlock::report {

/// What one step of a story came to on one engine.
struct ComparedStep {
  bool played = false;                  ///< false: left out in this engine's dialect, or this order was not played
  Outcome outcome = Outcome::done;      ///< when it was sent: `waits` when it stood in a queue
  std::vector<std::string> blocked_by;  ///< sessions that it waited for
  std::optional<Outcome> end;           ///< what it came to after waiting; none: it still waited at the end
  std::optional<ServerError> error;
  std::optional<PlayedOrder::Result> result;
  std::vector<Lock> took;  ///< locks that its session has after it and had not before it, waited for ones too
};

/// A step that did not come to the same everywhere. `locks_only`: what it did is the same, what it locked is not (told
/// only of engines that name locks alike).
struct ComparedRow {
  std::size_t order = 0;  ///< number of the order, from 0
  std::string step, session, sql;
  bool outcomes = false;  ///< done, waits, errors differ
  bool blockers = false;  ///< whom it waits for differs
  bool results = false;   ///< rows read or written differ
  bool locks = false;
  std::vector<ComparedStep> on;  ///< as `Report::runs`

  bool differs() const { return outcomes || blockers || results || locks; }
};

struct Comparison {
  /// Deadlocks of one pattern, for each run.
  struct Pattern {
    std::string pattern;
    std::vector<std::uint64_t> counts;
  };
  std::vector<Pattern> patterns;  ///< most frequent first
  std::vector<ComparedRow> rows;  ///< those that differ, in the order in which they were played
  std::size_t steps = 0;          ///< of a story, all orders: how many were compared
};

Comparison compare_runs(const Report& report);

}  // namespace gridlock::report
