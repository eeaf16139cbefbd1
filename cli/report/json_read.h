#pragma once
/// Reads a JSON report again: the inverse of `to_json`, so that reports of parts can be joined.
#include <optional>
#include <string>
#include <string_view>

#include "cli/report/report.h"

namespace gridlock {

struct ReadReport {
  std::optional<Report> report;  ///< none when `problem` says why
  std::string problem;
};

/// What later versions add is passed over. Not in the JSON, and so not in the report: the events of a run's trace.
ReadReport read_report(std::string_view json);

/// Whether the text looks like a JSON report at all.
bool is_json_report(std::string_view text);

}  // namespace gridlock
