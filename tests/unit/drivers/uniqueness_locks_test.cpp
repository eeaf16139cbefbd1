// Uniqueness checks leave locks, at READ COMMITTED too: primary key b, unique key a, rows (i, i) for i = 0..4, of which
// 2 is deleted and kept from purge by an old read view. The table is the one of MySQL's own test of these checks.
#include <gtest/gtest.h>

#include "tests/unit/drivers/story.h"

namespace gridlock::reference {
namespace {

struct UniquenessCase {
  std::string sql;
  std::string told;  ///< what comes of it, and the locks
};

class UniquenessLocks : public testing::TestWithParam<UniquenessCase> {};

TEST_P(UniquenessLocks, AreMySqls) {
  const std::string told = story(R"(
      CREATE TABLE t (b INT PRIMARY KEY, a INT, UNIQUE KEY a (a));
      INSERT INTO t (a, b) VALUES (0, 0), (1, 1), (2, 2), (3, 3), (4, 4);
      ---
      z: SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ
      z: START TRANSACTION WITH CONSISTENT SNAPSHOT
      d: DELETE FROM t WHERE b = 2
      a: BEGIN
      a: )" + GetParam().sql + "\nlocks a",
                                 {"read committed", {}});
  EXPECT_EQ(told, "z done\nz done\nd done 1\na done\n" + GetParam().told + "\n") << GetParam().sql;
}

std::string duplicate(const std::string& key) { return "a error 1062 Duplicate entry '0' for key 't." + key + "'\n"; }

INSTANTIATE_TEST_SUITE_P(
    Section10, UniquenessLocks,
    testing::Values(
        UniquenessCase{"INSERT INTO t (a, b) VALUES (5, 5)", "a done 1\na has"},
        UniquenessCase{"INSERT INTO t (a, b) VALUES (0, 5)", duplicate("a") + "a has a:0, 0 S"},
        UniquenessCase{"INSERT INTO t (a, b) VALUES (5, 0)", duplicate("PRIMARY") + "a has 0 S,REC_NOT_GAP"},
        UniquenessCase{"INSERT INTO t (a, b) VALUES (2, 5)", "a done 1\na has a:2, 2 S | a:2, 5 S,GAP | a:3, 3 S,GAP"},
        UniquenessCase{"INSERT INTO t (a, b) VALUES (5, 2)", "a done 1\na has 2 S,REC_NOT_GAP"},
        UniquenessCase{"INSERT INTO t (a, b) VALUES (2, 2)",
                       "a done 1\na has 2 S,REC_NOT_GAP | a:2, 2 S | a:3, 3 S,GAP"},
        UniquenessCase{"INSERT INTO t (a, b) VALUES (2, 0)", duplicate("PRIMARY") + "a has 0 S,REC_NOT_GAP"},
        UniquenessCase{"INSERT INTO t (a, b) VALUES (0, 2)", duplicate("a") + "a has 2 S,REC_NOT_GAP | a:0, 0 S"},
        UniquenessCase{"REPLACE INTO t (a, b) VALUES (5, 5)", "a done 1\na has"},
        UniquenessCase{"REPLACE INTO t (a, b) VALUES (0, 5)",
                       "a done 2\na has 0 X,REC_NOT_GAP | a:0, 0 X | a:0, 5 X,GAP | a:1, 1 X"},
        UniquenessCase{"REPLACE INTO t (a, b) VALUES (5, 0)", "a done 2\na has 0 X,REC_NOT_GAP"},
        UniquenessCase{"REPLACE INTO t (a, b) VALUES (0, 0)",
                       "a done 2\na has 0 X,REC_NOT_GAP | a:0, 0 X,GAP | a:0, 0 X,REC_NOT_GAP | a:1, 1 X"},
        UniquenessCase{"REPLACE INTO t (a, b) VALUES (2, 5)", "a done 1\na has a:2, 2 X | a:2, 5 X,GAP | a:3, 3 X"},
        UniquenessCase{"REPLACE INTO t (a, b) VALUES (5, 2)", "a done 1\na has 2 X,REC_NOT_GAP"},
        UniquenessCase{"REPLACE INTO t (a, b) VALUES (2, 2)", "a done 1\na has 2 X,REC_NOT_GAP | a:2, 2 X | a:3, 3 X"},
        UniquenessCase{"REPLACE INTO t (a, b) VALUES (2, 0)",
                       "a done 2\na has 0 X,REC_NOT_GAP | a:2, 0 X,GAP | a:2, 2 X | a:3, 3 X"},
        UniquenessCase{"REPLACE INTO t (a, b) VALUES (0, 2)",
                       "a done 2\na has 0 X,REC_NOT_GAP | 2 X,REC_NOT_GAP | a:0, 0 X | a:0, 2 X,GAP | a:1, 1 X"}));

// 11: what may pass a waiter and what may not
TEST(Bypass, TheHolderOfSPassesAWaitingX) {
  EXPECT_EQ(story(R"(
      CREATE TABLE t (id INT PRIMARY KEY, v INT); INSERT INTO t VALUES (3, 0), (5, 0);
      ---
      a: BEGIN
      b: BEGIN
      a: SELECT id FROM t WHERE id = 3 FOR SHARE
      b: SELECT id FROM t WHERE id = 3 FOR UPDATE
      a: SELECT id FROM t WHERE id = 3 FOR UPDATE
      a: COMMIT)"),
            "a done\nb done\na done (3)\nb waits for a: X,REC_NOT_GAP t.PRIMARY 3\na done (3)\n"
            "b waits for a: X,REC_NOT_GAP t.PRIMARY 3\n"  // told anew: more locks of a are in its way now
            "a done\nb done (3)\n");
}

TEST(Bypass, AnInsertDoesNotPassAWaitingNextKeyLock) {
  EXPECT_EQ(story(R"(
      CREATE TABLE t (id INT PRIMARY KEY, v INT); INSERT INTO t VALUES (3, 0), (5, 0);
      ---
      a: BEGIN
      b: BEGIN
      a: SELECT id FROM t WHERE id = 5 FOR UPDATE
      b: SELECT id FROM t WHERE id > 3 FOR SHARE
      a: INSERT INTO t VALUES (4, 0)
      locks a)"),
            "a done\nb done\na done (5)\n"
            "b waits for a: S t.PRIMARY 5\n"
            "a waits for b: X,GAP,INSERT_INTENTION t.PRIMARY 5\n"
            "deadlock: b -> a -> b, victim b\nb deadlock\na done 1\n"
            "a has 5 X,GAP,INSERT_INTENTION | 5 X,REC_NOT_GAP\n");
}

}  // namespace
}  // namespace gridlock::reference
