// Storms at a fixed rate, with a ramp, with a warm-up: when transactions begin, and what is measured of them.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/workloads/fake_driver.h"
#include "tests/unit/workloads/loaded.h"
#include "workloads/runner/arrivals.h"
#include "workloads/runner/runner.h"

namespace gridlock {
namespace {

using test::FakeDriver;
using test::loaded;

using Log = std::vector<std::string>;

const std::string one_statement = "transactions: {t: {autocommit: true, steps: [HOLD :n], params: {n: sequence}}}\n";

Log log_of(const std::string& yaml) {
  FakeDriver driver;
  run(loaded(yaml), driver, {});
  return driver.log;
}

TEST(Rates, TransactionsBeginWhenTheRateSays) {
  EXPECT_EQ(log_of(one_statement + "sessions: [{run: t, count: 2, rate: 1000, duration: 4ms}]"),
            (Log{"0 t-1: HOLD 1", "1000 t-2: HOLD 2", "2000 t-1: HOLD 3", "3000 t-2: HOLD 4"}));
}

TEST(Rates, ALateTransactionIsMeasuredFromWhenItWasMeant) {
  FakeDriver driver;
  // each takes 10 ms, one is meant to begin every 4 ms: the n-th is 6 ms later than the one before
  const auto played = run(loaded("transactions: {t: {autocommit: true, steps: [think: 10ms]}}\n"
                                 "sessions: [{run: t, rate: 250, duration: 40ms}]"),
                          driver, {});
  const auto& times = played.summary.types.at(0);
  EXPECT_EQ(times.completed, 4U);
  EXPECT_EQ(times.service.max(), 10'000);
  EXPECT_EQ(times.response.percentile(1), 10'000);
  EXPECT_EQ(times.response.max(), 28'000);
  // meant at 16, 20, ..., 36 ms
  EXPECT_EQ(played.summary.not_begun, 6U);
}

TEST(Rates, WithoutARateThereIsNoSchedule) {
  FakeDriver driver;
  const auto played = run(loaded(one_statement + "sessions: [{run: t, times: 3}]"), driver, {});
  EXPECT_EQ(played.summary.types.at(0).service.count(), 3U);
  EXPECT_EQ(played.summary.types.at(0).response.count(), 0U);
  EXPECT_EQ(played.summary.not_begun, 0U);
}

TEST(Rates, RandomArrivalsComeAtTheirRateAndIndependently) {
  constexpr int count = 20'000;
  Arrivals arrivals({100, Rate::Arrivals::random}, 1, 4, expand::Random(7));
  std::vector<std::int64_t> gaps;
  std::int64_t last = 0;
  for (int i = 0; i < count; ++i) {
    const std::int64_t at = arrivals.next().micros;
    gaps.push_back(at - last);
    last = at;
  }
  // a quarter of 100 a second: 40 ms apart, and as much again of them longer than that as e^-1
  EXPECT_NEAR(static_cast<double>(last) / count, 40'000, 800);
  const auto longer = std::count_if(gaps.begin(), gaps.end(), [](std::int64_t gap) { return gap > 40'000; });
  EXPECT_NEAR(static_cast<double>(longer) / count, 0.3679, 0.01);
}

TEST(Rates, ARampSpreadsTheBeginnings) {
  EXPECT_EQ(log_of(one_statement + "sessions: [{run: t, count: 4, ramp: 8ms}]"),
            (Log{"0 t-1: HOLD 1", "2000 t-2: HOLD 2", "4000 t-3: HOLD 3", "6000 t-4: HOLD 4"}));
}

TEST(Rates, TheWarmUpIsNotMeasured) {
  FakeDriver driver;
  // a transaction takes 300 us: three end within the warm-up, the fourth is under way
  const auto played =
      run(loaded("transactions: {t: [HOLD x]}\nsessions: [{run: t, duration: 3ms}]\nwarm_up: 1ms"), driver, {});
  const auto& summary = played.summary;
  EXPECT_DOUBLE_EQ(summary.warm_up_s, 0.001);
  EXPECT_EQ(summary.warm_up_transactions, 3U);
  EXPECT_EQ(summary.committed, 11U);
  EXPECT_EQ(summary.types.at(0).completed, 11U);
  EXPECT_DOUBLE_EQ(summary.duration_s, 0.0032);
}

TEST(Rates, TimesCountFromTheWarmUp) {
  FakeDriver driver;
  const auto played =
      run(loaded("transactions: {t: [HOLD x]}\nsessions: [{run: t, times: 5}]\nwarm_up: 1ms"), driver, {});
  EXPECT_EQ(played.summary.committed, 6U);  // the one under way, and five more
}

TEST(Rates, DeadlocksOfTheWarmUpAreFindings) {
  FakeDriver driver;
  const auto played = run(loaded("transactions: {xy: [HOLD x, HOLD y], yx: [HOLD y, HOLD x]}\n"
                                 "sessions: [{run: xy}, {run: yx}]\nwarm_up: 1s\nexpect: {deadlocks: 0}"),
                          driver, {});
  EXPECT_GT(played.summary.deadlocks, 0U);
  EXPECT_EQ(played.summary.types.at(1).failed, played.summary.failed);
  EXPECT_FALSE(played.checks.at(0).holds);
}

TEST(Rates, RetriesAreCountedByTheirReason) {
  FakeDriver driver;
  const auto played =
      run(loaded("transactions: {t: [CLASH], bad: [FAULT]}\nsessions: [{run: t, times: 2}, {run: bad}]\n"
                 "retry: {on: serialization failure, attempts: 3, backoff: {first: 1ms, factor: 2}}"),
          driver, {});
  const auto& summary = played.summary;
  ASSERT_EQ(summary.retries.size(), 2U);
  EXPECT_EQ(summary.retries[0].reason, Outcome::serialization_failure);
  EXPECT_EQ(summary.retries[0].retried, 4U);
  EXPECT_EQ(summary.retries[0].given_up, 2U);
  EXPECT_EQ(summary.retries[1].reason, Outcome::error);
  EXPECT_EQ(summary.retries[1].given_up, 1U);
  EXPECT_DOUBLE_EQ(summary.backoff_s, 0.006);
  EXPECT_EQ(summary.most_attempts, 3);
  ASSERT_EQ(summary.error_kinds.size(), 1U);
  EXPECT_EQ(summary.error_kinds[0].code, "1062");
  EXPECT_EQ(summary.error_kinds[0].step, "bad 1");
}

TEST(Rates, ProgressIsToldAsAShareOfTheWhole) {
  FakeDriver driver;
  RunOptions options;
  std::vector<double> shares;
  options.progress = [&](const Progress& progress) { shares.push_back(progress.done); };
  run(loaded(one_statement + "sessions: [{run: t, times: 10}]"), driver, options);
  EXPECT_TRUE(std::is_sorted(shares.begin(), shares.end()));
  EXPECT_GT(shares.back(), 0.9);
  shares.clear();
  FakeDriver timed;
  run(loaded(one_statement + "sessions: [{run: t, duration: 5ms}]"), timed, options);
  EXPECT_NEAR(shares[shares.size() / 2], 0.5, 0.05);
}

}  // namespace
}  // namespace gridlock
