#include "tests/unit/workloads/loaded.h"

#include <stdexcept>

namespace gridlock::test {

Workload loaded(const std::string& yaml) {
  auto result = load_workload(yaml, "w.yaml");
  if (result.workload) return *result.workload;
  std::string text;
  for (const auto& problem : result.problems)
    text += to_string(problem.where) + ": " + problem.message + " (" + problem.hint + ")\n";
  throw std::invalid_argument(text);
}

}  // namespace gridlock::test
