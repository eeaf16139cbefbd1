#pragma once
/// The report in one sentence, and the facts that the sentence needs.
#include <cstdint>
#include <string>

#include "cli/report/report.h"

namespace gridlock::report {

/// Deadlocks found, each counted as often as it happened.
std::uint64_t deadlocks_found(const Report& report);

/// Those of them that are findings: not in the baseline, and not suppressed.
std::uint64_t findings(const Report& report);
bool is_finding(const DiagnosedDeadlock& one);

/// Expectations of the workload that failed, and all of them.
std::uint64_t checks_failed(const Report& report);
std::uint64_t checks_made(const Report& report);

/// True when a log holds something that was not understood, or no known log format was recognised in it.
bool not_understood(const Report::Input& input);

/// What was found, in one sentence.
std::string headline(const Report& report);

/// What was read or played, in one line: `bank transfer on reference:innodb, seed 1`.
std::string context(const Report& report);

/// A log format's id in words: "PostgreSQL log".
std::string format_in_words(const std::string& format);

/// Deadlocks of one pattern on the same tables: alike to the reader, though their statements or indexes may differ.
struct Kind {
  std::vector<const DiagnosedDeadlock*> shapes;  ///< never empty; the most frequent first
  std::uint64_t count = 0;                       ///< of all shapes
  std::string tables;                            ///< ` on accounts and users`; empty when not known
};

/// The most frequent kind first; alike in number, in the order found.
std::vector<Kind> kinds_of(const Analysis& analysis);

}  // namespace gridlock::report
