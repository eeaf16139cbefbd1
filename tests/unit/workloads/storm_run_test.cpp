// Storms played on the fake driver: wrapping, retries, pauses, counts, ends.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include "tests/unit/workloads/fake_driver.h"
#include "tests/unit/workloads/loaded.h"
#include "workloads/runner/runner.h"

namespace gridlock {
namespace {

using test::FakeDriver;
using test::loaded;

using Log = std::vector<std::string>;

Log log_of(const std::string& yaml, FakeDriver driver = {}) {
  run(loaded(yaml), driver, {});
  return driver.log;
}

/// Only what was sent, without time and session.
Log sent(const std::string& yaml, FakeDriver driver = {}) {
  Log texts;
  for (const auto& line : log_of(yaml, driver)) texts.push_back(line.substr(line.find(": ") + 2));
  return texts;
}

std::string counts(const RunSummary& summary) {
  return fmt::format(
      "committed {} rolled back {} retried {} failed {} deadlocks {} timeouts {} serialization {} errors {}",
      summary.committed, summary.rolled_back, summary.retried, summary.failed, summary.deadlocks, summary.lock_timeouts,
      summary.serialization_failures, summary.errors);
}

TEST(StormRun, WrapsTheStepsInATransaction) {
  EXPECT_EQ(log_of("transactions: {t: {steps: [HOLD x, HOLD y]}}\nsessions: [{run: t, times: 2}]"),
            (Log{"0 t: BEGIN", "100 t: HOLD x", "200 t: HOLD y", "300 t: COMMIT", "400 t: BEGIN", "500 t: HOLD x",
                 "600 t: HOLD y", "700 t: COMMIT"}));
}

TEST(StormRun, DoesNotWrapAutocommitNorStepsThatSayBegin) {
  EXPECT_EQ(sent("transactions: {t: {autocommit: true, steps: [HOLD x]}}\nsessions: [{run: t}]"), (Log{"HOLD x"}));
  EXPECT_EQ(sent("transactions: {t: {steps: [BEGIN, HOLD x, ROLLBACK]}}\nsessions: [{run: t}]"),
            (Log{"BEGIN", "HOLD x", "ROLLBACK"}));
}

TEST(StormRun, AnInlineListOfStepsIsATransaction) {
  EXPECT_EQ(sent("sessions: [{run: [HOLD x, HOLD y]}]"), (Log{"BEGIN", "HOLD x", "HOLD y", "COMMIT"}));
}

TEST(StormRun, NumbersTheSessionsOfAGroup) {
  FakeDriver driver;
  run(loaded("transactions: {a: [HOLD x], b: [HOLD y]}\nsessions: [{run: a, count: 2}, {run: b}, {run: b, count: 2}]"),
      driver, {});
  Log names;
  for (const auto& session : driver.setup.sessions) names.push_back(session.name);
  EXPECT_EQ(names, (Log{"a-1", "a-2", "b", "b.2-1", "b.2-2"}));
}

TEST(StormRun, PausesBetweenStepsAndBetweenTransactions) {
  EXPECT_EQ(log_of("transactions: {t: {autocommit: true, steps: [HOLD x, think: 1ms, HOLD y]}}\n"
                   "sessions: [{run: t, times: 2, think: 5ms}]"),
            (Log{"0 t: HOLD x", "1100 t: HOLD y", "6200 t: HOLD x", "7300 t: HOLD y"}));
}

TEST(StormRun, UnrollsLoopsAndDrawsTheirParametersAnew) {
  EXPECT_EQ(sent(R"(
transactions:
  t:
    autocommit: true
    params: {outer: sequence}
    steps:
      - repeat: 2
        params: {inner: sequence}
        steps:
          - HOLD :outer and :inner
          - repeat: 2
            steps: [HOLD :inner]
sessions: [{run: t, times: 2}]
)"),
            (Log{"HOLD 1 and 1", "HOLD 1", "HOLD 1", "HOLD 1 and 2", "HOLD 2", "HOLD 2", "HOLD 2 and 3", "HOLD 3",
                 "HOLD 3", "HOLD 2 and 4", "HOLD 4", "HOLD 4"}));
}

TEST(StormRun, NamesTheStepsOfALoopByTheirRounds) {
  FakeDriver driver;
  const auto played = run(loaded(R"(
transactions: {t: {autocommit: true, steps: [{name: first, sql: HOLD a}, {repeat: 2, steps: [HOLD b, {repeat: 2, steps: [HOLD c]}]}]}}
sessions: [{run: t}]
)"),
                          driver, {});
  Log names;
  for (const auto& event : played.trace.events)
    if (const auto* started = std::get_if<StatementStarted>(&event.what)) names.push_back(started->step);
  EXPECT_EQ(names, (Log{"first", "2.1#1", "2.2.1#1.1", "2.2.1#1.2", "2.1#2", "2.2.1#2.1", "2.2.1#2.2"}));
}

TEST(StormRun, IntoSavesARowForLaterSteps) {
  EXPECT_EQ(
      sent("transactions: {t: {autocommit: true, steps: [{sql: SELECT 7, into: n}, HOLD :n]}}\nsessions: [{run: t}]"),
      (Log{"SELECT 7", "HOLD 7"}));
}

TEST(StormRun, MoreIntoNamesThanColumnsAreAnErrorOfTheStep) {
  FakeDriver driver;
  const auto played =
      run(loaded("transactions: {t: [{sql: SELECT * FROM somewhere, into: [a, b]}, HOLD :b]}\nsessions: [{run: t}]"),
          driver, {});
  EXPECT_EQ(driver.log, (Log{"0 t: BEGIN", "100 t: SELECT * FROM somewhere", "200 t: ROLLBACK"}));
  EXPECT_EQ(counts(played.summary),
            "committed 0 rolled back 1 retried 0 failed 1 deadlocks 0 timeouts 0 serialization 0 errors 1");
}

TEST(StormRun, SharesASequenceUnlessItIsPerSession) {
  const std::string yaml =
      "sessions: [{run: t, count: 2, times: 2}]\ntransactions: {t: {autocommit: true, params: {n: ";
  EXPECT_EQ(log_of(yaml + "sequence}, steps: [SELECT :n]}}"),
            (Log{"0 t-1: SELECT 1", "0 t-2: SELECT 2", "100 t-1: SELECT 3", "100 t-2: SELECT 4"}));
  EXPECT_EQ(log_of(yaml + "{sequence: {start: 10, step: 5, per_session: true}}}, steps: [SELECT :n]}}"),
            (Log{"0 t-1: SELECT 10", "0 t-2: SELECT 10", "100 t-1: SELECT 15", "100 t-2: SELECT 15"}));
}

/// Two sessions take x and y in opposite order.
std::string opposite(const std::string& rest) {
  return "transactions: {xy: [HOLD x, HOLD y], yx: [HOLD y, HOLD x]}\nsessions: [{run: xy}, {run: yx}]\n" + rest;
}

TEST(StormRun, ADeadlockEndsTheTransactionAndItsRemainingStepsAreNotSent) {
  FakeDriver driver;
  const auto played = run(loaded(opposite("")), driver, {});
  EXPECT_EQ(driver.log, (Log{"0 xy: BEGIN", "0 yx: BEGIN", "100 xy: HOLD x", "100 yx: HOLD y", "200 xy: HOLD y",
                             "200 yx: HOLD x", "300 xy: COMMIT"}));
  EXPECT_EQ(counts(played.summary),
            "committed 1 rolled back 1 retried 0 failed 1 deadlocks 1 timeouts 0 serialization 0 errors 0");
}

TEST(StormRun, ADeadlockIsRetriedAfterItsBackoff) {
  FakeDriver driver;
  const auto played = run(loaded(opposite("retry: {on: [deadlock], attempts: 2, backoff: 10ms}")), driver, {});
  EXPECT_EQ(driver.log.back(), "10500 yx: COMMIT");
  EXPECT_EQ(counts(played.summary),
            "committed 2 rolled back 1 retried 1 failed 0 deadlocks 1 timeouts 0 serialization 0 errors 0");
}

TEST(StormRun, PostgresIsToldToRollBackAfterADeadlock) {
  FakeDriver driver;
  driver.engine = "postgresql://localhost/db";
  run(loaded(opposite("")), driver, {});
  EXPECT_EQ(std::count(driver.log.begin(), driver.log.end(), "200 yx: ROLLBACK"), 1);
}

TEST(StormRun, ALockTimeoutIsRolledBackAndRetried) {
  FakeDriver driver;
  driver.lock_wait_timeout = Time{1'000};
  const auto played = run(loaded(R"(
transactions: {slow: [HOLD x, think: 5ms], quick: [think: 200us, HOLD x]}
sessions: [{run: slow}, {run: quick}]
retry: {on: [lock timeout], attempts: 3, backoff: {first: 1ms, factor: 2}}
)"),
                          driver, {});
  EXPECT_EQ(driver.log, (Log{"0 slow: BEGIN", "0 quick: BEGIN", "100 slow: HOLD x", "300 quick: HOLD x",
                             "1300 quick: ROLLBACK", "2400 quick: BEGIN", "2700 quick: HOLD x", "3700 quick: ROLLBACK",
                             "5200 slow: COMMIT", "5800 quick: BEGIN", "6100 quick: HOLD x", "6200 quick: COMMIT"}));
  EXPECT_EQ(counts(played.summary),
            "committed 2 rolled back 2 retried 2 failed 0 deadlocks 0 timeouts 2 serialization 0 errors 0");
  EXPECT_EQ(played.summary.waits.count, 2U);
  EXPECT_DOUBLE_EQ(played.summary.waits.max_ms, 1);
}

TEST(StormRun, GivesUpAfterTheLastAttempt) {
  FakeDriver driver;
  const auto played = run(loaded("transactions: {t: [CLASH]}\nsessions: [{run: t, times: 2}]\n"
                                 "retry: {on: serialization failure, attempts: 3, backoff: 0}"),
                          driver, {});
  EXPECT_EQ(counts(played.summary),
            "committed 0 rolled back 6 retried 4 failed 2 deadlocks 0 timeouts 0 serialization 6 errors 0");
}

TEST(StormRun, AnErrorIsRolledBackAndNeverRetried) {
  FakeDriver driver;
  const auto played =
      run(loaded("transactions: {t: [FAULT, HOLD x]}\nsessions: [{run: t}]\nretry: {attempts: 9}"), driver, {});
  EXPECT_EQ(driver.log, (Log{"0 t: BEGIN", "100 t: FAULT", "200 t: ROLLBACK"}));
  EXPECT_EQ(counts(played.summary),
            "committed 0 rolled back 1 retried 0 failed 1 deadlocks 0 timeouts 0 serialization 0 errors 1");
}

TEST(StormRun, ARetryUsesTheSameParameters) {
  EXPECT_EQ(sent(R"(
transactions:
  t:
    params: {n: sequence}
    steps: [{repeat: 2, params: {m: sequence}, steps: [HOLD :n and :m]}, CLASH]
sessions: [{run: t, times: 2}]
retry: {on: serialization failure, attempts: 2, backoff: 0}
)"),
            (Log{"BEGIN", "HOLD 1 and 1", "HOLD 1 and 2", "CLASH", "BEGIN", "HOLD 1 and 1", "HOLD 1 and 2", "CLASH",
                 "BEGIN", "HOLD 2 and 3", "HOLD 2 and 4", "CLASH", "BEGIN", "HOLD 2 and 3", "HOLD 2 and 4", "CLASH"}));
}

TEST(StormRun, WithAutocommitOnlyTheStatementIsRetried) {
  EXPECT_EQ(sent("transactions: {t: {autocommit: true, steps: [HOLD x, CLASH, HOLD y]}}\nsessions: [{run: t}]\n"
                 "retry: {on: serialization failure, attempts: 2, backoff: 0}"),
            (Log{"HOLD x", "CLASH", "CLASH"}));
}

TEST(StormRun, BackoffGrowsToItsLargest) {
  FakeDriver driver;
  run(loaded("transactions: {t: {autocommit: true, steps: [CLASH]}}\nsessions: [{run: t}]\n"
             "retry: {on: serialization failure, attempts: 5, backoff: {first: 1ms, factor: 3, max: 5ms}}"),
      driver, {});
  EXPECT_EQ(driver.log, (Log{"0 t: CLASH", "1100 t: CLASH", "4200 t: CLASH", "9300 t: CLASH", "14400 t: CLASH"}));
}

TEST(StormRun, JitterStaysWithinItsBounds) {
  for (const auto& [jitter, low] : {std::pair{"full", 0}, std::pair{"equal", 500}}) {
    FakeDriver driver;
    run(loaded(
            fmt::format("transactions: {{t: {{autocommit: true, steps: [CLASH]}}}}\nsessions: [{{run: t}}]\nretry: "
                        "{{on: serialization failure, attempts: 200, backoff: {{first: 1ms, factor: 1, jitter: {}}}}}",
                        jitter)),
        driver, {});
    std::int64_t last = 0, least = 1'000'000, most = 0;
    for (const auto& line : driver.log) {
      const std::int64_t at = std::stoll(line);
      if (at > 0) {
        least = std::min(least, at - last - 100);
        most = std::max(most, at - last - 100);
      }
      last = at;
    }
    EXPECT_GE(least, low) << jitter;
    EXPECT_LE(least, low + 50) << jitter;
    EXPECT_LE(most, 1000) << jitter;
    EXPECT_GE(most, 950) << jitter;
  }
}

TEST(StormRun, DurationLetsTheTransactionUnderWayEnd) {
  FakeDriver driver;
  const auto played = run(loaded("transactions: {t: [HOLD x]}\nsessions: [{run: t, duration: 1ms}]"), driver, {});
  EXPECT_EQ(driver.log.back(), "1100 t: COMMIT");
  EXPECT_DOUBLE_EQ(played.summary.duration_s, 0.0012);
  EXPECT_EQ(played.summary.committed, 4U);
}

TEST(StormRun, ThinkTimeIsCutWhereTheDurationEnds) {
  FakeDriver driver;
  const auto played =
      run(loaded("transactions: {t: [HOLD x]}\nsessions: [{run: t, duration: 1s, think: 10m}]"), driver, {});
  EXPECT_DOUBLE_EQ(played.summary.duration_s, 1);
}

TEST(StormRun, WeightsDecideWhatIsRunHowOften) {
  FakeDriver driver;
  run(loaded("transactions: {a: {autocommit: true, steps: [HOLD a]}, b: {autocommit: true, steps: [HOLD b]}, "
             "c: {autocommit: true, steps: [HOLD c]}}\nsessions: [{run: {a: 3, b: 1, c: 0}, times: 4000}]"),
      driver, {});
  const auto of = [&](const std::string& end) {
    return std::count_if(driver.log.begin(), driver.log.end(),
                         [&](const std::string& line) { return line.ends_with(end); });
  };
  EXPECT_NEAR(static_cast<double>(of("HOLD a")), 3000, 100);
  EXPECT_NEAR(static_cast<double>(of("HOLD b")), 1000, 100);
  EXPECT_EQ(of("HOLD c"), 0);
}

TEST(StormRun, AGroupsOneIsolationIsItsSessions) {
  FakeDriver driver;
  run(loaded("transactions: {t: {isolation: serializable, steps: [HOLD x]}}\nsessions: [{run: t}]"), driver, {});
  EXPECT_EQ(driver.setup.sessions.at(0).isolation, sql::Isolation::serializable);
  EXPECT_EQ(driver.log, (Log{"0 t: BEGIN", "100 t: HOLD x", "200 t: COMMIT"}));
}

TEST(StormRun, DifferentIsolationsOfAGroupAreSetForEachTransaction) {
  const std::string yaml =
      "transactions: {a: {isolation: serializable, steps: [HOLD x]}, b: {steps: [HOLD y]}}\n"
      "sessions: [{run: {a: 1, b: 0}, isolation: read committed}]";
  FakeDriver mysql, postgres;
  postgres.engine = "postgresql://localhost/db";
  run(loaded(yaml), mysql, {});
  run(loaded(yaml), postgres, {});
  EXPECT_EQ(mysql.setup.sessions.at(0).isolation, sql::Isolation::read_committed);
  EXPECT_EQ(mysql.log, (Log{"0 mixed: SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", "100 mixed: BEGIN",
                            "200 mixed: HOLD x", "300 mixed: COMMIT"}));
  EXPECT_EQ(postgres.log,
            (Log{"0 mixed: BEGIN ISOLATION LEVEL SERIALIZABLE", "100 mixed: HOLD x", "200 mixed: COMMIT"}));
}

TEST(StormRun, StopEndsItSoonAndSaysSo) {
  FakeDriver driver;
  RunOptions options;
  options.stop = [&] { return driver.log.size() > 100; };
  const auto played = run(loaded("transactions: {t: [HOLD x]}\nsessions: [{run: t, count: 3, times: 1000000}]\n"
                                 "expect: {deadlocks: 7, invariants: [{query: SELECT 1, equals: 5}]}"),
                          driver, options);
  EXPECT_TRUE(played.summary.stopped);
  EXPECT_TRUE(played.checks.empty());
  EXPECT_LT(driver.log.size(), 120U);
  EXPECT_EQ(played.summary.failed, 0U);
  EXPECT_EQ(driver.closed, 1);
}

TEST(StormRun, ADeadlockThatNobodyReportedCountsAgainstTheExpectation) {
  FakeDriver driver;
  const Workload workload =
      loaded("transactions: {t: [HOLD x]}\nsessions: [{run: t}]\nexpect: {deadlocks: 0, failed: 0}");
  auto played = run(workload, driver, {});
  EXPECT_TRUE(played.checks.at(0).holds);
  count_unreported(workload, 2, played);
  EXPECT_FALSE(played.checks.at(0).holds);
  EXPECT_EQ(played.checks.at(0).got, "2");
  EXPECT_TRUE(played.checks.at(1).holds);
}

TEST(StormRun, ARunThatCannotMoveAnyMoreEnds) {
  for (const bool frozen : {false, true}) {
    FakeDriver driver;
    driver.lock_wait_timeout = Time{1'000'000'000'000'000};
    driver.frozen = frozen;
    const auto played = run(loaded(R"(
transactions: {keeps: {autocommit: true, steps: [HOLD x]}, waits: [think: 1ms, HOLD x]}
sessions: [{run: keeps}, {run: waits, count: 2}]
expect: {invariants: [{query: SELECT 1, equals: 0}]}
)"),
                            driver, {});
    EXPECT_TRUE(played.summary.stalled);
    EXPECT_EQ(played.checks.at(0).got, "not asked: a session is still at work");
  }
}

TEST(StormRun, ChecksInvariantsAtTheEnd) {
  FakeDriver driver;
  driver.answers = {std::int64_t{100}};
  const auto played = run(loaded("transactions: {t: [HOLD x]}\nsessions: [{run: t}]\n"
                                 "expect: {committed: 1, failed: 0, invariants: [{query: SELECT 1, equals: 100}]}"),
                          driver, {});
  ASSERT_EQ(played.checks.size(), 3U);
  for (const auto& check : played.checks) EXPECT_TRUE(check.holds) << check.what;
}

const std::string busy_storm = R"(
transactions:
  transfer:
    params: {from: {uniform: [1, 5]}, to: {zipf: [1, 5], distinct_from: from}}
    steps: [HOLD :from, think: {uniform: [10us, 500us]}, HOLD :to]
sessions: [{run: transfer, count: 8, times: 50, think: {normal: {mean: 1ms, deviation: 1ms, min: 0ms}}}]
retry: {on: [deadlock], attempts: 5, backoff: {first: 1ms, factor: 2, jitter: full}}
)";

TEST(StormRun, TheSameSeedGivesTheSameRunAndAnotherOneAnother) {
  const auto play = [](std::optional<std::uint64_t> seed) {
    FakeDriver driver;
    RunOptions options;
    options.seed = seed;
    auto played = run(loaded(busy_storm), driver, options);
    return std::pair(std::move(driver.log), std::move(played));
  };
  const auto [first, one] = play(7);
  const auto [second, two] = play(7);
  EXPECT_EQ(first, second);
  EXPECT_EQ(one.trace, two.trace);
  EXPECT_EQ(one.summary.committed + one.summary.failed, 400U);
  EXPECT_GT(one.summary.deadlocks, 0U);
  EXPECT_GT(one.summary.waits.p99_ms, one.summary.waits.p50_ms);
  EXPECT_NE(play(8).first, first);
  EXPECT_EQ(play(std::nullopt).second.summary.seed, 1U);
}

std::ptrdiff_t deadlocks_in(const Trace& trace) {
  return std::count_if(trace.events.begin(), trace.events.end(),
                       [](const Event& event) { return std::holds_alternative<DeadlockFound>(event.what); });
}

TEST(StormRun, ABoundedTraceKeepsWhatTellsOfDeadlocks) {
  FakeDriver driver, again;
  RunOptions options;
  const auto whole = run(loaded(busy_storm), driver, options);
  options.trace_events = 300;
  const auto bounded = run(loaded(busy_storm), again, options);
  EXPECT_FALSE(whole.summary.trace_truncated);
  EXPECT_TRUE(bounded.summary.trace_truncated);
  EXPECT_LT(bounded.trace.events.size(), whole.trace.events.size());
  EXPECT_LE(bounded.trace.events.size(), 700U);
  EXPECT_GT(deadlocks_in(bounded.trace), 3);
  EXPECT_EQ(bounded.summary.deadlocks, whole.summary.deadlocks);
  EXPECT_TRUE(std::is_sorted(bounded.trace.events.begin(), bounded.trace.events.end(),
                             [](const Event& a, const Event& b) { return a.at < b.at; }));
}

TEST(StormRun, TenThousandSessionsTakeTimeByTheEventNotByTheSession) {
  const auto seconds = [](int sessions, int times) {
    FakeDriver driver;
    const auto began = std::chrono::steady_clock::now();
    run(loaded(fmt::format("transactions: {{t: {{params: {{n: {{uniform: [1, 1000000]}}}}, steps: [HOLD :n]}}}}\n"
                           "sessions: [{{run: t, count: {}, times: {}, think: 1ms}}]",
                           sessions, times)),
        driver, {});
    EXPECT_EQ(driver.log.size(), static_cast<std::size_t>(sessions) * static_cast<std::size_t>(times) * 3);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  };
  // The same number of events: a scan of all sessions at each would make the first a thousand times slower.
  EXPECT_LT(seconds(10'000, 1), 50 * seconds(10, 1'000) + 1);
}

}  // namespace
}  // namespace gridlock
