#pragma once
/// What is known already, and what is no finding: so that CI fails on a new shape of deadlock only.
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/analyzer.h"
#include "model/problem.h"

namespace gridlock {

/// Shapes seen before: `{"schema": "gridlock-baseline/1", "deadlocks": [{"fingerprint", "pattern", "title"}]}`.
struct Baseline {
  std::vector<std::string> fingerprints;
  Problems problems;  ///< empty: it was read
};
Baseline read_baseline(std::string_view text, const std::string& file);

/// The baseline with these shapes added, sorted: a change of it reads well in a diff.
std::string write_baseline(std::string_view old_text, const std::vector<DiagnosedDeadlock>& deadlocks);

/// What is no finding, and why. A line each: `fingerprint 0123456789abcdef REASON`, `pattern RULE REASON`,
/// `table TABLE REASON`; `#` begins a comment.
struct Suppression {
  enum class By : unsigned char { fingerprint, pattern, table } by = By::fingerprint;
  std::string what, reason;
};
struct Suppressions {
  std::vector<Suppression> all;
  Problems problems;
};
Suppressions read_suppressions(std::string_view text, const std::string& file);

/// Marks what the baseline knows and what is suppressed.
void mark(std::vector<DiagnosedDeadlock>& deadlocks, const Baseline& baseline, const Suppressions& suppressions);

}  // namespace gridlock
