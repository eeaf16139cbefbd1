// The reference engines against the servers whose rules they have: each story at each isolation level, with its events,
// results and locks.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/fidelity/golden.h"
#include "tests/fidelity/played.h"

namespace gridlock::fidelity {
namespace {

std::string told(const Problems& problems) {
  std::string text;
  for (const auto& problem : problems) text += to_string(problem.where) + ": " + problem.message + "\n";
  return text;
}

/// The order as it was, or one of the ways in which the server has also done it.
std::string difference(const Json& golden, const PlayedOrder& played, bool deadlocks) {
  Json got = as_golden(played);
  if (!deadlocks) got.erase("deadlocks");
  std::string first = first_difference(golden, got);
  if (first.empty() || !golden.contains("variants")) return first;
  for (const auto& variant : golden.at("variants"))
    if (first_difference(variant, got).empty()) return "";
  return first;
}

/// What is different; empty when the engine does as the server did.
std::string differences(const Golden& golden, const Server& server) {
  const Run played = play(golden, server.engine);
  if (!played.problems.empty()) return told(played.problems);
  std::string text;
  for (std::size_t i = 0; i < golden.orders.size(); ++i) {
    if (i >= played.orders.size()) return "only " + std::to_string(i) + " orders were played\n";
    if (const std::string one = difference(golden.orders[i], played.orders[i], server.tells_deadlocks); !one.empty())
      text += "order " + golden.orders[i].at("order").dump() + ": " + one;
  }
  return text;
}

const Server mysql97{"mysql97", "reference:innodb"};
const Server mariadb1011{"mariadb1011", "reference:mariadb"};
const Server postgres15{"postgres15", "reference:postgres", false};
const Server table_mysql97{"table_mysql97", "reference:table"};

void expect_as_golden(const Server& server, const std::string& of) {
  const Golden golden = read_golden(server.folder, of);
  ASSERT_FALSE(golden.orders.empty());
  const std::string text = differences(golden, server);
  const std::string listed = server.folder + "/" + golden.name;
  for (const auto& [name, reason] : known_differences()) {
    if (name != listed) continue;
    ASSERT_NE(text, "") << "known-differences.txt has a line for " << name << " that is no longer needed";
    GTEST_SKIP() << name << " is known to differ: " << reason;
  }
  EXPECT_EQ(text, "") << listed << " at " << golden.isolation << "\n" << text;
}

class MySql97 : public testing::TestWithParam<std::string> {};
class MariaDb1011 : public testing::TestWithParam<std::string> {};
class Postgres15 : public testing::TestWithParam<std::string> {};
class TableMySql97 : public testing::TestWithParam<std::string> {};

TEST_P(MySql97, IsWhatTheReferenceEngineDoes) { expect_as_golden(mysql97, GetParam()); }
TEST_P(MariaDb1011, IsWhatTheReferenceEngineDoes) { expect_as_golden(mariadb1011, GetParam()); }
TEST_P(Postgres15, IsWhatTheReferenceEngineDoes) { expect_as_golden(postgres15, GetParam()); }
TEST_P(TableMySql97, IsWhatTheReferenceEngineDoes) { expect_as_golden(table_mysql97, GetParam()); }

std::string test_name(const testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == '.' || c == '-'; }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Stories, MySql97, testing::ValuesIn(golden_names(mysql97.folder)), test_name);
INSTANTIATE_TEST_SUITE_P(Stories, MariaDb1011, testing::ValuesIn(golden_names(mariadb1011.folder)), test_name);
INSTANTIATE_TEST_SUITE_P(Stories, Postgres15, testing::ValuesIn(golden_names(postgres15.folder)), test_name);
INSTANTIATE_TEST_SUITE_P(Stories, TableMySql97, testing::ValuesIn(golden_names(table_mysql97.folder)), test_name);

TEST(KnownDifferences, EachNamesAGoldenAndSaysWhy) {
  std::vector<std::string> names;
  for (const Server& server : {mysql97, mariadb1011, postgres15, table_mysql97})
    for (const std::string& name : golden_names(server.folder)) names.push_back(server.folder + "/" + name);
  for (const auto& [name, reason] : known_differences()) {
    EXPECT_TRUE(std::find(names.begin(), names.end(), name) != names.end()) << name;
    EXPECT_GE(reason.size(), 10U) << name;
  }
}

TEST(Comparison, SeesEachKindOfDifference) {
  const Json golden = Json::parse(R"({"events":[["a1","done"],["a2","waits"]],"results":[{"step":"a1","affected":1}],
    "locks":[{"after":"a1","locks":[{"session":"a","mode":"X"},{"session":"a","mode":"IX"}]}]})");
  EXPECT_EQ(first_difference(golden, golden), "");
  Json other = golden;
  other["events"][1][1] = "done";
  EXPECT_NE(first_difference(golden, other).find("expected [\"a2\",\"waits\"]"), std::string::npos);
  other = golden;
  other["results"][0]["affected"] = 2;
  EXPECT_NE(first_difference(golden, other), "");
  other = golden;
  other["deadlocks"] = Json::parse(R"([{"after":"a2","victim":"a","parties":[]}])");
  EXPECT_NE(first_difference(golden, other), "");
  EXPECT_NE(first_difference(other, golden), "");
  EXPECT_EQ(first_difference(other, other), "");
  other = golden;
  other["locks"][0]["locks"].erase(1);
  EXPECT_EQ(first_difference(golden, other), "locks differ after a1\n  missing {\"session\":\"a\",\"mode\":\"IX\"}\n");
  other = golden;
  std::swap(other["locks"][0]["locks"][0], other["locks"][0]["locks"][1]);
  EXPECT_EQ(first_difference(golden, other), "");
}

}  // namespace
}  // namespace gridlock::fidelity
