#include "model/value.h"

#include <array>
#include <cmath>

#include "model/scaled.h"

namespace gridlock {
namespace {

std::strong_ordering order(Wide a, Wide b) {
  return a < b ? std::strong_ordering::less : a > b ? std::strong_ordering::greater : std::strong_ordering::equal;
}

/// Not-a-number stands after every number, so that the order is total.
std::strong_ordering order(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) <=> std::isnan(b);
  return a < b ? std::strong_ordering::less : a > b ? std::strong_ordering::greater : std::strong_ordering::equal;
}

/// Exact: a 64-bit integer need not be a double.
std::strong_ordering order(std::int64_t a, double b) {
  if (std::isnan(b) || b >= 0x1p63) return std::strong_ordering::less;
  if (b < -0x1p63) return std::strong_ordering::greater;
  const double whole = std::trunc(b);
  const auto by_whole = a <=> static_cast<std::int64_t>(whole);
  return by_whole != 0 ? by_whole : order(whole, b);
}

/// null, numbers, text, times: kinds of the same rank are comparable.
int rank(const Value& value) {
  constexpr std::array<int, 7> ranks = {0, 1, 1, 1, 2, 3, 3};
  return ranks[value.index()];
}

std::strong_ordering compare_numbers(const Value& a, const Value& b) {
  const auto* real_a = std::get_if<double>(&a);
  const auto* real_b = std::get_if<double>(&b);
  if (!real_a && !real_b) {
    const auto [left, right] = aligned(scaled(a), scaled(b));
    return order(left, right);
  }
  if (const auto* whole = std::get_if<std::int64_t>(&a); whole && real_b) return order(*whole, *real_b);
  if (const auto* whole = std::get_if<std::int64_t>(&b); whole && real_a) return 0 <=> order(*whole, *real_a);
  return order(number_as_double(a), number_as_double(b));
}

DateTime time_of(const Value& value) {
  if (const auto* date = std::get_if<Date>(&value)) return midnight(*date);
  return std::get<DateTime>(value);
}

}  // namespace

std::strong_ordering compare(const Value& a, const Value& b) {
  if (const auto by_rank = rank(a) <=> rank(b); by_rank != 0) return by_rank;
  switch (rank(a)) {
    case 0: return std::strong_ordering::equal;
    case 1: return compare_numbers(a, b);
    case 2: return std::get<std::string>(a).compare(std::get<std::string>(b)) <=> 0;
    default: return time_of(a) <=> time_of(b);
  }
}

}  // namespace gridlock
