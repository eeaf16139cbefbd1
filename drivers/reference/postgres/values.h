#pragma once
/// PostgreSQL's types, conversions and arithmetic of values. A boolean is the integer 0 or 1 inside, `t` or `f`
/// outside. Sources: manual, "Data Types", "Functions and Operators"; the error texts are the server's.
#include <cstdint>
#include <string>
#include <string_view>

#include "drivers/reference/postgres/sql_error.h"
#include "model/sql/ast.h"
#include "model/value.h"

namespace gridlock::reference::postgres {

using Kind = sql::Type::Kind;  ///< `other`: not known (a string literal, a parameter, NULL)

/// -1, 0, 1; text is compared byte by byte (locale C). Text beside a number or a date is read as one. REQUIRES: no
/// nulls.
int compare_values(const Value& a, const Value& b);

/// The value as this type, for a column (with its length and range) or a cast. Throws what the server would say.
Value coerce(const Value& value, const sql::Type& type);
Value coerce_kind(const Value& value, Kind kind);

/// Null if an operand is. Integers divide to an integer; division by zero is an error.
Value arithmetic(sql::Op op, const Value& a, const Value& b);

bool like(std::string_view text, std::string_view pattern);

/// As psql shows it: booleans as t and f.
Value shown(const Value& value, Kind kind);

/// Bytes of a value of this type in a row, with its alignment (a rough mean for text).
std::size_t stored_bytes(const sql::Type& type);

std::string type_name(const sql::Type& type);  ///< `integer`, `character varying(20)`

}  // namespace gridlock::reference::postgres
