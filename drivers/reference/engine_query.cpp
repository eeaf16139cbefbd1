// Runs queries: nested loops over the tables in FROM order, subqueries, groups, order, limit.
#include <algorithm>
#include <limits>

#include "drivers/reference/engine.h"
#include "drivers/reference/engine_context.h"
#include "drivers/reference/sql_value.h"

namespace gridlock::reference {
namespace {

int compare_rows(const Row& a, const Row& b) {
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
    if (const int order = compare_values(a[i], b[i]); order != 0) return order;
  }
  return 0;
}

void add_value(Accumulator& accumulator, const Aggregate& aggregate, const Value& value) {
  if (aggregate.argument != none && is_null(value)) return;
  if (aggregate.distinct) {
    const auto same = [&](const Value& seen) { return compare_values(seen, value) == 0; };
    if (std::any_of(accumulator.seen.begin(), accumulator.seen.end(), same)) return;
    accumulator.seen.push_back(value);
  }
  ++accumulator.count;
  if (aggregate.argument == none) return;
  if (accumulator.count == 1) {
    accumulator.value = value;
  } else if (aggregate.function == "MIN") {
    if (compare_values(value, accumulator.value) < 0) accumulator.value = value;
  } else if (aggregate.function == "MAX") {
    if (compare_values(value, accumulator.value) > 0) accumulator.value = value;
  } else if (aggregate.function != "COUNT") {
    accumulator.value = arithmetic(sql::Op::plus, accumulator.value, value).value;
  }
}

Value result_of(const Accumulator& accumulator, const Aggregate& aggregate) {
  if (aggregate.function == "COUNT") return accumulator.count;
  if (accumulator.count == 0) return Null{};
  if (aggregate.function == "AVG") return arithmetic(sql::Op::divide, accumulator.value, accumulator.count).value;
  return accumulator.value;
}

}  // namespace

void Engine::push_query(Slot slot, std::uint32_t query, std::uint32_t parent_slot) {
  Execution& execution = sessions_[slot].execution;
  QueryRun run;
  run.query = query;
  run.parent_slot = parent_slot;
  const QueryPlan& plan = execution.plan->queries[query];
  run.cursors.resize(plan.tables.size());
  run.rows.resize(plan.tables.size());
  run.matched.resize(plan.tables.size());
  run.subqueries.resize(plan.subqueries.size());
  execution.queries.push_back(std::move(run));
}

/// Runs the topmost query until it has a row; a subquery's rows go to the query below it.
Progress Engine::run_query(Slot slot) {
  Execution& execution = sessions_[slot].execution;
  while (true) {
    QueryRun& run = execution.queries.back();
    const Progress progress = step_query(slot, run);
    if (progress == Progress::again) continue;
    const bool subquery = execution.queries.size() > 1;
    if (!subquery || (progress != Progress::ready && progress != Progress::end)) return progress;
    if (progress == Progress::ready) {
      accept_row(slot, execution.queries.back());
      if (execution.error) return Progress::error;
      if (!enough(slot, execution.queries.back())) continue;
    }
    finish_subquery(slot);
  }
}

Progress Engine::step_query(Slot slot, QueryRun& run) {
  switch (run.phase) {
    case QueryRun::Phase::prepare: return prepare_query(slot, run);
    case QueryRun::Phase::open: return open_table(slot, run);
    case QueryRun::Phase::read: return read_table(slot, run);
    case QueryRun::Phase::correlate: return correlate(slot, run);
    case QueryRun::Phase::filter: return filter_row(slot, run);
    case QueryRun::Phase::finished: break;
  }
  return Progress::end;
}

/// Subqueries that look at nothing outside are run once, before everything else.
Progress Engine::prepare_query(Slot slot, QueryRun& run) {
  const StatementPlan& plan = *sessions_[slot].execution.plan;
  const QueryPlan& query = plan.queries[run.query];
  for (; run.next_subquery < query.subqueries.size(); ++run.next_subquery) {
    const std::uint32_t subquery = query.subqueries[run.next_subquery];
    if (plan.queries[subquery].correlated) continue;
    push_query(slot, subquery, static_cast<std::uint32_t>(run.next_subquery++));
    return Progress::again;
  }
  const bool wanted = with_context(slot, [&](const EvalContext& context) {
    return std::all_of(query.constant_filters.begin(), query.constant_filters.end(),
                       [&](ExprId filter) { return holds(context, filter); });
  });
  run.phase = wanted && !query.tables.empty() ? QueryRun::Phase::open : QueryRun::Phase::finished;
  return wanted && query.tables.empty() ? Progress::ready : Progress::again;
}

Progress Engine::open_table(Slot slot, QueryRun& run) {
  const Execution& execution = sessions_[slot].execution;
  const QueryPlan& query = execution.plan->queries[run.query];
  const TableUse& use = query.tables[run.depth];
  AccessRequest request;
  request.catalog = &catalog_;
  request.indexes = &indexes_;
  request.use = &use;
  request.position = static_cast<std::uint32_t>(run.depth);
  request.order_by = run.depth == 0 && query.group_by.empty() && query.aggregates.empty() ? &query.order_by : nullptr;
  const auto& wanted = execution.statement->access;
  if (const auto found = wanted.find(use.binding); found != wanted.end()) request.wanted = &found->second;
  request.backward_condition = profile_->backward_index_condition;
  request.limited = query.limit != none;
  request.select = execution.plan->kind == StatementPlan::Kind::select ||
                   execution.plan->kind == StatementPlan::Kind::insert || run.query != 0;
  Cursor& cursor = run.cursors[run.depth];
  cursor = Cursor{};
  with_context(slot, [&](const EvalContext& context) {
    request.context = &context;
    cursor.path = choose_access(request);
    return true;
  });
  const LockWish wish = wish_of(slot, use);
  Transaction& transaction = sessions_[slot].transaction;
  const bool consistent = wish == LockWish::snapshot && transaction.isolation != sql::Isolation::read_uncommitted;
  if (consistent && !cursor.path.impossible && !transaction.view) transaction.view = log_.open_view();
  if (wish != LockWish::snapshot && !cursor.path.impossible) {
    const Mode mode = wish == LockWish::share ? innodb::IS : innodb::IX;
    if (lock_table(slot, use.table, mode) == Got::waiting) return Progress::wait;
  }
  cursor.phase = Cursor::Phase::open_range;
  cursor.semi_consistent = execution.plan->kind == StatementPlan::Kind::update && run.depth == 0 && run.query == 0 &&
                           sessions_[slot].transaction.skips_gaps();
  run.matched[run.depth] = false;
  run.phase = QueryRun::Phase::read;
  return Progress::again;
}

Progress Engine::read_table(Slot slot, QueryRun& run) {
  const StatementPlan& plan = *sessions_[slot].execution.plan;
  const QueryPlan& query = plan.queries[run.query];
  const TableUse& use = query.tables[run.depth];
  Cursor& cursor = run.cursors[run.depth];
  const Progress progress = read_next(slot, use, wish_of(slot, use), cursor);
  if (progress == Progress::ready) {
    const auto values = rows_[use.table].values(cursor.version);
    run.rows[run.depth].assign(values.begin(), values.end());
  } else if (progress == Progress::end) {
    if (use.left_join && !run.matched[run.depth]) {
      run.rows[run.depth].clear();  // a row of nulls
    } else {
      if (run.depth == 0) run.phase = QueryRun::Phase::finished;
      if (run.depth > 0) --run.depth;
      return Progress::again;
    }
  } else {
    return progress;
  }
  const bool innermost = run.depth + 1 == query.tables.size();
  run.next_subquery = 0;
  run.phase = innermost && !query.subqueries.empty() ? QueryRun::Phase::correlate : QueryRun::Phase::filter;
  return Progress::again;
}

/// Subqueries that look at the present row are run anew for it.
Progress Engine::correlate(Slot slot, QueryRun& run) {
  const StatementPlan& plan = *sessions_[slot].execution.plan;
  const QueryPlan& query = plan.queries[run.query];
  for (; run.next_subquery < query.subqueries.size(); ++run.next_subquery) {
    const std::uint32_t subquery = query.subqueries[run.next_subquery];
    if (!plan.queries[subquery].correlated) continue;
    push_query(slot, subquery, static_cast<std::uint32_t>(run.next_subquery++));
    return Progress::again;
  }
  run.phase = QueryRun::Phase::filter;
  return Progress::again;
}

Progress Engine::filter_row(Slot slot, QueryRun& run) {
  const QueryPlan& query = sessions_[slot].execution.plan->queries[run.query];
  const TableUse& use = query.tables[run.depth];
  Cursor& cursor = run.cursors[run.depth];
  const bool real = !run.rows[run.depth].empty();
  run.phase = QueryRun::Phase::read;
  bool kept = false;
  const bool passes = with_context(slot, [&](const EvalContext& context) {
    const auto is_true_here = [&](ExprId filter) { return holds(context, filter); };
    kept = !real || std::all_of(use.on.begin(), use.on.end(), is_true_here);
    return kept && std::all_of(use.filters.begin(), use.filters.end(), is_true_here);
  });
  if (sessions_[slot].execution.error) return Progress::error;
  if (kept) run.matched[run.depth] = true;
  if (!passes) {
    // a row read by a constant key stays locked: it is read before WHERE is looked at
    if (real && wish_of(slot, use) != LockWish::snapshot && !cursor.path.constant) unlock_row(slot, cursor);
    return Progress::again;
  }
  if (real && cursor.did_semi_consistent) {  // it matches: now wait for it, and look again at what it is then
    cursor.did_semi_consistent = false;
    cursor.must_wait = true;
    cursor.phase = Cursor::Phase::examine;
    return Progress::again;
  }
  if (run.depth + 1 == query.tables.size()) return Progress::ready;
  ++run.depth;
  run.phase = QueryRun::Phase::open;
  return Progress::again;
}

bool Engine::index_condition_holds(Slot slot, const TableUse& use, const Cursor& cursor) {
  if (cursor.path.pushed.empty()) return true;
  QueryRun& run = sessions_[slot].execution.queries.back();
  const Index& index = catalog_.indexes[cursor.path.index];
  Row& row = run.rows[run.depth];
  row.assign(catalog_.tables[use.table].columns.size(), Null{});
  const KeyView key = indexes_[index.id].key(cursor.at);
  for (std::size_t i = 0; i < index.fields.size(); ++i) row[index.fields[i].column] = key[i];
  return with_context(slot, [&](const EvalContext& context) {
    return std::all_of(cursor.path.pushed.begin(), cursor.path.pushed.end(),
                       [&](ExprId filter) { return holds(context, filter); });
  });
}

void Engine::finish_subquery(Slot slot) {
  Execution& execution = sessions_[slot].execution;
  sort_and_cut(slot, execution.queries.back());
  QueryRun done = std::move(execution.queries.back());
  execution.queries.pop_back();
  SubqueryResult& result = execution.queries.back().subqueries[done.parent_slot];
  result.ready = true;
  result.rows.clear();
  for (QueryRun::Output& output : done.output) result.rows.push_back(std::move(output.row));
}

/// What reading without FOR UPDATE and FOR SHARE comes to (ha_innodb.cc, store_lock and external_lock).
LockWish Engine::wish_of(Slot slot, const TableUse& use) const {
  const Session& session = sessions_[slot];
  if (use.lock != LockWish::snapshot) return use.lock;
  const auto isolation = session.transaction.isolation;
  if (session.execution.plan->kind == StatementPlan::Kind::select) {
    const bool inside = session.transaction.explicitly_begun || !session.settings.autocommit;
    return isolation == sql::Isolation::serializable && inside ? LockWish::share : LockWish::snapshot;
  }
  // a subquery of DELETE locks at every level: DELETE is not among the statements that store_lock lists
  const bool erase = session.execution.plan->kind == StatementPlan::Kind::erase;
  return erase || isolation >= sql::Isolation::repeatable_read ? LockWish::share : LockWish::snapshot;
}

// --------------------------------------------------------------------------------------------- rows, groups, order

bool Engine::sorted_afterwards(const QueryPlan& query, const QueryRun& run) const {
  if (query.order_by.empty()) return false;
  return query.tables.empty() || !run.cursors.front().path.in_order;
}

void Engine::accept_row(Slot slot, QueryRun& run) {
  const QueryPlan& query = sessions_[slot].execution.plan->queries[run.query];
  if (!query.aggregates.empty() || !query.group_by.empty()) return accept_into_group(slot, run);
  QueryRun::Output output;
  with_context(slot, [&](const EvalContext& context) {
    for (const ExprId item : query.items) output.row.push_back(evaluate(context, item));
    if (!sorted_afterwards(query, run)) return true;
    for (const OrderKey& key : query.order_by) {
      output.sort_keys.push_back(key.item != none ? output.row[key.item] : evaluate(context, key.expression));
    }
    return true;
  });
  const auto same = [&](const QueryRun::Output& other) { return compare_rows(other.row, output.row) == 0; };
  if (query.distinct && std::any_of(run.output.begin(), run.output.end(), same)) return;
  run.output.push_back(std::move(output));
}

void Engine::accept_into_group(Slot slot, QueryRun& run) {
  const QueryPlan& query = sessions_[slot].execution.plan->queries[run.query];
  with_context(slot, [&](const EvalContext& context) {
    Row keys;
    for (const ExprId key : query.group_by) keys.push_back(evaluate(context, key));
    auto group = std::find_if(run.groups.begin(), run.groups.end(),
                              [&](const Group& other) { return compare_rows(other.keys, keys) == 0; });
    if (group == run.groups.end()) {
      run.groups.push_back({std::move(keys), run.rows, std::vector<Accumulator>(query.aggregates.size())});
      group = std::prev(run.groups.end());
    }
    for (std::size_t i = 0; i < query.aggregates.size(); ++i) {
      const ExprId argument = query.aggregates[i].argument;
      add_value(group->accumulators[i], query.aggregates[i],
                argument == none ? Value(Null{}) : evaluate(context, argument));
    }
    return true;
  });
}

void Engine::finish_groups(Slot slot, QueryRun& run) {
  const QueryPlan& query = sessions_[slot].execution.plan->queries[run.query];
  if (query.aggregates.empty() && query.group_by.empty()) return;
  if (run.groups.empty() && query.group_by.empty()) {  // SELECT COUNT(*) of nothing is one row
    run.groups.push_back(
        {{}, std::vector<Row>(query.tables.size()), std::vector<Accumulator>(query.aggregates.size())});
  }
  for (const Group& group : run.groups) {
    std::vector<Value> results;
    for (std::size_t i = 0; i < query.aggregates.size(); ++i) {
      results.push_back(result_of(group.accumulators[i], query.aggregates[i]));
    }
    run.rows = group.rows;
    with_context(slot, [&](EvalContext context) {
      context.aggregates = results;
      if (!holds(context, query.having)) return true;
      QueryRun::Output output;
      for (const ExprId item : query.items) output.row.push_back(evaluate(context, item));
      for (const OrderKey& key : query.order_by) output.sort_keys.push_back(evaluate(context, key.expression));
      run.output.push_back(std::move(output));
      return true;
    });
  }
  run.groups.clear();
}

void Engine::sort_and_cut(Slot slot, QueryRun& run) {
  const QueryPlan& query = sessions_[slot].execution.plan->queries[run.query];
  finish_groups(slot, run);
  const bool grouped = !query.aggregates.empty() || !query.group_by.empty();
  if (grouped ? !query.order_by.empty() : sorted_afterwards(query, run)) {
    std::stable_sort(run.output.begin(), run.output.end(), [&](const auto& a, const auto& b) {
      for (std::size_t i = 0; i < query.order_by.size(); ++i) {
        const int order = compare_values(a.sort_keys[i], b.sort_keys[i]);
        if (order != 0) return query.order_by[i].descending ? order > 0 : order < 0;
      }
      return false;
    });
  }
  const auto offset = limit_of(slot, run, true).value_or(0) - limit_of(slot, run, false).value_or(0);
  const auto first = std::min<std::uint64_t>(offset, run.output.size());
  run.output.erase(run.output.begin(), run.output.begin() + static_cast<std::ptrdiff_t>(first));
  if (const auto limit = limit_of(slot, run, false); limit && run.output.size() > *limit) {
    run.output.resize(static_cast<std::size_t>(*limit));
  }
}

/// LIMIT, or LIMIT + OFFSET: how many rows must be found.
std::optional<std::uint64_t> Engine::limit_of(Slot slot, const QueryRun& run, bool with_offset) {
  const QueryPlan& query = sessions_[slot].execution.plan->queries[run.query];
  if (query.limit == none) return std::nullopt;
  return with_context(slot, [&](const EvalContext& context) {
    const double limit = to_double(evaluate(context, query.limit));
    const double offset = query.offset == none || !with_offset ? 0 : to_double(evaluate(context, query.offset));
    return std::optional(static_cast<std::uint64_t>(std::max(0.0, limit)) +
                         static_cast<std::uint64_t>(std::max(0.0, offset)));
  });
}

/// LIMIT ends the reading early only when the rows come in their final order.
bool Engine::enough(Slot slot, const QueryRun& run) {
  const QueryPlan& query = sessions_[slot].execution.plan->queries[run.query];
  if (query.limit == none || !query.aggregates.empty() || !query.group_by.empty()) return false;
  if (sorted_afterwards(query, run)) return false;
  return run.output.size() >= *limit_of(slot, run, true);
}

}  // namespace gridlock::reference
