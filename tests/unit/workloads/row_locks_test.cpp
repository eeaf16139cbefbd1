// Deadlocks told without playing orders, against every order played.
#include "workloads/explore/row_locks.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "tests/unit/workloads/loaded.h"
#include "workloads/expand/random.h"
#include "workloads/explore/explore.h"
#include "workloads/explore/search.h"

namespace gridlock::explore {
namespace {

RowLocks model(std::uint64_t seed, std::size_t sessions, std::size_t locks, std::size_t rows) {
  expand::Random random(seed);
  RowLocks made;
  made.rows = rows;
  for (std::size_t r = 0; r < rows; ++r) made.row_names.push_back(fmt::format("t {}", r + 1));
  for (std::size_t s = 0; s < sessions; ++s) {
    std::vector<std::uint8_t> all(rows);
    std::iota(all.begin(), all.end(), std::uint8_t{0});
    for (std::size_t i = rows; i > 1; --i) std::swap(all[i - 1], all[random.below(i)]);
    made.lines.emplace_back(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(locks));
    made.steps.emplace_back(locks);
    std::iota(made.steps.back().begin(), made.steps.back().end(), 1U);
  }
  return made;
}

/// First come, first served, written out: progress, and the queue of each row, its holder first.
struct Queues {
  std::vector<std::uint8_t> at;
  std::vector<std::vector<std::uint8_t>> rows;
  friend auto operator<=>(const Queues&, const Queues&) = default;
};

/// All states that orders can reach, one lock at a time; those in which nobody can go on and somebody waits.
class EveryState {
 public:
  explicit EveryState(const RowLocks& locks) : locks_(locks) {
    visit({std::vector<std::uint8_t>(locks.lines.size(), 0), std::vector<std::vector<std::uint8_t>>(locks.rows)});
  }
  std::map<Progresses, std::uint64_t> deadlocks;
  std::set<Queues> seen;

 private:
  bool waits(const Queues& q, std::size_t s) const {
    if (q.at[s] >= locks_.lines[s].size()) return false;
    const auto& queue = q.rows[locks_.lines[s][q.at[s]]];
    return std::find(queue.begin(), queue.end(), s) != queue.end();
  }

  void visit(const Queues& q) {
    if (!seen.insert(q).second) return;
    bool moved = false, waiting = false;
    for (std::size_t s = 0; s < q.at.size(); ++s) {
      waiting = waiting || waits(q, s);
      if (q.at[s] == done || waits(q, s)) continue;
      moved = true;
      visit(ask(q, s));
    }
    if (!moved && waiting) ++deadlocks[q.at];
  }

  /// The session asks for its next row; with the last one it ends at once and lets go.
  Queues ask(Queues q, std::size_t s) const {
    auto& queue = q.rows[locks_.lines[s][q.at[s]]];
    queue.push_back(static_cast<std::uint8_t>(s));
    if (queue.size() == 1) advance(q, s);
    return q;
  }
  void advance(Queues& q, std::size_t s) const {
    if (++q.at[s] < locks_.lines[s].size()) return;
    q.at[s] = done;
    for (auto& queue : q.rows) {
      if (queue.empty() || queue.front() != s) continue;
      queue.erase(queue.begin());
      if (!queue.empty()) advance(q, queue.front());
    }
  }

  const RowLocks& locks_;
};

std::map<Progresses, std::uint64_t> told(const RowLocks& locks, StateCounts& counts) {
  std::map<Progresses, std::uint64_t> states;
  std::uint64_t before = 0;
  deadlock_states(locks, counts, [&](const Progresses& progress) {
    states[progress] = counts.deadlocks - before;
    before = counts.deadlocks;
  });
  return states;
}

TEST(RowLocks, DeadlockStatesAreThoseThatOrdersReach) {
  std::uint64_t deadlocks = 0;
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    const std::size_t sessions = 2 + seed % 4, locks = 1 + seed / 4 % 4, rows = locks + seed / 16 % 4;
    const RowLocks locking = model(seed, sessions, locks, rows);
    const EveryState every(locking);
    StateCounts counts;
    EXPECT_EQ(told(locking, counts), every.deadlocks) << "seed " << seed;
    deadlocks += counts.deadlocks;
  }
  EXPECT_GT(deadlocks, 1000U);
}

std::string story_of(const RowLocks& locks) {
  std::string yaml = "schema: |\n  CREATE TABLE t (id INT PRIMARY KEY, v INT);\n  INSERT INTO t VALUES (1, 0)";
  for (std::size_t r = 2; r <= locks.rows; ++r) yaml += fmt::format(", ({}, 0)", r);
  yaml += ";\nsessions:\n";
  for (std::size_t s = 0; s < locks.lines.size(); ++s) {
    yaml += fmt::format("  s{}:\n    - s{}b: BEGIN\n", s, s);
    for (std::size_t i = 0; i < locks.lines[s].size(); ++i)
      yaml += fmt::format("    - s{}x{}: SELECT v FROM t WHERE id = {} FOR UPDATE\n", s, i, locks.lines[s][i] + 1);
    yaml += fmt::format("    - s{}c: COMMIT\n", s);
  }
  return yaml;
}

/// Who waits where in a deadlock, told from the smallest session.
using Waiting = std::vector<std::string>;

class RingsMet final : public Observer {
 public:
  void played(const Turns&, const std::vector<std::uint32_t>&, const std::vector<Event>& events) override {
    for (const Event& event : events) {
      const auto* found = std::get_if<DeadlockFound>(&event.what);
      if (found == nullptr) continue;
      Waiting ring;
      for (const auto& member : found->cycle) ring.push_back(member.step);
      std::rotate(ring.begin(), std::min_element(ring.begin(), ring.end()), ring.end());
      met.insert(ring);
    }
  }
  void ended(const Turns&, Player&) override {}
  bool stop() override { return false; }
  std::set<Waiting> met;
};

TEST(RowLocks, RingsAreThoseThatTheEngineFindsInAllOrders) {
  std::size_t rings_met = 0;
  for (std::uint64_t seed = 1; seed <= 24; ++seed) {
    const std::size_t sessions = 2 + seed % 2, locks = 2 + seed / 2 % 2;
    const RowLocks locking = model(seed, sessions, locks, locks + seed / 4 % 3);
    const Workload workload = test::loaded(story_of(locking));
    const Plan plan = plan_of_story(workload, "mysql", 1, std::nullopt);
    Opened opened = open(plan, "reference:innodb", true);
    ASSERT_TRUE(opened.problems.empty());
    const auto seen = row_locks_of(plan, *opened.driver);
    ASSERT_TRUE(seen) << "a story of nothing but row locks";
    std::set<Waiting> expected;
    rings(*seen, [&](const Ring& ring) {
      Waiting waiting;
      for (std::size_t i = 0; i < ring.sessions.size(); ++i)
        waiting.push_back(fmt::format("s{}x{}", ring.sessions[i], ring.held[i]));
      expected.insert(waiting);
    });
    RingsMet met;
    opened = open(plan, "reference:innodb");
    Search search(Player(plan, std::move(opened.driver)), met);
    EXPECT_TRUE(search.run());
    EXPECT_EQ(met.met, expected) << "seed " << seed << "\n" << story_of(locking);
    rings_met += expected.size();
  }
  EXPECT_GT(rings_met, 20U);
}

TEST(RowLocks, WhatIsMoreThanRowLocksIsNoModel) {
  for (const char* statement : {"SELECT v FROM t WHERE id = 9 FOR UPDATE",         // not there: a gap
                                "SELECT v FROM t WHERE v = 0 FOR UPDATE",          // no key
                                "SELECT v FROM t WHERE id = 1 FOR SHARE",          // shared
                                "SELECT v FROM t WHERE id = 1 FOR UPDATE NOWAIT",  // waits for nobody
                                "UPDATE t SET id = 7 WHERE id = 1",                // moves the row
                                "INSERT INTO t VALUES (7, 7)", "DELETE FROM t WHERE id = 1"}) {
    const Workload workload = test::loaded(
        fmt::format("schema: |\n  CREATE TABLE t (id INT PRIMARY KEY, v INT);\n  INSERT INTO t VALUES (1, 0), (2, 0);\n"
                    "sessions:\n  a:\n    - a1: BEGIN\n    - a2: {}\n    - a3: COMMIT\n",
                    statement));
    const Plan plan = plan_of_story(workload, "mysql", 1, std::nullopt);
    const Opened opened = open(plan, "reference:innodb", true);
    EXPECT_FALSE(row_locks_of(plan, *opened.driver)) << statement;
  }
}

}  // namespace
}  // namespace gridlock::explore
