#include "analyzer/wait_for_graph.h"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <sstream>

namespace gridlock {
namespace {

/// `1>2 2>1 3~1`: 1 waits for 2, 3 stands behind 1 in a queue.
WaitForGraph graph_of(const std::string& text) {
  std::map<SessionId, std::vector<WaitEdge>> edges;
  std::istringstream words(text);
  SessionId from = 0, to = 0;
  for (char kind = 0; words >> from >> kind >> to;) edges[from].push_back({to, kind == '>'});
  WaitForGraph graph;
  for (auto& [session, out] : edges) graph.set(session, out);
  return graph;
}

std::string told(const WaitCycle& cycle) {
  std::string text;
  for (const SessionId session : cycle) text += (text.empty() ? "" : " ") + std::to_string(session);
  return text;
}

std::string cycles(const std::string& text) {
  std::string out;
  for (const WaitCycle& cycle : graph_of(text).cycles()) out += (out.empty() ? "" : " | ") + told(cycle);
  return out;
}

TEST(WaitForGraph, ChainsAreNoCycles) {
  EXPECT_EQ(cycles(""), "");
  EXPECT_EQ(cycles("1>2 2>3 4>3"), "");
}

TEST(WaitForGraph, CyclesBeginWithTheirSmallestSession) {
  EXPECT_EQ(cycles("2>1 1>2"), "1 2");
  EXPECT_EQ(cycles("3>1 1>2 2>3"), "1 2 3");
  EXPECT_EQ(cycles("9>1 1>2 2>3 3>1"), "1 2 3") << "9 only waits for one of them";
}

TEST(WaitForGraph, IndependentCyclesAreToldApart) { EXPECT_EQ(cycles("1>2 2>1 3>4 4>5 5>3 5>1"), "1 2 | 3 4 5"); }

TEST(WaitForGraph, OfAKnotTheShortestCycleIsTold) { EXPECT_EQ(cycles("1>2 2>3 3>1 3>2"), "2 3"); }

TEST(WaitForGraph, HardEdgesArePreferred) { EXPECT_EQ(told(graph_of("1~2 1>3 2>1 3>1").cycle_through(1)), "1 3"); }

TEST(WaitForGraph, CycleThroughASession) {
  EXPECT_EQ(told(graph_of("1>2 2>1 3>1").cycle_through(3)), "");
  EXPECT_EQ(told(graph_of("1>2 2>1 3>1").cycle_through(2)), "1 2");
}

TEST(WaitForGraph, NewEdgesReplaceOldOnes) {
  WaitForGraph graph = graph_of("1>2 2>1");
  EXPECT_TRUE(graph.holds({1, 2}));
  graph.set(2, {});
  EXPECT_FALSE(graph.holds({1, 2}));
  EXPECT_TRUE(graph.cycles().empty());
  EXPECT_FALSE(graph.waits(2));
}

TEST(WaitForGraph, LongChainsNeedNoDeepStack) {
  constexpr SessionId sessions = 20'000;
  WaitForGraph graph;
  for (SessionId i = 0; i < sessions; ++i) graph.set(i, {{(i + 1) % sessions, true}});
  ASSERT_EQ(graph.cycle_through(7).size(), sessions);
}

/// Whether a session can reach itself, the slow way.
bool in_cycle(const WaitForGraph& graph, SessionId session) {
  std::set<SessionId> reached;
  std::vector<SessionId> todo{session};
  while (!todo.empty()) {
    const SessionId at = todo.back();
    todo.pop_back();
    for (const WaitEdge& edge : graph.edges(at)) {
      if (edge.to == session) return true;
      if (reached.insert(edge.to).second) todo.push_back(edge.to);
    }
  }
  return false;
}

TEST(WaitForGraph, AgreesWithReachability) {
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    std::mt19937 random(seed);
    WaitForGraph graph;
    const SessionId count = 2 + random() % 8;
    for (SessionId i = 0; i < count; ++i) {
      std::vector<WaitEdge> edges;
      for (SessionId other = 0; other < count; ++other)
        if (other != i && random() % count == 0) edges.push_back({other, random() % 2 == 0});
      graph.set(i, edges);
    }
    std::set<SessionId> told_of;
    for (const WaitCycle& cycle : graph.cycles()) {
      EXPECT_TRUE(graph.holds(cycle)) << "seed " << seed;
      told_of.insert(cycle.begin(), cycle.end());
    }
    for (SessionId i = 0; i < count; ++i) {
      EXPECT_EQ(!graph.cycle_through(i).empty(), in_cycle(graph, i)) << "seed " << seed;
      if (told_of.contains(i)) {
        EXPECT_TRUE(in_cycle(graph, i)) << "seed " << seed;
      }
    }
    bool any = false;
    for (SessionId i = 0; i < count; ++i) any = any || in_cycle(graph, i);
    EXPECT_EQ(any, !told_of.empty()) << "seed " << seed;
  }
}

}  // namespace
}  // namespace gridlock
