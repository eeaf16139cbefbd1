#pragma once
/// MySQL's arithmetic, comparison and conversion of values.
/// Sources: MySQL Reference Manual, "Type Conversion in Expression Evaluation", "Arithmetic Operators",
/// "Out-of-Range and Overflow Handling".
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/sql/ast.h"
#include "model/value.h"

namespace gridlock::reference {

/// Text as utf8mb4_0900_ai_ci orders it, for ASCII: case does not count, trailing spaces do (NO PAD).
int compare_text(std::string_view a, std::string_view b);

/// -1, 0 or 1. Null sorts first. Text against a number compares as numbers, text against a date as dates.
int compare_values(const Value& a, const Value& b);

double to_double(const Value& value);
std::optional<Date> parse_date(std::string_view text);
std::optional<DateTime> parse_datetime(std::string_view text);

/// 0 for null, zero, text that is no number; used where a truth value is wanted.
bool is_true(const Value& value);

/// An operation's result; `overflow` says that MySQL would refuse it (error 1690).
struct Computed {
  Value value;
  bool overflow = false;
};
Computed arithmetic(sql::Op op, const Value& a, const Value& b);

/// a value on its way into a column.
struct Coerced {
  Value value;
  enum class Fit : std::uint8_t { exact, out_of_range, incorrect, too_long } fit = Fit::exact;
};
Coerced coerce(const Value& value, const sql::Type& type);

/// A constant on its way into a search of an index on a column of this type: like `coerce`, but when the conversion
/// would change how it compares (3.5 against an integer, 'x' against a number) the value is left as it is.
Value search_value(const Value& value, const sql::Type& type);

/// SQL's LIKE with % and _ and backslash, case-insensitive.
bool like(std::string_view text, std::string_view pattern);

/// Bytes that the value takes in a record, roughly as InnoDB's COMPACT format stores it.
std::size_t stored_bytes(const sql::Type& type);

}  // namespace gridlock::reference
