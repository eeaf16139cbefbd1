#pragma once
/// Plays a story's orders, lock-step.
#include "workloads/runner/lock_waits.h"
#include "workloads/runner/runner.h"

namespace gridlock {

/// Plays one order on a fresh `open`, adds what happened to `run` and its checks, and closes the driver.
/// A step is started and everything settles: each session has ended its step or stands in a lock queue. Then come the
/// step's own event, and those of the steps that ended because of it, in the order in which they began to wait.
/// False when the engine cannot play the workload (`run.problems` says why) or when `options.stop` said so.
bool play_order(const Workload& workload, const std::vector<std::string>& order, Driver& driver,
                const RunOptions& options, LockWaitClock& clock, Run& run);

}  // namespace gridlock
