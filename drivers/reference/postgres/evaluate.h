#pragma once
/// What an expression is worth for the rows that it stands on.
#include <map>
#include <span>
#include <string>
#include <vector>

#include "drivers/reference/postgres/plan.h"
#include "drivers/reference/postgres/settings.h"

namespace gridlock::reference::postgres {

/// What subqueries, and functions that had to wait, have given, by ExprNode::slot.
using Results = std::vector<std::vector<Row>>;

struct Context {
  const Plan* plan = nullptr;
  std::span<const Value> parameters;
  std::vector<const Row*> rows;  ///< of each table in FROM; null: a row of nulls
  const std::vector<Value>* aggregates = nullptr;
  const Results* results = nullptr;
  const Context* outer = nullptr;
  std::int64_t now_micros = 0;
  std::uint64_t random = 0;
  std::uint32_t backend = 0;
  std::int64_t transaction = 0;
  const Settings* settings = nullptr;
  std::int64_t series = 0;  ///< generate_series in the select list: its value now
};

Value evaluate(const Context& context, ExprId expression);

/// True only if true, not if null. No expression is true.
bool holds(const Context& context, ExprId expression);

}  // namespace gridlock::reference::postgres
