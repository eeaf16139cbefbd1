#pragma once
/// Whether a run met the workload's expectations.
#include <cstddef>
#include <vector>

#include "drivers/driver.h"
#include "workloads/runner/runner.h"

namespace gridlock {

/// What an invariant came to that could not be asked.
constexpr const char* not_asked = "not asked: a session is still at work";

/// What is expected of each order: its steps' outcomes, and the invariants. `driver` is null when it cannot be asked
/// (a session still waits, or the run was stopped): then the invariants count as not held. `number` counts from 0.
void check_order(const Workload& workload, const PlayedOrder& order, std::size_t number, Driver* driver,
                 std::vector<Check>& checks);

/// The invariants. `where` goes before the query in `what`.
void check_invariants(const Workload& workload, const std::string& where, Driver* driver, std::vector<Check>& checks);

/// Judges one of those anew by what the summary says; any other check stays as it is.
void judge_count(const RunSummary& summary, Check& check);

/// What is expected of the run as a whole: its counts.
void check_counts(const Workload& workload, const RunSummary& summary, std::vector<Check>& checks);

}  // namespace gridlock
