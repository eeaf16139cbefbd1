// Logs -> deadlocks -> Diagnosis -> Advice -> Report.
#include <fmt/format.h>
#include <unistd.h>

#include <string>
#include <utility>

#include "analyzer/analyzer.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/files.h"
#include "cli/report/headline.h"
#include "cli/signals.h"

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
  if (left > 0) remark(options, fmt::format("and {} more in {}", left, input.file));
  if (input.ledger->format.empty())
    complain(options, input.file + ": no known log format was recognised in it",
             "known are InnoDB's status text, the logs of MySQL, MariaDB and PostgreSQL, and gridlock's traces");
}

/// Reads every file, or says of all that cannot be read why.
bool read_all(const std::vector<std::string>& paths, const Options& options, std::vector<ReadFile>& files) {
  bool good = true;
  for (const std::string& path : paths) {
    files.push_back(read_file(path));
    if (files.back().problem.empty()) continue;
    complain(options, files.back().problem);
    good = false;
  }
  return good;
}

/// What all logs together tell.
struct Heard {
  std::vector<Deadlock> deadlocks;
  std::vector<Analysis> waits;
};

void understand(const ReadFile& file, Report& report, Heard& heard) {
  ReadLog log = read_log(file.text, file.name);
  Report::Input input;
  input.file = file.name;
  input.format = log.ledger.format;
  input.version = log.ledger.version;
  input.ledger = std::move(log.ledger);
  report.inputs.push_back(std::move(input));
  for (Deadlock& deadlock : log.deadlocks) heard.deadlocks.push_back(std::move(deadlock));
  heard.waits.push_back({{}, std::move(log.lock_waits)});
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
  std::vector<ReadFile> files;
  if (!read_all(paths, options, files)) return exit_wrong_input;
  Report report;
  report.command = "analyze";
  Heard heard;
  for (const ReadFile& file : files) {
    if (signal_caught() != 0) break;
    understand(file, report, heard);
    complain_of(report.inputs.back(), options);
  }
  heard.waits.push_back(analyze(std::move(heard.deadlocks)));
  report.analysis = merge(std::move(heard.waits));
  report.stopped = signal_caught() != 0;
  report.exit_code = report.stopped ? exit_signalled + signal_caught()
                                    : exit_code(report, {options.fail_on, options.allow_partial, false});
  return deliver(report, options);
}

}  // namespace gridlock
