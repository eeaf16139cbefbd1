#pragma once
/// How the engine lets an expression look at a session's running queries. Private to the engine's .cpp files.
#include <array>
#include <string>
#include <utility>

#include "drivers/reference/engine.h"

namespace gridlock::reference {

/// Virtual time 0 is 2026-01-01 00:00:00 to NOW().
inline constexpr std::int64_t epoch_micros = 1'767'225'600'000'000;

/// Calls `use` with the context of the topmost query, each query below being the next one further out.
/// What cannot be computed becomes the statement's error 1690 or 1242.
template <class Use>
auto Engine::with_context(Slot slot, Use use) {
  Session& session = sessions_[slot];
  Execution& execution = session.execution;
  std::string error;
  EvalContext base;
  base.pool = &execution.plan->pool;
  base.parameters = execution.parameters;
  base.variables = &session.variables;
  base.now_micros = epoch_micros + now_;
  base.last_insert_id = session.last_insert_id;
  base.connection = slot + 1;
  base.error = &error;
  std::array<EvalContext, query_depth_max> chain;
  EvalContext* context = &base;
  const EvalContext* outer = nullptr;
  for (std::size_t i = 0; i < execution.queries.size(); ++i) {
    const QueryRun& run = execution.queries[i];
    chain[i] = base;
    chain[i].rows = run.rows;
    chain[i].subqueries = run.subqueries;
    chain[i].outer = outer;
    outer = context = &chain[i];
  }
  auto result = use(*context);
  if (!error.empty()) {
    const bool rows = error.starts_with("Subquery");
    execution.error = ServerError{rows ? "1242" : "1690", error};
  }
  return result;
}

}  // namespace gridlock::reference
