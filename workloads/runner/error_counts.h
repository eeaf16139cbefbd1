#pragma once
/// The errors of a run, by their codes.
#include <optional>
#include <string>

#include "workloads/runner/runner.h"

namespace gridlock {

/// Adds an error to those of its code.
void count_error(const std::optional<ServerError>& error, const std::string& step, RunSummary& summary);

}  // namespace gridlock
