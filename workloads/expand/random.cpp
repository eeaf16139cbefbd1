#include "workloads/expand/random.h"

#include <cmath>
#include <initializer_list>

#include "workloads/expand/portable_math.h"

namespace gridlock::expand {
namespace {

constexpr std::uint64_t golden_gamma = 0x9e3779b97f4a7c15;  // 2^64 divided by the golden ratio, made odd

std::uint64_t mix(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

}  // namespace

Random Random::stream(std::uint64_t seed, std::uint64_t whose, Purpose purpose, std::uint64_t which) {
  std::uint64_t state = mix(seed + golden_gamma);
  for (const std::uint64_t part : {whose, static_cast<std::uint64_t>(purpose), which})
    state = mix(state + (part + 1) * golden_gamma);
  return Random(state);
}

std::uint64_t Random::next() {
  state_ += golden_gamma;
  return mix(state_);
}

std::uint64_t Random::below(std::uint64_t bound) {
  if (bound == 0) return next();
  const std::uint64_t uneven = (0 - bound) % bound;  // 2^64 modulo bound: so many values would stand once too often
  std::uint64_t drawn = next();
  while (drawn < uneven) drawn = next();
  return drawn % bound;
}

double Random::unit() { return static_cast<double>(next() >> 11) * 0x1p-53; }

double Random::normal() {
  for (;;) {
    const double x = 2 * unit() - 1, y = 2 * unit() - 1;
    const double square = x * x + y * y;
    if (square < 1 && square > 0) return x * std::sqrt(-2 * portable::log(square) / square);
  }
}

}  // namespace gridlock::expand
