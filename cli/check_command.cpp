// YAML -> Workload, and every mistake on the way.
#include <string>
#include <utility>
#include <vector>

#include "cli/commands.h"
#include "cli/console.h"
#include "cli/files.h"
#include "cli/playable.h"
#include "drivers/engines.h"
#include "workloads/load.h"

namespace gridlock {
namespace {

/// The language's mistakes; where there are none, what the engines asked for (or the one that `run` would take) could
/// not play.
Problems mistakes(Loaded loaded, const Options& options) {
  if (!loaded.workload) return std::move(loaded.problems);
  Problems problems;
  const std::vector<std::string> engines =
      options.engines.empty() ? std::vector<std::string>{default_engine_for(*loaded.workload)} : options.engines;
  for (const std::string& engine : engines)
    for (Problem& problem : what_cannot_be_played(*loaded.workload, engine)) problems.push_back(std::move(problem));
  return problems;
}

/// Says of an engine that does not exist, before any workload is blamed.
bool engines_exist(const Options& options) {
  bool good = true;
  for (const std::string& engine : options.engines) {
    const MadeDriver made = make_driver(engine);
    complain(options, made.problems, "");
    good = good && made.driver != nullptr;
  }
  return good;
}

}  // namespace

int check_command(const Options& options) {
  if (!can_deliver(options) || !engines_exist(options)) return exit_wrong_input;
  Report report;
  report.command = "check";
  bool all_read = true;
  for (const std::string& path : options.files) {
    const ReadFile yaml = read_file(path);
    if (!yaml.problem.empty()) {
      complain(options, yaml.problem);
      all_read = false;
      continue;
    }
    Problems problems = mistakes(load_workload(yaml.text, yaml.name), options);
    complain(options, problems, yaml.text);
    report.inputs.push_back({yaml.name, "", "workload", "", std::move(problems), std::nullopt});
  }
  report.exit_code = all_read ? exit_code(report, {}) : exit_wrong_input;
  return report.inputs.empty() ? report.exit_code : deliver(report, options);
}

}  // namespace gridlock
