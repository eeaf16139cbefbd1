#pragma once
/// How tightly operators bind; a higher one first. MySQL 14.4.1, PostgreSQL 4.1.6. Internal to model/sql.

namespace gridlock::sql::power {

inline constexpr int logical_or = 1;
inline constexpr int logical_and = 3;
inline constexpr int logical_not = 4;
inline constexpr int comparison = 5;  ///< and IS
inline constexpr int predicate = 6;   ///< BETWEEN, IN, LIKE
inline constexpr int concat = 7;
inline constexpr int sum = 8;
inline constexpr int product = 9;
inline constexpr int sign = 11;
inline constexpr int operand = 12;

}  // namespace gridlock::sql::power
