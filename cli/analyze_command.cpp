// Logs -> deadlocks -> Diagnosis -> Advice -> Report.
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>

#include "analyzer/analyzer.h"
#include "analyzer/deadlock_folder.h"
#include "analyzer/log_reader.h"
#include "analyzer/log_time.h"
#include "cli/baseline.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/files.h"
#include "cli/log_input.h"
#include "cli/report/headline.h"
#include "cli/signals.h"
#include "cli/to_workload.h"

namespace gridlock {
namespace {

constexpr std::size_t problems_shown = 20;

/// What was not understood of a log, a line each; the rest is counted.
void complain_of(const Report::Input& input, const Options& options) {
  if (!report::not_understood(input)) return;
  Problems shown = input.ledger->problems;
  const std::size_t left = shown.size() > problems_shown ? shown.size() - problems_shown : 0;
  shown.resize(shown.size() - left);
  complain(options, shown, "");
  if (left + input.ledger->problems_left_off > 0)
    remark(options, fmt::format("and {} more in {}", left + input.ledger->problems_left_off, input.file));
  if (input.ledger->format.empty())
    complain(options, input.file + ": no known log format was recognised in it",
             "known are InnoDB's status text, the logs of MySQL, MariaDB and PostgreSQL, and gridlock's traces");
}

/// The first line of what was not understood may hold the user's data.
void redact(Ledger& ledger) {
  for (Problem& problem : ledger.problems)
    if (const std::size_t colon = problem.message.find(": "); colon != std::string::npos) problem.message.resize(colon);
}

Report::Input input_of(std::string file, Ledger ledger) {
  Report::Input input;
  input.file = std::move(file);
  input.format = ledger.format;
  input.version = ledger.version;
  input.ledger = std::move(ledger);
  return input;
}

/// What all logs together tell.
struct Heard {
  DeadlockFolder folder;
  std::vector<Analysis> waits;
};

Wanted wanted_by(const Options& options) {
  Wanted wanted;
  if (!options.since.empty()) wanted.since = seconds_of(options.since);
  if (!options.until.empty()) wanted.until = seconds_of(options.until);
  wanted.table = options.table;
  wanted.pattern = options.pattern;
  wanted.redact = options.redact;
  return wanted;
}

/// A log that broke off is told as far as it was read, and is not understood as a whole.
void note_break(const std::string& file, const std::string& problem, Ledger& ledger) {
  ++ledger.markers;
  ++ledger.not_understood;
  ledger.problems.push_back({{file, 0, 0}, problem, "what was read before is told"});
}

/// Reads one log to its end. False when there was nothing to read: it could not be opened.
bool read_log(const LogPath& log, const Options& options, Report& report, Heard& heard) {
  LogInput input(log.path);
  const std::string name = log.path == "-" ? "<stdin>" : log.path;
  LogReader reader(name, heard.folder);
  std::uint64_t bytes = 0;
  while (signal_caught() == 0) {
    const std::size_t got = input.read(reader.room());
    if (got == 0) break;
    reader.took(got);
    bytes += got;
  }
  if (!input.problem().empty() && bytes == 0) {
    complain(options, input.problem());
    return false;
  }
  ReadLog read = reader.finish();
  if (!input.problem().empty()) note_break(name, input.problem(), read.ledger);
  if (options.redact) redact(read.ledger);
  heard.waits.push_back({{}, std::move(read.lock_waits)});
  if (log.listed && read.ledger.format.empty() && read.ledger.not_understood == 0) {
    remark(options, name + ": no known log, left out");
    return true;
  }
  report.inputs.push_back(input_of(name, std::move(read.ledger)));
  complain_of(report.inputs.back(), options);
  return true;
}

/// The lists of what is known and of what is no finding. False, after a complaint, when they cannot be read.
struct Excuses {
  std::string baseline_text;
  Baseline baseline;
  Suppressions suppressions;
};

bool read_excuses(const Options& options, Excuses& excuses) {
  Problems problems;
  std::error_code error;
  const bool has_baseline =
      !options.baseline.empty() && (!options.update_baseline || std::filesystem::exists(options.baseline, error));
  if (has_baseline) {
    ReadFile file = read_file(options.baseline);
    if (!file.problem.empty()) return complain(options, file.problem, "--update-baseline writes it"), false;
    excuses.baseline = read_baseline(file.text, file.name);
    excuses.baseline_text = std::move(file.text);
    problems = excuses.baseline.problems;
  }
  if (!options.suppressions.empty()) {
    const ReadFile file = read_file(options.suppressions);
    if (!file.problem.empty()) return complain(options, file.problem), false;
    excuses.suppressions = read_suppressions(file.text, file.name);
    problems.insert(problems.end(), excuses.suppressions.problems.begin(), excuses.suppressions.problems.end());
    if (!excuses.suppressions.problems.empty()) {
      complain(options, problems, file.text);
      return false;
    }
  }
  if (problems.empty()) return true;
  complain(options, problems, excuses.baseline_text);
  return false;
}

void conclude(const Options& options, const Excuses& excuses, Heard& heard, Report& report) {
  Analysis found;
  found.deadlocks = heard.folder.take();
  std::erase_if(found.deadlocks, [](const DiagnosedDeadlock& one) { return one.deadlock.count == 0; });
  mark(found.deadlocks, excuses.baseline, excuses.suppressions);
  heard.waits.push_back(std::move(found));
  report.analysis = merge(std::move(heard.waits));
  heard.waits.clear();
  report.stopped = signal_caught() != 0;
  report.exit_code = report.stopped ? exit_signalled + signal_caught()
                                    : exit_code(report, {options.fail_on, options.allow_partial, false});
}

/// Tells each deadlock when it comes, until a signal.
int follow(const std::string& path, const Options& options, const Excuses& excuses) {
  Report last;
  last.command = "analyze";
  while (signal_caught() == 0) {
    LogInput input(path);
    if (!input.problem().empty()) {
      complain(options, input.problem());
      return exit_wrong_input;
    }
    Heard heard{DeadlockFolder(wanted_by(options)), {}};
    heard.folder.keep_whole();
    LogReader reader(path == "-" ? "<stdin>" : path, heard.folder);
    const auto tell = [&] {
      Report report;
      report.command = "analyze";
      conclude(options, excuses, heard, report);
      if (report.analysis.deadlocks.empty()) return;
      write_stdout(rendered(options.format == Format::text ? Format::text : Format::jsonl, report,
                            style_for(options, STDOUT_FILENO)));
      last.analysis = std::move(report.analysis);
    };
    while (signal_caught() == 0) {
      const std::size_t got = input.read(reader.room());
      if (got > 0) {
        reader.took(got);
        continue;
      }
      reader.pause();
      tell();
      if (path == "-" || input.rotated()) break;
      constexpr int patience_ms = 200;
      ::poll(nullptr, 0, patience_ms);
    }
    ReadLog read = reader.finish();
    tell();
    complain_of(input_of(path, std::move(read.ledger)), options);
    if (path == "-") break;
  }
  return signal_caught() != 0 ? exit_signalled + signal_caught() : exit_nothing_found;
}

}  // namespace

int analyze_command(const Options& options) {
  if (!can_deliver(options)) return exit_wrong_input;
  std::vector<std::string> paths = options.files;
  if (paths.empty()) {
    if (::isatty(STDIN_FILENO) == 1) {
      complain(options, "gridlock analyze needs a log", "gridlock analyze FILE..., or a log on standard input");
      return exit_wrong_input;
    }
    paths.emplace_back("-");
  }
  Excuses excuses;
  if (!read_excuses(options, excuses)) return exit_wrong_input;
  if (options.follow) return follow(paths.front(), options, excuses);
  Report report;
  report.command = "analyze";
  Heard heard{DeadlockFolder(wanted_by(options)), {}};
  bool good = true;
  for (const LogPath& log : expand_paths(paths)) {
    if (signal_caught() != 0) break;
    good = read_log(log, options, report, heard) && good;
  }
  if (!good) return exit_wrong_input;
  if (report.inputs.empty()) {
    complain(options, "no known log in " + paths.front(),
             "known are InnoDB's status text, the logs of MySQL, MariaDB and PostgreSQL, and gridlock's traces");
    return exit_not_understood;
  }
  if (const std::uint64_t left = heard.folder.shapes_left_off(); left > 0)
    remark(options, fmt::format("{} deadlocks of further shapes were counted, but not kept", left));
  conclude(options, excuses, heard, report);
  if (options.update_baseline) {
    if (const auto problem =
            write_file(options.baseline, write_baseline(excuses.baseline_text, report.analysis.deadlocks))) {
      complain(options, *problem);
      return exit_wrong_input;
    }
  }
  if (!options.to_workload.empty() && !write_workloads(report, options)) return exit_wrong_input;
  return deliver(report, options);
}

}  // namespace gridlock
