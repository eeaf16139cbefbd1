#pragma once
/// What `run` and `compare` share: a workload is played on engines, analyzed and reported.
#include <optional>
#include <string>
#include <vector>

#include "cli/options.h"
#include "workloads/workload.h"

namespace gridlock {

/// One engine, at one isolation level where the command line asks for it.
struct Combination {
  std::string engine;
  std::optional<AskedIsolation> isolation;

  std::string words() const;  ///< `reference:innodb, read committed`, without a password
};

/// Every engine with every isolation level asked for, in the command line's order.
std::vector<Combination> combinations(const Options& options, const Workload& workload);

/// Plays all combinations and delivers the report. Returns the exit code.
int play_and_report(const Options& options, const std::string& command);

}  // namespace gridlock
