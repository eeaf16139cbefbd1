#pragma once
/// `into` names must have columns to take their values from.
#include "workloads/read/reader.h"
#include "workloads/workload.h"

namespace gridlock::check {

/// More `into` names than the statement returns columns are a problem, as far as the columns can be known here: those
/// of
/// `*` only where the schema says them. What cannot be known is found when the step is played, and is an error of it.
void into(read::Reader& reader, const Workload& workload);

}  // namespace gridlock::check
