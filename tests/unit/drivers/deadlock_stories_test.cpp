// Deadlocks through the Driver: who waits, who is found, who pays, who goes on.
#include <gtest/gtest.h>

#include "tests/unit/drivers/story.h"

namespace gridlock::reference {
namespace {

const std::string two_rows = "CREATE TABLE t (id INT PRIMARY KEY, v INT); INSERT INTO t VALUES (1, 1), (2, 2);\n---\n";
const std::string tens =
    "CREATE TABLE t (id INT PRIMARY KEY, v INT); INSERT INTO t VALUES (10, 1), (20, 2), (30, 3), (40, 4);\n---\n";

TEST(DeadlockStory, OppositeOrder) {
  EXPECT_EQ(story(two_rows + R"(
    a: BEGIN
    b: BEGIN
    a: UPDATE t SET v = 0 WHERE id = 1
    b: UPDATE t SET v = 0 WHERE id = 2
    a: UPDATE t SET v = 0 WHERE id = 2
    b: UPDATE t SET v = 0 WHERE id = 1
    a: COMMIT
  )"),
            "a done\nb done\na done 1\nb done 1\n"
            "a waits for b: X,REC_NOT_GAP t.PRIMARY 2\n"
            "b waits for a: X,REC_NOT_GAP t.PRIMARY 1\n"
            "deadlock: a -> b -> a, victim b\n"
            "b deadlock\na done 1\na done\n");
}

TEST(DeadlockStory, RingOfThree) {
  EXPECT_EQ(story(tens + R"(
    a: BEGIN
    b: BEGIN
    c: BEGIN
    a: UPDATE t SET v = 0 WHERE id = 10
    b: UPDATE t SET v = 0 WHERE id = 20
    c: UPDATE t SET v = 0 WHERE id = 30
    a: UPDATE t SET v = 0 WHERE id = 20
    b: UPDATE t SET v = 0 WHERE id = 30
    c: UPDATE t SET v = 0 WHERE id = 10
  )"),
            "a done\nb done\nc done\na done 1\nb done 1\nc done 1\n"
            "a waits for b: X,REC_NOT_GAP t.PRIMARY 20\n"
            "b waits for c: X,REC_NOT_GAP t.PRIMARY 30\n"
            "c waits for a: X,REC_NOT_GAP t.PRIMARY 10\n"
            "deadlock: a -> b -> c -> a, victim c\n"
            "c deadlock\nb done 1\n");
}

TEST(DeadlockStory, LockAMissingRowThenInsert) {
  const std::string steps = tens + R"(
    a: BEGIN
    b: BEGIN
    a: SELECT * FROM t WHERE id = 33 FOR UPDATE
    b: SELECT * FROM t WHERE id = 36 FOR UPDATE
    a: INSERT INTO t VALUES (33, 0)
    b: INSERT INTO t VALUES (36, 0)
    locks a
  )";
  EXPECT_EQ(story(steps),
            "a done\nb done\na done\nb done\n"
            "a waits for b: X,GAP,INSERT_INTENTION t.PRIMARY 40\n"
            "b waits for a: X,GAP,INSERT_INTENTION t.PRIMARY 40\n"
            "deadlock: a -> b -> a, victim b\n"
            "b deadlock\na done 1\n"
            "a has 33 X,GAP | 40 X,GAP | 40 X,GAP,INSERT_INTENTION\n");
  EXPECT_EQ(story(steps, {"read committed", {}}), "a done\nb done\na done\nb done\na done 1\nb done 1\na has\n");
}

TEST(DeadlockStory, UpgradeOfSharedLocks) {
  EXPECT_EQ(story(two_rows + R"(
    a: BEGIN
    b: BEGIN
    a: SELECT v FROM t WHERE id = 1 FOR SHARE
    b: SELECT v FROM t WHERE id = 1 FOR SHARE
    a: UPDATE t SET v = 5 WHERE id = 1
    b: UPDATE t SET v = 6 WHERE id = 1
  )"),
            "a done\nb done\na done (1)\nb done (1)\n"
            "a waits for b: X,REC_NOT_GAP t.PRIMARY 1\n"
            "b waits for a: X,REC_NOT_GAP t.PRIMARY 1\n"
            "deadlock: a -> b -> a, victim b\n"
            "b deadlock\na done 1\n");
}

// a, who has written more, is spared although it closes the circle (trx_weight_ge).
TEST(DeadlockStory, TheLighterPays) {
  EXPECT_EQ(story(tens + R"(
    a: BEGIN
    b: BEGIN
    a: UPDATE t SET v = 0 WHERE id IN (10, 20, 30)
    b: UPDATE t SET v = 0 WHERE id = 40
    b: UPDATE t SET v = 0 WHERE id = 10
    a: UPDATE t SET v = 0 WHERE id = 40
  )"),
            "a done\nb done\na done 3\nb done 1\n"
            "b waits for a: X,REC_NOT_GAP t.PRIMARY 10\n"
            "a waits for b: X,REC_NOT_GAP t.PRIMARY 40\n"
            "deadlock: b -> a -> b, victim b\n"
            "b deadlock\na done 1\n");
}

TEST(DeadlockStory, WithoutDetectionBothWait) {
  EXPECT_EQ(story(two_rows + R"(
    a: BEGIN
    b: BEGIN
    a: UPDATE t SET v = 0 WHERE id = 1
    b: UPDATE t SET v = 0 WHERE id = 2
    a: UPDATE t SET v = 0 WHERE id = 2
    b: UPDATE t SET v = 0 WHERE id = 1
    a: COMMIT
  )",
                  {"repeatable read", {{"innodb_deadlock_detect", "off"}}}),
            "a done\nb done\na done 1\nb done 1\n"
            "a waits for b: X,REC_NOT_GAP t.PRIMARY 2\n"
            "b waits for a: X,REC_NOT_GAP t.PRIMARY 1\n"
            "a skipped\n");
}

TEST(DeadlockStory, UserLocks) {
  EXPECT_EQ(story(two_rows + R"(
    a: SELECT GET_LOCK('x', 10)
    b: SELECT GET_LOCK('y', 10)
    a: SELECT GET_LOCK('y', 10)
    b: SELECT GET_LOCK('x', 10)
    b: SELECT RELEASE_LOCK('y')
  )"),
            "a done (1)\nb done (1)\n"
            "a waits for b: EXCLUSIVE user lock \"y\"\n"
            "b waits for a: EXCLUSIVE user lock \"x\"\n"
            "deadlock: a -> b -> a, victim b\n"
            "b deadlock\nb done (1)\na done (1)\n");
}

// The whole cycle is told: what each waits for, and what it holds that stands in its predecessor's way.
TEST(DeadlockStory, TheEventNamesLocks) {
  const auto driver =
      opened("CREATE TABLE t (id INT PRIMARY KEY, v INT); INSERT INTO t VALUES (1, 1), (2, 2)", {"a", "b"});
  const auto play = [&](SessionId session, const std::string& sql) {
    driver->start({session, sql, "", prepared(sql), {}});
    driver->settle({});
  };
  for (const SessionId session : {0U, 1U}) play(session, "BEGIN");
  play(0, "UPDATE t SET v = 0 WHERE id = 1");
  play(1, "UPDATE t SET v = 0 WHERE id = 2");
  play(0, "UPDATE t SET v = 0 WHERE id = 2");
  driver->observe();
  play(1, "UPDATE t SET v = 0 WHERE id = 1");
  for (const Event& event : driver->observe()) {
    const auto* found = std::get_if<DeadlockFound>(&event.what);
    if (found == nullptr) continue;
    ASSERT_EQ(found->cycle.size(), 2U);
    EXPECT_EQ(found->proof, Proof::reported);
    const DeadlockFound::Member& a = found->cycle[0];
    EXPECT_EQ(a.session, 0U);
    EXPECT_EQ(a.step, "UPDATE t SET v = 0 WHERE id = 2");
    EXPECT_EQ(a.waits_for.key, (std::vector<KeyPart>{{"id", Value(std::int64_t{2})}}));
    EXPECT_TRUE(a.waits_for.waiting);
    ASSERT_FALSE(a.holds.empty());
    EXPECT_EQ(a.holds.front().key, (std::vector<KeyPart>{{"id", Value(std::int64_t{1})}}));
    EXPECT_EQ(a.holds.front().mode, "X,REC_NOT_GAP");
    return;
  }
  FAIL() << "no deadlock was told";
}

}  // namespace
}  // namespace gridlock::reference
