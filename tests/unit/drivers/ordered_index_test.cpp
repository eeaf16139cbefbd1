// The index: order, handles that stay, blocks that split; and the row versions behind it.
#include <gtest/gtest.h>

#include "drivers/reference/ordered_index.h"
#include "drivers/reference/row_store.h"

namespace gridlock::reference {
namespace {

Value number(std::int64_t value) { return value; }

std::vector<std::int64_t> walk(const OrderedIndex& index) {
  std::vector<std::int64_t> keys;
  for (RecordId at = index.first(); at != supremum; at = index.next(at))
    keys.push_back(std::get<std::int64_t>(index.key(at)[0]));
  return keys;
}

TEST(OrderedIndex, KeepsOrderOverManyBlocks) {
  OrderedIndex index({false}, 4);
  for (std::int64_t i = 0; i < 100; ++i) index.insert(Key{number(i * 37 % 100)});
  const auto keys = walk(index);
  ASSERT_EQ(keys.size(), 100U);
  for (std::int64_t i = 0; i < 100; ++i) EXPECT_EQ(keys[static_cast<std::size_t>(i)], i);
  EXPECT_GT(index.blocks(), 20U);
}

TEST(OrderedIndex, AscendingInsertsLeaveFullBlocks) {
  OrderedIndex index({false}, 10);
  for (std::int64_t i = 0; i < 100; ++i) index.insert(Key{number(i)});
  EXPECT_EQ(index.blocks(), 10U);
}

TEST(OrderedIndex, DescendingFieldsTurnTheOrder) {
  OrderedIndex index({true}, 4);
  for (const std::int64_t i : {2, 9, 5}) index.insert(Key{number(i)});
  EXPECT_EQ(walk(index), (std::vector<std::int64_t>{9, 5, 2}));
  EXPECT_EQ(index.key(index.lower_bound(Key{number(7)}))[0], number(5));
}

TEST(OrderedIndex, BoundsTakeAPrefix) {
  OrderedIndex index({false, false}, 4);
  for (std::int64_t i = 0; i < 9; ++i) index.insert(Key{number(i / 3), number(i)});
  EXPECT_EQ(index.key(index.lower_bound(Key{number(1)}))[1], number(3));
  EXPECT_EQ(index.key(index.upper_bound(Key{number(1)}))[1], number(6));
  EXPECT_EQ(index.upper_bound(Key{number(2)}), supremum);
  EXPECT_EQ(index.distance(index.lower_bound(Key{number(1)}), index.upper_bound(Key{number(1)})), 3U);
}

TEST(OrderedIndex, AHandleStaysWhileItsEntryLives) {
  OrderedIndex index({false}, 4);
  const RecordId ten = index.insert(Key{number(10)});
  const RecordId twenty = index.insert(Key{number(20)});
  for (std::int64_t i = 11; i < 20; ++i) index.insert(Key{number(i)});
  EXPECT_EQ(index.key(ten)[0], number(10));
  index.remove(ten);
  EXPECT_FALSE(index.alive(ten));
  EXPECT_EQ(index.previous(index.first()), none);
  EXPECT_EQ(index.next(twenty), supremum);
  EXPECT_EQ(index.insert(Key{number(5)}), ten) << "a handle is used again after its entry's removal";
}

TEST(OrderedIndex, NullComesFirst) {
  OrderedIndex index({false}, 4);
  index.insert(Key{number(-5)});
  const RecordId null = index.insert(Key{Value(Null{})});
  EXPECT_EQ(index.first(), null);
}

TEST(RowStore, VersionsAreAStack) {
  RowStore rows(1);
  const std::vector<Value> one{number(1)};
  const std::vector<Value> two{number(2)};
  rows.push(1, 7, false, one);
  rows.push(1, 8, true, two);
  EXPECT_TRUE(rows.newest_version(1).deleted);
  EXPECT_EQ(rows.values(rows.newest_version(1).older)[0], number(1));
  EXPECT_TRUE(rows.pop(1));
  EXPECT_EQ(rows.newest_version(1).writer, 7U);
  EXPECT_FALSE(rows.pop(1));
  EXPECT_EQ(rows.newest(1), none);
}

}  // namespace
}  // namespace gridlock::reference
