#include "drivers/postgres/values.h"

#include <charconv>
#include <string>

namespace gridlock::postgres {
namespace {

// Object ids of types that never change (src/include/catalog/pg_type.dat).
enum : unsigned {
  type_bool = 16,
  type_int8 = 20,
  type_int2 = 21,
  type_int4 = 23,
  type_oid = 26,
  type_float4 = 700,
  type_float8 = 701,
  type_date = 1082,
  type_timestamp = 1114,
  type_numeric = 1700,
};

Value number(std::string_view text) {
  std::int64_t integer = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), integer);
  if (error == std::errc() && end == text.data() + text.size()) return integer;
  const auto other = parse_number(text);
  return other ? *other : Value(std::string(text));
}

}  // namespace

Value value_of(unsigned type, std::string_view text) {
  switch (type) {
    case type_int2:
    case type_int4:
    case type_int8:
    case type_oid:
    case type_float4:
    case type_float8:
    case type_numeric: return number(text);
    case type_bool: return std::string(text == "t" ? "true" : "false");
    case type_date:
      if (const auto date = parse_date(text)) return *date;
      break;
    case type_timestamp:
      if (const auto time = parse_datetime(text)) return *time;
      break;
    default: break;
  }
  return std::string(text);
}

}  // namespace gridlock::postgres
