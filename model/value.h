#pragma once
/// An SQL value: null, integer, decimal, real, text, date or datetime.
#include <compare>
#include <cstdint>
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

/// Total order of values as an index keeps them: null first, numbers by value whatever their kind, text bytewise
/// (the engines' case-insensitive collations are applied by the caller, who folds), dates by time.
std::strong_ordering compare(const Value& a, const Value& b);

/// As SQL text writes it: `NULL`, `42`, `1.50`, `'it''s'`, `'2026-11-22'`.
std::string to_sql(const Value& value);

/// As a result shows it, without quotes: `42`, `it's`, `2026-11-22`; null is `NULL`.
std::string to_text(const Value& value);

}  // namespace gridlock
