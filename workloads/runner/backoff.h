#pragma once
/// How long a failed transaction pauses before another attempt.
#include "model/event.h"
#include "workloads/expand/random.h"
#include "workloads/workload.h"

namespace gridlock {

/// `attempt` counts from 1: the one that has failed. The pause grows by the policy's factor up to its largest. Full
/// jitter draws it between 0 and its length, equal jitter between half and its length (Marc Brooker, "Exponential
/// Backoff And Jitter", AWS Architecture Blog 2015).
Time backoff_delay(const Backoff& policy, int attempt, expand::Random& random);

}  // namespace gridlock
