// An isolation-tester spec -> a story workload in YAML.
#include <filesystem>
#include <string>

#include "cli/commands.h"
#include "cli/console.h"
#include "cli/files.h"
#include "workloads/import/isolation_spec.h"

namespace gridlock {

int import_command(const Options& options) {
  if (options.files.size() != 1) {
    complain(options, "import takes one spec file", "gridlock import FILE.spec -o FILE.yaml");
    return exit_wrong_input;
  }
  const ReadFile spec = read_file(options.files.front());
  if (!spec.problem.empty()) {
    complain(options, spec.problem);
    return exit_wrong_input;
  }
  const ReadIsolationSpec read = read_isolation_spec(spec.text, spec.name);
  complain(options, read.problems, spec.text);
  if (!read.problems.empty()) return exit_wrong_input;
  const std::string story = to_story(read.spec, std::filesystem::path(spec.name).stem().string());
  const auto problem = options.output.empty() ? write_stdout(story) : write_file(options.output, story);
  if (problem) complain(options, *problem);
  return problem ? exit_wrong_input : exit_nothing_found;
}

}  // namespace gridlock
