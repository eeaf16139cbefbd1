// From a trace's events to its deadlocks.
#include <gtest/gtest.h>

#include "analyzer/lock_waits.h"
#include "support/told.h"
#include "support/trace_text.h"

namespace gridlock {
namespace {

using test::ring;
using test::told;
using test::trace_from;

std::string rings(const std::string& text) {
  std::string out;
  for (const Deadlock& deadlock : deadlocks(trace_from(text)))
    out += (out.empty() ? "" : " | ") + ring(deadlock) + " " + std::string(to_string(deadlock.proof));
  return out;
}

const std::string opposite_order = R"(
  a starts a1: BEGIN
  a ends a1 done
  b starts b1: BEGIN
  b ends b1 done
  a starts a2: UPDATE t SET v = 0 WHERE id = 1
  a transaction 7 repeatable read
  a ends a2 done
  b starts b2: UPDATE t SET v = 9 WHERE id = 2
  b transaction 8 repeatable read
  b ends b2 done
  a starts a3: UPDATE t SET v = 0 WHERE id = 2
  a waits a3 record X,REC_NOT_GAP t.PRIMARY id=2 | b
  b starts b3: UPDATE t SET v = 9 WHERE id = 1
  b waits b3 record X,REC_NOT_GAP t.PRIMARY id=1 | a
)";

TEST(Deadlocks, TheStoryThatLedThere) {
  const auto found =
      deadlocks(trace_from(opposite_order + "deadlock a, b!\nb ends b3 deadlock\na waits no more\na ends a3 done"));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(told(found[0]),
            "deadlock a -> b! -> a (reported, innodb) at \n"
            "  seen 0.015000s\n"
            "  a: transaction 7, thread or pid ?\n"
            "    | UPDATE t SET v = 0 WHERE id = 2\n"
            "    waits for record X,REC_NOT_GAP t.PRIMARY (id=2) waiting\n"
            "    holds record X,REC_NOT_GAP t.PRIMARY (id=1)\n"
            "  b: transaction 8, thread or pid ?\n"
            "    | UPDATE t SET v = 9 WHERE id = 1\n"
            "    waits for record X,REC_NOT_GAP t.PRIMARY (id=1) waiting\n"
            "    holds record X,REC_NOT_GAP t.PRIMARY (id=2)\n"
            "  step a a1 done: BEGIN\n"
            "  step b b1 done: BEGIN\n"
            "  step a a2 done: UPDATE t SET v = 0 WHERE id = 1\n"
            "  step b b2 done: UPDATE t SET v = 9 WHERE id = 2\n"
            "  step a a3 waits: UPDATE t SET v = 0 WHERE id = 2\n"
            "  step b b3 deadlock: UPDATE t SET v = 9 WHERE id = 1\n");
  ASSERT_EQ(found[0].parties[0].earlier.size(), 1U) << "BEGIN is no statement to speak of";
  EXPECT_EQ(found[0].parties[0].earlier[0].sql, "UPDATE t SET v = 0 WHERE id = 1");
  EXPECT_EQ(found[0].parties[0].isolation, "repeatable read");
}

TEST(Deadlocks, TheVictimNeedNotBeWhoCameLast) {
  const auto found = deadlocks(trace_from(opposite_order + "deadlock a!, b\na ends a3 deadlock"));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(ring(found[0]), "a! -> b -> a");
  const auto& schedule = found[0].schedule;
  ASSERT_EQ(schedule.size(), 7U);
  EXPECT_EQ(schedule[5].step, "b3");
  EXPECT_EQ(schedule[5].outcome, Outcome::waits);
  EXPECT_EQ(schedule[6].step, "a3");
  EXPECT_EQ(schedule[6].outcome, Outcome::deadlock);
}

TEST(Deadlocks, ToldBeforeOrAfterTheVictimsError) {
  EXPECT_EQ(rings(opposite_order + "deadlock a, b!\nb ends b3 deadlock"), "a -> b! -> a reported");
  EXPECT_EQ(rings(opposite_order + "b ends b3 deadlock\nb rolled-back\ndeadlock a, b!"), "a -> b! -> a reported");
}

TEST(Deadlocks, ToldTwiceIsOne) {
  EXPECT_EQ(rings(opposite_order + "deadlock a, b!\ndeadlock a, b!\nb ends b3 deadlock"), "a -> b! -> a reported");
}

TEST(Deadlocks, TwoTellingsOfOneCycleAreEqual) {
  const auto one = deadlocks(trace_from(opposite_order + "deadlock a, b!"));
  const auto other = deadlocks(trace_from(opposite_order + "deadlock b!, a"));
  ASSERT_EQ(one.size(), 1U);
  EXPECT_EQ(one, other);
}

TEST(Deadlocks, OnlyTheCurrentTransactionLedThere) {
  const std::string before = R"(
    a starts x1: BEGIN
    a ends x1 done
    a starts x2: UPDATE t SET v = 5 WHERE id = 5
    a ends x2 done
    a starts x3: COMMIT
    a ends x3 done
    b starts y1: UPDATE t SET v = 6 WHERE id = 6
    b transaction 3 read committed
    b ends y1 done
    b committed
  )";
  const auto found = deadlocks(trace_from(before + opposite_order + "deadlock a, b!"));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].schedule.size(), 6U);
  EXPECT_EQ(found[0].schedule.front().step, "a1");
}

TEST(Deadlocks, StatementsWithoutATransactionAreAlone) {
  const auto found = deadlocks(trace_from(R"(
    a starts a1: UPDATE t SET v = 0 WHERE id = 1
    a ends a1 done
    a starts a2: UPDATE t SET v = 0
    a waits a2 record X t.PRIMARY id=2 | b
    b starts b1: UPDATE t SET v = 1 ORDER BY id DESC
    b waits b1 record X t.PRIMARY id=1 | a
    deadlock a, b!
  )"));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_TRUE(found[0].parties[0].earlier.empty());
  EXPECT_EQ(found[0].schedule.size(), 2U);
}

TEST(Deadlocks, AStepThatWaitedStandsTwice) {
  const auto found = deadlocks(trace_from(R"(
    a starts a1: BEGIN
    a ends a1 done
    a starts a2: UPDATE t SET v = 0 WHERE id = 1
    a waits a2 record X,REC_NOT_GAP t.PRIMARY id=1 | c
    a waits no more
    a ends a2 done
    a starts a3: UPDATE t SET v = 0 WHERE id = 2
    a waits a3 record X,REC_NOT_GAP t.PRIMARY id=2 | b
    b starts b1: UPDATE t SET v = 0 WHERE id = 1
    b waits b1 record X,REC_NOT_GAP t.PRIMARY id=1 | a
    deadlock a, b!
  )"));
  ASSERT_EQ(found.size(), 1U);
  ASSERT_EQ(found[0].schedule.size(), 5U);
  EXPECT_EQ(found[0].schedule[1].outcome, Outcome::waits);
  EXPECT_EQ(found[0].schedule[2].outcome, Outcome::done);
  EXPECT_EQ(found[0].schedule[2].step, "a2");
}

TEST(Deadlocks, SoftEdgesAndSeveralBlockers) {
  const auto found = deadlocks(trace_from(R"(
    a starts a1: UPDATE t SET v = 0
    b starts b1: UPDATE t SET v = 0
    c starts c1: UPDATE t SET v = 0
    a waits a1 record X t.PRIMARY id=1 | b, ~c
    b waits b1 record X t.PRIMARY id=2 | c
    c waits c1 record X t.PRIMARY id=3 | ~a
    deadlock a, b, c!
  )"));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].parties[0].blocked_by, (std::vector<std::size_t>{1, 2}));
  EXPECT_TRUE(found[0].parties[0].hard);
  EXPECT_FALSE(found[0].parties[2].hard);
}

// -------------------------------------------------------------------------------------------- what nobody has reported

TEST(Deadlocks, ACycleThatNobodyReports) {
  EXPECT_EQ(rings(opposite_order), "a -> b -> a inferred");
  EXPECT_EQ(rings(opposite_order + "a waits a3 record X,REC_NOT_GAP t.PRIMARY id=2 | b"), "a -> b -> a observed");
}

TEST(Deadlocks, ACycleInAQueueMustBeSeenTwice) {
  const std::string soft = R"(
    a starts a1: LOCK TABLE t
    b starts b1: LOCK TABLE s
    a waits a1 table AccessExclusiveLock t | b
    b waits b1 table AccessShareLock s | ~a
  )";
  EXPECT_EQ(rings(soft), "");
  EXPECT_EQ(rings(soft + "a waits a1 table AccessExclusiveLock t | b"), "a -> b -> a observed");
}

TEST(Deadlocks, TheErrorOfAnUnreportedCycleNamesTheVictim) {
  EXPECT_EQ(rings(opposite_order + "b ends b3 deadlock\na waits no more"), "a -> b! -> a inferred");
}

TEST(Deadlocks, AnErrorWithoutACycleIsNotLost) {
  const auto found = deadlocks(trace_from("a starts a1: COMMIT\na ends a1 deadlock"));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].parties.size(), 1U);
  EXPECT_TRUE(found[0].limit_reached);
  EXPECT_EQ(diagnose(found[0]).pattern, "unknown");
}

TEST(Deadlocks, WaitsThatAreNoCycles) {
  EXPECT_EQ(rings(R"(
    a starts a1: UPDATE t SET v = 0
    a waits a1 record X t.PRIMARY id=1 | b
    a waits no more
    b starts b1: UPDATE t SET v = 0
    b waits b1 record X t.PRIMARY id=2 | a
  )"),
            "");
}

TEST(Deadlocks, AStaleStateAfterTheReportIsNoSecondDeadlock) {
  EXPECT_EQ(
      rings(opposite_order + "deadlock a, b!\nb waits b3 record X,REC_NOT_GAP t.PRIMARY id=1 | a\nb ends b3 deadlock"),
      "a -> b! -> a reported");
}

TEST(Deadlocks, EngineFromTheTracesName) {
  for (const auto& [engine, family] :
       {std::pair{"reference:mariadb", "mariadb"}, std::pair{"mysqlx://app@db1/shop", "innodb"},
        std::pair{"mariadb://db1", "mariadb"}, std::pair{"postgresql://db1", "postgres"}}) {
    Trace trace = trace_from(opposite_order);
    trace.engine = engine;
    EXPECT_EQ(deadlocks(trace)[0].engine, family);
  }
}

// ----------------------------------------------------------------------------------------------------------- lock
// waits

TEST(LockWaits, FromTheFirstBlockerToTheLast) {
  const Trace trace = trace_from(R"(
    a starts a1: UPDATE t SET v = 0
    a waits a1 record X t.PRIMARY id=1 | b
    a waits a1 record X t.PRIMARY id=1 | b
    a waits a1 record X t.PRIMARY id=2 | b
    a waits no more
    b starts b1: UPDATE s SET v = 0
    b waits b1 record S s.PRIMARY id=1 | a
    b ends b1 lock timeout
    c waits c1 record S s.PRIMARY id=1 | a
  )");
  const auto waits = lock_waits(trace);
  ASSERT_EQ(waits.size(), 2U);
  EXPECT_EQ(waits[0].table, "t");
  EXPECT_EQ(waits[0].count, 2U);
  EXPECT_DOUBLE_EQ(waits[0].total_ms, 3);
  EXPECT_DOUBLE_EQ(waits[0].max_ms, 2);
  EXPECT_EQ(waits[1].table, "s");
  EXPECT_EQ(waits[1].count, 2U) << "one still waits at the end";
  EXPECT_DOUBLE_EQ(waits[1].total_ms, 1);
}

}  // namespace
}  // namespace gridlock
