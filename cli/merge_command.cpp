// Reports of parts -> one report; traces of parts -> one trace, analyzed.

#include <algorithm>
#include <utility>

#include "analyzer/analyzer.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/files.h"
#include "cli/merged.h"
#include "cli/report/json_read.h"
#include "model/merge_traces.h"

namespace gridlock {
namespace {

/// The parts, each as what it is.
struct Parts {
  std::vector<Report> reports;
  std::vector<Trace> traces;
  std::vector<std::string> files;
  bool good = true;
};

void read_part(const ReadFile& file, const Options& options, Parts& parts) {
  const auto refuse = [&](const std::string& why, std::string_view hint = "") {
    complain(options, file.name + ": " + why, hint);
    parts.good = false;
  };
  parts.files.push_back(file.name);
  if (is_json_report(file.text)) {
    ReadReport read = read_report(file.text);
    if (!read.report) return refuse(read.problem);
    return parts.reports.push_back(std::move(*read.report));
  }
  ReadTrace read = read_trace(file.text, file.name);
  if (read.trace.sessions.empty() && read.trace.events.empty())
    return refuse("it is neither a JSON report nor a trace of gridlock",
                  "write the parts with --format json, or --trace FILE");
  if (!read.problems.empty()) {
    complain(options, read.problems, "");
    parts.good = false;
  }
  parts.traces.push_back(std::move(read.trace));
}

Parts read_parts(const Options& options) {
  Parts parts;
  for (const std::string& path : options.files) {
    const ReadFile file = read_file(path);
    if (file.problem.empty()) {
      read_part(file, options, parts);
    } else {
      complain(options, file.problem);
      parts.good = false;
    }
  }
  if (!parts.reports.empty() && !parts.traces.empty()) {
    complain(options, "reports and traces cannot be joined with each other", "merge the reports, then the traces");
    parts.good = false;
  }
  if (parts.traces.empty() && !parts.reports.empty() && !options.trace.empty()) {
    complain(options, "--trace joins traces, but these are reports", "give the parts' trace files");
    parts.good = false;
  }
  return parts;
}

/// A run's expectations may judge its deadlocks; then the deadlock alone does not.
bool judges_deadlocks(const Report& report) {
  const auto about_them = [](const Check& check) {
    return check.judged && (check.what == "deadlocks" || check.what.starts_with("outcome of "));
  };
  return std::any_of(report.runs.begin(), report.runs.end(),
                     [&](const Run& run) { return std::any_of(run.checks.begin(), run.checks.end(), about_them); });
}

int code_of(const Report& report, const std::vector<int>& codes, const Options& options) {
  if (std::find(codes.begin(), codes.end(), exit_engine_lost) != codes.end()) return exit_engine_lost;
  return exit_code(report, {options.fail_on, options.allow_partial, judges_deadlocks(report)});
}

int merge_reports(Parts parts, const Options& options) {
  std::vector<int> codes;
  for (const Report& part : parts.reports) codes.push_back(part.exit_code);
  MergedReport whole = merged(std::move(parts.reports));
  if (!whole.problem.empty()) {
    complain(options, whole.problem, "give each part of one whole once");
    return exit_wrong_input;
  }
  whole.report.exit_code = code_of(whole.report, codes, options);
  return deliver(whole.report, options);
}

/// The joined trace is a run's as far as its events go: it is written, and analyzed as a trace is.
int merge_traces(const Parts& parts, const Options& options) {
  const Trace whole = merged(parts.traces);
  const std::string lines = to_json_lines(whole);
  if (!options.trace.empty())
    if (const auto problem = write_file(options.trace, lines)) {
      complain(options, *problem);
      return exit_wrong_input;
    }
  Report report;
  report.command = "analyze";
  for (std::size_t i = 0; i < parts.files.size(); ++i) {
    Report::Input input;
    input.file = parts.files[i];
    input.format = "gridlock-trace";
    input.version = parts.traces[i].version;
    report.inputs.push_back(std::move(input));
  }
  report.analysis = analyze(whole);
  report.exit_code = exit_code(report, {options.fail_on, options.allow_partial, false});
  Options without_trace = options;
  without_trace.trace.clear();
  return deliver(report, without_trace);
}

}  // namespace

int merge_command(const Options& options) {
  if (!can_deliver(options)) return exit_wrong_input;
  Parts parts = read_parts(options);
  if (!parts.good) return exit_wrong_input;
  return parts.traces.empty() ? merge_reports(std::move(parts), options) : merge_traces(parts, options);
}

}  // namespace gridlock
