#include "model/value.h"

#include <array>
#include <charconv>
#include <cmath>

#include "model/calendar.h"

namespace gridlock {
namespace {

__extension__ typedef __int128 Wide;

constexpr std::array<std::int64_t, 19> powers_of_ten = [] {
  std::array<std::int64_t, 19> result{};
  result[0] = 1;
  for (std::size_t i = 1; i < result.size(); ++i) result[i] = result[i - 1] * 10;
  return result;
}();

std::int64_t power_of_ten(int exponent) { return powers_of_ten[static_cast<std::size_t>(exponent)]; }

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

struct Scaled {
  Wide unscaled = 0;
  int scale = 0;
};

/// An integer or a Decimal. REQUIRES: value is one of them.
Scaled scaled(const Value& value) {
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return {*whole, 0};
  const auto& decimal = std::get<Decimal>(value);
  return {decimal.unscaled, decimal.scale};
}

/// Both with the larger of the two scales; 10^18 * 2^63 fits into 128 bits.
std::pair<Wide, Wide> aligned(const Scaled& a, const Scaled& b) {
  const Wide left = a.scale < b.scale ? a.unscaled * power_of_ten(b.scale - a.scale) : a.unscaled;
  const Wide right = b.scale < a.scale ? b.unscaled * power_of_ten(a.scale - b.scale) : b.unscaled;
  return {left, right};
}

double to_double(const Scaled& number) {
  return static_cast<double>(number.unscaled) / static_cast<double>(power_of_ten(number.scale));
}

/// REQUIRES: a number.
double number_as_double(const Value& value) {
  if (const auto* real = std::get_if<double>(&value)) return *real;
  return to_double(scaled(value));
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

std::string decimal_text(const Decimal& decimal) {
  const bool negative = decimal.unscaled < 0;
  std::string digits = std::to_string(decimal.unscaled).substr(negative ? 1 : 0);
  const auto scale = static_cast<std::size_t>(int{decimal.scale});
  if (scale > 0) {
    if (digits.size() <= scale) digits.insert(0, scale + 1 - digits.size(), '0');
    digits.insert(digits.size() - scale, 1, '.');
  }
  return negative ? "-" + digits : digits;
}

/// The shortest text that reads back as the same double, as MySQL writes it (mysys/dtoa.c, my_gcvt): up to 15 digits
/// before or after the point are written out, else `1.5e-20`.
std::string real_text(double real) {
  std::array<char, 40> buffer{};
  const auto write = [&](std::chars_format format) {
    const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), real, format);
    return std::string(buffer.data(), result.ptr);
  };
  std::string scientific = write(std::chars_format::scientific);
  const std::size_t e = scientific.find('e');
  if (e == std::string::npos) return scientific;  // nan, inf
  const int exponent = std::stoi(scientific.substr(e + 1));
  if (exponent >= -15 && exponent < 15) return write(std::chars_format::fixed);
  return scientific.substr(0, e + 1) + std::to_string(exponent);
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// How many bytes at the beginning are a number: [sign] digits [. digits] [e [sign] digits].
std::size_t number_length(std::string_view text) {
  std::size_t i = !text.empty() && (text[0] == '-' || text[0] == '+') ? 1 : 0;
  const std::size_t first = i;
  while (i < text.size() && is_digit(text[i])) ++i;
  std::size_t digits = i - first;
  if (i < text.size() && text[i] == '.') {
    const std::size_t point = i++;
    while (i < text.size() && is_digit(text[i])) ++i;
    digits += i - point - 1;
  }
  if (digits == 0) return 0;
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    std::size_t j = i + 1;
    if (j < text.size() && (text[j] == '-' || text[j] == '+')) ++j;
    const std::size_t exponent = j;
    while (j < text.size() && is_digit(text[j])) ++j;
    if (j > exponent) i = j;
  }
  return i;
}

double read_double(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double result = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), result);
  if (error != std::errc::result_out_of_range) return result;
  const bool tiny = text.find("e-") != std::string_view::npos || text.find("E-") != std::string_view::npos;
  return tiny ? 0.0 : text.starts_with('-') ? -HUGE_VAL : HUGE_VAL;
}

/// Digits with a point, when they fit.
std::optional<Decimal> read_decimal(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  const std::size_t point = text.find('.');
  if (point == std::string_view::npos) return std::nullopt;
  const std::size_t scale = text.size() - point - 1;
  if (scale > 18) return std::nullopt;
  const std::string digits = std::string(text.substr(0, point)) + std::string(text.substr(point + 1));
  std::int64_t unscaled = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), unscaled);
  if (error != std::errc()) return std::nullopt;
  return Decimal{unscaled, static_cast<std::int8_t>(scale)};
}

/// `value / 10^drop`, rounded half away from zero.
Wide drop_digits(Wide value, int drop) {
  for (; drop > 18; --drop) value /= 10;
  const Wide divisor = power_of_ten(drop);
  const Wide half = divisor / 2;
  return drop == 0 ? value : (value + (value < 0 ? -half : half)) / divisor;
}

bool fits(Wide value) { return value >= INT64_MIN && value <= INT64_MAX; }

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

std::strong_ordering compare(const Value& a, const Value& b) {
  if (const auto by_rank = rank(a) <=> rank(b); by_rank != 0) return by_rank;
  switch (rank(a)) {
    case 0: return std::strong_ordering::equal;
    case 1: return compare_numbers(a, b);
    case 2: return std::get<std::string>(a).compare(std::get<std::string>(b)) <=> 0;
    default: return time_of(a) <=> time_of(b);
  }
}

std::string to_text(const Value& value) {
  struct Writer {
    std::string operator()(Null) const { return "NULL"; }
    std::string operator()(std::int64_t whole) const { return std::to_string(whole); }
    std::string operator()(const Decimal& decimal) const { return decimal_text(decimal); }
    std::string operator()(double real) const { return real_text(real); }
    std::string operator()(const std::string& text) const { return text; }
    std::string operator()(Date date) const { return date_text(date); }
    std::string operator()(DateTime time) const { return datetime_text(time); }
  };
  return std::visit(Writer{}, value);
}

std::string to_sql(const Value& value) {
  std::string text = to_text(value);
  if (const auto* real = std::get_if<double>(&value)) {
    if (!std::isfinite(*real)) return "'" + text + "'";
    return text.find('e') == std::string::npos ? text + "e0" : text;  // without an exponent it would be a Decimal
  }
  if (value.index() < 4) return text;
  std::string result = "'";
  for (const char c : text) {
    if (c == '\'') result += c;
    result += c;
  }
  return result + "'";
}

std::optional<Value> parse_number(std::string_view text) {
  if (text.empty() || number_length(text) != text.size()) return std::nullopt;
  if (text.find_first_of("eE") != std::string_view::npos) return read_double(text);
  if (const auto decimal = read_decimal(text)) return *decimal;
  std::string_view digits = text.starts_with('+') ? text.substr(1) : text;
  std::int64_t whole = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), whole);
  if (error == std::errc() && end == digits.data() + digits.size()) return whole;
  return read_double(text);
}

Value to_number(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    const std::size_t begin = std::min(text->find_first_not_of(" \t\n\r"), text->size());
    const std::string_view rest = std::string_view(*text).substr(begin);
    const std::size_t length = number_length(rest);
    return length == 0 ? 0.0 : read_double(rest.substr(0, length));
  }
  if (const auto* date = std::get_if<Date>(&value)) return date_number(*date);
  if (const auto* time = std::get_if<DateTime>(&value)) return datetime_number(*time);
  return value;
}

double as_double(const Value& value) { return is_null(value) ? 0 : number_as_double(to_number(value)); }

std::optional<std::int64_t> as_integer(const Value& value) {
  const auto rounded = as_decimal(value, 0);
  if (!rounded) return std::nullopt;
  return rounded->unscaled;
}

std::optional<Decimal> as_decimal(const Value& value, int scale) {
  if (is_null(value)) return std::nullopt;
  const Value number = to_number(value);
  if (const auto* real = std::get_if<double>(&number)) {
    const double unscaled = std::round(*real * static_cast<double>(power_of_ten(scale)));
    if (!(unscaled >= -0x1p63 && unscaled < 0x1p63)) return std::nullopt;
    return Decimal{static_cast<std::int64_t>(unscaled), static_cast<std::int8_t>(scale)};
  }
  const Scaled exact = scaled(number);
  const Wide unscaled = exact.scale >= scale ? drop_digits(exact.unscaled, exact.scale - scale)
                                             : exact.unscaled * power_of_ten(scale - exact.scale);
  if (!fits(unscaled)) return std::nullopt;
  return Decimal{static_cast<std::int64_t>(unscaled), static_cast<std::int8_t>(scale)};
}

std::optional<bool> as_truth(const Value& value) {
  if (is_null(value)) return std::nullopt;
  return as_double(value) != 0;
}

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
