#include "drivers/engines.h"
#include "workloads/runner/checks.h"
#include "workloads/runner/lock_waits.h"
#include "workloads/runner/runner.h"
#include "workloads/runner/setup.h"
#include "workloads/runner/storm.h"
#include "workloads/runner/story.h"

namespace gridlock {
namespace {

void play_story(const Workload& workload, Driver& driver, const RunOptions& options, Run& run) {
  LockWaitClock clock;
  for (const auto& order : std::get<Story>(workload.play).orders)
    if (!play_order(workload, order, driver, options, clock, run)) break;
  run.summary.waits = clock.summary();
}

}  // namespace

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
  result.summary.version = driver.version();
  if (result.problems.empty() && !result.summary.stopped) check_counts(workload, result.summary, result.checks);
  return result;
}

}  // namespace gridlock
