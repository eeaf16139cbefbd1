#include <fmt/format.h>

#include "drivers/engines.h"
#include "workloads/runner/checks.h"
#include "workloads/runner/lock_waits.h"
#include "workloads/runner/runner.h"
#include "workloads/runner/setup.h"
#include "workloads/runner/storm.h"
#include "workloads/runner/story.h"

namespace gridlock {
namespace {

/// A part of a storm cannot tell whether the whole is as expected: who merges the parts can.
void leave_unjudged(const Shard& shard, std::vector<Check>& checks) {
  for (Check& check : checks) {
    check.judged = false;
    if (check.got == not_asked)
      check.got = fmt::format("not asked: only part {} of {} was played", shard.part, shard.of);
  }
}

void play_story(const Workload& workload, Driver& driver, const RunOptions& options, Run& run) {
  LockWaitClock clock;
  for (const auto& order : std::get<Story>(workload.play).orders)
    if (!play_order(workload, order, driver, options, clock, run)) break;
  run.summary.wait_times = clock.times();
}

}  // namespace

Percentiles percentiles(const Histogram& micros) {
  const auto milliseconds = [](std::int64_t time) { return static_cast<double>(time) / 1000; };
  return {micros.count(), milliseconds(micros.percentile(50)), milliseconds(micros.percentile(95)),
          milliseconds(micros.percentile(99)), milliseconds(micros.max())};
}

Run run(const Workload& workload, Driver& driver, const RunOptions& options) {
  Run result;
  result.summary.workload = workload.name;
  result.summary.seed = options.seed.value_or(workload.seed);
  result.summary.engine = driver.name();
  result.problems = missing_for(workload, dialect_of(driver.name()));
  if (!result.problems.empty()) return result;
  if (workload.is_story())
    play_story(workload, driver, options, result);
  else
    play_storm(workload, driver, options, result);
  result.summary.waits = percentiles(result.summary.wait_times);
  result.summary.version = driver.version();
  if (const auto counted = driver.counted())
    result.summary.server_count = ServerCount{counted->deadlocks, counted->source};
  result.summary.notes = driver.notes();
  if (result.problems.empty() && !result.summary.stopped) check_counts(workload, result.summary, result.checks);
  if (options.shard) leave_unjudged(*options.shard, result.checks);
  return result;
}

}  // namespace gridlock
