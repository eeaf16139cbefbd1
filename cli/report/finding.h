#pragma once
/// What a report has to say to machines that list findings: one for each shape of deadlock, each failed expectation,
/// and each thing that was not understood.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/report/report.h"

namespace gridlock::report {

enum class Severity : std::uint8_t { error, warning, note };

struct Finding {
  Severity severity = Severity::error;
  std::string rule;         ///< stable: the pattern's id, `expectation-failed`, `not-understood`
  std::string title;        ///< one line
  std::string text;         ///< what happened and what to do, in paragraphs
  std::string file;         ///< as it was given; empty when not known
  int line = 0;             ///< 0 when not known
  std::string fingerprint;  ///< the same for the same finding of another day
  std::uint64_t count = 1;
  std::string first_seen, last_seen;
  bool known = false;      ///< in the baseline
  std::string suppressed;  ///< why it is no finding; empty: it is one
};

/// Deadlocks first, the most frequent first; then expectations; then what was not understood.
std::vector<Finding> findings_of(const Report& report);

/// What a rule is about, in one line.
std::string rule_in_words(const Finding& finding);

/// 16 hex digits.
std::string stable_hash(std::string_view text);

/// Text for XML, also between quotation marks: what XML cannot hold is replaced.
std::string xml(std::string_view text);

}  // namespace gridlock::report
