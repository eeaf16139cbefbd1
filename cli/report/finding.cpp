#include "cli/report/finding.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "cli/report/headline.h"
#include "cli/report/text.h"
#include "cli/report/words.h"

namespace gridlock::report {
namespace {

/// `file:line`, as a deadlock of a log has it.
void set_place(const std::string& where, const Report& report, Finding& finding) {
  const std::size_t colon = where.rfind(':');
  if (colon != std::string::npos) {
    finding.file = where.substr(0, colon);
    std::from_chars(where.data() + colon + 1, where.data() + where.size(), finding.line);
    return;
  }
  const auto input =
      std::find_if(report.inputs.begin(), report.inputs.end(), [](const auto& one) { return !one.file.empty(); });
  if (input != report.inputs.end()) finding.file = input->file;
  finding.line = 1;
}

std::string how_often(const DiagnosedDeadlock& one) {
  const Deadlock& deadlock = one.deadlock;
  if (deadlock.count < 2) return deadlock.first_seen.empty() ? "" : fmt::format("Seen at {}.", deadlock.first_seen);
  std::string text = fmt::format("Seen {} times", deadlock.count);
  if (!deadlock.first_seen.empty())
    text += fmt::format(", first at {}, last at {}", deadlock.first_seen, deadlock.last_seen);
  return text + ".";
}

Finding of_deadlock(const DiagnosedDeadlock& one, const Report& report) {
  Finding finding;
  finding.rule = one.diagnosis.pattern;
  finding.title = "Deadlock: " + one.diagnosis.title;
  finding.text = one.diagnosis.explanation;
  for (const Party& party : one.deadlock.parties)
    if (!party.statement.empty()) finding.text += fmt::format("\n{}: {}", party.name, party.statement);
  if (!one.diagnosis.advice.empty()) {
    const Advice& best = one.diagnosis.advice.front();
    finding.text += fmt::format("\nWhat to do: {}. {}", best.title, best.detail);
  }
  if (const std::string often = how_often(one); !often.empty()) finding.text += "\n" + often;
  set_place(one.deadlock.where, report, finding);
  finding.fingerprint = one.diagnosis.fingerprint;
  finding.count = one.deadlock.count;
  finding.first_seen = one.deadlock.first_seen;
  finding.last_seen = one.deadlock.last_seen;
  finding.known = one.known;
  finding.suppressed = one.suppressed;
  if (!is_finding(one)) finding.severity = Severity::note;
  return finding;
}

Finding of_check(const Check& check, const Run& run, const Report& report) {
  Finding finding;
  finding.rule = "expectation-failed";
  finding.title = fmt::format("Expectation failed on {}: {}", run.summary.engine, check.what);
  finding.text = fmt::format("Expected {}, got {}.", check.expected, check.got);
  finding.file = check.where.file;
  finding.line = check.where.line;
  if (finding.file.empty()) set_place("", report, finding);
  finding.fingerprint = stable_hash("expectation " + check.what + " " + run.summary.engine);
  return finding;
}

Finding of_problem(const Problem& problem, const std::string& file) {
  Finding finding;
  finding.severity = Severity::warning;
  finding.rule = "not-understood";
  finding.title = "Not understood";
  finding.text = problem.message + (problem.hint.empty() ? "" : "\n" + problem.hint);
  finding.file = problem.where.file.empty() ? file : problem.where.file;
  finding.line = problem.where.line;
  finding.fingerprint = stable_hash(fmt::format("problem {} {}", to_string(problem.where), problem.message));
  return finding;
}

void add_problems(const Report::Input& input, std::vector<Finding>& findings) {
  for (const Problem& problem : input.problems) {
    findings.push_back(of_problem(problem, input.file));
    findings.back().severity = Severity::error;
    findings.back().rule = "wrong-input";
    findings.back().title = "Wrong input";
  }
  if (!input.ledger) return;
  for (const Problem& problem : input.ledger->problems) findings.push_back(of_problem(problem, input.file));
  if (input.ledger->format.empty())
    findings.push_back(
        of_problem({{input.file, 0, 0}, "no known log format was recognised in this file", ""}, input.file));
}

}  // namespace

std::vector<Finding> findings_of(const Report& report) {
  std::vector<Finding> findings;
  for (const DiagnosedDeadlock& one : report.analysis.deadlocks) findings.push_back(of_deadlock(one, report));
  std::stable_sort(findings.begin(), findings.end(),
                   [](const Finding& a, const Finding& b) { return a.count > b.count; });
  for (const Run& run : report.runs)
    for (const Check& check : run.checks)
      if (check.judged && !check.holds) findings.push_back(of_check(check, run, report));
  for (const Report::Input& input : report.inputs) add_problems(input, findings);
  return findings;
}

std::string rule_in_words(const Finding& finding) {
  if (finding.rule == "expectation-failed") return "An expectation of the workload does not hold";
  if (finding.rule == "not-understood") return "A log holds something that was not understood";
  if (finding.rule == "wrong-input") return "The input is wrong";
  return finding.title;
}

std::string stable_hash(std::string_view text) {
  std::uint64_t value = 14695981039346656037ULL;  // FNV-1a
  for (const char c : text) value = (value ^ static_cast<std::uint8_t>(c)) * 1099511628211ULL;
  return fmt::format("{:016x}", value);
}

std::string xml(std::string_view text) {
  std::string out;
  std::string line;
  while (true) {
    const std::size_t end = text.find('\n');
    for (const char c : clean(text.substr(0, end))) {
      switch (c) {
        case '<': out += "&lt;"; break;
        case '>': out += "&gt;"; break;
        case '&': out += "&amp;"; break;
        case '"': out += "&quot;"; break;
        default: out += c;
      }
    }
    if (end == std::string_view::npos) return out;
    out += '\n';
    text.remove_prefix(end + 1);
  }
}

}  // namespace gridlock::report
