// Foreign keys: before a child is written its parent is looked up with a shared lock, before a parent goes or changes
// its key its children are looked up, with a shared lock to refuse, with exclusive ones to cascade.
// Source: MySQL 9.7 checks foreign keys above the storage engine, by ordinary reads of the other table; what these lock
// was measured (tests/fidelity, the stories fk_*). Earlier versions did it inside InnoDB (row0ins.cc,
// row_ins_check_foreign_constraint), where the child was locked first and with other modes.
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

/// Whether a foreign key that stands on this index is to be looked after now.
bool Engine::is_due(const RowWrite& write, IndexId stands_on) const {
  return profile_->foreign_keys == ForeignKeyChecks::by_server ||
         catalog_.tables[write.table].indexes[write.index] == stands_on;
}

Progress Engine::check_parents(Slot slot, RowWrite& write) {
  const auto& parents = catalog_.tables[write.table].parents;
  for (; write.kind != RowWrite::Kind::erase && write.foreign_key < parents.size(); ++write.foreign_key) {
    const ForeignKey& key = catalog_.foreign_keys[parents[write.foreign_key]];
    if (!is_due(write, key.child_index)) continue;
    const bool changes = write.kind == RowWrite::Kind::insert ||
                         std::any_of(key.columns.begin(), key.columns.end(), [&](ColumnId column) {
                           return compare_values(write.before[column], write.after[column]) != 0;
                         });
    if (!changes || parents[write.foreign_key] == write.cascade_of) continue;
    const Progress progress = check_parent(slot, write, key);
    if (progress != Progress::ready) return progress;
  }
  write.foreign_key = 0;
  if (profile_->foreign_keys == ForeignKeyChecks::by_index) {
    write.phase = RowWrite::Phase::duplicates;
    return Progress::again;
  }
  const bool insert = write.kind == RowWrite::Kind::insert;
  write.phase = insert ? RowWrite::Phase::table_lock : RowWrite::Phase::children;
  return Progress::again;
}

/// Reads the next entry of the other table's index with this key, as HA_READ_KEY_EXACT does.
Progress Engine::look_up(Slot slot, RowWrite& write, IndexId id, Key wanted, LockWish wish) {
  const Index& index = catalog_.indexes[id];
  if (lock_table(slot, index.table, wish == LockWish::share ? innodb::IS : innodb::IX) == Got::waiting) {
    return Progress::wait;
  }
  Cursor& cursor = write.referenced;
  if (cursor.path.index == none) {
    const bool unique = index.unique && wanted.size() == index.own_fields;
    cursor.path.index = id;
    cursor.path.covering = true;
    cursor.path.ranges.push_back({wanted, wanted, true, true, true, unique});
    cursor.phase = Cursor::Phase::open_range;
  }
  TableUse use;
  use.table = index.table;
  use.lock = wish;
  return read_next(slot, use, wish, cursor);
}

/// The next living entry with this key, locked as InnoDB itself does it: the entry without its gap, what is
/// delete-marked with it, and the gap before the first other entry (row_ins_check_foreign_constraint). After a wait it
/// begins anew.
Progress Engine::find_referenced(Slot slot, RowWrite& write, IndexId id, const Key& wanted) {
  const Index& info = catalog_.indexes[id];
  const OrderedIndex& index = indexes_[id];
  const bool gaps = !sessions_[slot].transaction.skips_gaps();
  if (info.table != write.table && lock_table(slot, info.table, innodb::IS) == Got::waiting) return Progress::wait;
  Cursor& cursor = write.referenced;
  RecordId at = cursor.stood_at.empty() ? index.lower_bound(wanted) : index.upper_bound(cursor.stood_at);
  for (;; at = index.next(at)) {
    const bool equal = at != supremum && index.compare(wanted, at) == 0;
    const bool living = equal && !index.note(at).marked;
    const Mode mode = living || (equal && !gaps) ? innodb::S_record
                      : equal || at == supremum  ? innodb::S_next_key
                                                 : innodb::S_gap;
    if ((equal || gaps) && lock_record(slot, id, at, mode) == Got::waiting) {
      cursor = Cursor{};
      return Progress::wait;
    }
    if (!equal) return Progress::end;
    if (living) break;
  }
  const KeyView key = index.key(at);
  cursor.stood_at.assign(key.begin(), key.end());
  cursor.row = info.clustered ? at : index.note(at).row;
  return Progress::ready;
}

/// A child that a cascade is to change is locked first (row_ins_foreign_check_on_constraint).
Engine::Got Engine::lock_child(Slot slot, const ForeignKey& key, RowId row) {
  if (lock_table(slot, key.child, innodb::IX) == Got::waiting) return Got::waiting;
  return lock_record(slot, catalog_.tables[key.child].clustered(), row, innodb::X_record);
}

Progress Engine::check_parent(Slot slot, RowWrite& write, const ForeignKey& key) {
  Key wanted = values_of(write.after, key.columns);
  if (has_null(wanted)) return Progress::ready;
  const bool by_server = profile_->foreign_keys == ForeignKeyChecks::by_server;
  const Progress progress = by_server ? look_up(slot, write, key.parent_index, std::move(wanted), LockWish::share)
                                      : find_referenced(slot, write, key.parent_index, wanted);
  if (progress != Progress::ready && progress != Progress::end) return progress;
  write.referenced = Cursor{};
  if (progress == Progress::ready) return progress;
  return fail(
      slot, "1452",
      fmt::format("Cannot add or update a child row: a foreign key constraint fails {}", definition(catalog_, key)));
}

/// REPLACE deletes a row and puts one with the same values in: MySQL 9.7's own check knows that no child loses
/// anything.
bool Engine::comes_back(Slot slot, const RowWrite& write, const ForeignKey& key) const {
  const Execution& execution = sessions_[slot].execution;
  return profile_->foreign_keys == ForeignKeyChecks::by_server && execution.replaced && write.cascade_of == none &&
         std::all_of(key.parent_columns.begin(), key.parent_columns.end(), [&](ColumnId column) {
           return compare_values(write.before[column], execution.candidate[column]) == 0;
         });
}

Progress Engine::check_children(Slot slot, RowWrite& write) {
  const auto& children = catalog_.tables[write.table].children;
  for (; write.foreign_key < children.size(); ++write.foreign_key) {
    const ForeignKey& key = catalog_.foreign_keys[children[write.foreign_key]];
    if (!is_due(write, key.parent_index)) continue;
    const bool changes = write.kind == RowWrite::Kind::erase ||
                         std::any_of(key.parent_columns.begin(), key.parent_columns.end(), [&](ColumnId column) {
                           return compare_values(write.before[column], write.after[column]) != 0;
                         });
    if (!changes || has_null(values_of(write.before, key.parent_columns)) || comes_back(slot, write, key)) continue;
    const Progress progress = check_child(slot, write, children[write.foreign_key]);
    if (progress != Progress::end) return progress;
    write.referenced = Cursor{};
  }
  write.foreign_key = 0;
  if (profile_->foreign_keys == ForeignKeyChecks::by_index) {
    write.phase = enters_anew(write) ? RowWrite::Phase::parents : RowWrite::Phase::next_index;
    return Progress::again;
  }
  write.phase = RowWrite::Phase::table_lock;
  return Progress::again;
}

/// `end`: no child is in the way (any more).
Progress Engine::check_child(Slot slot, RowWrite& write, std::uint32_t number) {
  const ForeignKey& key = catalog_.foreign_keys[number];
  const sql::FkAction action = write.kind == RowWrite::Kind::erase ? key.on_delete : key.on_update;
  const bool follows = action == sql::FkAction::cascade || action == sql::FkAction::set_null;
  const LockWish wish = follows ? LockWish::exclusive : LockWish::share;
  const bool by_server = profile_->foreign_keys == ForeignKeyChecks::by_server;
  const Key wanted = values_of(write.before, key.parent_columns);
  const Progress progress = by_server ? look_up(slot, write, key.child_index, wanted, wish)
                                      : find_referenced(slot, write, key.child_index, wanted);
  if (progress != Progress::ready) return progress;
  if (follows && !by_server && lock_child(slot, key, write.referenced.row) == Got::waiting) {
    write.referenced = Cursor{};
    return Progress::wait;
  }
  if (follows) {
    push_cascade(slot, number);
    return Progress::again;
  }
  return fail(slot, "1451",
              fmt::format("Cannot delete or update a parent row: a foreign key constraint fails {}",
                          definition(catalog_, key)));
}

/// The child that was found is written before the next one is looked for.
void Engine::push_cascade(Slot slot, std::uint32_t number) {
  auto& writes = sessions_[slot].execution.writes;
  const RowWrite& write = writes.back();
  const ForeignKey& key = catalog_.foreign_keys[number];
  const sql::FkAction action = write.kind == RowWrite::Kind::erase ? key.on_delete : key.on_update;
  RowWrite cascade;
  cascade.table = key.child;
  cascade.row = write.referenced.row;
  cascade.cascade_of = number;
  const auto values = rows_[key.child].values(rows_[key.child].newest(cascade.row));
  cascade.before.assign(values.begin(), values.end());
  cascade.after = cascade.before;
  const bool erase = write.kind == RowWrite::Kind::erase && action == sql::FkAction::cascade;
  cascade.kind = erase ? RowWrite::Kind::erase : RowWrite::Kind::update;
  for (std::size_t i = 0; !erase && i < key.columns.size(); ++i) {
    cascade.after[key.columns[i]] =
        action == sql::FkAction::set_null ? Value(Null{}) : write.after[key.parent_columns[i]];
  }
  writes.push_back(std::move(cascade));
}

}  // namespace gridlock::reference
