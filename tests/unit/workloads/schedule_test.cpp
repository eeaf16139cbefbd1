// Schedules as files and as tokens.
#include "workloads/explore/schedule.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/workloads/loaded.h"
#include "workloads/explore/explore.h"
#include "workloads/explore/token.h"

namespace gridlock::explore {
namespace {

const std::string story =
    "schema: |\n  CREATE TABLE t (id INT PRIMARY KEY, v INT);\n  INSERT INTO t VALUES (1, 0), (2, 0);\nsessions:\n"
    "  a: [a1: BEGIN, a2: UPDATE t SET v = 1 WHERE id = 1, a3: UPDATE t SET v = 1 WHERE id = 2, a4: COMMIT]\n"
    "  b: [b1: BEGIN, b2: UPDATE t SET v = 2 WHERE id = 2, b3: UPDATE t SET v = 2 WHERE id = 1, b4: COMMIT]\n";

Plan plan() { return plan_of_story(test::loaded(story), "mysql", 1, std::nullopt); }

TEST(Token, IsReadAsItWasWritten) {
  const Plan of = plan();
  const Turns turns{{0, 0}, {1, 0}, {0, 1}, {1, 1}, {0, 2}, {1, 2}};
  const std::string word = to_word(token_of(of, turns, hash_of(story), sql::Isolation::read_committed, std::nullopt));
  EXPECT_LE(word.size(), 30U) << word;
  const auto token = read_token(word);
  ASSERT_TRUE(token);
  EXPECT_EQ(token->workload, hash_of(story));
  EXPECT_EQ(token->isolation, sql::Isolation::read_committed);
  EXPECT_EQ(turns_of(*token, of), turns);
}

TEST(Token, LeavesStepsOutAndNamesACast) {
  const Plan of = plan();
  const Turns turns{{1, 1}, {0, 3}};
  const Cast cast{3, 2, 2, 4711};
  const auto token = read_token(to_word(token_of(of, turns, 7, std::nullopt, cast)));
  ASSERT_TRUE(token);
  EXPECT_EQ(token->cast, cast);
  EXPECT_EQ(turns_of(*token, of), turns);
}

TEST(Token, ASlipOfThePenIsSeen) {
  const std::string word = to_word(token_of(plan(), {{0, 0}, {1, 0}, {0, 1}}, 99, std::nullopt, std::nullopt));
  int caught = 0;
  for (std::size_t i = 4; i < word.size(); ++i) {
    std::string wrong = word;
    wrong[i] = wrong[i] == '0' ? '1' : '0';
    caught += read_token(wrong) ? 0 : 1;
  }
  EXPECT_GE(caught + 1, static_cast<int>(word.size()) - 4) << "at most the last letter's unused bits go unnoticed";
  EXPECT_FALSE(read_token("gl1-"));
  EXPECT_FALSE(read_token("deadlock.yaml"));
  EXPECT_FALSE(read_token("gl1-!!!"));
}

TEST(Token, DoesNotFitAnotherPlan) {
  const auto token = read_token(to_word(token_of(plan(), {{0, 3}}, 1, std::nullopt, std::nullopt)));
  ASSERT_TRUE(token);
  Plan shorter = plan();
  shorter.sessions[0].steps.pop_back();
  EXPECT_FALSE(turns_of(*token, shorter));
  shorter.sessions.pop_back();
  EXPECT_FALSE(turns_of(*token, shorter));
}

TEST(Schedule, IsReadAsItWasWritten) {
  Schedule schedule;
  schedule.workload_path = "../a story.yaml";
  schedule.hash = 0xdeadbeef;
  schedule.engine = "reference:innodb";
  schedule.seed = 7;
  schedule.isolation = sql::Isolation::read_committed;
  schedule.order = {"a1", "b1", "no", "x: y"};
  schedule.expect.outcome = Anomaly::lock_timeout;
  schedule.expect.between = {"a1", "b1"};
  schedule.expect.fingerprint = "0123456789abcdef";
  schedule.expect.events = {{"a1", Outcome::done}, {"no", Outcome::lock_timeout}};
  const LoadedSchedule read = load_schedule(to_yaml(schedule, "a remark"), "s.yaml");
  ASSERT_TRUE(read.schedule) << read.problems.front().message;
  EXPECT_EQ(read.schedule->workload_path, schedule.workload_path);
  EXPECT_EQ(read.schedule->hash, schedule.hash);
  EXPECT_EQ(read.schedule->order, schedule.order);
  EXPECT_EQ(read.schedule->isolation, schedule.isolation);
  EXPECT_EQ(read.schedule->expect.outcome, schedule.expect.outcome);
  EXPECT_EQ(read.schedule->expect.between, schedule.expect.between);
  EXPECT_EQ(read.schedule->expect.events, schedule.expect.events);
  EXPECT_EQ(read.schedule->expect.fingerprint, schedule.expect.fingerprint);
}

TEST(Schedule, EveryMistakeAtOnce) {
  const LoadedSchedule read =
      load_schedule("schedule: 2\nordr: [a1]\nexpect: {outcome: dedlock, events: [[a1, don]]}\nhash: zz\n", "s.yaml");
  EXPECT_FALSE(read.schedule);
  EXPECT_GE(read.problems.size(), 6U);  // version, workload, order, ordr, outcome, event, hash
}

TEST(Schedule, AnOrderThatDoesNotFitIsSaid) {
  Schedule schedule;
  schedule.order = {"a2", "a1", "a22"};
  const FoundTurns found = turns_of(schedule, plan());
  ASSERT_EQ(found.problems.size(), 2U);
  EXPECT_EQ(found.problems[1].hint, "its steps are `a1`, `a2`, `a3`, `a4`, `b1`, `b2`, `b3`, `b4`");
}

TEST(Schedule, DepartureIsTheFirstEventThatDiffers) {
  Schedule::Expected expected;
  expected.events = {{"a1", Outcome::done}, {"a2", Outcome::waits}};
  PlayedOrder played;
  played.events = {{"a1", Outcome::done, {}}, {"a2", Outcome::done, {}}};
  const auto there = divergence(expected, played);
  ASSERT_TRUE(there);
  EXPECT_EQ(there->at, 1U);
  EXPECT_EQ(there->expected, "a2 waits");
  EXPECT_EQ(there->got, "a2 done");
  played.events = {{"a1", Outcome::done, {}}, {"a2", Outcome::waits, {}}};
  EXPECT_FALSE(divergence(expected, played));
}

Exploration explored(const std::string& yaml, Options options = {}) { return explore(test::loaded(yaml), options); }

TEST(Explore, TellsEachDeadlockOnceWithItsShortestOrder) {
  const Exploration found = explored(story);
  ASSERT_EQ(found.witnesses.size(), 1U);
  EXPECT_EQ(found.witnesses[0].finding.what, Anomaly::deadlock);
  EXPECT_EQ(found.witnesses[0].finding.witness.size(), 6U);
  EXPECT_TRUE(found.coverage.exhaustive());
  EXPECT_EQ(found.coverage.ended, Ended::exhausted);
}

const std::string lost_update =
    "schema: |\n  CREATE TABLE t (id INT PRIMARY KEY, v INT);\n  INSERT INTO t VALUES (1, 0);\n"
    "transactions:\n  add:\n    steps:\n      - {sql: SELECT v FROM t WHERE id = 1, into: seen}\n"
    "      - UPDATE t SET v = :seen + 1 WHERE id = 1\n"
    "sessions: [{run: add, count: 5, times: 10}]\n"
    "expect: {invariants: [{query: SELECT v FROM t WHERE id = 1, equals: 2}]}\n";

TEST(Explore, FindsALostUpdateAmongTwoOfAStorm) {
  const Exploration found = explored(lost_update);
  ASSERT_EQ(found.witnesses.size(), 1U);
  const Witness& witness = found.witnesses[0];
  EXPECT_EQ(witness.finding.what, Anomaly::invariant);
  EXPECT_NE(witness.finding.detail.find("gives 1, expected 2"), std::string::npos) << witness.finding.detail;
  EXPECT_EQ(found.coverage.plans, 1U);
  EXPECT_TRUE(found.coverage.storm);
}

TEST(Explore, AStormsWitnessIsAStoryOfItsOwn) {
  const std::string storm =
      "schema: |\n  CREATE TABLE t (id INT PRIMARY KEY, v INT);\ndata: {t: {rows: 5, columns: {id: sequence, v: 0}}}\n"
      "transactions:\n  move:\n    params: {from: {uniform: [1, 5]}, to: {uniform: [1, 5], distinct_from: from}}\n"
      "    steps: [UPDATE t SET v = v - 1 WHERE id = :from, UPDATE t SET v = v + 1 WHERE id = :to]\n"
      "sessions: [{run: move, count: 2, times: 1}]\n";
  const Exploration found = explored(storm);
  ASSERT_EQ(found.witnesses.size(), 1U);
  EXPECT_TRUE(found.coverage.values_chosen);
  const Plan& plan = found.plans[found.witnesses[0].finding.plan];
  const std::string yaml = story_yaml(plan, found.witnesses[0].finding.witness, "mysql");
  const Exploration again = explored(yaml);
  // The story ends where the deadlock is found, before anybody commits: that the survivor never lets go is met, too.
  const auto deadlocks = std::count_if(again.witnesses.begin(), again.witnesses.end(), [](const Witness& witness) {
    return witness.finding.what == Anomaly::deadlock;
  });
  EXPECT_EQ(deadlocks, 1) << yaml;
}

TEST(Explore, WhoeverNeverLetsGoIsALockTimeout) {
  const Exploration found = explored(
      "schema: |\n  CREATE TABLE t (id INT PRIMARY KEY, v INT);\n  INSERT INTO t VALUES (1, 0);\nsessions:\n"
      "  a: [a1: BEGIN, a2: UPDATE t SET v = 1 WHERE id = 1]\n  b: [b1: UPDATE t SET v = 2 WHERE id = 1]\n");
  ASSERT_EQ(found.witnesses.size(), 1U);
  EXPECT_EQ(found.witnesses[0].finding.what, Anomaly::lock_timeout);
  EXPECT_EQ(found.witnesses[0].finding.detail, "b (b1) waits for a");
}

TEST(Explore, ARingOfTwoKindsOfLocksIsAStall) {
  const Exploration found = explored(
      "schema: |\n  CREATE TABLE t (id INT PRIMARY KEY, v INT);\n  INSERT INTO t VALUES (1, 0);\nsessions:\n"
      "  a: [a1: BEGIN, a2: UPDATE t SET v = 1 WHERE id = 1, a3: \"SELECT GET_LOCK('x', 60)\", a4: COMMIT]\n"
      "  b: [b1: \"SELECT GET_LOCK('x', 60)\", b2: UPDATE t SET v = 2 WHERE id = 1, b3: \"SELECT "
      "RELEASE_LOCK('x')\"]\n");
  bool stall = false;
  for (const Witness& witness : found.witnesses) stall = stall || witness.finding.what == Anomaly::stall;
  EXPECT_TRUE(stall) << "InnoDB's detector knows nothing of user locks (D36)";
}

TEST(Explore, ChanceSaysHowFarItGoes) {
  Options options;
  options.chance = Chance{200, 2};
  const Exploration found = explored(story, options);
  EXPECT_FALSE(found.coverage.exhaustive());
  EXPECT_EQ(found.coverage.schedules, 200U);
  EXPECT_EQ(found.witnesses.size(), 1U);
  EXPECT_GT(found.coverage.chance_of_finding, 0.99) << "1 - (1 - 1 / (2 * 8))^200";
}

TEST(Explore, GoesOnAnotherDay) {
  Options options;
  options.schedules = 2;
  const Exploration whole = explored(story);
  Exploration part = explored(story, options);
  int days = 1;
  while (!part.state.empty() && days < 100) {
    Options next;
    next.schedules = part.coverage.schedules + 2;
    next.resume = part.state;
    part = explored(story, next);
    ASSERT_TRUE(part.problems.empty()) << part.problems.front().message;
    ++days;
  }
  EXPECT_GT(days, 1);
  EXPECT_TRUE(part.coverage.exhaustive());
  EXPECT_EQ(part.coverage.schedules, whole.coverage.schedules);
  EXPECT_EQ(part.witnesses.size(), whole.witnesses.size());
  Options wrong;
  wrong.resume = "anything";
  EXPECT_FALSE(explored(story, wrong).problems.empty());
}

}  // namespace
}  // namespace gridlock::explore
