#pragma once
/// Plays a storm: many sessions, each a small state machine, over one driver.
#include "workloads/runner/runner.h"

namespace gridlock {

/// Adds what happened to `run`. A session whose step ended goes on at once; one that pauses (think time, backoff)
/// stands in a queue by time. Nothing here looks at all sessions for one event.
///
/// A deadlock or a serialization failure ends the transaction: its remaining steps are not sent. After a lock timeout
/// and after an error ROLLBACK is sent (MySQL rolls only the statement back). Then the policy decides about another
/// attempt, with the same parameters. `stop` and the end of `duration` let transactions under way end: no new one
/// begins.
void play_storm(const Workload& workload, Driver& driver, const RunOptions& options, Run& run);

}  // namespace gridlock
