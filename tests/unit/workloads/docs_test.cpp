// Every yaml example of docs/workload.md is a workload.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/unit/workloads/files.h"
#include "workloads/load.h"

namespace gridlock {
namespace {

/// The fenced blocks, each moved down to the line where it stands, so that problems point into the page.
std::vector<std::string> examples(const std::string& page) {
  const std::string fence = "```yaml\n";
  std::vector<std::string> found;
  for (std::size_t at = page.find(fence); at != std::string::npos; at = page.find(fence, at)) {
    const std::size_t begin = at + fence.size(), end = page.find("```", begin);
    const auto lines = std::count(page.begin(), page.begin() + static_cast<std::ptrdiff_t>(begin), '\n');
    found.push_back(std::string(static_cast<std::size_t>(lines), '\n') + page.substr(begin, end - begin));
    at = end;
  }
  return found;
}

TEST(WorkloadPage, EveryExampleLoads) {
  const auto found = examples(test::read_file(test::root() + "/docs/workload.md"));
  EXPECT_GE(found.size(), 7U);
  for (const auto& example : found) {
    const auto loaded = load_workload(example, "docs/workload.md");
    for (const auto& problem : loaded.problems) ADD_FAILURE() << to_string(problem.where) << ": " << problem.message;
  }
}

/// The page names every key: the list that a misspelt one is answered with is the language's own.
TEST(WorkloadPage, NamesEveryKey) {
  const std::string page = test::read_file(test::root() + "/docs/workload.md");
  const std::string misspelt = R"(
zz: 1
transactions: {t: {zz: 1, steps: [{zz: 1}, {repeat: 2, zz: 1, steps: [SELECT 1]}]}}
sessions: [{run: t, zz: 1}]
retry: {zz: 1, backoff: {zz: 1}}
expect: {zz: 1, deadlocks: {zz: 1}, invariants: [{query: SELECT 1, equals: 1, zz: 1}]}
data: {t: {rows: 1, columns: {id: sequence, v: {zz: 1}}, zz: 1}}
schema: {zz: 1}
)";
  int keys = 0;
  for (const auto& problem : load_workload(misspelt, "w.yaml").problems)
    for (std::size_t at = problem.hint.find('`'); at != std::string::npos; at = problem.hint.find('`', at + 1)) {
      const std::size_t end = problem.hint.find('`', at + 1);
      const std::string key = problem.hint.substr(at + 1, end - at - 1);
      EXPECT_NE(page.find(key), std::string::npos) << key;
      at = end;
      ++keys;
    }
  EXPECT_GT(keys, 50);
}

}  // namespace
}  // namespace gridlock
