// SQL arithmetic.
#include <algorithm>
#include <cmath>

#include "model/scaled.h"

namespace gridlock {
namespace {

/// The Decimal with as many digits after the point as fit; empty when even the whole part does not.
std::optional<Value> fitted(Wide unscaled, int scale) {
  int drop = scale > 18 ? scale - 18 : 0;
  for (; drop <= scale; ++drop) {
    const Wide rounded = drop_digits(unscaled, drop);
    if (fits(rounded)) return Decimal{static_cast<std::int64_t>(rounded), static_cast<std::int8_t>(scale - drop)};
  }
  return std::nullopt;
}

std::optional<Value> finite(double result) {
  if (!std::isfinite(result)) return std::nullopt;
  return result;
}

bool is_real(const Value& value) { return std::holds_alternative<double>(value); }
bool is_whole(const Value& value) { return std::holds_alternative<std::int64_t>(value); }

constexpr int more_digits = 4;  // MySQL's div_precision_increment

/// MySQL divides in words of nine digits (strings/decimal.cc, do_div_mod) and rounds what is behind the digits it
/// returns; where they fill the words there is nothing behind them, and the rest is cut.
bool cuts_quotient(int dividend_scale, int divisor_scale) {
  const auto whole_words = [](int digits) { return (digits + 8) / 9 * 9; };
  const int dividend_words = whole_words(dividend_scale), divisor_words = whole_words(divisor_scale);
  const int slack = dividend_words - dividend_scale + divisor_words - divisor_scale;
  const int computed = whole_words(dividend_words + divisor_words + std::max(more_digits - slack, 0));
  return computed == dividend_scale + more_digits;
}

/// a / b as a Decimal. In two steps, because 10^(4 + 18) * 2^63 does not fit into 128 bits: first a / b.unscaled, then
/// what was left over times 10^b.scale.
std::optional<Value> quotient(const Scaled& a, const Scaled& b) {
  constexpr Wide far_too_large = static_cast<Wide>(1) << 126;
  if (b.unscaled == 0) return Null{};
  const int scale = std::min(a.scale + more_digits, 18);
  const Wide numerator = a.unscaled * power_of_ten(scale - a.scale);
  const Wide factor = power_of_ten(b.scale);
  const Wide whole = numerator / b.unscaled;
  const Wide over = numerator % b.unscaled * factor;
  const auto magnitude = [](Wide number) { return number < 0 ? -number : number; };
  if (magnitude(whole) > far_too_large / factor) return std::nullopt;
  const bool half = magnitude(over % b.unscaled) * 2 >= magnitude(b.unscaled);
  const Wide away_from_zero = (over < 0) == (b.unscaled < 0) ? 1 : -1;
  const Wide rounding = half && !cuts_quotient(a.scale, b.scale) ? away_from_zero : 0;
  return fitted(whole * factor + over / b.unscaled + rounding, scale);
}

/// Both operands as numbers, told apart by the kind of their result; null when one of them is null.
template <typename Exact, typename Real>
std::optional<Value> arithmetic(const Value& a, const Value& b, Exact exact, Real real) {
  if (is_null(a) || is_null(b)) return Null{};
  const Value left = to_number(a);
  const Value right = to_number(b);
  if (is_real(left) || is_real(right)) return real(number_as_double(left), number_as_double(right));
  return exact(left, right);
}

/// An exact sum or product: an integer when both operands are.
std::optional<Value> exact_result(Wide unscaled, int scale, const Value& a, const Value& b) {
  if (!is_whole(a) || !is_whole(b)) return fitted(unscaled, scale);
  if (!fits(unscaled)) return std::nullopt;
  return static_cast<std::int64_t>(unscaled);
}

}  // namespace

std::optional<Value> add(const Value& a, const Value& b) {
  const auto exact = [](const Value& x, const Value& y) {
    const Scaled left = scaled(x), right = scaled(y);
    const auto [p, q] = aligned(left, right);
    return exact_result(p + q, std::max(left.scale, right.scale), x, y);
  };
  return arithmetic(a, b, exact, [](double x, double y) { return finite(x + y); });
}

std::optional<Value> subtract(const Value& a, const Value& b) {
  const auto exact = [](const Value& x, const Value& y) {
    const Scaled left = scaled(x), right = scaled(y);
    const auto [p, q] = aligned(left, right);
    return exact_result(p - q, std::max(left.scale, right.scale), x, y);
  };
  return arithmetic(a, b, exact, [](double x, double y) { return finite(x - y); });
}

std::optional<Value> multiply(const Value& a, const Value& b) {
  const auto exact = [](const Value& x, const Value& y) {
    const Scaled left = scaled(x), right = scaled(y);
    return exact_result(left.unscaled * right.unscaled, left.scale + right.scale, x, y);
  };
  return arithmetic(a, b, exact, [](double x, double y) { return finite(x * y); });
}

std::optional<Value> divide(const Value& a, const Value& b) {
  const auto exact = [](const Value& x, const Value& y) { return quotient(scaled(x), scaled(y)); };
  const auto real = [](double x, double y) -> std::optional<Value> {
    if (y == 0) return Null{};
    return finite(x / y);
  };
  return arithmetic(a, b, exact, real);
}

std::optional<Value> int_divide(const Value& a, const Value& b) {
  const auto exact = [](const Value& x, const Value& y) -> std::optional<Value> {
    const auto [p, q] = aligned(scaled(x), scaled(y));
    if (q == 0) return Null{};
    if (!fits(p / q)) return std::nullopt;
    return static_cast<std::int64_t>(p / q);
  };
  const auto real = [](double x, double y) -> std::optional<Value> {
    if (y == 0) return Null{};
    const double whole = std::trunc(x / y);
    if (!(whole >= -0x1p63 && whole < 0x1p63)) return std::nullopt;
    return static_cast<std::int64_t>(whole);
  };
  return arithmetic(a, b, exact, real);
}

std::optional<Value> modulo(const Value& a, const Value& b) {
  const auto exact = [](const Value& x, const Value& y) -> std::optional<Value> {
    const Scaled left = scaled(x), right = scaled(y);
    const auto [p, q] = aligned(left, right);
    if (q == 0) return Null{};
    return exact_result(p % q, std::max(left.scale, right.scale), x, y);
  };
  const auto real = [](double x, double y) -> std::optional<Value> {
    if (y == 0) return Null{};
    return finite(std::fmod(x, y));
  };
  return arithmetic(a, b, exact, real);
}

std::optional<Value> negate(const Value& a) { return subtract(std::int64_t{0}, a); }

}  // namespace gridlock
