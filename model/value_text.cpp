// Values as text.
#include <array>
#include <charconv>
#include <cmath>

#include "model/calendar.h"
#include "model/value.h"

namespace gridlock {
namespace {

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

}  // namespace

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

}  // namespace gridlock
