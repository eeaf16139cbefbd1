// Broken workloads and what is said of them: tests/golden/check/NAME.yaml and NAME.expected, which UPDATE_GOLDEN=1
// rewrites.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tests/unit/workloads/files.h"
#include "workloads/load.h"

namespace gridlock {
namespace {

std::string told(const Problems& problems) {
  std::string text;
  for (const auto& problem : problems) {
    text += to_string(problem.where) + ": " + problem.message + "\n";
    if (!problem.hint.empty()) text += "    " + problem.hint + "\n";
  }
  return text;
}

class Broken : public testing::TestWithParam<std::string> {};

TEST_P(Broken, IsToldAllAtOnce) {
  const std::string& path = GetParam();
  const std::string expected = path.substr(0, path.size() - 5) + ".expected";
  const auto loaded = load_workload(test::read_file(path), std::filesystem::path(path).filename().string());
  EXPECT_FALSE(loaded.workload);
  const std::string got = told(loaded.problems);
  if (test::update_golden()) test::write_file(expected, got);
  EXPECT_NE(got, "");
  EXPECT_EQ(got, test::read_file(expected)) << "UPDATE_GOLDEN=1 rewrites " << expected;
}

std::string name_of(const testing::TestParamInfo<std::string>& info) {
  std::string name = std::filesystem::path(info.param).stem().string();
  for (char& c : name)
    if (c == '-') c = '_';
  return name;
}

INSTANTIATE_TEST_SUITE_P(Check, Broken, testing::ValuesIn(test::files_in("tests/golden/check", ".yaml")), name_of);

TEST(Broken, ThereAreAtLeastTwentyOfThem) { EXPECT_GE(test::files_in("tests/golden/check", ".yaml").size(), 20U); }

class Sound : public testing::TestWithParam<std::string> {};

TEST_P(Sound, LoadsWithoutAProblem) {
  const auto loaded = load_workload(test::read_file(GetParam()), std::filesystem::path(GetParam()).filename().string());
  EXPECT_EQ(told(loaded.problems), "");
  EXPECT_TRUE(loaded.workload);
}

INSTANTIATE_TEST_SUITE_P(Examples, Sound, testing::ValuesIn(test::files_in("examples", ".yaml")), name_of);
INSTANTIATE_TEST_SUITE_P(Stories, Sound, testing::ValuesIn(test::files_in("tests/fidelity/stories", ".yaml")), name_of);
INSTANTIATE_TEST_SUITE_P(PostgresStories, Sound,
                         testing::ValuesIn(test::files_in("tests/fidelity/stories/pg", ".yaml")), name_of);

}  // namespace
}  // namespace gridlock
