// Values as numbers.
#include <algorithm>
#include <charconv>
#include <cmath>

#include "model/calendar.h"
#include "model/scaled.h"

namespace gridlock {
namespace {

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
  const std::size_t exponent = text.find_first_of("eE");
  const bool tiny = exponent == std::string_view::npos ? text.find_first_of("123456789") > text.find('.')
                                                       : text.substr(exponent + 1).starts_with('-');
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

}  // namespace

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

}  // namespace gridlock
