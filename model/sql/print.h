#pragma once
/// Statements and expressions back to SQL text, in one canonical form: keywords in capitals, parentheses only where
/// they are needed, `a JOIN b ON a.x = b.x` for USING, table-level keys for inline ones.
///
/// What is printed in a dialect parses in it to the same structure. What the AST does not keep (comments, CHECK,
/// COMMENT, collations) is not there: to change the user's own text, replace parts of it by their spans instead.
#include <string>

#include "model/sql/ast.h"

namespace gridlock::sql {

std::string to_sql(const Expr& expr, Dialect dialect = Dialect::mysql);
std::string to_sql(const Select& select, Dialect dialect = Dialect::mysql);
/// An Unknown statement is its own text.
std::string to_sql(const Statement& statement, Dialect dialect = Dialect::mysql);

/// A value as a literal of the dialect: backslashes in text are doubled for MySQL; dates carry their type.
std::string literal(const Value& value, Dialect dialect);

/// A name, in quotes when the dialect needs them.
std::string identifier(const Name& name, Dialect dialect);

}  // namespace gridlock::sql
