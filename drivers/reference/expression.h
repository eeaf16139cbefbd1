#pragma once
/// Expressions with their names resolved, and their evaluation.
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "drivers/reference/catalog.h"
#include "drivers/reference/ids.h"
#include "model/sql/ast.h"

namespace gridlock::reference {

using ExprId = std::uint32_t;  ///< position in an ExpressionPool; `none` for no expression

struct ExprNode {
  sql::ExprKind kind = sql::ExprKind::literal;
  sql::Op op = sql::Op::none;
  bool negated = false;
  Value value;
  std::uint32_t up = 0;     ///< column: how many queries further out
  std::uint32_t table = 0;  ///< column: position in that query's FROM; the row to insert is table 1 of an INSERT
  std::uint32_t slot = 0;   ///< column: ColumnId; parameter: position; function: aggregate number if `aggregate`;
                            ///< subqueries: position in the query's list
  bool aggregate = false;
  std::string name;                    ///< function, variable
  std::uint32_t first = 0, count = 0;  ///< arguments
};

struct ExpressionPool {
  std::vector<ExprNode> nodes;
  std::vector<ExprId> arguments;
  std::span<const ExprId> args(const ExprNode& node) const { return {arguments.data() + node.first, node.count}; }
};

using Row = std::vector<Value>;

/// What a subquery gave, for the outer rows it was last run for.
struct SubqueryResult {
  bool ready = false;
  std::vector<Row> rows;
};

/// What an expression may look at while it is evaluated.
struct EvalContext {
  const ExpressionPool* pool = nullptr;
  std::span<const Value> parameters;
  std::span<const Row> rows;  ///< the current row of each table in FROM; empty: a row of nulls
  std::span<const SubqueryResult> subqueries;
  std::span<const Value> aggregates;
  const EvalContext* outer = nullptr;
  const std::map<std::string, Value>* variables = nullptr;
  std::int64_t now_micros = 0;  ///< NOW(), microseconds since 1970
  std::int64_t last_insert_id = 0;
  std::uint32_t connection = 0;
  std::string* error = nullptr;  ///< gets what cannot be computed; the value is null then
};

Value evaluate(const EvalContext& context, ExprId expression);

/// WHERE keeps a row only if the condition is true, not if it is null. No expression is true.
bool holds(const EvalContext& context, ExprId expression);

/// True for SUM, COUNT, MIN, MAX, AVG.
bool is_aggregate(const std::string& function);
/// True for the functions that `evaluate` knows.
bool is_function(const std::string& function);
std::vector<std::string> function_names();

}  // namespace gridlock::reference
