#pragma once
/// Integers and Decimals in 128 bits, where no sum or product of two of them overflows. Internal to model.
#include <array>
#include <cstdint>
#include <utility>

#include "model/value.h"

namespace gridlock {

__extension__ typedef __int128 Wide;

inline constexpr std::array<std::int64_t, 19> powers_of_ten = [] {
  std::array<std::int64_t, 19> result{};
  result[0] = 1;
  for (std::size_t i = 1; i < result.size(); ++i) result[i] = result[i - 1] * 10;
  return result;
}();

inline std::int64_t power_of_ten(int exponent) { return powers_of_ten[static_cast<std::size_t>(exponent)]; }

struct Scaled {
  Wide unscaled = 0;
  int scale = 0;
};

/// An integer or a Decimal. REQUIRES: value is one of them.
inline Scaled scaled(const Value& value) {
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return {*whole, 0};
  const auto& decimal = std::get<Decimal>(value);
  return {decimal.unscaled, decimal.scale};
}

/// Both with the larger of the two scales; 10^18 * 2^63 fits into 128 bits.
inline std::pair<Wide, Wide> aligned(const Scaled& a, const Scaled& b) {
  const Wide left = a.scale < b.scale ? a.unscaled * power_of_ten(b.scale - a.scale) : a.unscaled;
  const Wide right = b.scale < a.scale ? b.unscaled * power_of_ten(a.scale - b.scale) : b.unscaled;
  return {left, right};
}

inline double to_double(const Scaled& number) {
  return static_cast<double>(number.unscaled) / static_cast<double>(power_of_ten(number.scale));
}

/// REQUIRES: a number.
inline double number_as_double(const Value& value) {
  if (const auto* real = std::get_if<double>(&value)) return *real;
  return to_double(scaled(value));
}

/// `value / 10^drop`, rounded half away from zero.
inline Wide drop_digits(Wide value, int drop) {
  for (; drop > 18; --drop) value /= 10;
  const Wide divisor = power_of_ten(drop);
  const Wide half = divisor / 2;
  return drop == 0 ? value : (value + (value < 0 ? -half : half)) / divisor;
}

inline bool fits(Wide value) { return value >= INT64_MIN && value <= INT64_MAX; }

}  // namespace gridlock
