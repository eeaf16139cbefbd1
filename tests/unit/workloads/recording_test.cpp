#include "workloads/runner/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "workloads/expand/random.h"
#include "workloads/runner/histogram_json.h"
#include "workloads/runner/lock_waits.h"
#include "workloads/runner/recorder.h"
#include "workloads/runner/runner.h"

namespace gridlock {
namespace {

TEST(Histogram, IsEmptyAtFirst) {
  const Histogram histogram;
  EXPECT_EQ(histogram.count(), 0U);
  EXPECT_EQ(histogram.percentile(99), 0);
}

TEST(Histogram, KeepsSmallValuesExactly) {
  Histogram histogram;
  for (int value = 1; value <= 1000; ++value) histogram.add(value);
  EXPECT_EQ(histogram.percentile(50), 500);
  EXPECT_EQ(histogram.percentile(99), 990);
  EXPECT_EQ(histogram.percentile(100), 1000);
  EXPECT_EQ(histogram.percentile(0), 1);
  EXPECT_EQ(histogram.max(), 1000);
}

TEST(Histogram, KeepsLargeValuesToThreeDigits) {
  expand::Random random(1);
  Histogram histogram;
  std::vector<std::int64_t> values;
  for (int i = 0; i < 20'000; ++i) {
    const auto value = static_cast<std::int64_t>(random.next() >> (random.below(50) + 13));
    values.push_back(value);
    histogram.add(value);
  }
  std::sort(values.begin(), values.end());
  for (const double percent : {1.0, 25.0, 50.0, 95.0, 99.0, 99.9}) {
    const auto exact = values[static_cast<std::size_t>(std::ceil(20'000 * percent / 100)) - 1];
    const auto kept = histogram.percentile(percent);
    EXPECT_NEAR(static_cast<double>(kept), static_cast<double>(exact), static_cast<double>(exact) * 0.006 + 0.5);
  }
  EXPECT_EQ(histogram.max(), values.back());
  EXPECT_EQ(histogram.percentile(100), values.back());
}

/// Values of every size, by the seed.
std::vector<std::int64_t> values(std::uint64_t seed, int count) {
  expand::Random random(seed);
  std::vector<std::int64_t> drawn;
  for (int i = 0; i < count; ++i) drawn.push_back(static_cast<std::int64_t>(random.next() >> (random.below(40) + 20)));
  return drawn;
}

Histogram of(const std::vector<std::int64_t>& values) {
  Histogram histogram;
  for (const std::int64_t value : values) histogram.add(value);
  return histogram;
}

TEST(Histogram, MergesWithoutLoss) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    auto all = values(seed, 300);
    const std::size_t cut = expand::Random(seed).below(all.size());
    Histogram left = of({all.begin(), all.begin() + static_cast<std::ptrdiff_t>(cut)});
    left.merge(of({all.begin() + static_cast<std::ptrdiff_t>(cut), all.end()}));
    const Histogram whole = of(all);
    EXPECT_EQ(left, whole) << "seed " << seed;
    EXPECT_EQ(left.count(), whole.count());
    EXPECT_EQ(left.percentile(95), whole.percentile(95));
  }
}

TEST(Histogram, IsReadFromJsonAsItWasWritten) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    const Histogram written = of(values(seed, 200));
    const auto read = histogram_from(Json::parse(histogram_json(written).dump()));
    ASSERT_TRUE(read) << "seed " << seed;
    EXPECT_EQ(*read, written) << "seed " << seed;
    EXPECT_EQ(read->percentile(99), written.percentile(99));
  }
  EXPECT_EQ(histogram_from(histogram_json({})), Histogram());
  for (const char* broken : {"5", "{}", R"({"count": 1, "max": 1, "sum": 1, "buckets": [[1]]})",
                             R"({"count": 1, "max": -1, "sum": 1, "buckets": [[1, 1]]})"})
    EXPECT_FALSE(histogram_from(Json::parse(broken))) << broken;
}

Event event(std::int64_t at, SessionId session, decltype(Event::what) what) {
  return {Time{at}, session, std::move(what)};
}

WaitState waits(bool still) {
  WaitState state;
  if (still) state.blockers.push_back({9, {}, true});
  return state;
}

TEST(LockWaitClock, MeasuresFromTheFirstWordOfAWaitToItsEnd) {
  LockWaitClock clock;
  clock.see(event(1'000, 0, waits(true)));
  clock.see(event(2'000, 1, waits(true)));
  clock.see(event(2'500, 0, waits(true)));  // told again: still the same wait
  clock.see(event(4'000, 0, waits(false)));
  clock.see(event(4'100, 0, StatementEnded{"a", Outcome::done, {}, 0, {}}));
  clock.see(event(9'000, 1, StatementEnded{"b", Outcome::lock_timeout, {}, 0, {}}));
  clock.see(event(9'500, 2, waits(true)));  // never ends
  EXPECT_EQ(percentiles(clock.times()).count, 2U);
  EXPECT_DOUBLE_EQ(percentiles(clock.times()).p50_ms, 3);
  EXPECT_NEAR(percentiles(clock.times()).max_ms, 7, 0.001);
}

Event told(SessionId session, const std::string& step) { return event(0, session, StatementStarted{step, "", ""}); }

Event deadlock(SessionId a, SessionId b) {
  DeadlockFound found;
  found.cycle = {{a, "", "", {}, {}}, {b, "", "", {}, {}}};
  return event(0, a, found);
}

std::string kept(Recorder& recorder) {
  std::string text;
  for (const auto& one : recorder.take()) {
    const auto* started = std::get_if<StatementStarted>(&one.what);
    text += (text.empty() ? "" : " ") + (started ? started->step : "deadlock");
  }
  return text;
}

TEST(Recorder, KeepsEverythingWithinItsBound) {
  Recorder recorder(3);
  for (const char* step : {"a", "b", "c"}) recorder.see(told(0, step));
  EXPECT_FALSE(recorder.truncated());
  EXPECT_EQ(kept(recorder), "a b c");
}

TEST(Recorder, BeyondItKeepsTheOpenTransactionsOfADeadlocksMembers) {
  Recorder recorder(6);
  for (const char* step : {"a", "b", "c", "d", "e", "f"}) recorder.see(told(0, step));
  recorder.see(told(1, "gone"));
  recorder.forget(1);
  recorder.see(told(1, "one"));
  recorder.see(told(2, "bystander"));
  recorder.see(told(3, "three"));
  recorder.see(told(1, "one again"));
  recorder.see(deadlock(3, 1));
  recorder.see(told(1, "later"));
  EXPECT_TRUE(recorder.truncated());
  EXPECT_EQ(kept(recorder), "a b c d e f one three one again deadlock");
}

TEST(Recorder, OfALongTransactionKeepsTheLatestEvents) {
  Recorder recorder(1);
  recorder.see(told(9, "full"));
  for (int i = 1; i <= 100; ++i) recorder.see(told(0, std::to_string(i)));
  recorder.see(deadlock(0, 1));
  EXPECT_EQ(kept(recorder).substr(0, 13), "full 37 38 39");
}

}  // namespace
}  // namespace gridlock
