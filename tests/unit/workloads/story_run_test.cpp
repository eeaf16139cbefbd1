// Stories played on the fake driver: events in the isolation tester's order.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/unit/workloads/fake_driver.h"
#include "tests/unit/workloads/loaded.h"
#include "workloads/runner/runner.h"

namespace gridlock {
namespace {

using test::FakeDriver;
using test::loaded;

std::string told(const PlayedOrder& order) {
  std::string text;
  for (const auto& event : order.events) {
    text += fmt::format("{}{}:{}", text.empty() ? "" : " ", event.step, to_string(event.outcome));
    if (event.error) text += fmt::format("({})", event.error->code);
  }
  return text;
}

/// Plays the story's orders; the events of each on a line of its own.
std::string play(const std::string& yaml, FakeDriver driver = {}) {
  std::string text;
  for (const auto& order : run(loaded(yaml), driver, {}).orders) text += told(order) + "\n";
  return text;
}

const std::string opposite = R"(
sessions:
  a: {steps: [{a1: BEGIN}, {a2: HOLD x}, {a3: HOLD y}, {a4: COMMIT}]}
  b: {steps: [{b1: BEGIN}, {b2: HOLD y}, {b3: HOLD x}, {b4: COMMIT}]}
)";

TEST(StoryRun, PlaysOneOrderInFileOrderWhenThereIsNone) {
  EXPECT_EQ(play(opposite), "a1:done a2:done a3:done a4:done b1:done b2:done b3:done b4:done\n");
}

TEST(StoryRun, TellsTheLaunchedStepFirstThenWhomItSetFree) {
  EXPECT_EQ(play(opposite + "orders:\n  - [a1, b1, a2, b2, a3, b3, a4, b4]\n"),
            "a1:done b1:done a2:done b2:done a3:waits b3:deadlock a3:done a4:done b4:done\n");
}

TEST(StoryRun, TellsWaitersInTheOrderInWhichTheyBeganToWait) {
  EXPECT_EQ(play(R"(
sessions:
  a: {steps: [{a1: HOLD x}, {a2: HOLD y}, {a3: COMMIT}]}
  b: {steps: [{b1: HOLD y}]}
  c: {steps: [{c1: HOLD x}]}
orders:
  - [a1, a2, c1, b1, a3]
  - [a1, a2, b1, c1, a3]
)"),
            "a1:done a2:done c1:waits b1:waits a3:done c1:done b1:done\n"
            "a1:done a2:done b1:waits c1:waits a3:done b1:done c1:done\n");
}

TEST(StoryRun, SkipsTheStepsOfASessionThatIsStillBlocked) {
  EXPECT_EQ(play(R"(
sessions:
  a: {steps: [{a1: HOLD x}, {a2: COMMIT}]}
  b: {steps: [{b1: HOLD x}, {b2: HOLD y}, {b3: COMMIT}]}
orders:
  - [a1, b1, b2, a2, b3]
  - [a1, b1, b2]
)"),
            "a1:done b1:waits b2:skipped a2:done b1:done b3:done\n"
            "a1:done b1:waits b2:skipped\n");
}

TEST(StoryRun, TellsErrorsWithTheirCode) {
  EXPECT_EQ(play("sessions: {a: {steps: [{a1: FAULT}, {a2: CLASH}]}}"), "a1:error(1062) a2:serialization failure\n");
}

TEST(StoryRun, MoreIntoNamesThanColumnsAreAnErrorOfTheStep) {
  FakeDriver driver;
  const auto played = run(loaded("sessions: {a: {steps: [{a1: {sql: SELECT * FROM t, into: [x, y]}}]}}"), driver, {});
  ASSERT_EQ(played.orders.at(0).events.size(), 1U);
  const auto& event = played.orders[0].events[0];
  EXPECT_EQ(event.outcome, Outcome::error);
  EXPECT_EQ(event.error->message, "`into` has 2 names, but the statement returned 1 column");
  EXPECT_EQ(played.summary.errors, 1U);
}

TEST(StoryRun, APauseLetsLockWaitsRunOut) {
  FakeDriver driver;
  driver.lock_wait_timeout = Time{1'000'000};
  EXPECT_EQ(play(R"(
sessions:
  a: {steps: [{a1: HOLD x}, {a2: {think: 2s}}, {a3: COMMIT}]}
  b: {steps: [{b1: HOLD x}, {b2: HOLD x}]}
orders:
  - [a1, b1, a2, a3, b2]
)",
                 driver),
            "a1:done b1:waits a2:done b1:lock timeout a3:done b2:done\n");
}

TEST(StoryRun, OpensTheEngineAfreshForEachOrder) {
  FakeDriver driver;
  const auto played = run(loaded(opposite + "orders: [[a1, a2], [b1, b2], [a1]]"), driver, {});
  EXPECT_EQ(played.orders.size(), 3U);
  EXPECT_EQ(driver.opened, 3);
  EXPECT_EQ(driver.closed, 3);
}

TEST(StoryRun, TellsEverySessionsLocksAfterEachStepThatWasPlayed) {
  FakeDriver driver;
  RunOptions options;
  options.locks = true;
  const auto played = run(loaded(opposite + "orders: [[a1, a2, b1, b2, b3, b4]]"), driver, options);
  std::string text;
  for (const auto& after : played.orders.at(0).locks) {
    text += after.step + ":";
    for (const auto& [session, lock] : after.locks)
      text += fmt::format(" {} {} {}", session, lock.object, lock.waiting ? "waiting" : "granted");
    text += "\n";
  }
  EXPECT_EQ(text,
            "a1:\n"
            "a2: a user lock \"x\" granted\n"
            "b1: a user lock \"x\" granted\n"
            "b2: a user lock \"x\" granted b user lock \"y\" granted\n"
            "b3: a user lock \"x\" granted b user lock \"y\" granted b user lock \"x\" waiting\n");
}

TEST(StoryRun, IntoSavesTheFirstRowForLaterSteps) {
  FakeDriver driver;
  const auto played = run(loaded(R"(
sessions:
  a:
    steps:
      - a1: SELECT 7, 'seven'
        into: [number, word]
      - a2: {sql: HOLD :word, into: nothing}
      - a3: HOLD :number and :nothing
)"),
                          driver, {});
  EXPECT_EQ(driver.log,
            (std::vector<std::string>{"0 a: SELECT 7, 'seven'", "100 a: HOLD seven", "200 a: HOLD 7 and NULL"}));
  ASSERT_EQ(played.orders.at(0).results.size(), 1U);
  EXPECT_TRUE(played.orders.at(0).results[0].returns_rows);
}

TEST(StoryRun, CountsTransactionsAndWhatBecameOfThem) {
  FakeDriver driver;
  const auto played = run(loaded(opposite + "orders: [[a1, b1, a2, b2, a3, b3, a4, b4]]"), driver, {});
  EXPECT_EQ(played.summary.committed, 1U);
  EXPECT_EQ(played.summary.rolled_back, 1U);
  EXPECT_EQ(played.summary.deadlocks, 1U);
  EXPECT_EQ(played.summary.waits.count, 2U);
  EXPECT_EQ(played.summary.engine, "reference:innodb");
  EXPECT_EQ(played.summary.version, "1.0");
}

TEST(StoryRun, TheTraceOfAnOrderHoldsWhatTheDriverSaw) {
  FakeDriver driver;
  const auto played = run(loaded(opposite), driver, {});
  const Trace& trace = played.orders.at(0).trace;
  EXPECT_EQ(trace.sessions, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(trace.events.size(), 16U);
  EXPECT_TRUE(played.trace.events.empty());
}

TEST(StoryRun, AnotherDialectHasItsOwnStatementsAndLeavesOutWhatIsNull) {
  const std::string yaml = R"(
sessions:
  a: {steps: [{a1: {mysql: HOLD my, postgres: HOLD pg}}, {a2: {mysql: HOLD m, postgres: null}}, {a3: {sql: HOLD any}}]}
)";
  FakeDriver mysql, postgres;
  postgres.engine = "postgresql://localhost/db";
  run(loaded(yaml), mysql, {});
  run(loaded(yaml), postgres, {});
  EXPECT_EQ(mysql.log, (std::vector<std::string>{"0 a: HOLD my", "100 a: HOLD m", "200 a: HOLD any"}));
  EXPECT_EQ(postgres.log, (std::vector<std::string>{"0 a: HOLD pg", "100 a: HOLD any"}));
}

TEST(StoryRun, AStatementMissingForTheDialectIsAProblemAndNothingIsPlayed) {
  FakeDriver driver;
  const auto played = run(loaded("sessions: {a: {steps: [{a1: {postgres: HOLD pg}}]}}"), driver, {});
  ASSERT_EQ(played.problems.size(), 1U);
  EXPECT_EQ(played.problems[0].message, "the step `a1` has no statement for mysql");
  EXPECT_EQ(driver.opened, 0);
}

TEST(StoryRun, WhatTheEngineCannotPlayIsAProblem) {
  FakeDriver driver;
  driver.refuse = {{{"w.yaml", 1, 1}, "unknown statement", ""}};
  const auto played = run(loaded(opposite), driver, {});
  EXPECT_EQ(played.problems, driver.refuse);
  EXPECT_TRUE(played.orders.empty());
}

TEST(StoryRun, StopEndsItWithWhatHappenedSoFar) {
  FakeDriver driver;
  int asked = 0;
  RunOptions options;
  options.stop = [&] { return ++asked > 3; };
  const auto played =
      run(loaded(opposite + "orders: [[a1, a2, a3, a4], [b1]]\nexpect: {deadlocks: 5}"), driver, options);
  ASSERT_EQ(played.orders.size(), 1U);
  EXPECT_EQ(told(played.orders[0]), "a1:done a2:done a3:done");
  EXPECT_TRUE(played.summary.stopped);
  EXPECT_TRUE(played.checks.empty());
  EXPECT_EQ(driver.closed, 1);
}

TEST(StoryRun, TheIsolationOfTheOptionsOverridesTheFiles) {
  FakeDriver driver;
  RunOptions options;
  options.isolation = sql::Isolation::serializable;
  run(loaded("sessions: {a: {isolation: read committed, steps: [{a1: BEGIN}]}, b: [{b1: BEGIN}]}"), driver, options);
  EXPECT_EQ(driver.setup.sessions.at(0).isolation, sql::Isolation::serializable);
  EXPECT_EQ(driver.setup.sessions.at(1).isolation, sql::Isolation::serializable);
}

std::string checks(const std::string& expect, const std::string& orders = "[[a1, b1, a2, b2, a3, b3, a4, b4]]",
                   FakeDriver driver = {}) {
  std::string text;
  for (const auto& check : run(loaded(opposite + "orders: " + orders + "\nexpect: " + expect), driver, {}).checks)
    text += fmt::format("{}: expected {}, got {}: {}\n", check.what, check.expected, check.got,
                        check.holds ? "holds" : "fails");
  return text;
}

TEST(Expectations, CountDeadlocks) {
  EXPECT_EQ(checks("{deadlocks: 1}"), "deadlocks: expected 1, got 1: holds\n");
  EXPECT_EQ(checks("{deadlocks: 0}"), "deadlocks: expected 0, got 1: fails\n");
  EXPECT_EQ(checks("{deadlocks: {at_least: 2}}"), "deadlocks: expected at least 2, got 1: fails\n");
  EXPECT_EQ(checks("{deadlocks: {at_least: 1, at_most: 3}}"), "deadlocks: expected 1 to 3, got 1: holds\n");
  EXPECT_EQ(checks("{lock_timeouts: {at_most: 0}}"), "lock timeouts: expected at most 0, got 0: holds\n");
}

TEST(Expectations, OutcomesOfSteps) {
  EXPECT_EQ(checks("{outcomes: {b3: deadlock, a3: [waits, done]}}"),
            "outcome of a3: expected waits, done, got waits, done: holds\n"
            "outcome of b3: expected deadlock, got deadlock: holds\n");
  EXPECT_EQ(checks("{outcomes: {a3: done}}"), "outcome of a3: expected done, got waits, done: holds\n");
  EXPECT_EQ(checks("{outcomes: {a3: [done, waits]}}"), "outcome of a3: expected done, waits, got waits, done: fails\n");
  EXPECT_EQ(checks("{outcomes: {a3: deadlock}}"), "outcome of a3: expected deadlock, got waits, done: fails\n");
}

TEST(Expectations, OutcomesHoldInEveryOrder) {
  EXPECT_EQ(checks("{outcomes: {b3: deadlock}}", "[[a1, b1, a2, b2, a3, b3], [b1, b2, b3, a1]]"),
            "outcome of b3 in order 1: expected deadlock, got deadlock: holds\n"
            "outcome of b3 in order 2: expected deadlock, got done: fails\n");
}

TEST(Expectations, Invariants) {
  FakeDriver driver;
  driver.answers = {std::int64_t{7}, Value(std::string("8.0")), Value()};
  EXPECT_EQ(checks("{invariants: [{query: SELECT 1, equals: 7}, {query: SELECT 2, equals: 8}, {query: SELECT 3, "
                   "at_least: 0}]}",
                   "[[a1]]", driver),
            "SELECT 1: expected 7, got 7: holds\n"
            "SELECT 2: expected 8, got 8.0: holds\n"
            "SELECT 3: expected at least 0, got NULL: fails\n");
}

TEST(Expectations, InvariantsCannotBeAskedWhileASessionWaits) {
  EXPECT_EQ(checks("{invariants: [{query: SELECT 1, equals: 0}]}", "[[a1, a2, b1, b2, b3]]"),
            "SELECT 1: expected 0, got not asked: a session is still at work: fails\n");
}

}  // namespace
}  // namespace gridlock
