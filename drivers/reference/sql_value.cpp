#include "drivers/reference/sql_value.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "model/calendar.h"

namespace gridlock::reference {
namespace {

constexpr std::int64_t micros_per_day = 86'400'000'000;

char fold(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

int sign(std::strong_ordering order) { return order < 0 ? -1 : order > 0 ? 1 : 0; }

template <class T>
int three_way(const T& a, const T& b) {
  return a < b ? -1 : b < a ? 1 : 0;
}

bool is_number(const Value& value) {
  return std::holds_alternative<std::int64_t>(value) || std::holds_alternative<Decimal>(value) ||
         std::holds_alternative<double>(value);
}

bool is_time(const Value& value) {
  return std::holds_alternative<Date>(value) || std::holds_alternative<DateTime>(value);
}

std::int64_t power_of_ten(int exponent) {
  std::int64_t power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

std::optional<int> number_at(std::string_view text, std::size_t& at, std::size_t digits_max) {
  int value = 0;
  const std::size_t begin = at;
  while (at < text.size() && at - begin < digits_max && text[at] >= '0' && text[at] <= '9') {
    value = value * 10 + (text[at++] - '0');
  }
  return at == begin ? std::nullopt : std::optional(value);
}

DateTime at_midnight(Date date) { return DateTime{date.days * micros_per_day}; }

std::optional<DateTime> as_datetime(const Value& value) {
  if (const auto* time = std::get_if<DateTime>(&value)) return *time;
  if (const auto* date = std::get_if<Date>(&value)) return at_midnight(*date);
  if (const auto* text = std::get_if<std::string>(&value)) return parse_datetime(*text);
  return std::nullopt;
}

Decimal as_decimal(const Value& value) {
  if (const auto* decimal = std::get_if<Decimal>(&value)) return *decimal;
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return Decimal{*integer, 0};
  return Decimal{std::llround(to_double(value)), 0};
}

/// Brings both to one scale; false when that does not fit into 64 bits.
bool align(Decimal& a, Decimal& b) {
  while (a.scale != b.scale) {
    Decimal& coarse = a.scale < b.scale ? a : b;
    if (__builtin_mul_overflow(coarse.unscaled, std::int64_t{10}, &coarse.unscaled)) return false;
    ++coarse.scale;
  }
  return true;
}

int compare_numbers(const Value& a, const Value& b) {
  const auto* left = std::get_if<std::int64_t>(&a);
  const auto* right = std::get_if<std::int64_t>(&b);
  if (left && right) return three_way(*left, *right);
  if (std::holds_alternative<double>(a) || std::holds_alternative<double>(b)) {
    return three_way(to_double(a), to_double(b));
  }
  Decimal x = as_decimal(a);
  Decimal y = as_decimal(b);
  return align(x, y) ? three_way(x.unscaled, y.unscaled) : three_way(to_double(a), to_double(b));
}

/// What a value counts as in arithmetic: text is a number, a date is its digits.
Value numeric(const Value& value) {
  if (is_number(value)) return value;
  if (is_time(value)) {
    std::string digits = to_text(value);
    std::erase_if(digits, [](char c) { return c < '0' || c > '9'; });
    return static_cast<std::int64_t>(std::strtoll(digits.c_str(), nullptr, 10));
  }
  return to_double(value);
}

Computed integer_arithmetic(sql::Op op, std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  bool overflow = false;
  if (op == sql::Op::plus) overflow = __builtin_add_overflow(a, b, &result);
  if (op == sql::Op::minus) overflow = __builtin_sub_overflow(a, b, &result);
  if (op == sql::Op::multiply) overflow = __builtin_mul_overflow(a, b, &result);
  return {result, overflow};
}

Computed decimal_arithmetic(sql::Op op, Decimal a, Decimal b) {
  if (op == sql::Op::multiply) {
    Decimal result{0, static_cast<std::int8_t>(a.scale + b.scale)};
    const bool overflow = result.scale > 18 || __builtin_mul_overflow(a.unscaled, b.unscaled, &result.unscaled);
    return {result, overflow};
  }
  if (!align(a, b)) return {Null{}, true};
  Computed sum = integer_arithmetic(op, a.unscaled, b.unscaled);
  return {Decimal{std::get<std::int64_t>(sum.value), a.scale}, sum.overflow};
}

/// MySQL's `/`: the scale of the dividend plus four digits (div_precision_increment), rounded half away from zero.
Computed quotient(const Value& a, const Value& b) {
  if (to_double(b) == 0) return {Null{}, false};
  if (std::holds_alternative<double>(a) || std::holds_alternative<double>(b)) {
    return {to_double(a) / to_double(b), false};
  }
  const Decimal x = as_decimal(a);
  const Decimal y = as_decimal(b);
  const int scale = std::min(18, x.scale + 4);
  __extension__ using Wide = __int128;
  Wide dividend = static_cast<Wide>(x.unscaled) * power_of_ten(scale - x.scale + y.scale);
  const Wide half = (y.unscaled < 0 ? -static_cast<Wide>(y.unscaled) : static_cast<Wide>(y.unscaled)) / 2;
  dividend += (dividend < 0) ? -half : half;
  return {Decimal{static_cast<std::int64_t>(dividend / y.unscaled), static_cast<std::int8_t>(scale)}, false};
}

Computed remainder(sql::Op op, const Value& a, const Value& b) {
  const auto* left = std::get_if<std::int64_t>(&a);
  const auto* right = std::get_if<std::int64_t>(&b);
  if (to_double(b) == 0) return {Null{}, false};
  if (left && right) {
    if (*right == -1) return {op == sql::Op::modulo ? 0 : -*left, false};
    return {op == sql::Op::modulo ? *left % *right : *left / *right, false};
  }
  if (op == sql::Op::modulo) return {std::fmod(to_double(a), to_double(b)), false};
  return {static_cast<std::int64_t>(to_double(a) / to_double(b)), false};
}

/// Rounds half away from zero to `scale` digits.
Decimal rescale(Decimal decimal, int scale) {
  while (decimal.scale > scale) {
    const std::int64_t half = decimal.scale - 1 == scale ? (decimal.unscaled < 0 ? -5 : 5) : 0;
    decimal.unscaled = (decimal.unscaled + half) / 10;
    --decimal.scale;
  }
  while (decimal.scale < scale && !__builtin_mul_overflow(decimal.unscaled, std::int64_t{10}, &decimal.unscaled)) {
    ++decimal.scale;
  }
  return decimal;
}

struct Parsed {
  Value value;
  bool whole = false;  ///< the text is a number from its first to its last character
};

Parsed parse_number(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  std::int64_t integer = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(text.data(), end, integer);
  if (problem == std::errc() && stop == end) return {integer, true};
  char* tail = nullptr;
  const std::string copy(text);
  const double real = std::strtod(copy.c_str(), &tail);
  return {real, !copy.empty() && *tail == '\0'};
}

Coerced to_integer(const Value& value, const sql::Type& type) {
  std::int64_t integer = 0;
  Coerced::Fit fit = Coerced::Fit::exact;
  Value number = value;
  if (const auto* text = std::get_if<std::string>(&value)) {
    const Parsed parsed = parse_number(*text);
    if (!parsed.whole) fit = Coerced::Fit::incorrect;
    number = parsed.value;
  } else if (is_time(value)) {
    number = numeric(value);
  }
  if (const auto* whole = std::get_if<std::int64_t>(&number)) integer = *whole;
  if (const auto* decimal = std::get_if<Decimal>(&number)) integer = rescale(*decimal, 0).unscaled;
  if (const auto* real = std::get_if<double>(&number)) {
    if (std::abs(*real) >= 9.3e18) return {number, Coerced::Fit::out_of_range};
    integer = std::llround(*real);
  }
  const int bits = type.bytes * 8;
  const std::int64_t most = bits >= 64 ? std::numeric_limits<std::int64_t>::max()
                                       : (std::int64_t{1} << (type.is_unsigned ? bits : bits - 1)) - 1;
  const std::int64_t least = type.is_unsigned ? 0 : (bits >= 64 ? std::numeric_limits<std::int64_t>::min() : -most - 1);
  if (integer < least || integer > most) return {std::clamp(integer, least, most), Coerced::Fit::out_of_range};
  return {integer, fit};
}

Coerced to_decimal(const Value& value, const sql::Type& type) {
  Decimal decimal;
  Coerced::Fit fit = Coerced::Fit::exact;
  const int scale = std::min(type.scale, 18);
  if (std::holds_alternative<std::string>(value) || std::holds_alternative<double>(value)) {
    double real = to_double(value);
    if (const auto* text = std::get_if<std::string>(&value)) {
      if (!parse_number(*text).whole) fit = Coerced::Fit::incorrect;
    }
    const double scaled = real * static_cast<double>(power_of_ten(scale));
    if (std::abs(scaled) >= 9.2e18) return {value, Coerced::Fit::out_of_range};
    decimal = Decimal{std::llround(scaled), static_cast<std::int8_t>(scale)};
  } else {
    decimal = rescale(as_decimal(numeric(value)), scale);
  }
  const int precision = type.length > 0 ? std::min(type.length, 18) : 10;
  if (std::abs(decimal.unscaled) >= power_of_ten(precision)) return {decimal, Coerced::Fit::out_of_range};
  return {decimal, fit};
}

Coerced to_time(const Value& value, sql::Type::Kind kind) {
  std::optional<DateTime> time = as_datetime(value);
  if (const auto* integer = std::get_if<std::int64_t>(&value)) time = parse_datetime(std::to_string(*integer));
  if (!time) return {value, Coerced::Fit::incorrect};
  if (kind == sql::Type::Kind::datetime) {
    constexpr std::int64_t second = 1'000'000;  // DATETIME without a precision keeps whole seconds
    return {DateTime{(time->micros + (time->micros >= 0 ? second / 2 : 0)) / second * second}, Coerced::Fit::exact};
  }
  std::int64_t days = time->micros / micros_per_day;
  if (time->micros % micros_per_day < 0) --days;
  return {Date{static_cast<std::int32_t>(days)}, Coerced::Fit::exact};
}

}  // namespace

int compare_text(std::string_view a, std::string_view b) {
  const std::size_t common = std::min(a.size(), b.size());
  for (std::size_t i = 0; i < common; ++i) {
    const auto x = static_cast<unsigned char>(fold(a[i]));
    const auto y = static_cast<unsigned char>(fold(b[i]));
    if (x != y) return x < y ? -1 : 1;
  }
  return three_way(a.size(), b.size());
}

int compare_values(const Value& a, const Value& b) {
  if (is_null(a) || is_null(b)) return static_cast<int>(is_null(b)) - static_cast<int>(is_null(a));
  if (is_number(a) && is_number(b)) return compare_numbers(a, b);
  const auto* left = std::get_if<std::string>(&a);
  const auto* right = std::get_if<std::string>(&b);
  if (left && right) return compare_text(*left, *right);
  if (is_time(a) || is_time(b)) {
    const auto x = as_datetime(a);
    const auto y = as_datetime(b);
    if (x && y) return sign(x->micros <=> y->micros);
  }
  return compare_numbers(numeric(a), numeric(b));
}

double to_double(const Value& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
  if (const auto* real = std::get_if<double>(&value)) return *real;
  if (const auto* decimal = std::get_if<Decimal>(&value)) {
    return static_cast<double>(decimal->unscaled) / static_cast<double>(power_of_ten(decimal->scale));
  }
  if (const auto* text = std::get_if<std::string>(&value)) return std::strtod(text->c_str(), nullptr);
  return is_time(value) ? to_double(numeric(value)) : 0;
}

std::optional<DateTime> parse_datetime(std::string_view text) {
  std::size_t at = 0;
  std::array<int, 6> parts{};
  const bool compact = text.size() >= 8 && text.find_first_not_of("0123456789") == std::string_view::npos;
  for (std::size_t i = 0; i < parts.size() && at < text.size(); ++i) {
    const auto number = number_at(text, at, i == 0 ? 4 : 2);
    if (!number) return i >= 3 ? std::nullopt : std::optional<DateTime>();
    parts[i] = *number;
    if (i == 2 && at == text.size()) break;
    if (!compact && at < text.size() && i < 5 && text[at] != '.') ++at;
  }
  if (parts[1] < 1 || parts[1] > 12 || parts[2] < 1 || parts[2] > days_in_month(parts[0], parts[1]))
    return std::nullopt;
  std::int64_t micros = 0;
  if (at < text.size()) {
    if (text[at] != '.') return std::nullopt;
    std::int64_t unit = 100'000;
    for (++at; at < text.size() && unit > 0; ++at, unit /= 10) micros += (text[at] - '0') * unit;
  }
  if (parts[3] > 23 || parts[4] > 59 || parts[5] > 59) return std::nullopt;
  const std::int64_t seconds = (parts[3] * 60LL + parts[4]) * 60 + parts[5];
  return DateTime{date(Civil{parts[0], parts[1], parts[2]}).days * micros_per_day + seconds * 1'000'000 + micros};
}

std::optional<Date> parse_date(std::string_view text) {
  const auto time = parse_datetime(text);
  if (!time) return std::nullopt;
  return std::get<Date>(to_time(*time, sql::Type::Kind::date).value);
}

bool is_true(const Value& value) { return !is_null(value) && to_double(value) != 0; }

Computed arithmetic(sql::Op op, const Value& left, const Value& right) {
  if (is_null(left) || is_null(right)) return {Null{}, false};
  const Value a = numeric(left);
  const Value b = numeric(right);
  if (op == sql::Op::divide) return quotient(a, b);
  if (op == sql::Op::modulo || op == sql::Op::int_divide) return remainder(op, a, b);
  const auto* x = std::get_if<std::int64_t>(&a);
  const auto* y = std::get_if<std::int64_t>(&b);
  if (x && y) return integer_arithmetic(op, *x, *y);
  if (std::holds_alternative<double>(a) || std::holds_alternative<double>(b)) {
    const double p = to_double(a);
    const double q = to_double(b);
    return {op == sql::Op::plus ? p + q : op == sql::Op::minus ? p - q : p * q, false};
  }
  return decimal_arithmetic(op, as_decimal(a), as_decimal(b));
}

Coerced coerce(const Value& value, const sql::Type& type) {
  using Kind = sql::Type::Kind;
  if (is_null(value)) return {value, Coerced::Fit::exact};
  switch (type.kind) {
    case Kind::integer:
    case Kind::boolean: return to_integer(value, type);
    case Kind::decimal: return to_decimal(value, type);
    case Kind::real: return {to_double(value), Coerced::Fit::exact};
    case Kind::date:
    case Kind::datetime: return to_time(value, type.kind);
    case Kind::text:
    case Kind::other: break;
  }
  std::string text = std::holds_alternative<std::string>(value) ? std::get<std::string>(value) : to_text(value);
  if (type.length > 0 && text.size() > static_cast<std::size_t>(type.length)) {
    return {text.substr(0, static_cast<std::size_t>(type.length)), Coerced::Fit::too_long};
  }
  return {std::move(text), Coerced::Fit::exact};
}

Value search_value(const Value& value, const sql::Type& type) {
  if (is_null(value)) return value;
  if (type.kind == sql::Type::Kind::text && !std::holds_alternative<std::string>(value)) return value;
  Coerced coerced = coerce(value, type);
  if (coerced.fit != Coerced::Fit::exact || compare_values(coerced.value, value) != 0) return value;
  return std::move(coerced.value);
}

bool like(std::string_view text, std::string_view pattern) {
  std::size_t t = 0, p = 0, star = std::string_view::npos, mark = 0;
  while (t < text.size()) {
    const bool escaped = p + 1 < pattern.size() && pattern[p] == '\\';
    if (p < pattern.size() && !escaped && pattern[p] == '%') {
      star = p++;
      mark = t;
    } else if (p < pattern.size() && (escaped ? fold(pattern[p + 1]) == fold(text[t])
                                              : pattern[p] == '_' || fold(pattern[p]) == fold(text[t]))) {
      p += escaped ? 2 : 1;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++mark;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '%') ++p;
  return p == pattern.size();
}

std::size_t stored_bytes(const sql::Type& type) {
  using Kind = sql::Type::Kind;
  switch (type.kind) {
    case Kind::integer: return static_cast<std::size_t>(type.bytes);
    case Kind::boolean: return 1;
    case Kind::decimal: return 5;
    case Kind::real: return 8;
    case Kind::date: return 3;
    case Kind::datetime: return 5;
    case Kind::text:
    case Kind::other: return 1 + static_cast<std::size_t>(std::clamp(type.length, 1, 255)) / 2;
  }
  return 8;
}

}  // namespace gridlock::reference
