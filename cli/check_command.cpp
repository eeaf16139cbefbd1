// YAML -> Workload, and every mistake on the way.
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/files.h"
#include "workloads/load.h"

namespace gridlock {

int check_command(const Options& options) {
  if (!can_deliver(options)) return exit_wrong_input;
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
    Loaded loaded = load_workload(yaml.text, yaml.name);
    complain(options, loaded.problems, yaml.text);
    report.inputs.push_back({yaml.name, "", "workload", "", std::move(loaded.problems), std::nullopt});
  }
  report.exit_code = all_read ? exit_code(report, {}) : exit_wrong_input;
  return report.inputs.empty() ? report.exit_code : deliver(report, options);
}

}  // namespace gridlock
