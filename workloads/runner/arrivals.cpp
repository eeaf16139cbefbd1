#include "workloads/runner/arrivals.h"

#include <algorithm>

#include "workloads/expand/portable_math.h"

namespace gridlock {
namespace {

constexpr double second = 1e6;        // microseconds
constexpr double end_of_time = 9e15;  // whole numbers are exact up to there, some 285 years

Time at(double micros) { return {static_cast<std::int64_t>(std::min(micros, end_of_time))}; }

}  // namespace

Arrivals::Arrivals(Rate rate, std::uint32_t index, std::uint32_t count, expand::Random random)
    : rate_(rate), index_(index), count_(count), random_(random) {}

Time Arrivals::next() {
  if (rate_.arrivals == Rate::Arrivals::even)
    return at((index_ + static_cast<double>(number_++) * count_) * second / rate_.per_second);
  // the gap between two arrivals of one of `count` equal and independent parts of a Poisson process
  random_at_ += -expand::portable::log(1 - random_.unit()) * count_ * second / rate_.per_second;
  return at(random_at_);
}

}  // namespace gridlock
