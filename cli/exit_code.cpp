#include "cli/exit_code.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "cli/report/headline.h"
#include "model/problem.h"

namespace gridlock {
namespace {

struct Unit {
  std::string_view name;
  double ms;
};
constexpr std::array units{Unit{"ms", 1}, Unit{"s", 1000}, Unit{"min", 60'000}};

/// `500ms` or `2s`.
std::optional<double> duration_ms(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number < 0) return std::nullopt;
  const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  for (const auto& [name, ms] : units)
    if (unit == name) return number * ms;
  return std::nullopt;
}

/// True when `word` was understood.
bool read_word(std::string_view word, FailOn& fail_on) {
  if (word == "never") return fail_on.never = true;
  if (word == "deadlock") return fail_on.deadlock = true;
  if (word == "lock-timeout") return fail_on.lock_timeout = true;
  if (word == "potential-deadlock") return fail_on.potential_deadlock = true;
  if (!word.starts_with("wait>")) return false;
  fail_on.wait_ms = duration_ms(word.substr(5));
  return fail_on.wait_ms.has_value();
}

double longest_wait_ms(const Report& report) {
  double longest = 0;
  for (const Run& run : report.runs) longest = std::max(longest, run.summary.waits.max_ms);
  for (const auto& wait : report.analysis.lock_waits) longest = std::max(longest, wait.max_ms);
  return longest;
}

bool lock_timed_out(const Report& report) {
  return std::any_of(report.runs.begin(), report.runs.end(),
                     [](const Run& run) { return run.summary.lock_timeouts > 0; }) ||
         std::any_of(report.inputs.begin(), report.inputs.end(),
                     [](const auto& input) { return input.ledger && input.ledger->lock_timeouts > 0; });
}

bool found(const Report& report, const Judging& judging) {
  const FailOn& fail_on = judging.fail_on;
  if (fail_on.never) return false;
  // What the workload's author wrote down as expected counts whatever else was chosen.
  if (report::checks_failed(report) > 0) return true;
  const bool deadlock_counts = fail_on.chosen ? fail_on.deadlock : !judging.workload_judges_deadlocks;
  return (deadlock_counts && report::findings(report) > 0) || (fail_on.lock_timeout && lock_timed_out(report)) ||
         (fail_on.wait_ms && longest_wait_ms(report) > *fail_on.wait_ms);
}

}  // namespace

ReadFailOn read_fail_on(std::string_view words) {
  ReadFailOn read;
  read.fail_on.chosen = true;
  while (true) {
    const std::size_t comma = words.find(',');
    const std::string word(words.substr(0, comma));
    if (!read_word(word, read.fail_on)) {
      read.problem = "--fail-on does not know '" + word + "'";
      const std::string near = did_you_mean(word, {"deadlock", "lock-timeout", "potential-deadlock", "never"});
      read.hint = near.empty() ? "a comma list of: deadlock, lock-timeout, wait>500ms (or 2s), never"
                               : "did you mean '" + near + "'?";
      return read;
    }
    if (comma == std::string_view::npos) return read;
    words.remove_prefix(comma + 1);
  }
}

int exit_code(const Report& report, const Judging& judging) {
  const auto has_problems = [](const auto& one) { return !one.problems.empty(); };
  if (std::any_of(report.inputs.begin(), report.inputs.end(), has_problems)) return exit_wrong_input;
  if (std::any_of(report.runs.begin(), report.runs.end(), has_problems)) return exit_wrong_input;
  if (!judging.allow_partial && std::any_of(report.inputs.begin(), report.inputs.end(), report::not_understood))
    return exit_not_understood;
  return found(report, judging) ? exit_found : exit_nothing_found;
}

}  // namespace gridlock
