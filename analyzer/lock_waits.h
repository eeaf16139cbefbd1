#pragma once
/// How long sessions of a trace waited, per table, index and mode.
#include <vector>

#include "analyzer/analyzer.h"

namespace gridlock {

/// A wait lasts from the WaitState that names blockers to the one that names none, or to the end of its statement, or
/// to the trace's last event. Most total time first.
std::vector<LockWaitSummary> lock_waits(const Trace& trace);

/// Most total time first; equal times by table, index and mode.
void sort_lock_waits(std::vector<LockWaitSummary>& waits);

}  // namespace gridlock
