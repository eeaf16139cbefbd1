#pragma once
/// A comparison for programs.
#include "cli/report/report.h"
#include "model/json.h"

namespace gridlock::report {

/// The report's `comparison`: deadlocks by pattern, and the steps that differ.
Json comparison_json(const Report& report);

}  // namespace gridlock::report
