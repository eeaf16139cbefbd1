// Each rule: a deadlock written down in rules/<pattern>[.variant].deadlock, and what is said about it in .expected.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "analyzer/rules/rules.h"
#include "support/deadlock_text.h"
#include "support/files.h"
#include "support/told.h"

namespace gridlock {
namespace {

using test::files_in;

const std::string folder = "tests/unit/analyzer/rules";

std::string pattern_of(const std::filesystem::path& file) {
  const std::string name = file.filename().string();
  return name.substr(0, name.find('.'));
}

class Rules : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(Rules, KnowsItsPatternAndSaysWhatToDo) {
  const auto file = GetParam();
  const Deadlock deadlock = test::deadlock_from(test::read_file(file));
  const Diagnosis diagnosis = diagnose(deadlock);
  EXPECT_EQ(diagnosis.pattern, pattern_of(file));
  std::string golden = folder + "/" + file.filename().string();
  golden.replace(golden.rfind(".deadlock"), std::string::npos, ".expected");
  test::check_golden(golden, test::told(diagnosis));
}

TEST_P(Rules, ClaimsNothingAsTried) {
  for (const Advice& advice : diagnose(test::deadlock_from(test::read_file(GetParam()))).advice) {
    EXPECT_FALSE(advice.verified);
    EXPECT_FALSE(advice.title.empty());
    EXPECT_FALSE(advice.detail.empty());
  }
}

std::string name_of(const testing::TestParamInfo<std::filesystem::path>& one) {
  std::string name = one.param.filename().string();
  name.resize(name.rfind(".deadlock"));
  for (char& c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  return name;
}

INSTANTIATE_TEST_SUITE_P(All, Rules, testing::ValuesIn(files_in(folder, ".deadlock")), name_of);

TEST(RulesTable, EveryRuleHasACaseAndAPage) {
  std::set<std::string> cases;
  for (const auto& file : files_in(folder, ".deadlock")) cases.insert(pattern_of(file));
  std::set<std::string> known{"unknown"};
  for (const rules::Rule& rule : rules::all()) {
    known.insert(std::string(rule.id));
    EXPECT_TRUE(cases.contains(std::string(rule.id)))
        << rule.id << " has no " << folder << "/" << rule.id << ".deadlock";
    const auto page = test::in_source_tree("docs/rules/" + std::string(rule.id) + ".md");
    EXPECT_TRUE(std::filesystem::exists(page)) << rule.id << " has no page " << page;
  }
  EXPECT_EQ(known.size(), rules::all().size() + 1) << "two rules share an id";
  for (const std::string& one : cases) EXPECT_TRUE(known.contains(one)) << one << " is no rule";
}

}  // namespace
}  // namespace gridlock
