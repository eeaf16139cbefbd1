// gridlock: YAML -> Workload -> Schedule -> Driver -> Trace -> wait-for graph -> Diagnosis -> Advice -> Report.
#include <exception>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/console.h"
#include "cli/files.h"
#include "cli/options.h"
#include "cli/signals.h"
#include "cli/version.h"

namespace {

using namespace gridlock;

int refuse(const ReadOptions& read) {
  for (const UsageProblem& problem : read.problems) complain(read.options, problem.message, problem.hint);
  return exit_wrong_input;
}

int say(const std::string& text) {
  const auto problem = write_stdout(text);
  if (problem) complain({}, *problem);
  return problem ? exit_wrong_input : exit_nothing_found;
}

int obey(const Options& options) {
  switch (options.command) {
    case Command::run: return run_command(options);
    case Command::explore: return explore_command(options);
    case Command::replay: return replay_command(options);
    case Command::predict: return predict_command(options);
    case Command::compare: return compare_command(options);
    case Command::merge: return merge_command(options);
    case Command::analyze: return analyze_command(options);
    case Command::check: return check_command(options);
    case Command::locks: return locks_command(options);
    case Command::import: return import_command(options);
    case Command::version: return say(std::string("gridlock ") + version + "\n");
    case Command::help: break;
  }
  return say(options.help);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    listen_to_signals();
    const ReadOptions read = read_options(std::vector<std::string>(argv + 1, argv + argc));
    return read.problems.empty() ? obey(read.options) : refuse(read);
  } catch (const std::exception& error) {
    complain({}, std::string("gridlock failed: ") + error.what());
    return exit_wrong_input;
  }
}
