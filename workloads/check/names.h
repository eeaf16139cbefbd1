#pragma once
/// Tables and columns that the schema does not have, in statements and in `data`.
#include "workloads/read/reader.h"
#include "workloads/workload.h"

namespace gridlock::check {

/// Only where the SQL is fully understood, and only when the workload has a schema: without one, the tables are the
/// server's own. `reader` holds the statements that were read, and takes the problems.
void names(read::Reader& reader, const Workload& workload);

}  // namespace gridlock::check
