#pragma once
/// One schedule by chance, as PCT draws it (Burckhardt et al., ASPLOS 2010): every session has a priority, the highest
/// that has a turn goes on, and at `depth` - 1 places chosen before, whoever goes on falls behind all others.
#include <cstdint>

#include "workloads/expand/random.h"
#include "workloads/explore/search.h"

namespace gridlock::explore {

/// Plays one from `start`. False when the observer said stop.
bool play_by_chance(Player start, std::uint32_t depth, expand::Random& random, Observer& observer);

/// The probability that `schedules` schedules find a bug of `depth`, at least.
double chance_of_finding(const Plan& plan, std::uint32_t depth, std::uint64_t schedules);

}  // namespace gridlock::explore
