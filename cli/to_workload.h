#pragma once
/// Deadlocks of a log as workloads in a folder, each tried on the reference engine before it is written.
#include "cli/options.h"
#include "cli/report/report.h"

namespace gridlock {

/// Writes `PATTERN-FINGERPRINT.yaml` for each shape into `options.to_workload`. A workload says in its first lines
/// whether it reproduces the deadlock, and what in it is inferred. False, after a complaint, when the folder cannot be
/// written.
bool write_workloads(const Report& report, const Options& options);

}  // namespace gridlock
