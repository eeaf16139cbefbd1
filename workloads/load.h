#pragma once
/// YAML text to Workload, with every mistake at once.
#include <optional>
#include <string>
#include <string_view>

#include "workloads/workload.h"

namespace gridlock {

struct Loaded {
  std::optional<Workload> workload;  ///< set only when there are no problems
  Problems problems;
};

/// `file` names the text in problems; nothing is read from disk.
Loaded load_workload(std::string_view yaml, const std::string& file);

}  // namespace gridlock
