#pragma once
/// When one session's transactions are to begin, at its group's rate.
#include <cstdint>

#include "model/event.h"
#include "workloads/expand/random.h"
#include "workloads/workload.h"

namespace gridlock {

/// Session `index` of a group of `count` has every `count`-th arrival of the group's schedule. Times are since the
/// session's start.
class Arrivals {
 public:
  Arrivals(Rate rate, std::uint32_t index, std::uint32_t count, expand::Random random);

  /// The next one; never earlier than the one before.
  Time next();

 private:
  Rate rate_;
  double index_, count_;
  std::uint64_t number_ = 0;
  double random_at_ = 0;  ///< microseconds
  expand::Random random_;
};

}  // namespace gridlock
