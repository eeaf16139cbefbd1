#pragma once
/// A storm as plans: every small cast of its transactions, with values chosen to collide.
///
/// A cast is a few sessions, one transaction each, with one value for every parameter. Two sessions meet only when
/// their values do, so of each distribution only a few neighbouring values are taken: what can happen among them can
/// happen among any. Loops turn once or twice.
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "workloads/explore/plan.h"

namespace gridlock::explore {

struct CastBounds {
  std::size_t sessions = 2;     ///< at the same time
  std::size_t values = 0;       ///< of each parameter; 0: as many as there are sessions
  std::size_t rounds = 2;       ///< of each loop, if it turns so often
  std::size_t casts = 100'000;  ///< at most
};

struct Casts {
  std::vector<Plan> plans;
  std::size_t sessions = 0;  ///< that could be had: a storm of one session has no two
  std::size_t values = 0;
  bool cut = false;            ///< there are more casts than the bound
  bool loops_cut = false;      ///< a loop turns more often than the bound
  bool values_chosen = false;  ///< some parameter has more values than were taken
};

/// REQUIRES: the workload is a storm and has all that `dialect` needs (`missing_for`).
Casts casts_of_storm(const Workload& workload, const std::string& dialect, std::uint64_t seed,
                     std::optional<sql::Isolation> isolation, const CastBounds& bounds);

}  // namespace gridlock::explore
