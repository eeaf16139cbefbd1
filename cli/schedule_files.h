#pragma once
/// Schedules as files, and what their deadlocks are called.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analyzer/analyzer.h"
#include "workloads/explore/explore.h"
#include "workloads/explore/schedule.h"

namespace gridlock {

/// The fingerprint and the waiting steps of the order's last deadlock; empty when it has none.
struct RingOf {
  std::string fingerprint;
  std::vector<std::string> steps;
};
RingOf ring_of(const PlayedOrder& played);

/// The witness as a schedule. `workload_path`: as the file is to name it; of a storm the witness is a story of its own.
explore::Schedule schedule_of(const explore::Witness& witness, const explore::Exploration& exploration,
                              const Workload& workload, const std::string& workload_path, std::uint32_t workload_hash,
                              std::optional<sql::Isolation> isolation);

/// `path` as a file in `folder` names it.
std::string path_from(const std::string& folder, const std::string& path);

}  // namespace gridlock
