// Storms played in parts: each part is the whole's, and the parts joined are the whole.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "model/merge_traces.h"
#include "tests/unit/workloads/fake_driver.h"
#include "tests/unit/workloads/loaded.h"
#include "workloads/runner/merge.h"
#include "workloads/runner/runner.h"

namespace gridlock {
namespace {

using test::FakeDriver;
using test::loaded;

/// Sessions that share nothing: each holds locks of its own draws, and thinks, and fails at times.
const std::string independent = R"(
transactions:
  work:
    params: {mine: {sequence: {start: 1, per_session: true}}, often: {zipf: [1, 9]}, any: sequence}
    steps: ["SELECT :mine, :often", think: {uniform: [10us, 900us]}, "SELECT :often"]
  clash: {autocommit: true, steps: [think: {uniform: [1us, 3ms]}, CLASH]}
sessions:
  - {run: {work: 4, clash: 1}, count: 5, times: 20, think: {uniform: [0ms, 1ms]}}
  - {run: work, count: 3, rate: 400, duration: 60ms, ramp: 10ms}
retry: {on: serialization failure, attempts: 3, backoff: {first: 1ms, jitter: full}}
expect: {deadlocks: 0, failed: {at_least: 1}, invariants: [{query: SELECT 1, equals: 0}]}
)";

using Played = Run;  // in a test, `Run` is gtest's own

Played played(const std::string& yaml, std::optional<Shard> shard, std::uint64_t seed = 1) {
  FakeDriver driver;
  RunOptions options;
  options.seed = seed;
  options.shard = shard;
  return run(loaded(yaml), driver, options);
}

std::string figures(const RunSummary& summary) {
  std::string text =
      fmt::format("committed {} rolled back {} retried {} failed {} serialization {} backoff {:.6f} attempts {}",
                  summary.committed, summary.rolled_back, summary.retried, summary.failed,
                  summary.serialization_failures, summary.backoff_s, summary.most_attempts);
  for (const auto& type : summary.types)
    text += fmt::format("\n{}: completed {} retried {} failed {} service {} {} response {} {}", type.name,
                        type.completed, type.retried, type.failed, type.service.count(), type.service.sum(),
                        type.response.count(), type.response.sum());
  for (const auto& one : summary.retries)
    text += fmt::format("\n{}: {} {}", to_string(one.reason), one.retried, one.given_up);
  return text;
}

Played joined(const std::string& yaml, std::uint32_t of, std::uint64_t seed) {
  Played whole = played(yaml, Shard{1, of}, seed);
  for (std::uint32_t part = 2; part <= of; ++part) merge_into(whole, played(yaml, Shard{part, of}, seed));
  return whole;
}

TEST(Parts, JoinedAreTheWholeWhereTheyAreIndependent) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed)
    for (const std::uint32_t of : {1U, 2U, 3U, 8U}) {
      const Played whole = played(independent, std::nullopt, seed), parts = joined(independent, of, seed);
      EXPECT_EQ(figures(parts.summary), figures(whole.summary)) << "seed " << seed << ", " << of << " parts";
      ASSERT_EQ(parts.summary.types.size(), whole.summary.types.size());
      for (std::size_t i = 0; i < whole.summary.types.size(); ++i) {
        EXPECT_EQ(parts.summary.types[i].service, whole.summary.types[i].service) << "seed " << seed;
        EXPECT_EQ(parts.summary.types[i].response, whole.summary.types[i].response) << "seed " << seed;
      }
      EXPECT_DOUBLE_EQ(parts.summary.duration_s, whole.summary.duration_s);
    }
}

/// What each session sent, and when; without the draws of the sequence that all sessions share.
std::multiset<std::string> told(const Trace& trace) {
  std::multiset<std::string> lines;
  for (const Event& event : trace.events)
    if (const auto* started = std::get_if<StatementStarted>(&event.what))
      lines.insert(fmt::format("{} {} {}", event.at.micros, trace.sessions.at(event.session), started->sql));
  return lines;
}

TEST(Parts, TheirTracesJoinedAreTheWholes) {
  const Played whole = played(independent, std::nullopt);
  const Trace trace = merged({played(independent, Shard{1, 3}).trace, played(independent, Shard{2, 3}).trace,
                              played(independent, Shard{3, 3}).trace});
  EXPECT_EQ(told(trace), told(whole.trace));
  EXPECT_EQ(trace.events.size(), whole.trace.events.size());
  EXPECT_TRUE(std::is_sorted(trace.events.begin(), trace.events.end(),
                             [](const Event& a, const Event& b) { return a.at < b.at; }));
}

TEST(Parts, SessionsKeepTheirNames) {
  const auto names = played(independent, Shard{2, 3}).trace.sessions;
  EXPECT_EQ(names, (std::vector<std::string>{"mixed-2", "mixed-5", "work-3"}));
}

TEST(Parts, NoTwoDrawTheSameOfASharedSequence) {
  const std::string yaml =
      "transactions: {t: {autocommit: true, params: {n: sequence}, steps: [SELECT :n]}}\n"
      "sessions: [{run: t, count: 4, times: 6}]";
  std::multiset<std::string> drawn;
  for (std::uint32_t part = 1; part <= 4; ++part)
    for (const Event& event : played(yaml, Shard{part, 4}).trace.events)
      if (const auto* started = std::get_if<StatementStarted>(&event.what)) drawn.insert(started->sql);
  EXPECT_EQ(drawn.size(), 24U);
  EXPECT_EQ(std::set<std::string>(drawn.begin(), drawn.end()).size(), 24U);
}

TEST(Parts, APartDoesNotJudgeTheWholeDoes) {
  const Played part = played(independent, Shard{1, 2});
  ASSERT_EQ(part.checks.size(), 3U);
  for (const Check& check : part.checks) EXPECT_FALSE(check.judged) << check.what;
  Played whole = joined(independent, 2, 1);
  judge_counts(whole);
  ASSERT_EQ(whole.checks.size(), 3U);
  for (const Check& check : whole.checks) {
    EXPECT_EQ(check.judged, check.what == "deadlocks" || check.what == "failed") << check.what;
    EXPECT_EQ(check.judged, check.holds) << check.what << " " << check.got;
  }
}

TEST(Parts, MorePartsThanSessionsLeaveSomeWithNothing) {
  const Played none = played("transactions: {t: [HOLD x]}\nsessions: [{run: t}]", Shard{5, 8});
  EXPECT_TRUE(none.problems.empty());
  EXPECT_EQ(none.summary.committed, 0U);
  EXPECT_TRUE(none.trace.events.empty());
}

TEST(MergedTraces, TwoRunsSessionsOfOneNameAreTwo) {
  Trace a, b;
  a.sessions = {"t", "u"};
  b.sessions = {"t"};
  b.events = {{Time{5}, 0, WaitState{"1", {}, {{0, {}, true}}}}};
  const Trace both = merged({a, b});
  EXPECT_EQ(both.sessions, (std::vector<std::string>{"t", "u", "t (part 2)"}));
  EXPECT_EQ(both.events.at(0).session, 2U);
  EXPECT_EQ(std::get<WaitState>(both.events[0].what).blockers.at(0).session, 2U);
}

}  // namespace
}  // namespace gridlock
