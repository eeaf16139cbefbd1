#pragma once
/// Structure of parsed SQL as S-expressions, for tests: `(and (= a 1) (in b 2 3))`. Spans are left out.
#include <string>

#include "model/sql/ast.h"

namespace gridlock::sql {

std::string dump(const Expr& expr);
std::string dump(const Statement& statement);

}  // namespace gridlock::sql
