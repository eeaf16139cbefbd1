// Deadlocks: which cycle, who pays.
#include "drivers/reference/deadlock_detector.h"

#include <gtest/gtest.h>

#include <numeric>

#include "lock_story.h"

namespace gridlock::reference {
namespace {

TEST(DeadlockDetector, TheJoinerPaysWhenAllWeighTheSame) {
  check(R"(
    1 X 10 -> granted
    2 X 20 -> granted
    1 X 20 -> waits for 2
    deadlock -> none
    2 X 10 -> waits for 1
    deadlock -> 1 -> 2 -> 1, victim 2
    deadlock -> none
  )");
}

TEST(DeadlockDetector, TheLighterPays) {
  check(R"(
    1 X 10 -> granted
    2 X 20 -> granted
    2 X 30 -> granted
    1 X 20 -> waits for 2
    2 X 10 -> waits for 1
    deadlock -> 1 -> 2 -> 1, victim 1
    1 cancel -> cancelled
    1 end -> ended, wakes 2
  )");
}

TEST(DeadlockDetector, RowsWrittenWeighAsMuchAsLockStructs) {
  check(R"(
    1 X 10 -> granted
    2 X 20 -> granted
    2 undo 1 -> set
    1 X 20 -> waits for 2
    2 X 10 -> waits for 1
    deadlock -> 1 -> 2 -> 1, victim 1
  )");
}

TEST(DeadlockDetector, LocksOfOneStructWeighOnce) {
  check(R"(
    1 X,REC_NOT_GAP 10 -> granted
    1 X,REC_NOT_GAP 11 -> granted
    1 X,REC_NOT_GAP 12 -> granted
    2 X,REC_NOT_GAP 20 -> granted
    2 X 30 -> granted
    1 X,REC_NOT_GAP 20 -> waits for 2
    2 X,REC_NOT_GAP 10 -> waits for 1
    deadlock -> 1 -> 2 -> 1, victim 1
  )");
}

// lock_wait_choose_victim walks from behind the latest joiner to the joiner itself; the last of the lightest pays.
TEST(DeadlockDetector, AmongTheLightestTheOneNextToTheJoinerPays) {
  check(R"(
    1 X 10 -> granted
    2 X 20 -> granted
    3 X 30 -> granted
    4 X 40 -> granted
    4 X 50 -> granted
    2 X 30 -> waits for 3
    3 X 40 -> waits for 4
    1 X 20 -> waits for 2
    4 X 10 -> waits for 1
    deadlock -> 1 -> 2 -> 3 -> 4 -> 1, victim 3
  )");
}

TEST(DeadlockDetector, TheLatestJoinerIsTheLastToWaitEvenIfAnotherEdgeClosedTheCycle) {
  check(R"(
    1 S 10 -> granted
    2 S 10 -> granted
    3 X 30 -> granted
    3 X 10 -> waits for 2
    1 X 30 -> waits for 3
    deadlock -> none
    2 end -> ended
    deadlock -> 3 -> 1 -> 3, victim 1
  )");
}

TEST(DeadlockDetector, MariadbFavoursTheRequesterAndElseTheFirstFound) {
  const char* story = R"(
    1 X 10 -> granted
    2 X 20 -> granted
    3 X 30 -> granted
    3 X 40 -> granted
    1 X 20 -> waits for 2
    2 X 30 -> waits for 3
    3 X 10 -> waits for 1
    deadlock -> 1 -> 2 -> 3 -> 1, victim 1
  )";
  check(story, mariadb_rules());
}

TEST(DeadlockDetector, ATailThatLeadsIntoACycleIsNoPartOfIt) {
  LockTable table;
  const auto ask = [&](Trx trx, std::uint32_t item) {
    return table.request({.trx = trx, .on = {1, item}, .mode = innodb::X_record, .page = item});
  };
  for (Trx trx = 1; trx <= 3; ++trx) ask(trx, trx);
  ask(1, 2);
  ask(2, 1);
  ask(3, 1);
  EXPECT_FALSE(find_deadlock(table, 3, {}));
  EXPECT_EQ(find_deadlock(table, 1, {})->members, (std::vector<Trx>{1, 2}));
  EXPECT_EQ(find_deadlock(table, 2, {})->members, (std::vector<Trx>{1, 2}));
}

TEST(DeadlockDetector, ARingOfTenThousandIsFoundWithoutRecursion) {
  constexpr Trx size = 10'000;
  LockTable table;
  for (Trx trx = 0; trx < size; ++trx)
    table.request({.trx = trx, .on = {1, trx + 1}, .mode = innodb::X_record, .page = trx});
  for (Trx trx = 0; trx + 1 < size; ++trx)
    table.request({.trx = trx, .on = {1, trx + 2}, .mode = innodb::X_record, .page = trx});
  EXPECT_FALSE(next_deadlock(table, {}));
  table.request({.trx = size - 1, .on = {1, 1}, .mode = innodb::X_record, .page = 0});
  const auto found = next_deadlock(table, {});
  ASSERT_TRUE(found);
  std::vector<Trx> ring(size);
  std::iota(ring.begin(), ring.end(), 0U);
  EXPECT_EQ(found->members, ring);
  EXPECT_EQ(found->victim, size - 1);
}

}  // namespace
}  // namespace gridlock::reference
