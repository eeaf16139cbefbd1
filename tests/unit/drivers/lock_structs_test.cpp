// Lock structs: found whether few or many, the one nearest to the front of several alike.
#include "drivers/reference/lock_structs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace gridlock::reference {
namespace {

constexpr std::uint32_t pages = 12;

LockStruct of(std::uint32_t trx, std::uint32_t space, std::uint32_t page, Mode mode, std::int64_t place) {
  LockStruct made;
  made.trx = trx;
  made.space = space;
  made.page = page;
  made.mode = mode;
  made.place = place;
  return made;
}

/// The same by looking at every struct there is.
std::uint32_t find_by_looking(const LockStructs& structs, const std::vector<std::uint32_t>& all,
                              const LockStruct& like) {
  std::uint32_t found = 0;
  for (const std::uint32_t id : all) {
    const LockStruct& one = structs[id];
    if (one.table || one.waiting || one.page != like.page || one.space != like.space || one.mode != like.mode) continue;
    if (found == 0 || one.place > structs[found].place) found = id;
  }
  return found;
}

TEST(LockStructs, OfSeveralAlikeTheOneNearestToTheFrontIsFound) {
  LockStructs structs;
  StructList list;
  LockStruct waiting = of(1, 1, 1, innodb::X_record, 1);
  waiting.waiting = true;
  const std::uint32_t late = structs.make(list, waiting);
  const std::uint32_t early = structs.make(list, of(1, 1, 1, innodb::X_record, 2));
  EXPECT_EQ(structs.find(list, waiting), early);
  structs[late].place = 3;
  structs.stop_waiting(list, late);
  EXPECT_EQ(structs.find(list, waiting), late);
  EXPECT_EQ(structs.find(list, of(1, 1, 2, innodb::X_record, 0)), 0U);
  EXPECT_EQ(structs.find(list, of(1, 2, 1, innodb::X_record, 0)), 0U);
  EXPECT_EQ(structs.find(list, of(1, 1, 1, innodb::S_record, 0)), 0U);
}

// Three transactions with up to some hundred structs: past the few that are looked through, and back to none.
TEST(LockStructs, ManyAreFoundAsFewAre) {
  std::mt19937 chance(7);
  const auto pick = [&](std::uint32_t below) { return static_cast<std::uint32_t>(chance() % below); };
  LockStructs structs;
  std::vector<StructList> lists(3);
  std::vector<std::vector<std::uint32_t>> all(3);
  std::int64_t place = 0;
  std::size_t most = 0;
  for (int step = 0; step < 40'000; ++step) {
    const std::uint32_t trx = pick(3);
    LockStruct one = of(trx, pick(3), pick(pages), Mode(5 + pick(6)), ++place);
    one.table = pick(10) == 0;
    one.waiting = !one.table && pick(4) == 0;
    const std::uint32_t found = structs.find(lists[trx], one);
    ASSERT_EQ(found, find_by_looking(structs, all[trx], one)) << "step " << step;
    if (found == 0 || one.waiting) {
      const std::uint32_t id = structs.make(lists[trx], one);
      all[trx].push_back(id);
      if (one.waiting && pick(3) == 0) {
        structs.drop(lists[trx], id);
        all[trx].pop_back();
      } else if (one.waiting) {
        structs[id].place = pick(2) == 0 ? ++place : -structs[id].place;
        structs.stop_waiting(lists[trx], id);
      }
    }
    ASSERT_EQ(lists[trx].count, all[trx].size());
    most = std::max(most, all[trx].size());
    if (pick(300) != 0) continue;
    structs.drop_all(lists[trx]);
    all[trx].clear();
    EXPECT_EQ(lists[trx].records, 0U);
  }
  EXPECT_GT(most, 100U);
}

}  // namespace
}  // namespace gridlock::reference
