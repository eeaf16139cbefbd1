// Every example, run as its reader runs it, against the report that he gets. UPDATE_GOLDEN=1 rewrites the reports.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

#include "binary.h"
#include "golden.h"

namespace gridlock {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> examples() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(fs::path(GRIDLOCK_SOURCE_DIR) / "examples"))
    if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

class Examples : public testing::TestWithParam<std::string> {};

TEST_P(Examples, ReportForPeople) {
  const auto ended = golden::shell("gridlock run examples/" + GetParam() + ".yaml");
  EXPECT_EQ(ended.err, "");
  golden::check("reports/examples/" + GetParam() + ".txt",
                ended.out + "\n[exit " + std::to_string(ended.exit_code) + "]\n");
}

TEST_P(Examples, ReportForPrograms) {
  const auto ended = golden::shell("gridlock run --format json examples/" + GetParam() + ".yaml");
  EXPECT_EQ(ended.err, "");
  EXPECT_LE(ended.exit_code, 1);
  golden::check("reports/examples/" + GetParam() + ".json", ended.out);
}

std::string name_of(const testing::TestParamInfo<std::string>& example) {
  std::string name = example.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(All, Examples, testing::ValuesIn(examples()), name_of);

TEST(ExamplesAreThere, AllOfThem) { EXPECT_GE(examples().size(), 9U); }

}  // namespace
}  // namespace gridlock
