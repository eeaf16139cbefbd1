// INSERT and its ON CONFLICT. Sources: PostgreSQL 15 nodeModifyTable.c (ExecInsert, ExecOnConflictUpdate),
// execIndexing.c (check_exclusion_or_unique_constraint), nbtinsert.c (_bt_check_unique).
#include <fmt/format.h>

#include <algorithm>

#include "drivers/reference/postgres/engine_schedule.h"

namespace gridlock::reference::postgres {
namespace {

LockTag token_tag(Xid xid, std::uint32_t token) { return {LockTag::Kind::speculative_token, xid, token, 0}; }

bool has_null(const Row& key) {
  return std::any_of(key.begin(), key.end(), [](const Value& value) { return is_null(value); });
}

}  // namespace

/// Another living row with the same key in a unique index; waits for whoever is about to make or remove one.
Task<TupleId> Engine::conflicting(Exec& exec, Table& table, const Index& index, const Row& row, TupleId self) {
  const Slot slot = exec.slot;
  const Row key = index.key_of(row);
  if (has_null(key)) co_return none;
  while (true) {
    Xid in_progress = no_xid;
    std::uint32_t token = 0;
    const auto found = index.entries.find(key);
    if (found == index.entries.end()) co_return none;
    for (const TupleId id : found->second) {
      const Tuple& tuple = table.heap.at(id);
      if (id == self || log_.aborted(tuple.xmin)) continue;
      const Member* updater = tuple.updater();
      if (log_.in_progress(tuple.xmin) && log_.owner(tuple.xmin) != slot) {
        in_progress = tuple.xmin;
        token = tuple.token;
        break;
      }
      if (updater == nullptr || log_.aborted(updater->xid)) co_return id;
      if (log_.committed(updater->xid) || log_.owner(updater->xid) == slot) continue;
      in_progress = updater->xid;
      break;
    }
    if (in_progress == no_xid) co_return none;
    if (token != 0) {
      if (!take(slot, token_tag(in_progress, token), Mode::share)) co_await lock_wait(slot);
      give(slot, token_tag(in_progress, token), Mode::share);
    } else {
      co_await wait_for_transaction(slot, in_progress, false);
    }
  }
}

/// ExecInsertIndexTuples. `before`: of an update; a unique key that stays the same cannot meet another one.
Task<void> Engine::enter_indexes(Exec& exec, Table& table, TupleId id, const Row* before) {
  for (std::size_t i = 0; i < table.indexes.size(); ++i) {
    Index& index = catalog_.indexes[table.indexes[i]];
    if (index.dropped) continue;
    const Row key = index.key_of(table.heap.at(id).values);
    const KeyLess less{};
    const bool same = before != nullptr && !less(key, index.key_of(*before)) && !less(index.key_of(*before), key);
    if (ssi_.tracks(exec.slot) && !same) ssi_.conflict_in(exec.slot, {index.relation, 1, none});
    if (index.unique && !same) {
      const TupleId other = co_await conflicting(exec, table, index, table.heap.at(id).values, id);
      if (other != none) {
        // a serialization failure takes precedence over the duplicate
        if (ssi_.tracks(exec.slot)) ssi_.check_doomed(exec.slot);
        throw SqlError("23505", fmt::format("duplicate key value violates unique constraint \"{}\"", index.name));
      }
    }
    index.entries[key].push_back(id);
  }
}

Task<TupleId> Engine::insert_row(Exec& exec, Table& table, Row row) {
  check_not_null(table, row);
  if (ssi_.tracks(exec.slot)) ssi_.conflict_in(exec.slot, {table.relation, none, none});
  prune(table);
  const Xid xid = assign_xid(exec.slot);
  const TupleId id = table.heap.insert(std::move(row), xid, exec.snapshot.command);
  co_await enter_indexes(exec, table, id, nullptr);
  queue_triggers(exec, table, id, nullptr, &table.heap.at(id).values);
  if (spend(exec.slot, cost::row)) co_await pause(exec.slot);
  co_return id;
}

/// The values for all columns: those given, defaults for the rest.
Row Engine::new_row(Exec& exec, const Table& table, const std::vector<Value>& values, const std::vector<bool>& given) {
  const Plan& plan = *exec.plan;
  Row row(table.columns.size(), Value(Null{}));
  std::vector<bool> set(table.columns.size(), false);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const ColumnId column = plan.columns[i];
    if (!given[i]) continue;
    row[column] = coerce(values[i], table.columns[column].type);
    set[column] = true;
  }
  const Context context = context_of(exec);
  for (ColumnId c = 0; c < row.size(); ++c) {
    if (set[c]) continue;
    if (table.columns[c].serial)
      row[c] = catalog_.tables[table.id].columns[c].next_serial++;  // never given back
    else if (plan.defaults[c] != none)
      row[c] = coerce(evaluate(context, plan.defaults[c]), table.columns[c].type);
  }
  return row;
}

Task<void> Engine::insert_statement(Exec& exec) {
  const Plan& plan = *exec.plan;
  const Slot slot = exec.slot;
  Table& table = catalog_.tables[plan.target];
  std::vector<Row> rows;
  if (plan.has_query) {
    rows = co_await run_query(exec, 0, nullptr);
  }
  // the indexes are open, and so locked, while rows are written
  co_await lock_indexes(slot, table.id, takes::write);
  Context context = context_of(exec);
  const std::size_t count = plan.has_query ? rows.size() : plan.rows.size();
  for (std::size_t i = 0; i < count; ++i) {
    Row row;
    if (plan.has_query) {
      row = new_row(exec, table, rows[i], std::vector<bool>(rows[i].size(), true));
    } else {
      std::vector<Value> values;
      std::vector<bool> given;
      for (const ExprId id : plan.rows[i]) {
        if (id != none) co_await prepare(exec, id, context);
        context.random = random();
        values.push_back(id == none ? Value(Null{}) : evaluate(context, id));
        given.push_back(id != none);
      }
      row = new_row(exec, table, values, given);
    }
    if (plan.conflict) {
      co_await insert_or_resolve(exec, table, row);
      continue;
    }
    const TupleId id = co_await insert_row(exec, table, std::move(row));
    context.rows.assign(2, &table.heap.at(id).values);
    return_row(exec, plan.returning, context);
  }
}

/// ExecCloseIndices, when the foreign keys have been looked at.
void Engine::close_indexes(Slot slot, TableId table) {
  for (const IndexId id : catalog_.tables[table].indexes)
    if (!catalog_.indexes[id].dropped) give(slot, tag_of(catalog_.indexes[id]), takes::write);
}

/// ON CONFLICT: look first; insert speculatively, so that a competitor waits for the word and not for the transaction.
Task<void> Engine::insert_or_resolve(Exec& exec, Table& table, const Row& row) {
  const Conflict& on = *exec.plan->conflict;
  const Slot slot = exec.slot;
  check_not_null(table, row);
  const auto arbitrates = [&](const Index& index) {
    return index.unique && !index.dropped &&
           (on.arbiters.empty() || std::find(on.arbiters.begin(), on.arbiters.end(), index.id) != on.arbiters.end());
  };
  while (true) {
    TupleId there = none;
    for (std::size_t i = 0; i < table.indexes.size() && there == none; ++i) {
      const Index& index = catalog_.indexes[table.indexes[i]];
      if (arbitrates(index)) there = co_await conflicting(exec, table, index, row, none);
    }
    if (there != none && !on.update) {
      const Tuple& tuple = table.heap.at(there);
      if (sessions_[slot].xact_snapshot() && !log_.current(tuple.xmin, slot) && !visible(tuple, slot, exec.snapshot))
        cannot_serialize(false);
      co_return;
    }
    if (there != none) {
      const bool resolved = co_await update_conflicting(exec, table, there, row);
      if (resolved) co_return;
      continue;
    }
    const Xid xid = assign_xid(slot);
    const std::uint32_t token = next_token_++;
    locks_.acquire(slot, token_tag(xid, token), Mode::exclusive, sessions_[slot].depth());
    if (ssi_.tracks(slot)) ssi_.conflict_in(slot, {table.relation, none, none});
    prune(table);
    const TupleId id = table.heap.insert(row, xid, exec.snapshot.command);
    table.heap.at(id).token = token;
    co_await enter_indexes(exec, table, id, nullptr);
    table.heap.at(id).token = 0;
    give(slot, token_tag(xid, token), Mode::exclusive);
    queue_triggers(exec, table, id, nullptr, &table.heap.at(id).values);
    Context context = context_of(exec);
    context.rows.assign(2, &table.heap.at(id).values);
    return_row(exec, exec.plan->returning, context);
    co_return;
  }
}

/// ExecOnConflictUpdate: false when the row went away meanwhile and all must be tried again.
Task<bool> Engine::update_conflicting(Exec& exec, Table& table, TupleId id, const Row& excluded) {
  const Plan& plan = *exec.plan;
  const bool keeps_snapshot = sessions_[exec.slot].xact_snapshot();
  RowMode mode = RowMode::no_key_update;
  for (const Assignment& one : plan.conflict->set)
    if (catalog_.is_key_column(table.id, one.column)) mode = RowMode::update;  // by name, not by value
  const Touch touch = co_await lock_version(exec, table, id, mode, sql::WaitPolicy::wait);
  const bool own = log_.current(table.heap.at(id).xmin, exec.slot);
  if (touch == Touch::invisible || touch == Touch::self_modified) {
    if (own || touch == Touch::self_modified)
      throw SqlError("21000", "ON CONFLICT DO UPDATE command cannot affect row a second time");
    co_return false;
  }
  if (touch == Touch::updated || touch == Touch::deleted) {
    if (keeps_snapshot) cannot_serialize(touch == Touch::deleted);
    co_return false;
  }
  if (keeps_snapshot && !own && !visible(table.heap.at(id), exec.slot, exec.snapshot)) cannot_serialize(false);
  Context context = context_of(exec);
  const auto bind = [&](TupleId tuple) { context.rows = {&table.heap.at(tuple).values, &excluded}; };
  bind(id);
  if (plan.conflict->where != none) {
    co_await prepare(exec, plan.conflict->where, context);
    if (!holds(context, plan.conflict->where)) co_return true;
  }
  for (const Assignment& one : plan.conflict->set)
    if (one.value != none) co_await prepare(exec, one.value, context);
  const MakeRow make = [&](TupleId tuple) {
    bind(tuple);
    return assigned(exec, plan.conflict->set, table, context, *context.rows[0]);
  };
  const std::vector<ExprId> nothing;
  const Recheck recheck = [&](TupleId tuple) {
    bind(tuple);
    return all_hold(exec, nothing, context);
  };
  const TupleId written = co_await update_row(exec, table, id, make, recheck);
  if (written == none) co_return true;
  bind(written);
  return_row(exec, plan.returning, context);
  co_return true;
}

}  // namespace gridlock::reference::postgres
