// The reduced search against every interleaving, played one by one.
#include "workloads/explore/search.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "tests/unit/workloads/files.h"
#include "tests/unit/workloads/loaded.h"
#include "workloads/expand/random.h"
#include "workloads/explore/explore.h"

namespace gridlock::explore {
namespace {

/// All that can come of an order, whoever's turn it was when it did not matter: each step's outcomes, each deadlock's
/// ring and victim, what the tables hold at the end, and who waits there.
class Outcomes final : public Observer {
 public:
  explicit Outcomes(std::string query) : query_(std::move(query)) {}

  void played(const Turns&, const std::vector<std::uint32_t>&, const std::vector<Event>& events) override {
    for (const Event& event : events)
      if (const auto* found = std::get_if<DeadlockFound>(&event.what)) deadlocks.insert(ring(*found));
  }

  void ended(const Turns& path, Player& player) override {
    ++orders;
    std::string state;
    bool busy = false;
    for (SessionId s = 0; s < player.plan().sessions.size(); ++s) {
      busy = busy || player.busy(s);
      state += player.busy(s) ? "w" : "-";
    }
    if (!busy)
      for (const auto& row : player.driver().query(query_))
        for (const Value& value : row) state += " " + to_text(value);
    states.emplace(std::move(state), path);
  }
  bool stop() override { return false; }

  static std::string ring(const DeadlockFound& found) {
    std::vector<std::string> steps;
    for (const auto& member : found.cycle) steps.push_back(member.step);
    std::rotate(steps.begin(), std::min_element(steps.begin(), steps.end()), steps.end());
    std::string text = fmt::format("victim {}:", found.victim);
    for (const auto& step : steps) text += " " + step;
    return text;
  }

  std::uint64_t orders = 0;
  std::set<std::string> deadlocks;
  std::map<std::string, Turns> states;

 private:
  std::string query_;
};

/// No reduction at all.
void every_order(const Player& at, Turns& path, Observer& observer) {
  bool any = false;
  for (SessionId s = 0; s < at.plan().sessions.size(); ++s) {
    const auto turn = at.next(s);
    if (!turn) continue;
    any = true;
    Player next = at.copy();
    std::vector<Event> events;
    next.play(*turn, events);
    path.push_back(*turn);
    observer.played(path, {}, events);
    every_order(next, path, observer);
    path.pop_back();
  }
  Player here = at.copy();
  if (!any) observer.ended(path, here);
}

struct Compared {
  std::uint64_t all = 0, reduced = 0;
};

std::vector<std::string> keys(const std::map<std::string, Turns>& states) {
  std::vector<std::string> out;
  for (const auto& [state, path] : states) out.push_back(state);
  return out;
}

Compared compare(const std::string& yaml, const std::string& query, const std::string& what,
                 std::optional<sql::Isolation> isolation = std::nullopt) {
  const Workload workload = test::loaded(yaml);
  const Plan plan = plan_of_story(workload, "mysql", 1, isolation);
  Opened opened = open(plan, "reference:innodb");
  EXPECT_TRUE(opened.problems.empty()) << what;
  const Player start(plan, std::move(opened.driver));
  Outcomes all(query), reduced(query);
  Turns path;
  every_order(start, path, all);
  Search search(start.copy(), reduced);
  EXPECT_TRUE(search.run());
  EXPECT_EQ(reduced.deadlocks, all.deadlocks) << what << "\n" << yaml;
  EXPECT_EQ(keys(reduced.states), keys(all.states)) << what << "\n" << yaml;
  EXPECT_LE(reduced.orders, all.orders) << what;
  EXPECT_EQ(search.counts().schedules, reduced.orders);
  return {all.orders, reduced.orders};
}

/// Statements over a few rows of a table with a secondary index, and of one without.
std::string statement(expand::Random& random) {
  const auto key = [&] { return 1 + random.below(3) * 2; };
  switch (random.below(12)) {
    case 0: return fmt::format("SELECT v FROM t WHERE id = {} FOR UPDATE", key());
    case 1: return fmt::format("SELECT v FROM t WHERE id = {} FOR SHARE", key());
    case 2: return fmt::format("INSERT INTO t VALUES ({}, 5, 0)", 2 + random.below(3) * 2);
    case 3: return fmt::format("DELETE FROM t WHERE id = {}", key());
    case 4: return fmt::format("UPDATE t SET k = k + 1 WHERE id = {}", key());
    case 5: return fmt::format("UPDATE t SET v = v + 1 WHERE k = {}", key());
    case 6: return fmt::format("SELECT v FROM t WHERE id > {} FOR UPDATE", key());
    case 7: return fmt::format("UPDATE t SET v = v * 2 WHERE id = {}", key());
    case 8:
      return fmt::format("INSERT INTO t VALUES ({}, 9, 1) ON DUPLICATE KEY UPDATE v = v + 10", 1 + random.below(6));
    case 9: return fmt::format("UPDATE t SET v = (SELECT SUM(x.v) FROM u x) WHERE id = {}", key());
    case 10: return fmt::format("UPDATE u SET v = v + 1 WHERE id = {}", key());
    default: return fmt::format("SELECT v FROM t WHERE id = {}", key());
  }
}

std::string random_story(std::uint64_t seed) {
  expand::Random random(seed);
  std::string yaml =
      "schema: |\n  CREATE TABLE t (id INT PRIMARY KEY, k INT, v INT, KEY (k));\n  CREATE TABLE u (id INT PRIMARY KEY, "
      "v "
      "INT);\n  INSERT INTO t VALUES (1, 1, 1), (3, 3, 3), (5, 5, 5);\n  INSERT INTO u VALUES (1, 1), (3, 3), (5, 5);\n"
      "sessions:\n";
  const std::uint64_t sessions = 2 + random.below(2);
  for (std::uint64_t s = 0; s < sessions; ++s) {
    yaml += fmt::format("  s{}:\n    - s{}b: BEGIN\n", s, s);
    const std::uint64_t steps = sessions == 2 ? 1 + random.below(3) : 1;
    for (std::uint64_t i = 0; i < steps; ++i) yaml += fmt::format("    - s{}x{}: {}\n", s, i, statement(random));
    yaml += fmt::format("    - s{}c: {}\n", s, random.below(4) == 0 ? "ROLLBACK" : "COMMIT");
  }
  return yaml;
}

TEST(Search, FindsWhatEveryOrderFinds) {
  Compared sum;
  const std::string query = "SELECT t.id, t.k, t.v FROM t ORDER BY t.id";
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const auto level = seed % 2 == 0 ? sql::Isolation::read_committed : sql::Isolation::repeatable_read;
    const Compared one = compare(random_story(seed), query, fmt::format("seed {}", seed), level);
    sum.all += one.all;
    sum.reduced += one.reduced;
  }
  EXPECT_LT(sum.reduced * 3, sum.all) << "the reduction reduces";
}

std::string two(const std::string& a, const std::string& b) {
  return "schema: |\n  CREATE TABLE t (id INT PRIMARY KEY, v INT);\n  INSERT INTO t VALUES (1, 0), (2, 0);\nsessions:\n"
         "  a: [a1: BEGIN, " +
         a + ", a9: COMMIT]\n  b: [b1: BEGIN, " + b + ", b9: COMMIT]\n";
}

TEST(Search, OrdersThatDoNotMatterAreNotPlayed) {
  const Compared apart = compare(two("a2: UPDATE t SET v = 1 WHERE id = 1", "b2: UPDATE t SET v = 1 WHERE id = 2"),
                                 "SELECT v FROM t", "different rows");
  EXPECT_EQ(apart.all, 20U);
  EXPECT_EQ(apart.reduced, 1U);
}

TEST(Search, TwinsBeginInOneOrder) {
  const std::string yaml =
      "schema: |\n  CREATE TABLE t (id INT PRIMARY KEY, v INT);\n  INSERT INTO t VALUES (1, 0);\nsessions:\n"
      "  a: [a1: BEGIN, a2: UPDATE t SET v = v + 1 WHERE id = 1, a3: COMMIT]\n"
      "  b: [b1: BEGIN, b2: UPDATE t SET v = v + 1 WHERE id = 1, b3: COMMIT]\n";
  const Workload workload = test::loaded(yaml);
  EXPECT_EQ(twins(plan_of_story(workload, "mysql", 1, std::nullopt)), (std::vector<SessionId>{0, 0}));
}

TEST(Search, GoesOnAnotherDayWhereItStood) {
  const Workload workload = test::loaded(random_story(3));
  const Plan plan = plan_of_story(workload, "mysql", 1, std::nullopt);
  const Player start(plan, std::shared_ptr<Driver>(open(plan, "reference:innodb").driver));
  Outcomes whole("SELECT id, k, v FROM t");
  Search search(start.copy(), whole);
  EXPECT_TRUE(search.run());

  class Interrupted final : public Observer {
   public:
    void played(const Turns&, const std::vector<std::uint32_t>&, const std::vector<Event>&) override {}
    void ended(const Turns&, Player&) override { ++orders; }
    bool stop() override { return ++asked % 7 == 0; }
    std::uint64_t orders = 0, asked = 0;
  } interrupted;
  std::string state;
  for (int day = 0; day < 100'000; ++day) {
    Search part(start.copy(), interrupted);
    if (!state.empty()) {
      ASSERT_TRUE(part.restore(state)) << state;
    }
    if (part.run()) break;
    state = part.save();
  }
  EXPECT_EQ(interrupted.orders, whole.orders);
  Search other(start.copy(), interrupted);
  EXPECT_FALSE(other.restore("no state at all"));
}

}  // namespace
}  // namespace gridlock::explore
