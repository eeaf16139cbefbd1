#pragma once
/// What quoted and numeric tokens mean, and how values are written as literals of a dialect.
#include <string>
#include <string_view>

#include "model/sql/ast.h"

namespace gridlock::sql {

/// The text inside a string token: 'it''s', 'a\'b' (MySQL), "x" (MySQL), E'\n', X'41', $$x$$.
std::string decode_string(std::string_view token, Dialect dialect);

/// The name inside a quoted token: `a`, "a"; doubled quotes are one.
std::string decode_name(std::string_view token);

/// int64 if it fits, Decimal if it has a point and fits, else double. 0x41 is text in MySQL and a number in PostgreSQL.
Value decode_number(std::string_view token, Dialect dialect);

/// A string literal; backslashes are doubled where the dialect reads them as escapes.
std::string quote_string(std::string_view text, Dialect dialect);

/// The text between quotes, those inside it doubled.
std::string in_quotes(std::string_view text, char quote);

/// The name, quoted only when it must be (reserved, not a plain word), or when it was and PostgreSQL would fold it.
std::string quote_name(std::string_view name, Dialect dialect, bool was_quoted = false);
/// The same behind a dot, where reserved words are names.
std::string quote_name_behind_dot(std::string_view name, Dialect dialect, bool was_quoted);

}  // namespace gridlock::sql
