// Lock orders that go against each other.
#include "analyzer/order_graph.h"

#include <gtest/gtest.h>

namespace gridlock {
namespace {

Lock row(const std::string& table, std::int64_t id, const std::string& mode = "X,REC_NOT_GAP") {
  Lock lock;
  lock.kind = LockKind::record;
  lock.mode = mode;
  lock.table = table;
  lock.index = "PRIMARY";
  lock.key = {{"id", Value(id)}};
  return lock;
}

LockOrder order(const std::string& name, const std::vector<Lock>& locks) {
  LockOrder made{name, {}};
  for (std::size_t i = 0; i < locks.size(); ++i) made.locks.push_back({i, locks[i]});
  return made;
}

TEST(OrderGraph, OppositeOrdersAreAPotentialDeadlock) {
  const OrderGraph graph =
      order_graph({order("a", {row("t", 1), row("u", 1)}), order("b", {row("u", 1), row("t", 1)})});
  ASSERT_EQ(graph.potential.size(), 1U);
  const auto& parties = graph.potential[0].parties;
  EXPECT_TRUE(graph.potential[0].same_rows);
  ASSERT_EQ(parties.size(), 2U);
  EXPECT_EQ(parties[0].wanted_by, 1U);
  EXPECT_EQ(parties[0].held_by, 0U);
}

TEST(OrderGraph, OneOrderIsNone) {
  const OrderGraph graph =
      order_graph({order("a", {row("t", 1), row("u", 1)}), order("b", {row("t", 1), row("u", 1)})});
  EXPECT_TRUE(graph.potential.empty());
}

TEST(OrderGraph, ALockThatBothTakeBeforeIsAGuard) {
  const OrderGraph graph = order_graph(
      {order("a", {row("g", 1), row("t", 1), row("u", 1)}), order("b", {row("g", 1), row("u", 1), row("t", 1)})});
  EXPECT_TRUE(graph.potential.empty());
  EXPECT_GT(graph.guarded, 0U);
}

TEST(OrderGraph, AGuardOnAnotherRowGuardsNothing) {
  const OrderGraph graph = order_graph(
      {order("a", {row("g", 1), row("t", 1), row("u", 1)}), order("b", {row("g", 2), row("u", 1), row("t", 1)})});
  EXPECT_FALSE(graph.potential.empty());
}

TEST(OrderGraph, SharedLocksDoNotWaitForEachOther) {
  const OrderGraph graph = order_graph({order("a", {row("t", 1, "S,REC_NOT_GAP"), row("u", 1, "S,REC_NOT_GAP")}),
                                        order("b", {row("u", 1, "S,REC_NOT_GAP"), row("t", 1, "S,REC_NOT_GAP")})});
  EXPECT_TRUE(graph.potential.empty());
}

TEST(OrderGraph, TwoRowsOfOneTableMayMeetCrosswise) {
  const OrderGraph graph = order_graph({order("transfer", {row("accounts", 1), row("accounts", 2)})});
  ASSERT_EQ(graph.potential.size(), 1U) << "two executions of one transaction";
  EXPECT_FALSE(graph.potential[0].same_rows);
}

TEST(OrderGraph, RingsOfThree) {
  const OrderGraph graph = order_graph({order("a", {row("t", 1), row("u", 1)}), order("b", {row("u", 1), row("v", 1)}),
                                        order("c", {row("v", 1), row("t", 1)})});
  ASSERT_EQ(graph.potential.size(), 1U);
  EXPECT_EQ(graph.potential[0].parties.size(), 3U);
}

TEST(OrderGraph, GapsAreInTheWayOfInsertsOnly) {
  Lock gap = row("t", 5, "X,GAP");
  gap.kind = LockKind::gap;
  Lock insert = row("t", 5, "X,GAP,INSERT_INTENTION");
  insert.kind = LockKind::insert_intention;
  EXPECT_TRUE(may_block(gap, insert));
  EXPECT_FALSE(may_block(gap, gap));
  EXPECT_FALSE(may_block(insert, gap));
  EXPECT_FALSE(may_block(gap, row("t", 5)));
  EXPECT_TRUE(may_block(row("t", 5), row("t", 5, "S,REC_NOT_GAP")));
}

}  // namespace
}  // namespace gridlock
