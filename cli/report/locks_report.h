#pragma once
/// `gridlock locks`: what statements lock, as text, JSON and Markdown; several engines stand side by side.
#include <string>
#include <vector>

#include "cli/report/report.h"
#include "workloads/runner/statement_locks.h"

namespace gridlock::report {

struct LocksReport {
  std::string isolation;  ///< as it was asked for; empty: each engine's own
  std::vector<LocksAnswer> answers;
};

/// How many locks differ between the first engine and each other one, over all statements.
std::size_t differences(const LocksReport& report);

std::string locks_text(const LocksReport& report, const Style& style);
std::string locks_markdown(const LocksReport& report);
std::string locks_json(const LocksReport& report);

}  // namespace gridlock::report
