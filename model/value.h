#pragma once
/// An SQL value: null, integer, decimal, real, text, date or datetime.
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace gridlock {

struct Null {
  friend auto operator<=>(Null, Null) = default;
};

/// unscaled / 10^scale. `scale` is 0..18.
struct Decimal {
  std::int64_t unscaled = 0;
  std::int8_t scale = 0;
  friend bool operator==(const Decimal&, const Decimal&) = default;  ///< same digits; `compare` tells 1.0 = 1.00
};

/// Days since 1970-01-01.
struct Date {
  std::int32_t days = 0;
  friend auto operator<=>(Date, Date) = default;
};

/// Microseconds since 1970-01-01 00:00:00, without a time zone.
struct DateTime {
  std::int64_t micros = 0;
  friend auto operator<=>(DateTime, DateTime) = default;
};

using Value = std::variant<Null, std::int64_t, Decimal, double, std::string, Date, DateTime>;

inline bool is_null(const Value& value) { return std::holds_alternative<Null>(value); }

/// Total order of values as an index keeps them: null first, then numbers by value whatever their kind, then text
/// bytewise (the engines' case-insensitive collations are applied by the caller, who folds), then dates and datetimes
/// by time. Kinds are not converted: the caller turns '2026-01-01' into a Date before it compares it with one.
std::strong_ordering compare(const Value& a, const Value& b);

/// As SQL text writes it: `NULL`, `42`, `1.50`, `'it''s'`, `'2026-11-22'`.
std::string to_sql(const Value& value);

/// As a result shows it, without quotes: `42`, `it's`, `2026-11-22`; null is `NULL`.
std::string to_text(const Value& value);

// ---------------------------------------------------------------------------------------------------- from text

/// `2026-11-22` or `20261122`, years 1 to 9999, a day that exists; nothing before or after it.
std::optional<Date> parse_date(std::string_view text);

/// A date, alone (midnight) or followed by a blank or `T` and `hh:mm[:ss[.ffffff]]`.
std::optional<DateTime> parse_datetime(std::string_view text);

/// A whole number in 64 bits, else a Decimal when it has at most 18 digits, else (or with an exponent) a double.
std::optional<Value> parse_number(std::string_view text);

// ---------------------------------------------------------------------------------------------------- conversions

/// The value where a number is wanted, as MySQL reads it: text by its leading number (`'12abc'` is 12, `'abc'` is 0), a
/// date as 20261122, a datetime as 20261122101500. Null stays null, a number stays as it is; text becomes a double.
Value to_number(const Value& value);

/// `to_number` as a double; null is 0.
double as_double(const Value& value);

/// `to_number` rounded half away from zero; empty for null and for what 64 bits cannot hold.
std::optional<std::int64_t> as_integer(const Value& value);

/// A number with so many digits after the point (0..18), rounded half away from zero; empty when it does not fit.
std::optional<Decimal> as_decimal(const Value& value, int scale);

/// SQL truth, as MySQL reads it: empty for null, else whether the number is not zero.
std::optional<bool> as_truth(const Value& value);

/// The day of a datetime, and its midnight back.
Date date_of(DateTime time);
DateTime midnight(Date date);

// ---------------------------------------------------------------------------------------------------- arithmetic

/// SQL arithmetic. Null with anything is null. Empty: out of the range of the result's type (MySQL 1690, SQLSTATE
/// 22003). Two integers give an integer, a double with anything a double, else a Decimal with as many digits as fit.
std::optional<Value> add(const Value& a, const Value& b);
std::optional<Value> subtract(const Value& a, const Value& b);
std::optional<Value> multiply(const Value& a, const Value& b);

/// MySQL's `/`: a Decimal with four more digits than the dividend, or a double; rounded as MySQL rounds. By zero: null.
std::optional<Value> divide(const Value& a, const Value& b);
/// MySQL's DIV, and PostgreSQL's `/` of two integers: towards zero, an integer. By zero: null.
std::optional<Value> int_divide(const Value& a, const Value& b);
/// The remainder with the dividend's sign. By zero: null.
std::optional<Value> modulo(const Value& a, const Value& b);
std::optional<Value> negate(const Value& a);

}  // namespace gridlock
