// CREATE, ALTER, DROP, TRUNCATE: what they lock, and how a rollback takes them back.
#include <fmt/format.h>

#include <algorithm>

#include "drivers/reference/postgres/engine_schedule.h"

namespace gridlock::reference::postgres {

void Engine::undo_with(Slot slot, std::function<void()> undo) {
  sessions_[slot].defined = true;
  sessions_[slot].levels.back().undo.push_back(std::move(undo));
}

Task<void> Engine::define(Slot slot, const sql::StatementNode& node) {
  if (const auto* create = std::get_if<sql::CreateTable>(&node)) co_await create_table(slot, *create);
  if (const auto* index = std::get_if<sql::CreateIndex>(&node)) co_await create_index(slot, *index);
  if (const auto* alter = std::get_if<sql::AlterTable>(&node)) co_await alter_table(slot, *alter);
  if (const auto* drop = std::get_if<sql::DropTable>(&node)) co_await drop_table(slot, *drop);
  if (const auto* drop = std::get_if<sql::DropIndex>(&node)) co_await drop_index(slot, *drop);
  if (const auto* empty = std::get_if<sql::Truncate>(&node)) co_await truncate(slot, *empty);
}

/// Foreign keys lock the tables that they refer to.
Task<void> Engine::create_table(Slot slot, const sql::CreateTable& create) {
  if (create.if_not_exists && catalog_.find(create.name.text, slot) != nullptr) co_return;
  for (const sql::ForeignKeyDef& key : create.foreign_keys)
    if (!sql::same_name(key.parent.text, create.name.text))
      co_await open_table(slot, key.parent.text, takes::add_foreign_key);
  const Xid xid = assign_xid(slot);
  const TableId id = catalog_.create(create, slot);
  catalog_.tables[id].creator = xid;
  locks_.acquire(slot, tag_of(catalog_.tables[id]), Mode::access_exclusive, sessions_[slot].depth());
  for (const IndexId index : catalog_.tables[id].indexes) {
    locks_.acquire(slot, tag_of(catalog_.indexes[index]), Mode::access_exclusive, sessions_[slot].depth());
    locks_.acquire(slot, tag_of(catalog_.tables[id]), Mode::share, sessions_[slot].depth());
  }
  const std::vector<std::uint32_t> keys = catalog_.tables[id].parents;
  undo_with(slot, [this, id, keys] {
    catalog_.tables[id].dropped = true;
    for (const std::uint32_t key : keys) catalog_.foreign_keys[key].dropped = true;
    ++catalog_.version;
  });
}

/// Every version that somebody may still see gets an entry; a duplicate among the living is an error.
void Engine::fill_index(Slot slot, IndexId id) {
  Index& index = catalog_.indexes[id];
  Table& table = catalog_.tables[index.table];
  for (const TupleId tuple_id : table.heap.order()) {
    const Tuple& tuple = table.heap.at(tuple_id);
    if (log_.aborted(tuple.xmin)) continue;
    Row key = index.key_of(tuple.values);
    const bool has_null = std::any_of(key.begin(), key.end(), [](const Value& value) { return is_null(value); });
    const auto lives = [&](const Tuple& one) {
      const Member* updater = one.updater();
      return updater == nullptr || log_.aborted(updater->xid);
    };
    auto& entry = index.entries[std::move(key)];
    const bool meets =
        std::any_of(entry.begin(), entry.end(), [&](TupleId other) { return lives(table.heap.at(other)); });
    if (index.unique && !has_null && lives(tuple) && meets)
      throw SqlError("23505", fmt::format("could not create unique index \"{}\"", index.name));
    entry.push_back(tuple_id);
  }
  (void)slot;
}

Task<void> Engine::create_index(Slot slot, const sql::CreateIndex& create) {
  const Mode mode = create.concurrently ? takes::create_index_concurrently : takes::create_index;
  const TableId table = co_await open_table(slot, create.table.text, mode);
  if (create.if_not_exists && catalog_.index_named(create.key.name) != nullptr) co_return;
  assign_xid(slot);
  const IndexId id = catalog_.add_index(table, create.key, false);
  undo_with(slot, [this, id] {
    catalog_.indexes[id].dropped = true;
    ++catalog_.version;
  });
  fill_index(slot, id);
  locks_.acquire(slot, tag_of(catalog_.indexes[id]), Mode::access_exclusive, sessions_[slot].depth());
  if (!create.concurrently) co_return;
  // it must not overlook a row of those who began before it: waits for every transaction that has written
  for (Slot other = 0; other < sessions_.size(); ++other) {
    if (other == slot || sessions_[other].levels.empty()) continue;
    const Xid xid = sessions_[other].levels[0].xid;
    if (xid != no_xid && locks_.holds(other, tag_of(catalog_.tables[table]), takes::write))
      co_await wait_for_transaction(slot, xid, false);
  }
}

Task<void> Engine::drop_table(Slot slot, const sql::DropTable& drop) {
  for (const sql::Name& name : drop.tables) {
    if (catalog_.find(name.text, slot) == nullptr) {
      if (drop.if_exists) continue;
      throw SqlError("42P01", fmt::format("table \"{}\" does not exist", name.text));
    }
    assign_xid(slot);
    const TableId id = co_await open_table(slot, name.text, takes::drop);
    co_await lock_indexes(slot, id, takes::drop);
    const auto referenced = [&](std::uint32_t key) {
      const ForeignKey& one = catalog_.foreign_keys[key];
      return !one.dropped && one.child != id && !catalog_.tables[one.child].dropped;
    };
    const auto& children = catalog_.tables[id].children;
    if (std::any_of(children.begin(), children.end(), referenced))
      throw SqlError("2BP01", fmt::format("cannot drop table {} because other objects depend on it", name.text));
    for (const std::uint32_t key : catalog_.tables[id].parents) {
      const ForeignKey& one = catalog_.foreign_keys[key];
      if (one.dropped || one.parent == id) continue;
      if (!take(slot, tag_of(catalog_.tables[one.parent]), takes::drop)) co_await lock_wait(slot);
    }
    catalog_.tables[id].dropper = slot;  // to the others it is there until this transaction commits
    std::vector<std::uint32_t> gone;
    for (const std::uint32_t key : catalog_.tables[id].parents)
      if (!std::exchange(catalog_.foreign_keys[key].dropped, true)) gone.push_back(key);
    ++catalog_.version;
    undo_with(slot, [this, id, gone] {
      catalog_.tables[id].dropper = none;
      for (const std::uint32_t key : gone) catalog_.foreign_keys[key].dropped = false;
      ++catalog_.version;
    });
  }
}

Task<void> Engine::drop_index(Slot slot, const sql::DropIndex& drop) {
  const Index* index = catalog_.index_named(drop.name.text);
  if (index == nullptr) {
    if (drop.if_exists) co_return;
    throw SqlError("42704", fmt::format("index \"{}\" does not exist", drop.name.text));
  }
  const IndexId id = index->id;
  assign_xid(slot);
  if (!take(slot, tag_of(catalog_.tables[index->table]), takes::drop)) co_await lock_wait(slot);
  if (!take(slot, tag_of(catalog_.indexes[id]), takes::drop)) co_await lock_wait(slot);
  catalog_.indexes[id].dropped = true;
  ++catalog_.version;
  undo_with(slot, [this, id] {
    catalog_.indexes[id].dropped = false;
    ++catalog_.version;
  });
}

/// The table gets new, empty storage; its indexes are built anew.
Task<void> Engine::truncate(Slot slot, const sql::Truncate& truncate) {
  std::vector<TableId> tables;
  for (const sql::Name& name : truncate.tables) {
    if (catalog_.find(name.text, slot) != nullptr) assign_xid(slot);
    const TableId id = co_await open_table(slot, name.text, takes::truncate);
    tables.push_back(id);
  }
  for (const TableId id : tables)
    for (const std::uint32_t key : catalog_.tables[id].children) {
      const ForeignKey& one = catalog_.foreign_keys[key];
      if (!one.dropped && !catalog_.tables[one.child].dropped &&
          std::find(tables.begin(), tables.end(), one.child) == tables.end())
        throw SqlError("0A000", "cannot truncate a table referenced in a foreign key constraint");
    }
  for (const TableId id : tables) {
    Table& table = catalog_.tables[id];
    bool indexed = false;
    for (const IndexId index : table.indexes) indexed = indexed || !catalog_.indexes[index].dropped;
    if (indexed && !take(slot, tag_of(table), Mode::share)) co_await lock_wait(slot);
    co_await lock_indexes(slot, id, takes::truncate);
    const Heap heap = table.heap;
    std::vector<std::pair<IndexId, std::map<Row, std::vector<TupleId>, KeyLess>>> entries;
    for (const IndexId index : table.indexes) {
      entries.emplace_back(index, catalog_.indexes[index].entries);
      catalog_.indexes[index].entries.clear();
    }
    table.heap.clear();
    undo_with(slot, [this, id, heap, entries] {
      catalog_.tables[id].heap = heap;
      for (const auto& [index, old] : entries) catalog_.indexes[index].entries = old;
    });
  }
}

void Engine::validate_foreign_key(Slot slot, const ForeignKey& key) {
  Exec exec;
  exec.slot = slot;
  exec.snapshot = take_snapshot(slot, true);
  Table& child = catalog_.tables[key.child];
  for (const TupleId id : child.heap.order()) {
    if (!visible(child.heap.at(id), slot, exec.snapshot)) continue;
    Row wanted;
    for (const ColumnId column : key.columns) wanted.push_back(child.heap.at(id).values[column]);
    if (std::any_of(wanted.begin(), wanted.end(), [](const Value& value) { return is_null(value); })) continue;
    if (!rows_with_key(exec, catalog_.tables[key.parent], key.parent_columns, wanted).empty()) continue;
    throw SqlError("23503", fmt::format("insert or update on table \"{}\" violates foreign key constraint \"{}\"",
                                        child.name, key.name));
  }
}

Task<void> Engine::alter_table(Slot slot, const sql::AlterTable& alter) {
  const bool only_keys = alter.add_columns.empty() && alter.add_keys.empty() && alter.other.empty();
  const bool only_other = alter.add_columns.empty() && alter.add_keys.empty() && alter.add_foreign_keys.empty();
  Mode mode = takes::alter_table;
  if (only_keys && !alter.add_foreign_keys.empty()) mode = takes::add_foreign_key;
  if (only_other) mode = alter_table_takes(alter.other);
  if (catalog_.find(alter.table.text, slot) != nullptr && mode == Mode::access_exclusive) assign_xid(slot);
  const TableId id = co_await open_table(slot, alter.table.text, mode);
  for (const sql::ForeignKeyDef& key : alter.add_foreign_keys)
    co_await open_table(slot, key.parent.text, takes::add_foreign_key);
  assign_xid(slot);
  for (const sql::ColumnDef& column : alter.add_columns) {
    catalog_.add_column(id, column);
    const auto number = static_cast<ColumnId>(catalog_.tables[id].columns.size() - 1);
    Value value = Null{};
    if (column.default_value) value = coerce(column.default_value->value, column.type);
    Heap& heap = catalog_.tables[id].heap;
    for (const TupleId tuple : heap.order()) heap.at(tuple).values.resize(number + 1, value);
    undo_with(slot, [this, id, number] {
      catalog_.tables[id].columns[number].dropped = true;
      catalog_.tables[id].columns[number].not_null = false;
      ++catalog_.version;
    });
  }
  for (const sql::KeyDef& key : alter.add_keys) {
    if (!take(slot, tag_of(catalog_.tables[id]), Mode::share)) co_await lock_wait(slot);
    const IndexId index = catalog_.add_index(id, key, true);
    undo_with(slot, [this, index] {
      catalog_.indexes[index].dropped = true;
      ++catalog_.version;
    });
    fill_index(slot, index);
    locks_.acquire(slot, tag_of(catalog_.indexes[index]), Mode::access_exclusive, sessions_[slot].depth());
  }
  for (const sql::ForeignKeyDef& definition : alter.add_foreign_keys) {
    const std::uint32_t key = catalog_.add_foreign_key(id, definition, slot);
    undo_with(slot, [this, key] {
      catalog_.foreign_keys[key].dropped = true;
      ++catalog_.version;
    });
    validate_foreign_key(slot, catalog_.foreign_keys[key]);
  }
}

}  // namespace gridlock::reference::postgres
