// UPDATE and DELETE. Sources: PostgreSQL 15 nodeModifyTable.c (ExecUpdate, ExecDelete), execMain.c (EvalPlanQual).
#include <fmt/format.h>

#include <algorithm>

#include "drivers/reference/postgres/engine_schedule.h"

namespace gridlock::reference::postgres {

void Engine::check_not_null(const Table& table, const Row& row) const {
  for (std::size_t c = 0; c < table.columns.size(); ++c)
    if (table.columns[c].not_null && !table.columns[c].dropped && is_null(row[c]))
      throw SqlError("23502", fmt::format("null value in column \"{}\" of relation \"{}\" violates not-null constraint",
                                          table.columns[c].name, table.name));
}

/// Whether a column of a unique index changes its value: the strong row lock is then taken.
bool Engine::changes_key(const Table& table, const Row& before, const Row& after) const {
  for (ColumnId c = 0; c < before.size(); ++c) {
    const bool same = is_null(before[c]) || is_null(after[c]) ? is_null(before[c]) == is_null(after[c])
                                                              : compare_values(before[c], after[c]) == 0;
    if (!same && catalog_.is_key_column(table.id, c)) return true;
  }
  return false;
}

/// The row with SET's values; all of them see the old row.
Row Engine::assigned(Exec& exec, const std::vector<Assignment>& set, const Table& table, const Context& context,
                     const Row& old) {
  Row row = old;
  row.resize(table.columns.size(), Value(Null{}));
  for (const Assignment& one : set) {
    Value value = Null{};
    if (one.value != none)
      value = evaluate(context, one.value);
    else if (table.columns[one.column].serial)
      value = catalog_.tables[table.id].columns[one.column].next_serial++;
    else if (exec.plan->defaults[one.column] != none)
      value = evaluate(context, exec.plan->defaults[one.column]);
    row[one.column] = coerce(value, table.columns[one.column].type);
  }
  return row;
}

/// The row was changed by somebody who has committed: at READ COMMITTED on to its last version, locked; `none` when
/// there is nothing left to change.
Task<TupleId> Engine::follow_update(Exec& exec, Table& table, TupleId id, RowMode mode, Touch touch) {
  if (sessions_[exec.slot].xact_snapshot()) cannot_serialize(touch == Touch::deleted);
  if (touch == Touch::deleted) co_return none;
  const Touch locked = co_await lock_row(exec, table, id, mode, sql::WaitPolicy::wait, true);
  co_return locked == Touch::ok ? id : none;
}

Task<TupleId> Engine::update_row(Exec& exec, Table& table, TupleId id, const MakeRow& make, const Recheck& recheck) {
  while (true) {
    Row after = make(id);
    check_not_null(table, after);
    const Row before = table.heap.at(id).values;
    const RowMode mode = changes_key(table, before, after) ? RowMode::update : RowMode::no_key_update;
    if (ssi_.tracks(exec.slot))
      ssi_.conflict_in(exec.slot, {table.relation, table.heap.at(id).page, table.heap.at(id).item});
    const Touch touch = co_await await_turn(exec, table, id, mode);
    if (touch == Touch::self_modified) co_return none;
    if (touch == Touch::invisible) throw SqlError("XX000", "attempted to update invisible tuple");
    if (touch == Touch::updated || touch == Touch::deleted) {
      id = co_await follow_update(exec, table, id, mode, touch);
      if (id == none) co_return none;
      const bool still = co_await recheck(id);
      if (!still) co_return none;
      continue;
    }
    const Xid xid = assign_xid(exec.slot);
    prune(table);
    const TupleId next = table.heap.insert(std::move(after), xid, exec.snapshot.command);
    Tuple& old = table.heap.at(id);
    // who shares the key keeps its lock on the new version, and with it this one its own
    const auto stays = [&](const Member& member) { return !member.update && log_.in_progress(member.xid); };
    const bool shared = std::any_of(old.members.begin(), old.members.end(), [&](const Member& member) {
      return stays(member) && log_.owner(member.xid) != exec.slot;
    });
    for (const Member& member : old.members)
      if (shared && stays(member)) table.heap.at(next).members.push_back(member);
    add_member(old, exec.slot, mode, true);
    old.cmax = exec.snapshot.command;
    old.next = next;
    co_await enter_indexes(exec, table, next, &before);
    queue_triggers(exec, table, next, &before, &table.heap.at(next).values);
    if (spend(exec.slot, cost::row)) co_await pause(exec.slot);
    co_return next;
  }
}

/// `id` becomes the version that was deleted.
Task<bool> Engine::delete_row(Exec& exec, Table& table, TupleId& id, const Recheck& recheck) {
  while (true) {
    if (ssi_.tracks(exec.slot))
      ssi_.conflict_in(exec.slot, {table.relation, table.heap.at(id).page, table.heap.at(id).item});
    const Touch touch = co_await await_turn(exec, table, id, RowMode::update);
    if (touch == Touch::self_modified) co_return false;
    if (touch == Touch::invisible) throw SqlError("XX000", "attempted to delete invisible tuple");
    if (touch == Touch::updated || touch == Touch::deleted) {
      id = co_await follow_update(exec, table, id, RowMode::update, touch);
      if (id == none) co_return false;
      const bool still = co_await recheck(id);
      if (!still) co_return false;
      continue;
    }
    Tuple& old = table.heap.at(id);
    add_member(old, exec.slot, RowMode::update, true);
    old.cmax = exec.snapshot.command;
    old.next = id;
    queue_triggers(exec, table, id, &old.values, nullptr);
    if (spend(exec.slot, cost::row)) co_await pause(exec.slot);
    co_return true;
  }
}

Task<void> Engine::update_statement(Exec& exec) {
  const Plan& plan = *exec.plan;
  const QueryPlan& query = plan.queries[0];
  Table& table = catalog_.tables[plan.target];
  Context context = context_of(exec);
  std::vector<Joined> rows = co_await join(exec, query, context);
  std::vector<ExprId> sets;
  for (const Assignment& one : plan.assignments)
    if (one.value != none) sets.push_back(one.value);
  for (Joined& row : rows) {
    bind_rows(query, row, context);
    for (const ExprId id : sets)
      if (!plan.waiting_parts[id].empty()) co_await prepare(exec, id, context);
    context.random = random();
    const MakeRow make = [&](TupleId id) {
      row.tuples[0] = id;
      bind_rows(query, row, context);
      return assigned(exec, plan.assignments, table, context, *context.rows[0]);
    };
    const Recheck recheck = [&](TupleId id) {
      row.tuples[0] = id;
      bind_rows(query, row, context);
      return all_hold(exec, query.filters, context);
    };
    const TupleId written = co_await update_row(exec, table, row.tuples[0], make, recheck);
    if (written == none) continue;
    row.tuples[0] = written;
    bind_rows(query, row, context);
    return_row(exec, plan.returning, context);
  }
}

Task<void> Engine::delete_statement(Exec& exec) {
  const Plan& plan = *exec.plan;
  const QueryPlan& query = plan.queries[0];
  Table& table = catalog_.tables[plan.target];
  Context context = context_of(exec);
  std::vector<Joined> rows = co_await join(exec, query, context);
  for (Joined& row : rows) {
    const Recheck recheck = [&](TupleId id) {
      row.tuples[0] = id;
      bind_rows(query, row, context);
      return all_hold(exec, query.filters, context);
    };
    TupleId id = row.tuples[0];
    const bool deleted = co_await delete_row(exec, table, id, recheck);
    if (!deleted) continue;
    row.tuples[0] = id;
    bind_rows(query, row, context);
    return_row(exec, plan.returning, context);
  }
}

}  // namespace gridlock::reference::postgres
