#pragma once
/// Joins the runs of a storm's parts into the run of the whole.
#include "workloads/runner/runner.h"

namespace gridlock {

/// Adds a part: counts and histograms add up, times of the run are those of the longest. The traces are not joined
/// (see `merged` of model/merge_traces.h).
void merge_into(Run& whole, Run part);

/// Judges the expectations about counts by what the whole came to. Invariants stay open: nobody asked them of the
/// whole.
void judge_counts(Run& whole);

}  // namespace gridlock
