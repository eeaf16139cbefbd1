#pragma once
/// What of a workload an engine cannot play, found before anything is played.
#include <string>

#include "model/problem.h"
#include "workloads/workload.h"

namespace gridlock {

/// Where a workload is played when the command line names no engine: on `reference:innodb`; on `reference:postgres`, if
/// it is built, what is written for PostgreSQL only.
std::string default_engine_for(const Workload& workload);

/// Every mistake at once. Empty for a live engine, which says itself what it cannot do.
Problems what_cannot_be_played(const Workload& workload, const std::string& engine);

}  // namespace gridlock
