#include "drivers/reference/postgres/values.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>

#include "drivers/reference/postgres/text.h"

namespace gridlock::reference::postgres {
namespace {

bool is_number(const Value& value) {
  return std::holds_alternative<std::int64_t>(value) || std::holds_alternative<Decimal>(value) ||
         std::holds_alternative<double>(value);
}

std::string trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\n' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\n' || text.back() == '\t')) text.remove_suffix(1);
  return std::string(text);
}

[[noreturn]] void bad_input(std::string_view type, const std::string& text) {
  throw SqlError("22P02", fmt::format("invalid input syntax for type {}: \"{}\"", type, text));
}

Value number_of(const std::string& text, std::string_view type) {
  std::string_view digits = text;
  std::string plain = trimmed(digits);
  if (plain.starts_with('+')) plain.erase(0, 1);
  const bool negative = plain.starts_with('-');
  const auto parsed = parse_number(negative ? std::string_view(plain).substr(1) : std::string_view(plain));
  if (!parsed) bad_input(type, text);
  return negative ? negate(*parsed).value_or(Null{}) : *parsed;
}

Value boolean_of(const Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::int64_t{*number != 0};
  if (const auto* text = std::get_if<std::string>(&value)) {
    const std::string word = lower(trimmed(*text));
    for (const char* yes : {"t", "true", "y", "yes", "on", "1"})
      if (word == yes) return std::int64_t{1};
    for (const char* no : {"f", "false", "n", "no", "off", "0"})
      if (word == no) return std::int64_t{0};
    bad_input("boolean", *text);
  }
  return value;
}

Value integer_of(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    const Value number = number_of(*text, "integer");
    if (!std::holds_alternative<std::int64_t>(number)) bad_input("integer", *text);
    return number;
  }
  if (std::holds_alternative<std::int64_t>(value)) return value;
  const auto rounded = as_integer(value);
  if (!rounded) throw SqlError("22003", "bigint out of range");
  return *rounded;
}

Value text_of(const Value& value) {
  if (std::holds_alternative<std::string>(value)) return value;
  return to_text(value);
}

Value date_value(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    if (const auto date = parse_date(trimmed(*text))) return *date;
    if (const auto time = parse_datetime(trimmed(*text))) return date_of(*time);
    throw SqlError("22007", fmt::format("invalid input syntax for type date: \"{}\"", *text));
  }
  if (const auto* time = std::get_if<DateTime>(&value)) return date_of(*time);
  return value;
}

Value datetime_value(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    if (const auto time = parse_datetime(trimmed(*text))) return *time;
    throw SqlError("22007", fmt::format("invalid input syntax for type timestamp: \"{}\"", *text));
  }
  if (const auto* date = std::get_if<Date>(&value)) return midnight(*date);
  return value;
}

void check_integer(std::int64_t number, int bytes) {
  const std::int64_t most = bytes >= 8   ? std::numeric_limits<std::int64_t>::max()
                            : bytes == 2 ? std::numeric_limits<std::int16_t>::max()
                                         : std::numeric_limits<std::int32_t>::max();
  if (number <= most && number >= -most - 1) return;
  throw SqlError("22003", fmt::format("{} out of range", bytes >= 8 ? "bigint" : bytes == 2 ? "smallint" : "integer"));
}

std::size_t characters(const std::string& text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  return count;
}

void check_length(std::string& text, const sql::Type& type) {
  if (type.length <= 0 || characters(text) <= static_cast<std::size_t>(type.length)) return;
  const std::string blanks = text.substr(text.find_last_not_of(' ') + 1);
  if (characters(text) - blanks.size() <= static_cast<std::size_t>(type.length)) {
    text.resize(text.size() - (characters(text) - static_cast<std::size_t>(type.length)));
    return;
  }
  throw SqlError("22001", fmt::format("value too long for type {}", type_name(type)));
}

}  // namespace

int compare_values(const Value& a, const Value& b) {
  const auto sign = [](std::strong_ordering order) { return order < 0 ? -1 : order > 0 ? 1 : 0; };
  if (const auto* x = std::get_if<std::int64_t>(&a))
    if (const auto* y = std::get_if<std::int64_t>(&b)) return *x < *y ? -1 : *x > *y ? 1 : 0;
  if (a.index() == b.index() || (is_number(a) && is_number(b))) return sign(compare(a, b));
  if (std::holds_alternative<std::string>(a) && !std::holds_alternative<std::string>(b)) return -compare_values(b, a);
  if (const auto* text = std::get_if<std::string>(&b)) {
    if (is_number(a)) return sign(compare(a, number_of(*text, "integer")));
    if (std::holds_alternative<Date>(a)) return sign(compare(datetime_value(a), datetime_value(b)));
    if (std::holds_alternative<DateTime>(a)) return sign(compare(a, datetime_value(b)));
  }
  if (std::holds_alternative<Date>(a) || std::holds_alternative<Date>(b))
    return sign(compare(datetime_value(a), datetime_value(b)));
  return sign(compare(a, b));
}

Value coerce_kind(const Value& value, Kind kind) {
  if (is_null(value)) return value;
  switch (kind) {
    case Kind::integer: return integer_of(value);
    case Kind::decimal:
      return std::holds_alternative<std::string>(value) ? number_of(std::get<std::string>(value), "numeric") : value;
    case Kind::real:
      return std::holds_alternative<std::string>(value)
                 ? Value(as_double(number_of(std::get<std::string>(value), "double precision")))
                 : Value(as_double(value));
    case Kind::text: return text_of(value);
    case Kind::date: return date_value(value);
    case Kind::datetime: return datetime_value(value);
    case Kind::boolean: return boolean_of(value);
    case Kind::other: break;
  }
  return value;
}

Value coerce(const Value& value, const sql::Type& type) {
  Value result = coerce_kind(value, type.kind);
  if (is_null(result)) return result;
  if (const auto* number = std::get_if<std::int64_t>(&result); number != nullptr && type.kind == Kind::integer)
    check_integer(*number, type.bytes);
  if (type.kind == Kind::decimal && (type.length > 0 || std::holds_alternative<double>(result))) {
    const auto fitted = as_decimal(result, type.length > 0 ? type.scale : 6);
    if (!fitted) throw SqlError("22003", "numeric field overflow");
    result = *fitted;
  }
  if (auto* text = std::get_if<std::string>(&result); text != nullptr && type.kind == Kind::text)
    check_length(*text, type);
  return result;
}

Value arithmetic(sql::Op op, const Value& left, const Value& right) {
  if (is_null(left) || is_null(right)) return Null{};
  if (op == sql::Op::concat) return std::get<std::string>(text_of(left)) + std::get<std::string>(text_of(right));
  const auto number = [](const Value& value) {
    return std::holds_alternative<std::string>(value) ? number_of(std::get<std::string>(value), "integer") : value;
  };
  if (const auto* date = std::get_if<Date>(&left)) {  // date +- days, date - date
    if (const auto* other = std::get_if<Date>(&right)) return std::int64_t{date->days} - other->days;
    const auto days = as_integer(number(right)).value_or(0);
    return Date{static_cast<std::int32_t>(date->days + (op == sql::Op::minus ? -days : days))};
  }
  const Value a = number(left), b = number(right);
  const bool whole = std::holds_alternative<std::int64_t>(a) && std::holds_alternative<std::int64_t>(b);
  const bool divides = op == sql::Op::divide || op == sql::Op::modulo || op == sql::Op::int_divide;
  if (divides && as_double(b) == 0) throw SqlError("22012", "division by zero");
  std::optional<Value> result;
  switch (op) {
    case sql::Op::plus: result = add(a, b); break;
    case sql::Op::minus: result = subtract(a, b); break;
    case sql::Op::multiply: result = multiply(a, b); break;
    case sql::Op::divide: result = whole ? int_divide(a, b) : divide(a, b); break;
    case sql::Op::int_divide: result = int_divide(a, b); break;
    case sql::Op::modulo: result = modulo(a, b); break;
    default: break;
  }
  if (!result) throw SqlError("22003", whole ? "bigint out of range" : "numeric field overflow");
  return *result;
}

bool like(std::string_view text, std::string_view pattern) {
  if (pattern.empty()) return text.empty();
  if (pattern.front() == '%') {
    for (std::size_t i = 0; i <= text.size(); ++i)
      if (like(text.substr(i), pattern.substr(1))) return true;
    return false;
  }
  if (text.empty()) return false;
  if (pattern.front() == '\\' && pattern.size() > 1)
    return text.front() == pattern[1] && like(text.substr(1), pattern.substr(2));
  if (pattern.front() != '_' && pattern.front() != text.front()) return false;
  return like(text.substr(1), pattern.substr(1));
}

Value shown(const Value& value, Kind kind) {
  if (kind != Kind::boolean || is_null(value)) return value;
  return std::string(std::get_if<std::int64_t>(&value) != nullptr && std::get<std::int64_t>(value) != 0 ? "t" : "f");
}

std::size_t stored_bytes(const sql::Type& type) {
  switch (type.kind) {
    case Kind::integer: return static_cast<std::size_t>(type.bytes);
    case Kind::boolean: return 1;
    case Kind::date: return 4;
    case Kind::real:
    case Kind::datetime: return 8;
    case Kind::decimal: return 8;
    default: return type.length > 0 && type.length < 40 ? static_cast<std::size_t>(type.length) / 2 + 1 : 16;
  }
}

std::string type_name(const sql::Type& type) {
  switch (type.kind) {
    case Kind::integer: return type.bytes >= 8 ? "bigint" : type.bytes == 2 ? "smallint" : "integer";
    case Kind::decimal: return "numeric";
    case Kind::real: return "double precision";
    case Kind::boolean: return "boolean";
    case Kind::date: return "date";
    case Kind::datetime: return "timestamp without time zone";
    case Kind::text:
      if (type.length <= 0) return "text";
      return fmt::format("{}({})", type.name.starts_with("CHAR") ? "character" : "character varying", type.length);
    case Kind::other: break;
  }
  return lower(type.name);
}

}  // namespace gridlock::reference::postgres
