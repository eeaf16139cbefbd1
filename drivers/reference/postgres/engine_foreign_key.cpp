// Foreign keys, looked at when the statement's own work is done: a child asks for its parent FOR KEY SHARE, a parent
// that goes asks for its children. Source: PostgreSQL 15 ri_triggers.c.
#include <fmt/format.h>

#include <algorithm>

#include "drivers/reference/postgres/engine_schedule.h"

namespace gridlock::reference::postgres {
namespace {

Row values_of(const Row& row, const std::vector<ColumnId>& columns) {
  Row key;
  for (const ColumnId column : columns) key.push_back(row[column]);
  return key;
}

bool has_null(const Row& key) {
  return std::any_of(key.begin(), key.end(), [](const Value& value) { return is_null(value); });
}

bool same_key(const Row& a, const Row& b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (is_null(a[i]) != is_null(b[i])) return false;
    if (!is_null(a[i]) && compare_values(a[i], b[i]) != 0) return false;
  }
  return true;
}

}  // namespace

void Engine::queue_triggers(Exec& exec, const Table& table, TupleId id, const Row* before, const Row* after) {
  for (const std::uint32_t number : table.parents) {
    const ForeignKey& key = catalog_.foreign_keys[number];
    if (key.dropped || after == nullptr) continue;
    const Row wanted = values_of(*after, key.columns);
    if (has_null(wanted)) continue;
    if (before != nullptr && same_key(wanted, values_of(*before, key.columns))) continue;
    exec.triggers.push_back({number, true, id, before == nullptr ? Row{} : *before, *after});
  }
  for (const std::uint32_t number : table.children) {
    const ForeignKey& key = catalog_.foreign_keys[number];
    if (key.dropped || before == nullptr) continue;
    const Row old_key = values_of(*before, key.parent_columns);
    if (has_null(old_key)) continue;
    if (after != nullptr && same_key(old_key, values_of(*after, key.parent_columns))) continue;
    exec.triggers.push_back({number, false, id, *before, after == nullptr ? Row{} : *after});
  }
}

Task<void> Engine::run_triggers(Exec& exec) {
  for (std::size_t i = 0; i < exec.triggers.size(); ++i) {
    const Exec::Trigger trigger = exec.triggers[i];
    const ForeignKey& key = catalog_.foreign_keys[trigger.key];
    if (trigger.child)
      co_await check_parent(exec, key, trigger);
    else
      co_await treat_children(exec, key, trigger);
  }
  exec.triggers.clear();
}

/// SELECT 1 FROM table WHERE columns = key FOR KEY SHARE. `latest`: rows that the transaction's own snapshot does not
/// see are a serialization failure above READ COMMITTED.
Task<bool> Engine::any_row_locked(Exec& exec, TableId id, const std::vector<ColumnId>& columns, const Row& key,
                                  bool latest) {
  const Slot slot = exec.slot;
  Session& session = sessions_[slot];
  Table& table = catalog_.tables[id];
  if (!take(slot, tag_of(table), takes::select_for)) co_await lock_wait(slot);
  co_await lock_indexes(slot, id, takes::select_for);
  Exec query;
  query.slot = slot;
  query.plan = exec.plan;
  ++session.command;
  query.snapshot = take_snapshot(slot, latest);
  const std::vector<TupleId> found = rows_with_key(query, table, columns, key);
  for (const TupleId at : found) {
    TupleId tuple = at;
    if (latest && session.xact_snapshot() &&
        !visible(table.heap.at(tuple), slot, {session.snapshot->commits, session.command}))
      cannot_serialize(false);
    const Touch touch =
        co_await lock_row(query, table, tuple, RowMode::key_share, sql::WaitPolicy::wait, !session.xact_snapshot());
    if (touch == Touch::updated || touch == Touch::deleted) {
      if (session.xact_snapshot()) cannot_serialize(touch == Touch::deleted);
      continue;
    }
    if (touch != Touch::ok) continue;
    if (tuple != at && !same_key(values_of(table.heap.at(tuple).values, columns), key)) continue;
    co_return true;  // one is enough: the server's query stops there
  }
  co_return false;
}

/// RI_FKey_check.
Task<void> Engine::check_parent(Exec& exec, const ForeignKey& key, const Exec::Trigger& trigger) {
  const Tuple& child = catalog_.tables[key.child].heap.at(trigger.tuple);
  const Member* updater = child.updater();
  if (!log_.current(child.xmin, exec.slot) || (updater != nullptr && log_.current(updater->xid, exec.slot))) co_return;
  const Row wanted = values_of(trigger.after, key.columns);
  const bool there = co_await any_row_locked(exec, key.parent, key.parent_columns, wanted, false);
  if (there) co_return;
  throw SqlError("23503", fmt::format("insert or update on table \"{}\" violates foreign key constraint \"{}\"",
                                      catalog_.tables[key.child].name, key.name));
}

/// RI_FKey_noaction, _restrict, _cascade, _setnull, _setdefault.
Task<void> Engine::treat_children(Exec& exec, const ForeignKey& key, const Exec::Trigger& trigger) {
  const Row old_key = values_of(trigger.before, key.parent_columns);
  const bool deletes = trigger.after.empty();
  const sql::FkAction action = deletes ? key.on_delete : key.on_update;
  if (action != sql::FkAction::no_action && action != sql::FkAction::restrict) {
    co_await change_children(exec, key, action, old_key, trigger);
    // the default may be the very key that goes: RI_FKey_setdefault asks once more
    if (action != sql::FkAction::set_default) co_return;
  }
  if (action != sql::FkAction::restrict) {  // ri_Check_Pk_Match: another row has taken the key
    const bool replaced = co_await any_row_locked(exec, key.parent, key.parent_columns, old_key, true);
    if (replaced) co_return;
  }
  const bool referenced = co_await any_row_locked(exec, key.child, key.columns, old_key, true);
  if (!referenced) co_return;
  throw SqlError("23503",
                 fmt::format("update or delete on table \"{}\" violates foreign key constraint \"{}\" on table \"{}\"",
                             catalog_.tables[key.parent].name, key.name, catalog_.tables[key.child].name));
}

/// DELETE FROM child WHERE ..., UPDATE child SET ... WHERE ...
Task<void> Engine::change_children(Exec& exec, const ForeignKey& key, sql::FkAction action, const Row& old_key,
                                   const Exec::Trigger& trigger) {
  const Slot slot = exec.slot;
  Session& session = sessions_[slot];
  Table& table = catalog_.tables[key.child];
  if (!take(slot, tag_of(table), takes::write)) co_await lock_wait(slot);
  co_await lock_indexes(slot, table.id, takes::write);
  Exec query;
  query.slot = slot;
  query.plan = exec.plan;
  ++session.command;
  query.snapshot = take_snapshot(slot, true);
  const std::vector<TupleId> found = rows_with_key(query, table, key.columns, old_key);
  const bool deletes = action == sql::FkAction::cascade && trigger.after.empty();
  const Recheck recheck = [&](TupleId id) -> Task<bool> {
    co_return same_key(values_of(table.heap.at(id).values, key.columns), old_key);
  };
  const MakeRow make = [&](TupleId id) {
    Row row = table.heap.at(id).values;
    for (std::size_t i = 0; i < key.columns.size(); ++i) {
      Value value = Null{};
      const Column& column = table.columns[key.columns[i]];
      if (action == sql::FkAction::cascade) value = trigger.after[key.parent_columns[i]];
      if (action == sql::FkAction::set_default && column.default_value) value = column.default_value->value;
      row[key.columns[i]] = coerce(value, column.type);
    }
    return row;
  };
  for (const TupleId at : found) {
    TupleId id = at;
    if (session.xact_snapshot() && !visible(table.heap.at(id), slot, {session.snapshot->commits, session.command}))
      cannot_serialize(false);
    if (deletes)
      co_await delete_row(query, table, id, recheck);
    else
      co_await update_row(query, table, id, make, recheck);
  }
  co_await run_triggers(query);
}

}  // namespace gridlock::reference::postgres
