#pragma once
/// The rows that a workload's `data` makes.
#include <cstdint>
#include <vector>

#include "drivers/driver.h"
#include "workloads/workload.h"

namespace gridlock::expand {

/// A table's rows depend only on the seed and on the table's place in `data`.
std::vector<TableData> rows(const Workload& workload, std::uint64_t seed);

}  // namespace gridlock::expand
