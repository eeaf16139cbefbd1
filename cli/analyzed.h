#pragma once
/// What the analyzer makes of a run: the one place where the two wings meet.
#include "analyzer/analyzer.h"
#include "workloads/runner/runner.h"

namespace gridlock {

/// Analyzes the run's traces (a story's orders each), and tells the run of the deadlocks that no engine reported.
Analysis analyzed(const Workload& workload, Run& run);

}  // namespace gridlock
