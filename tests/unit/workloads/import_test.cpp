// An isolation-tester spec is read whole, and becomes a story that the workload language takes.
#include <gtest/gtest.h>

#include "workloads/import/isolation_spec.h"
#include "workloads/load.h"

namespace gridlock {
namespace {

const std::string spec = R"(# a comment
setup { CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'a;b'); }
teardown { DROP TABLE t; }
session s1
setup { BEGIN; }
step "a1" { UPDATE t SET v = 'x' WHERE id = 1; }
step c1 { COMMIT; }
session s2
step a2 { BEGIN; SELECT * FROM t FOR UPDATE; }
step c2 { COMMIT; }
permutation a1 a2(*) c1 c2
permutation a1 c1 a2(c1, a1 notices 2) c2
)";

TEST(IsolationSpec, IsReadWhole) {
  const auto read = read_isolation_spec(spec, "x.spec");
  ASSERT_TRUE(read.problems.empty()) << read.problems.front().message;
  EXPECT_EQ(read.spec.setup.size(), 1U);
  ASSERT_EQ(read.spec.sessions.size(), 2U);
  EXPECT_EQ(read.spec.sessions[0].setup, "BEGIN;");
  EXPECT_EQ(read.spec.sessions[0].steps[0].name, "a1");
  ASSERT_EQ(read.spec.permutations.size(), 2U);
  EXPECT_TRUE(read.spec.permutations[0][1].markers.at(0).waits);
  EXPECT_EQ(read.spec.permutations[1][2].markers.at(0).step, "c1");
  EXPECT_TRUE(read.spec.permutations[1][2].markers.at(1).starts);
}

TEST(IsolationSpec, BecomesAStory) {
  const auto read = read_isolation_spec(spec, "x.spec");
  const std::string story = to_story(read.spec, "x");
  EXPECT_NE(story.find("      - s1_setup: \"BEGIN\"\n"), std::string::npos) << story;
  EXPECT_NE(story.find("      - a2_2: \"SELECT * FROM t FOR UPDATE\"\n"), std::string::npos) << story;
  EXPECT_NE(story.find("  - [s1_setup, a1, a2, a2_2, c1, c2]  # the spec has markers"), std::string::npos) << story;
  const auto loaded = load_workload(story, "x.yaml");
  EXPECT_TRUE(loaded.problems.empty()) << loaded.problems.front().message << "\n" << story;
}

TEST(IsolationSpec, WithoutPermutationsHasEveryInterleaving) {
  const std::string two = "session a step a1 { SELECT 1; } step a2 { SELECT 1; } session b step b1 { SELECT 1; }";
  const auto all = interleavings(read_isolation_spec(two, "x.spec").spec);
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0], (std::vector<std::string>{"a1", "a2", "b1"}));
  EXPECT_EQ(all[2], (std::vector<std::string>{"b1", "a1", "a2"}));
}

TEST(IsolationSpec, MistakesArePointedAt) {
  const auto read = read_isolation_spec("session s\nstep {SELECT 1}\n", "x.spec");
  ASSERT_EQ(read.problems.size(), 1U);
  EXPECT_EQ(read.problems[0].where.line, 2);
  EXPECT_EQ(read.problems[0].message, "expected a step's name, found `SELECT 1`");
  EXPECT_EQ(read_isolation_spec("session s step a { SELECT 1; } permutation b", "x.spec").problems.size(), 1U);
  EXPECT_EQ(read_isolation_spec("setup { SELECT 1; ", "x.spec").problems.size(), 1U);
}

TEST(IsolationSpec, StatementsAreSplitOutsideOfQuotes) {
  EXPECT_EQ(split_statements("SELECT ';'; -- one; two\nSELECT $q$a;b$q$ /* ; */ ;;"),
            (std::vector<std::string>{"SELECT ';'", "SELECT $q$a;b$q$"}));
}

}  // namespace
}  // namespace gridlock
