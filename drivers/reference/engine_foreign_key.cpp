// Foreign keys: a child's new entry locks its parent, a parent's old entry looks for children.
// Source: MySQL 9.7 storage/innobase/row/row0ins.cc, row_ins_check_foreign_constraint and
// row_ins_foreign_check_on_constraint.
#include <fmt/format.h>

#include <algorithm>

#include "drivers/reference/engine.h"
#include "drivers/reference/sql_value.h"

namespace gridlock::reference {
namespace {

std::string names(const Table& table, const std::vector<ColumnId>& columns) {
  std::string list;
  for (const ColumnId column : columns) {
    if (!list.empty()) list += ", ";
    list += fmt::format("`{}`", table.columns[column].name);
  }
  return list;
}

std::string_view words(sql::FkAction action) {
  switch (action) {
    case sql::FkAction::cascade: return "CASCADE";
    case sql::FkAction::set_null: return "SET NULL";
    case sql::FkAction::set_default: return "SET DEFAULT";
    case sql::FkAction::restrict: return "RESTRICT";
    case sql::FkAction::no_action: break;
  }
  return "";
}

/// As SHOW CREATE TABLE and the errors 1451 and 1452 print a constraint.
std::string definition(const Catalog& catalog, const ForeignKey& key) {
  const Table& child = catalog.tables[key.child];
  const Table& parent = catalog.tables[key.parent];
  std::string text = fmt::format("(`{}`, CONSTRAINT `{}` FOREIGN KEY ({}) REFERENCES `{}` ({})", child.name, key.name,
                                 names(child, key.columns), parent.name, names(parent, key.parent_columns));
  if (const auto action = words(key.on_delete); !action.empty()) text += fmt::format(" ON DELETE {}", action);
  if (const auto action = words(key.on_update); !action.empty()) text += fmt::format(" ON UPDATE {}", action);
  return text + ")";
}

Key values_of(const Row& row, const std::vector<ColumnId>& columns) {
  Key key;
  for (const ColumnId column : columns) key.push_back(row[column]);
  return key;
}

bool has_null(const Key& key) {
  return std::any_of(key.begin(), key.end(), [](const Value& value) { return is_null(value); });
}

}  // namespace

Progress Engine::check_parents(Slot slot, RowWrite& write) {
  const Table& table = catalog_.tables[write.table];
  for (const std::uint32_t number : table.parents) {
    const ForeignKey& key = catalog_.foreign_keys[number];
    if (key.child_index != table.indexes[write.index]) continue;
    // a cascade's child follows its parent: the parent's new key is there by then
    const Progress progress = check_parent(slot, key, write.after);
    if (progress != Progress::ready) return progress;
  }
  write.phase = RowWrite::Phase::duplicates;
  return Progress::again;
}

Progress Engine::check_parent(Slot slot, const ForeignKey& key, const Row& child) {
  const Key wanted = values_of(child, key.columns);
  if (has_null(wanted)) return Progress::ready;
  const bool gaps = !sessions_[slot].transaction.skips_gaps();
  if (lock_table(slot, key.parent, innodb::IS) == Got::waiting) return Progress::wait;
  const OrderedIndex& index = indexes_[key.parent_index];
  RecordId at = index.lower_bound(wanted);
  for (; at != supremum && index.compare(wanted, at) == 0; at = index.next(at)) {
    const bool marked = index.note(at).marked;
    const Mode mode = marked && gaps ? innodb::S_next_key : innodb::S_record;
    if (lock_record(slot, key.parent_index, at, mode) == Got::waiting) return Progress::wait;
    if (!marked) return Progress::ready;
  }
  const Mode end = at == supremum ? innodb::S_next_key : innodb::S_gap;
  if (gaps && lock_record(slot, key.parent_index, at, end) == Got::waiting) return Progress::wait;
  return fail(
      slot, "1452",
      fmt::format("Cannot add or update a child row: a foreign key constraint fails {}", definition(catalog_, key)));
}

Progress Engine::check_children(Slot slot, RowWrite& write) {
  const Table& table = catalog_.tables[write.table];
  for (const std::uint32_t number : table.children) {
    const ForeignKey& key = catalog_.foreign_keys[number];
    if (key.parent_index != table.indexes[write.index]) continue;
    const bool changes = write.kind == RowWrite::Kind::erase ||
                         std::any_of(key.parent_columns.begin(), key.parent_columns.end(), [&](ColumnId column) {
                           return compare_values(write.before[column], write.after[column]) != 0;
                         });
    if (!changes || has_null(values_of(write.before, key.parent_columns))) continue;
    const Progress progress = check_child_index(slot, write, key);
    if (progress != Progress::ready) return progress;
  }
  const bool enters = write.kind == RowWrite::Kind::update && (write.index > 0 || key_changes(write));
  write.phase = enters ? RowWrite::Phase::parents : RowWrite::Phase::next_index;
  return Progress::again;
}

Progress Engine::check_child_index(Slot slot, RowWrite& write, const ForeignKey& key) {
  const bool gaps = !sessions_[slot].transaction.skips_gaps();
  const Key wanted = values_of(write.before, key.parent_columns);
  if (lock_table(slot, key.child, innodb::IS) == Got::waiting) return Progress::wait;
  const OrderedIndex& index = indexes_[key.child_index];
  RecordId at = index.lower_bound(wanted);
  for (; at != supremum && index.compare(wanted, at) == 0; at = index.next(at)) {
    const bool marked = index.note(at).marked;
    const Mode mode = marked && gaps ? innodb::S_next_key : innodb::S_record;
    if (lock_record(slot, key.child_index, at, mode) == Got::waiting) return Progress::wait;
    if (marked) continue;
    const Progress progress = child_found(slot, write, key, at);
    if (progress != Progress::ready) return progress;
  }
  const Mode end = at == supremum ? innodb::S_next_key : innodb::S_gap;
  if (gaps && lock_record(slot, key.child_index, at, end) == Got::waiting) return Progress::wait;
  return Progress::ready;
}

Progress Engine::child_found(Slot slot, const RowWrite& write, const ForeignKey& key, RecordId entry) {
  const sql::FkAction action = write.kind == RowWrite::Kind::erase ? key.on_delete : key.on_update;
  if (action != sql::FkAction::cascade && action != sql::FkAction::set_null) {
    return fail(slot, "1451",
                fmt::format("Cannot delete or update a parent row: a foreign key constraint fails {}",
                            definition(catalog_, key)));
  }
  if (lock_table(slot, key.child, innodb::IX) == Got::waiting) return Progress::wait;
  const Index& info = catalog_.indexes[key.child_index];
  const RowId child = info.clustered ? entry : indexes_[info.id].note(entry).row;
  const IndexId clustered = catalog_.tables[key.child].clustered();
  if (lock_record(slot, clustered, child, innodb::X_record) == Got::waiting) return Progress::wait;
  queue_cascade(slot, write, key, child);
  return Progress::ready;
}

/// The child's change waits until the parent's is done. A check that is repeated after a wait finds it queued already.
void Engine::queue_cascade(Slot slot, const RowWrite& write, const ForeignKey& key, RowId child) {
  auto& writes = sessions_[slot].execution.writes;
  const auto queued = [&](const RowWrite& other) {
    return other.cascaded && other.table == key.child && other.row == child &&
           other.phase == RowWrite::Phase::table_lock;
  };
  if (std::any_of(writes.begin(), writes.end(), queued)) return;
  const auto values = rows_[key.child].values(rows_[key.child].newest(child));
  RowWrite cascade;
  cascade.table = key.child;
  cascade.row = child;
  cascade.cascaded = true;
  cascade.before.assign(values.begin(), values.end());
  cascade.after = cascade.before;
  const sql::FkAction action = write.kind == RowWrite::Kind::erase ? key.on_delete : key.on_update;
  const bool erase = write.kind == RowWrite::Kind::erase && action == sql::FkAction::cascade;
  cascade.kind = erase ? RowWrite::Kind::erase : RowWrite::Kind::update;
  for (std::size_t i = 0; !erase && i < key.columns.size(); ++i) {
    cascade.after[key.columns[i]] =
        action == sql::FkAction::set_null ? Value(Null{}) : write.after[key.parent_columns[i]];
  }
  writes.push_back(std::move(cascade));
}

}  // namespace gridlock::reference
