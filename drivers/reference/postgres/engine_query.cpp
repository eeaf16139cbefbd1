// Reading: nested loops over the tables in FROM order, then grouping, sorting, locking, cutting.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "drivers/reference/postgres/engine_schedule.h"

namespace gridlock::reference::postgres {
namespace {

/// Costs of the planner (cost.h): what decides between reading the whole table and an index.
constexpr double page_cost = 1.0, random_page_cost = 4.0, tuple_cost = 0.01, operator_cost = 0.0025,
                 index_tuple_cost = 0.005;

struct RowsLess {
  const std::vector<OrderKey>& keys;
  /// Nulls come last, or first when descending.
  bool operator()(const Row& a, const Row& b) const {
    for (std::size_t i = 0; i < keys.size(); ++i) {
      int order = static_cast<int>(is_null(a[i])) - static_cast<int>(is_null(b[i]));
      if (order == 0 && !is_null(a[i])) order = compare_values(a[i], b[i]);
      if (order != 0) return keys[i].descending ? order > 0 : order < 0;
    }
    return false;
  }
};

bool same_row(const Row& a, const Row& b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (is_null(a[i]) != is_null(b[i])) return false;
    if (!is_null(a[i]) && compare_values(a[i], b[i]) != 0) return false;
  }
  return true;
}

}  // namespace

// --------------------------------------------------------------------------------------------- what waits

/// Makes beforehand what the expression needs of subqueries and of functions that may wait.
Task<void> Engine::prepare(Exec& exec, ExprId id, const Context& context) {
  for (const ExprId part : exec.plan->waiting_parts[id]) {
    const ExprNode& node = exec.plan->pool[part];
    if (node.kind == sql::ExprKind::function) {
      std::vector<Row> result = co_await call_function(exec, node, context);
      exec.results[node.slot] = std::move(result);
      continue;
    }
    if (exec.ready[node.query]) continue;
    std::vector<Row> rows = co_await run_query(exec, node.query, &context);
    exec.results[node.slot] = std::move(rows);
    exec.ready[node.query] = !exec.plan->queries[node.query].correlated;
  }
}

Task<bool> Engine::all_hold(Exec& exec, const std::vector<ExprId>& filters, const Context& context) {
  for (const ExprId filter : filters) {
    if (!exec.plan->waiting_parts[filter].empty()) co_await prepare(exec, filter, context);
    if (!holds(context, filter)) co_return false;
  }
  co_return true;
}

Task<std::vector<Row>> Engine::call_function(Exec& exec, const ExprNode& node, const Context& context) {
  const Slot slot = exec.slot;
  Row arguments;
  for (const ExprId id : node.args) arguments.push_back(evaluate(context, id));
  Value result = std::string();
  if (std::any_of(arguments.begin(), arguments.end(), [](const Value& value) { return is_null(value); }))
    co_return std::vector<Row>{Row{Value(Null{})}};
  if (node.function == Function::pg_sleep) {
    co_await sleep(slot, std::llround(as_double(arguments.at(0)) * 1e6));
  } else if (node.function == Function::advisory_lock) {
    const AdvisoryCall& call = node.advisory;
    LockTag tag{LockTag::Kind::advisory, 0, 0, 1};
    if (arguments.size() == 2) {
      tag = {LockTag::Kind::advisory, static_cast<std::uint32_t>(as_integer(arguments[0]).value_or(0)),
             static_cast<std::uint32_t>(as_integer(arguments[1]).value_or(0)), 2};
    } else if (arguments.size() == 1) {
      const auto key = static_cast<std::uint64_t>(as_integer(arguments[0]).value_or(0));
      tag.a = static_cast<std::uint32_t>(key >> 32);
      tag.b = static_cast<std::uint32_t>(key);
    }
    const Mode mode = call.shared ? Mode::share : Mode::exclusive;
    const Depth depth = call.transaction ? sessions_[slot].depth() : session_scope;
    if (call.all) {
      locks_.release_session_scope(slot);
    } else if (call.unlock) {
      result = std::int64_t{locks_.release(slot, tag, mode, depth)};
    } else if (call.tries) {
      result = std::int64_t{locks_.acquire(slot, tag, mode, depth, true) == Acquired::granted};
    } else if (!take_at(slot, tag, mode, depth)) {
      co_await lock_wait(slot);
    }
  }
  co_return std::vector<Row>{Row{result}};
}

// --------------------------------------------------------------------------------------------- reading a table

/// cost_seqscan, by what the planner believes.
double Engine::cost_of_whole(const Table& table, std::size_t filters) const {
  const bool unknown = !settings_.analyzed && table.heap.pages() < 10;
  const auto pages = static_cast<double>(unknown ? 10 : table.heap.pages());
  const auto rows = static_cast<double>(unknown ? table.heap.unknown_rows() : table.heap.order().size());
  return pages * page_cost + rows * (tuple_cost + operator_cost * static_cast<double>(filters));
}

/// By an index whose first columns are given, if that is cheaper than the whole table (cost_index, cost_seqscan).
std::vector<TupleId> Engine::candidates(Exec& exec, const TableUse& use, const Context& context, bool& by_index) {
  Table& table = catalog_.tables[use.table];
  const auto& order = table.heap.order();
  const Index* best = nullptr;
  std::size_t best_equal = 0;
  if (cost_of_whole(table, use.filters.size()) > 2 * random_page_cost) {
    for (const IndexId id : table.indexes) {
      const Index& index = catalog_.indexes[id];
      if (index.dropped) continue;
      std::size_t equal = 0;
      bool range = false;
      for (const IndexColumn& part : index.columns) {
        const auto of_column = [&](const SearchTerm& term) { return term.column == part.column; };
        const auto is_equal = [&](const SearchTerm& term) { return of_column(term) && term.op == sql::Op::equal; };
        if (std::any_of(use.terms.begin(), use.terms.end(), is_equal)) {
          ++equal;
          continue;
        }
        range = std::any_of(use.terms.begin(), use.terms.end(), of_column);
        break;
      }
      if (equal == 0 && !range) continue;
      const bool better =
          best == nullptr || equal > best_equal || (equal == best_equal && index.unique && !best->unique);
      if (!better) continue;
      best = &index;
      best_equal = equal;
    }
  }
  const std::uint32_t heap_relation = table.relation;
  by_index = best != nullptr;
  if (best == nullptr) {
    if (ssi_.tracks(exec.slot)) ssi_.read(exec.slot, {heap_relation, none, none});
    return order;
  }
  Row low;
  for (std::size_t i = 0; i < best_equal; ++i)
    for (const SearchTerm& term : use.terms)
      if (term.column == best->columns[i].column && term.op == sql::Op::equal && low.size() == i)
        low.push_back(evaluate(context, term.value));
  std::vector<TupleId> found;
  if (ssi_.tracks(exec.slot)) ssi_.read(exec.slot, {best->relation, 1, none});
  const std::size_t equal = low.size();
  const Row prefix = low;
  if (best->columns.size() > equal && !best->columns[equal].descending)
    for (const SearchTerm& term : use.terms)
      if (term.column == best->columns[equal].column &&
          (term.op == sql::Op::greater || term.op == sql::Op::greater_equal) && low.size() == equal)
        low.push_back(evaluate(context, term.value));
  ExprId high = none;
  if (best->columns.size() > equal && !best->columns[equal].descending)
    for (const SearchTerm& term : use.terms)
      if (term.column == best->columns[equal].column && (term.op == sql::Op::less || term.op == sql::Op::less_equal))
        high = term.value;
  const Value limit = high == none ? Value(Null{}) : evaluate(context, high);
  for (auto at = best->entries.lower_bound(low); at != best->entries.end(); ++at) {
    bool in_range = true;
    for (std::size_t i = 0; i < equal && in_range; ++i)
      in_range = !is_null(at->first[i]) && !is_null(prefix[i]) && compare_values(at->first[i], prefix[i]) == 0;
    if (in_range && high != none)
      in_range = !is_null(limit) && !is_null(at->first[equal]) && compare_values(at->first[equal], limit) <= 0;
    if (!in_range) break;
    found.insert(found.end(), at->second.begin(), at->second.end());
  }
  return found;
}

/// Whether the snapshot sees the version; a serializable reader leaves its traces
/// (HeapCheckForSerializableConflictOut).
bool Engine::see(Exec& exec, Table& table, TupleId id, bool by_index) {
  const Tuple& tuple = table.heap.at(id);
  const bool seen = visible(tuple, exec.slot, exec.snapshot);
  if (!ssi_.tracks(exec.slot)) return seen;
  const Member* updater = tuple.updater();
  Xid writer = no_xid;
  if (!seen)
    writer = tuple.xmin;
  else if (updater != nullptr && !log_.aborted(updater->xid))
    writer = updater->xid;
  if (writer != no_xid && !log_.aborted(writer) && !log_.current(writer, exec.slot))
    ssi_.conflict_out(exec.slot, log_.top_of(writer), !log_.sees(exec.snapshot, writer));
  if (seen && by_index && !log_.current(tuple.xmin, exec.slot))
    ssi_.read(exec.slot, {table.relation, tuple.page, tuple.item});
  return seen;
}

/// The visible rows that have this key, for foreign keys.
std::vector<TupleId> Engine::rows_with_key(Exec& exec, Table& table, const std::vector<ColumnId>& columns,
                                           const Row& key) {
  std::vector<TupleId> found;
  const auto matches = [&](TupleId id) {
    const Row& row = table.heap.at(id).values;
    for (std::size_t i = 0; i < columns.size(); ++i)
      if (is_null(row[columns[i]]) || compare_values(row[columns[i]], key[i]) != 0) return false;
    return true;
  };
  const bool small = cost_of_whole(table, columns.size()) <= 2 * random_page_cost;
  for (const IndexId id : table.indexes) {
    const Index& index = catalog_.indexes[id];
    if (small || index.dropped || index.columns.size() < columns.size()) continue;
    Row prefix;
    for (std::size_t i = 0; i < columns.size(); ++i)
      for (std::size_t j = 0; j < columns.size(); ++j)
        if (columns[j] == index.columns[i].column) prefix.push_back(key[j]);
    if (prefix.size() < columns.size()) continue;
    if (ssi_.tracks(exec.slot)) ssi_.read(exec.slot, {index.relation, 1, none});
    for (auto at = index.entries.lower_bound(prefix); at != index.entries.end(); ++at) {
      bool same = true;
      for (std::size_t i = 0; i < prefix.size() && same; ++i)
        same = !is_null(at->first[i]) && compare_values(at->first[i], prefix[i]) == 0;
      if (!same) break;
      for (const TupleId tuple : at->second)
        if (see(exec, table, tuple, true)) found.push_back(tuple);
    }
    return found;
  }
  if (ssi_.tracks(exec.slot)) ssi_.read(exec.slot, {table.relation, none, none});
  for (const TupleId id : table.heap.order())
    if (see(exec, table, id, false) && matches(id)) found.push_back(id);
  return found;
}

// --------------------------------------------------------------------------------------------- joining

void Engine::bind_rows(const QueryPlan& query, const Joined& row, Context& context) {
  context.rows.resize(query.tables.size());
  for (std::size_t t = 0; t < query.tables.size(); ++t)
    context.rows[t] =
        row.tuples[t] == none ? nullptr : &catalog_.tables[query.tables[t].table].heap.at(row.tuples[t]).values;
  context.series = row.series;
}

Task<void> Engine::join_level(Exec& exec, const QueryPlan& query, Context& context, Joined& row,
                              std::vector<Joined>& out) {
  const std::size_t level = row.tuples.size();
  if (level == query.tables.size()) {
    out.push_back(row);
    co_return;
  }
  const TableUse& use = query.tables[level];
  Table& table = catalog_.tables[use.table];
  context.rows.resize(query.tables.size(), nullptr);
  bool by_index = false;
  const std::vector<TupleId> found = candidates(exec, use, context, by_index);
  bool matched = false;
  for (const TupleId id : found) {
    if (!see(exec, table, id, by_index)) continue;
    context.rows[level] = &table.heap.at(id).values;
    if (use.left_join) {
      const bool joins = co_await all_hold(exec, use.on, context);
      if (!joins) continue;
      matched = true;
    }
    const bool kept = co_await all_hold(exec, use.filters, context);
    if (!kept) continue;
    row.tuples.push_back(id);
    co_await join_level(exec, query, context, row, out);
    row.tuples.pop_back();
    for (std::size_t t = level + 1; t < query.tables.size(); ++t) context.rows[t] = nullptr;
    if (spend(exec.slot, cost::row)) co_await pause(exec.slot);
  }
  context.rows[level] = nullptr;
  if (use.left_join && !matched) {
    const bool kept = co_await all_hold(exec, use.filters, context);
    if (kept) {
      row.tuples.push_back(none);
      co_await join_level(exec, query, context, row, out);
      row.tuples.pop_back();
    }
  }
}

Task<std::vector<Engine::Joined>> Engine::join(Exec& exec, const QueryPlan& query, Context& context) {
  std::vector<Joined> rows;
  const bool possible = co_await all_hold(exec, query.constant_filters, context);
  if (!possible) co_return rows;
  Joined row;
  co_await join_level(exec, query, context, row, rows);
  co_return rows;
}

/// ExecLockRows, of one row: false when it is left out. The row's versions become those that were locked.
Task<bool> Engine::lock_joined(Exec& exec, const QueryPlan& query, Context& context, Joined& row) {
  const bool keeps_snapshot = sessions_[exec.slot].xact_snapshot();
  bool changed = false;
  for (std::size_t t = 0; t < query.tables.size(); ++t) {
    const TableUse& use = query.tables[t];
    if (!use.lock || row.tuples[t] == none) continue;
    Table& table = catalog_.tables[use.table];
    TupleId id = row.tuples[t];
    const Touch touch = co_await lock_row(exec, table, id, *use.lock, use.wait, !keeps_snapshot);
    if (touch == Touch::would_block || touch == Touch::self_modified) co_return false;
    if (touch == Touch::updated || touch == Touch::deleted) {
      if (keeps_snapshot) cannot_serialize(touch == Touch::deleted);
      co_return false;
    }
    if (touch == Touch::invisible) co_return false;
    changed = changed || id != row.tuples[t];
    row.tuples[t] = id;
  }
  if (!changed) co_return true;
  bind_rows(query, row, context);
  co_return co_await all_hold(exec, query.filters, context);
}

// --------------------------------------------------------------------------------------------- aggregates

std::vector<Row> Engine::grouped(Exec& exec, const QueryPlan& query, Context& context,
                                 const std::vector<Joined>& rows) {
  struct Group {
    Row key;
    std::vector<const Joined*> rows;
  };
  std::vector<Group> groups;
  if (query.group_by.empty()) groups.push_back({});
  for (const Joined& row : rows) {
    bind_rows(query, row, context);
    Row key;
    for (const ExprId id : query.group_by) key.push_back(evaluate(context, id));
    auto place =
        std::find_if(groups.begin(), groups.end(), [&](const Group& group) { return same_row(group.key, key); });
    if (place == groups.end()) place = groups.insert(groups.end(), {std::move(key), {}});
    place->rows.push_back(&row);
  }
  std::vector<std::pair<Row, Row>> out;  // sort keys, row
  std::vector<Value> values;
  for (const Group& group : groups) {
    values.clear();
    for (const Aggregate& aggregate : query.aggregates) {
      std::int64_t count = 0;
      Value total = Null{};
      std::vector<Value> seen;
      for (const Joined* row : group.rows) {
        bind_rows(query, *row, context);
        const Value value = aggregate.argument == none ? Value(std::int64_t{1}) : evaluate(context, aggregate.argument);
        if (is_null(value)) continue;
        if (aggregate.distinct) {
          if (std::any_of(seen.begin(), seen.end(), [&](const Value& old) { return compare_values(old, value) == 0; }))
            continue;
          seen.push_back(value);
        }
        ++count;
        switch (aggregate.what) {
          case Aggregate::What::count: break;
          case Aggregate::What::sum:
          case Aggregate::What::avg: total = is_null(total) ? value : arithmetic(sql::Op::plus, total, value); break;
          case Aggregate::What::min:
            if (is_null(total) || compare_values(value, total) < 0) total = value;
            break;
          case Aggregate::What::max:
            if (is_null(total) || compare_values(value, total) > 0) total = value;
            break;
        }
      }
      if (aggregate.what == Aggregate::What::count) total = count;
      if (aggregate.what == Aggregate::What::avg && count > 0) {
        const auto exact = as_decimal(total, 4);
        total = arithmetic(sql::Op::divide, exact ? Value(*exact) : total, count);
      }
      values.push_back(std::move(total));
    }
    Joined nothing;
    nothing.tuples.assign(query.tables.size(), none);
    bind_rows(query, group.rows.empty() ? nothing : *group.rows.front(), context);
    context.aggregates = &values;
    if (!holds(context, query.having)) continue;
    Row keys, row;
    for (const OrderKey& key : query.order_by) keys.push_back(evaluate(context, key.expression));
    for (const ExprId item : query.items) row.push_back(evaluate(context, item));
    out.emplace_back(std::move(keys), std::move(row));
  }
  context.aggregates = nullptr;
  const RowsLess less{query.order_by};
  if (!query.order_by.empty())
    std::stable_sort(out.begin(), out.end(), [&](const auto& a, const auto& b) { return less(a.first, b.first); });
  std::vector<Row> result;
  for (auto& [keys, row] : out) result.push_back(std::move(row));
  (void)exec;
  return result;
}

Task<std::optional<std::int64_t>> Engine::count_of(Exec& exec, ExprId id, const Context& context, const char* clause) {
  if (id == none) co_return std::nullopt;
  co_await prepare(exec, id, context);
  const Value value = evaluate(context, id);
  if (is_null(value)) co_return std::nullopt;
  const auto count = as_integer(value);
  if (!count || *count < 0) throw SqlError("2201W", std::string(clause) + " must not be negative");
  co_return count;
}

// --------------------------------------------------------------------------------------------- a whole query

Task<std::vector<Row>> Engine::run_query(Exec& exec, std::uint32_t number, const Context* outer) {
  const QueryPlan& query = exec.plan->queries[number];
  Context context = context_of(exec, outer);
  const auto limit = co_await count_of(exec, query.limit, context, "LIMIT");
  const auto offset = co_await count_of(exec, query.offset, context, "OFFSET");
  std::vector<Joined> joined = co_await join(exec, query, context);
  // generate_series in the select list: one row for each of its values
  for (const ExprId item : query.items) {
    const ExprNode& node = exec.plan->pool[item];
    if (node.kind != sql::ExprKind::function || node.function != Function::generate_series) continue;
    std::vector<Joined> more;
    for (const Joined& row : joined) {
      bind_rows(query, row, context);
      const auto from = as_integer(evaluate(context, node.args.at(0))).value_or(0);
      const auto to = as_integer(evaluate(context, node.args.at(1))).value_or(0);
      for (std::int64_t i = from; i <= to; ++i) {
        more.push_back(row);
        more.back().series = i;
      }
    }
    joined = std::move(more);
    break;
  }
  std::vector<Row> rows;
  if (query.grouped) {
    rows = grouped(exec, query, context, joined);
  } else {
    if (!query.order_by.empty()) {
      for (Joined& row : joined) {
        bind_rows(query, row, context);
        for (const OrderKey& key : query.order_by) {
          co_await prepare(exec, key.expression, context);
          row.sort_keys.push_back(evaluate(context, key.expression));
        }
      }
      const RowsLess less{query.order_by};
      std::stable_sort(joined.begin(), joined.end(),
                       [&](const Joined& a, const Joined& b) { return less(a.sort_keys, b.sort_keys); });
    }
    const std::size_t enough =
        limit && !query.distinct ? static_cast<std::size_t>(*limit + offset.value_or(0)) : static_cast<std::size_t>(-1);
    for (Joined& row : joined) {
      if (rows.size() >= enough) break;
      bind_rows(query, row, context);
      if (query.locks_rows) {
        const bool kept = co_await lock_joined(exec, query, context, row);
        if (!kept) continue;
        bind_rows(query, row, context);
      }
      Row result;
      for (const ExprId item : query.items) {
        if (!exec.plan->waiting_parts[item].empty()) co_await prepare(exec, item, context);
        context.random = random();
        result.push_back(evaluate(context, item));
      }
      const bool again = query.distinct && std::any_of(rows.begin(), rows.end(),
                                                       [&](const Row& other) { return same_row(other, result); });
      if (!again) rows.push_back(std::move(result));
      if (query.locks_rows && spend(exec.slot, cost::row)) co_await pause(exec.slot);
    }
  }
  if (offset) rows.erase(rows.begin(), rows.begin() + std::min<std::ptrdiff_t>(*offset, std::ssize(rows)));
  if (limit && static_cast<std::int64_t>(rows.size()) > *limit) rows.resize(static_cast<std::size_t>(*limit));
  co_return rows;
}

}  // namespace gridlock::reference::postgres
