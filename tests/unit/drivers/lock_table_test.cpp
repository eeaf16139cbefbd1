// The lock table as stories: who asks for what, and what comes of it.
#include "drivers/reference/lock_table.h"

#include <gtest/gtest.h>

#include "lock_story.h"

namespace gridlock::reference {
namespace {

TEST(LockTable, GrantsCoversWaitsAndWakes) {
  check(R"(
    1 X,REC_NOT_GAP 10 -> granted
    1 X,REC_NOT_GAP 10 -> covered
    1 S,REC_NOT_GAP 10 -> covered
    2 S,REC_NOT_GAP 10 -> waits for 1
    3 X,REC_NOT_GAP 11 -> granted
    queue 10 -> 1 X,REC_NOT_GAP; 2 S,REC_NOT_GAP waiting
    way 2 -> 1 X,REC_NOT_GAP hard edge
    1 end -> ended, wakes 2
    queue 10 -> 2 S,REC_NOT_GAP
    locks 1 -> nothing
  )");
}

TEST(LockTable, NowaitIsRefusedAndLeavesNoTrace) {
  check(R"(
    1 X 10 -> granted
    2 nowait S 10 -> refused by 1
    queue 10 -> 1 X
    structs 2 -> 0
    1 end -> ended
    2 nowait S 10 -> granted
  )");
}

// lock_reuse_for_next_key_lock: who has the record needs only the gap.
TEST(LockTable, ANextKeyLockOverAHeldRecordAsksOnlyForTheGap) {
  check(R"(
    1 X,REC_NOT_GAP 10 -> granted
    2 X,GAP 10 -> granted
    1 X 10 -> X,GAP granted
    1 X 10 -> covered
    1 S 10 -> covered
    locks 1 -> X,REC_NOT_GAP 10; X,GAP 10
    3 X,GAP 20 -> granted
    4 X,REC_NOT_GAP 20 -> granted
    3 X 20 -> waits for 4
  )");
}

TEST(LockTable, ALockDeepInTheQueueIsStillOnesOwn) {
  check(R"(
    1 S 10 -> granted
    2 S 10 -> granted
    3 S 10 -> granted
    4 S 20 -> granted
    4 S 10 -> granted
    1 S,REC_NOT_GAP 10 -> covered
    2 S,GAP 10 -> covered
    4 S 10 -> covered
    5 S 10 -> granted
    queue 10 -> 5 S; 4 S; 3 S; 2 S; 1 S
  )");
}

TEST(LockTable, AnUpgradeOfASharedRecordAddsASecondLock) {
  check(R"(
    1 S,REC_NOT_GAP 10 -> granted
    1 X 10 -> granted
    locks 1 -> S,REC_NOT_GAP 10; X 10
    queue 10 -> 1 X; 1 S,REC_NOT_GAP
    1 drop X 10 -> dropped
    2 S,REC_NOT_GAP 10 -> granted
  )");
}

TEST(LockTable, OnTheSupremumEveryLockIsAGapLock) {
  check(R"(
    1 X sup -> X granted
    1 X,GAP sup -> covered
    2 X sup -> X granted
    2 S,REC_NOT_GAP sup -> covered
    queue sup -> 2 X; 1 X
    3 needed X,GAP,INSERT_INTENTION sup -> waits for 2
    queue sup -> 2 X; 1 X; 3 X,INSERT_INTENTION waiting
    2 end -> ended
    way 3 -> 1 X hard edge
    1 end -> ended, wakes 3
    locks 3 -> X,INSERT_INTENTION sup
    4 X sup -> X granted
  )");
}

TEST(LockTable, AnInsertIntentionIsRecordedOnlyIfItWaitsAndNobodyWaitsForIt) {
  check(R"(
    1 needed X,GAP,INSERT_INTENTION 10 -> clear
    2 X,REC_NOT_GAP 10 -> granted
    1 needed X,GAP,INSERT_INTENTION 10 -> clear
    3 S,GAP 10 -> granted
    1 needed X,GAP,INSERT_INTENTION 10 -> waits for 3
    4 X,GAP 10 -> granted
    5 needed X,GAP,INSERT_INTENTION 10 -> waits for 4
    3 end -> ended
    way 1 -> 4 X,GAP hard edge
    4 end -> ended, wakes 1 5
    queue 10 -> 5 X,GAP,INSERT_INTENTION; 1 X,GAP,INSERT_INTENTION; 2 X,REC_NOT_GAP
    2 end -> ended
    6 X 10 -> granted
  )");
}

TEST(LockTable, WhatStaysImplicitIsNotRecordedButWaitsAndBypassIsExplicit) {
  check(R"(
    1 needed X,REC_NOT_GAP 10 -> clear
    queue 10 -> nothing
    1 S 20 -> granted
    2 X 20 -> waits for 1
    1 needed X,REC_NOT_GAP 20 -> granted
    queue 20 -> 1 X,REC_NOT_GAP; 1 S; 2 X waiting
  )");
}

TEST(LockTable, AnImplicitLockIsMadeExplicitForItsOwner) {
  check(R"(
    1 owns 10 -> set
    1 owns 10 -> set
    2 S 10 -> waits for 1
    locks 1 -> X,REC_NOT_GAP 10
    1 end -> ended, wakes 2
  )");
}

// --- section 11 of the locking rules: bypassing a waiter, and what must not

TEST(LockTable, BypassSharedThenExclusiveOverAWaitingExclusive) {
  check(R"(
    1 S 10 -> granted
    2 X 10 -> waits for 1
    1 X 10 -> granted
    queue 10 -> 1 X; 1 S; 2 X waiting
    deadlock -> none
  )");
}

TEST(LockTable, BypassIsNotForInsertIntention) {
  check(R"(
    1 IX t -> granted
    2 IS t -> granted
    1 X,REC_NOT_GAP 10 -> granted
    2 S 10 -> waits for 1
    deadlock -> none
    1 needed X,GAP,INSERT_INTENTION 10 -> waits for 2
    deadlock -> 2 -> 1 -> 2, victim 2
    2 cancel -> cancelled, wakes 1
    2 end -> ended
    locks 1 -> IX t; X,REC_NOT_GAP 10; X,GAP,INSERT_INTENTION 10
  )");
}

TEST(LockTable, BypassACycleThroughASecondBlockerIsFoundWhenTheEdgeTurns) {
  check(R"(
    1 S 10 -> granted
    2 S,REC_NOT_GAP 10 -> granted
    3 X 10 -> waits for 2
    1 needed X,GAP,INSERT_INTENTION 10 -> waits for 3
    deadlock -> none
    2 end -> ended
    deadlock -> 3 -> 1 -> 3, victim 3
    3 cancel -> cancelled, wakes 1
    insert 5 before 10 -> done
    locks 1 -> S 10; X,GAP,INSERT_INTENTION 10; S,GAP 5
  )");
}

TEST(LockTable, BypassWaitsForTheGrantedOneAndOvertakesTheWaitingOne) {
  check(R"(
    1 S 10 -> granted
    2 S,REC_NOT_GAP 10 -> granted
    3 X 10 -> waits for 2
    1 X,REC_NOT_GAP 10 -> waits for 2
    way 1 -> 2 S,REC_NOT_GAP hard edge
    deadlock -> none
    2 end -> ended, wakes 1
    queue 10 -> 1 X,REC_NOT_GAP; 1 S; 3 X waiting
    way 3 -> 1 X,REC_NOT_GAP hard edge; 1 S hard
  )");
}

TEST(LockTable, BypassPassesSeveralWaiters) {
  check(R"(
    1 S 10 -> granted
    2 X 10 -> waits for 1
    3 X 10 -> waits for 1
    1 X,REC_NOT_GAP 10 -> granted
    4 X 10 -> waits for 1
    way 4 -> 1 X,REC_NOT_GAP hard edge; 1 S hard; 2 X soft; 3 X soft
  )");
}

TEST(LockTable, BypassNeedsALockOfTheRecordNotOfTheGap) {
  check(R"(
    1 S,GAP 10 -> granted
    2 X,REC_NOT_GAP 10 -> granted
    3 X 10 -> waits for 2
    1 X,REC_NOT_GAP 10 -> waits for 2
    2 end -> ended, wakes 3
    way 1 -> 3 X hard edge
  )");
}

// --- who is served

TEST(LockTable, WaitersAreServedInQueueOrderWhenNobodyWaitsForThem) {
  check(R"(
    1 X,REC_NOT_GAP 10 -> granted
    2 S,REC_NOT_GAP 10 -> waits for 1
    3 X,REC_NOT_GAP 10 -> waits for 1
    4 S,REC_NOT_GAP 10 -> waits for 1
    1 end -> ended, wakes 2 4
    queue 10 -> 4 S,REC_NOT_GAP; 2 S,REC_NOT_GAP; 3 X,REC_NOT_GAP waiting
    way 3 -> 4 S,REC_NOT_GAP hard; 2 S,REC_NOT_GAP hard edge
    2 end -> ended
    way 3 -> 4 S,REC_NOT_GAP hard edge
    4 end -> ended, wakes 3
  )");
}

TEST(LockTable, TheHeaviestWaiterIsServedFirst) {
  check(R"(
    1 X,REC_NOT_GAP 10 -> granted
    4 X,REC_NOT_GAP 20 -> granted
    2 X,REC_NOT_GAP 10 -> waits for 1
    3 X,REC_NOT_GAP 10 -> waits for 1
    4 X,REC_NOT_GAP 10 -> waits for 1
    5 X,REC_NOT_GAP 20 -> waits for 4
    6 S 20 -> waits for 4
    weight 2 -> 1
    weight 4 -> 3
    weight 1 -> 0
    1 end -> ended, wakes 4
    way 2 -> 4 X,REC_NOT_GAP hard edge
    way 3 -> 4 X,REC_NOT_GAP hard edge; 2 X,REC_NOT_GAP soft
    4 end -> ended, wakes 2 5
  )");
}

// lock_wait_compute_initial_weights: passed over by more than twice as many suspensions as there are waiters.
TEST(LockTable, AWaiterPassedOverForTooLongIsBoosted) {
  check(R"(
    1 X 10 -> granted
    2 X 10 -> waits for 1
    3 X 20 -> granted
    4 X 20 -> waits for 3
    weight 2 -> 1
    4 cancel -> cancelled
    4 X 20 -> waits for 3
    4 cancel -> cancelled
    4 X 20 -> waits for 3
    weight 2 -> 1
    4 cancel -> cancelled
    4 X 20 -> waits for 3
    weight 2 -> 2
    weight 4 -> 1
  )");
}

TEST(LockTable, OnlyThoseWhoseEdgePointsAtTheReleaserAreLookedAt) {
  check(R"(
    1 S,REC_NOT_GAP 10 -> granted
    2 S,REC_NOT_GAP 10 -> granted
    3 X,REC_NOT_GAP 10 -> waits for 2
    4 X,REC_NOT_GAP 10 -> waits for 2
    1 end -> ended
    way 4 -> 2 S,REC_NOT_GAP hard edge; 3 X,REC_NOT_GAP soft
    2 end -> ended, wakes 3
    way 4 -> 3 X,REC_NOT_GAP hard edge
  )");
}

TEST(LockTable, ALateCompatibleWaiterOvertakesAnExclusiveOneAtRelease) {
  check(R"(
    1 S,REC_NOT_GAP 10 -> granted
    2 X,REC_NOT_GAP 10 -> waits for 1
    3 S,REC_NOT_GAP 10 -> waits for 2
    2 cancel -> cancelled, wakes 3
    2 X,REC_NOT_GAP 10 -> waits for 3
    4 X,REC_NOT_GAP 10 -> waits for 3
    3 end -> ended
    way 4 -> 1 S,REC_NOT_GAP hard edge; 2 X,REC_NOT_GAP soft
  )");
}

TEST(LockTable, ALockThatJoinsAnOldStructStandsWhereTheStructStands) {
  check(R"(
    1 S,REC_NOT_GAP 10 -> granted
    2 S,REC_NOT_GAP 11 -> granted
    1 S,REC_NOT_GAP 11 -> granted
    queue 11 -> 2 S,REC_NOT_GAP; 1 S,REC_NOT_GAP
    3 X,REC_NOT_GAP 11 -> waits for 2
    structs 1 -> 1
    1 S,REC_NOT_GAP 25 -> granted
    1 S 12 -> granted
    structs 1 -> 3
  )");
}

TEST(LockTable, ReleaseServesTheNewestStructFirstAndTablesLast) {
  check(R"(
    1 X t -> granted
    1 X,REC_NOT_GAP 30 -> granted
    1 X,REC_NOT_GAP 20 -> granted
    1 X,REC_NOT_GAP 39 -> granted
    1 X,REC_NOT_GAP 35 -> granted
    2 IX t -> waits for 1
    3 X 35 -> waits for 1
    4 X 39 -> waits for 1
    5 X 20 -> waits for 1
    6 X 30 -> waits for 1
    1 end -> ended, wakes 5 6 3 4 2
  )");
}

// --- tables

TEST(LockTable, TableLocksAreFirstInFirstOut) {
  check(R"(
    1 IX t -> granted
    2 S t -> waits for 1
    3 IX t -> waits for 2
    4 IS t -> granted
    5 S t -> waits for 3
    queue t -> 1 IX; 2 S waiting; 3 IX waiting; 4 IS; 5 S waiting
    way 5 -> 1 IX hard; 3 IX soft edge
    1 end -> ended, wakes 2
    way 3 -> 2 S hard edge
    2 end -> ended, wakes 3
    3 end -> ended, wakes 5
  )");
}

TEST(LockTable, ATableWaiterWaitsForTheLastInItsWayAndThenForTheFirst) {
  check(R"(
    1 IX t -> granted
    2 IX t -> granted
    3 IX t -> granted
    4 X t -> waits for 3
    3 end -> ended
    way 4 -> 1 IX hard edge; 2 IX hard
    2 end -> ended
    1 end -> ended, wakes 4
  )");
}

TEST(LockTable, AnAutoIncrementLockGoesAtTheEndOfItsStatement) {
  check(R"(
    1 IX t -> granted
    1 AUTO_INC t -> granted
    2 IX t -> granted
    2 AUTO_INC t -> waits for 1
    3 AUTO_INC t -> waits for 2
    structs 1 -> 2
    1 drop AUTO_INC t -> dropped, wakes 2
    1 drop AUTO_INC t -> no such lock
    structs 1 -> 1
    way 3 -> 2 AUTO_INC hard edge
    2 drop AUTO_INC t -> dropped, wakes 3
  )");
}

// --- letting go of one lock, giving up

TEST(LockTable, ARowThatDidNotMatchIsLetGoAndItsStructCountsOn) {
  check(R"(
    1 X,REC_NOT_GAP 10 -> granted
    2 X,REC_NOT_GAP 10 -> waits for 1
    1 X,REC_NOT_GAP 11 -> granted
    1 drop X,REC_NOT_GAP 10 -> dropped, wakes 2
    1 drop X,REC_NOT_GAP 10 -> no such lock
    1 drop X,REC_NOT_GAP 11 -> dropped
    locks 1 -> nothing
    structs 1 -> 1
  )");
}

TEST(LockTable, WhoGivesUpKeepsItsOtherLocksAndLetsOthersPass) {
  check(R"(
    1 S,REC_NOT_GAP 10 -> granted
    2 X,REC_NOT_GAP 20 -> granted
    2 X,REC_NOT_GAP 10 -> waits for 1
    structs 2 -> 2
    3 S,REC_NOT_GAP 10 -> waits for 2
    4 S,REC_NOT_GAP 10 -> waits for 2
    2 cancel -> cancelled, wakes 3 4
    2 cancel -> cancelled
    structs 2 -> 1
    locks 2 -> X,REC_NOT_GAP 20
    2 X,REC_NOT_GAP 11 -> granted
  )");
}

TEST(LockTable, AWaiterThatEndsTakesItsRequestAlong) {
  check(R"(
    1 X,REC_NOT_GAP 10 -> granted
    2 X,REC_NOT_GAP 20 -> granted
    2 X,REC_NOT_GAP 10 -> waits for 1
    3 S 10 -> waits for 1
    4 S 20 -> waits for 2
    2 end -> ended, wakes 4
    1 end -> ended, wakes 3
    locks 2 -> nothing
  )");
}

// --- records come and go

TEST(LockTable, ANewRecordInheritsTheGapItStandsIn) {
  check(R"(
    1 S 20 -> granted
    2 S,GAP 20 -> granted
    3 S,REC_NOT_GAP 20 -> granted
    4 X 20 -> waits for 3
    5 needed X,GAP,INSERT_INTENTION 20 -> waits for 2
    insert 15 before 20 -> done
    queue 15 -> 4 X,GAP; 1 S,GAP; 2 S,GAP
    insert 16 before sup -> done
    queue 16 -> nothing
    1 X sup -> X granted
    insert 17 before sup -> done
    queue 17 -> 1 X,GAP
  )");
}

TEST(LockTable, TheSuccessorOfARemovedRecordInheritsAllButInsertIntention) {
  check(R"(
    1 S,REC_NOT_GAP 10 -> granted
    2 S 10 -> granted
    3 X,GAP 10 -> granted
    4 X,REC_NOT_GAP 10 -> waits for 2
    5 needed X,GAP,INSERT_INTENTION 10 -> waits for 3
    remove 10 before 11 -> done, wakes 4(again) 5(again)
    queue 10 -> nothing
    queue 11 -> 4 X,GAP; 1 S,GAP; 2 S,GAP; 3 X,GAP
    structs 4 -> 2
    4 X,REC_NOT_GAP 12 -> granted
    structs 4 -> 2
  )");
}

TEST(LockTable, ReadCommittedInheritsOnInsertOnly) {
  check(R"(
    1 rc -> set
    1 X,REC_NOT_GAP 10 -> granted
    1 S,GAP 20 -> granted
    remove 10 before 20 -> done
    queue 20 -> 1 S,GAP
    insert 15 before 20 -> done
    queue 15 -> 1 S,GAP
    1 end -> ended
    1 X,REC_NOT_GAP 10 -> granted
    remove 10 before sup -> done
    queue sup -> 1 X
  )");
}

TEST(LockTable, AWaiterOfARemovedRecordAsksAgainAndItsEmptyStructIsUsed) {
  check(R"(
    1 X,REC_NOT_GAP 10 -> granted
    2 X,REC_NOT_GAP 10 -> waits for 1
    3 X,REC_NOT_GAP 11 -> granted
    remove 10 before 20 -> done, wakes 2(again)
    2 X,REC_NOT_GAP 12 -> granted
    structs 2 -> 2
    locks 2 -> X,GAP 20; X,REC_NOT_GAP 12
  )");
}

// lock_rec_add_to_queue: an emptied struct that stands behind a waiter of its page goes to the front when used again.
TEST(LockTable, AnEmptyStructBehindAWaiterGoesToTheFrontWhenUsedAgain) {
  check(R"(
    1 X,REC_NOT_GAP 10 -> granted
    5 X,REC_NOT_GAP 11 -> granted
    6 S,REC_NOT_GAP 11 -> waits for 5
    2 S,REC_NOT_GAP 10 -> waits for 1
    remove 10 before 20 -> done, wakes 2(again)
    3 S,REC_NOT_GAP 12 -> granted
    2 S,REC_NOT_GAP 12 -> granted
    queue 12 -> 2 S,REC_NOT_GAP; 3 S,REC_NOT_GAP
  )");
}

TEST(LockTable, AnEmptyStructBehindNobodyStaysWhereItStands) {
  check(R"(
    1 X,REC_NOT_GAP 10 -> granted
    2 S,REC_NOT_GAP 10 -> waits for 1
    5 X,REC_NOT_GAP 11 -> granted
    6 S,REC_NOT_GAP 11 -> waits for 5
    remove 10 before 20 -> done, wakes 2(again)
    3 S,REC_NOT_GAP 12 -> granted
    2 S,REC_NOT_GAP 12 -> granted
    queue 12 -> 3 S,REC_NOT_GAP; 2 S,REC_NOT_GAP
  )");
}

// --- other engines, other rules

TEST(LockTable, MariadbServesInQueueOrderAndPassesSharedWaitersToo) {
  check(R"(
    1 S 10 -> granted
    2 S,REC_NOT_GAP 10 -> granted
    3 X,REC_NOT_GAP 10 -> waits for 1
    4 S,REC_NOT_GAP 10 -> waits for 3
    1 end -> ended
    way 3 -> 2 S,REC_NOT_GAP hard edge
    3 cancel -> cancelled, wakes 4
  )",
        mariadb_rules());
}

TEST(LockTable, ACopyGoesOnAlone) {
  LockTable one;
  std::vector<Woken> woken;
  one.request({.trx = 1, .on = {1, 10}, .mode = innodb::X_record});
  one.request({.trx = 2, .on = {1, 10}, .mode = innodb::X_record});
  LockTable other = one;
  other.release_all(1, woken);
  EXPECT_EQ(woken, (std::vector<Woken>{{2, true}}));
  EXPECT_FALSE(other.waiting(2));
  EXPECT_TRUE(one.waiting(2));
  EXPECT_EQ(one.size(), 2U);
  EXPECT_EQ(other.size(), 1U);
}

TEST(LockTable, AMillionLocksTakeLessThan48BytesEach) {
  constexpr std::uint32_t million = 1'000'000;
  LockTable table;
  for (std::uint32_t item = 1; item <= million; ++item)
    table.request({.trx = 0, .on = {1, item}, .mode = innodb::X_record, .page = item / 100});
  EXPECT_EQ(table.size(), million);
  EXPECT_LT(table.bytes() / million, 48U);
  std::vector<Woken> woken;
  table.release_all(0, woken);
  EXPECT_EQ(table.size(), 0U);
  EXPECT_EQ(table.lock_structs(0), 0U);
}

TEST(LockTableDeathTest, AWaiterMayNotAskForMore) {
  LockTable table;
  table.request({.trx = 1, .on = {1, 10}, .mode = innodb::X_record});
  table.request({.trx = 2, .on = {1, 10}, .mode = innodb::X_record});
  EXPECT_DEATH(table.request({.trx = 2, .on = {1, 11}, .mode = innodb::X_record}), "waits asks for another lock");
}

}  // namespace
}  // namespace gridlock::reference
