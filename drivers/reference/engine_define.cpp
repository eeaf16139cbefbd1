// CREATE TABLE, CREATE INDEX, ALTER TABLE ... ADD KEY, DROP TABLE, TRUNCATE.
#include <fmt/format.h>

#include <algorithm>

#include "drivers/reference/engine.h"

namespace gridlock::reference {
namespace {

/// A page's room for records: 16 KiB less its headers and directory, a fifteenth kept free for growth (page0page.h,
/// btr0bulk.cc).
constexpr std::size_t room_bytes = 16'384 - 128;

OrderedIndex empty_index(const Index& index) {
  std::vector<bool> descending;
  for (const IndexField& field : index.fields) descending.push_back(field.descending);
  const std::size_t with_directory_slot = index.entry_bytes + 1;
  return {std::move(descending), room_bytes / with_directory_slot * 15 / 16};
}

std::vector<std::string> tables_of(const sql::StatementNode& node) {
  std::vector<std::string> names;
  if (const auto* index = std::get_if<sql::CreateIndex>(&node)) names.push_back(index->table.text);
  if (const auto* alter = std::get_if<sql::AlterTable>(&node)) names.push_back(alter->table.text);
  if (const auto* drop = std::get_if<sql::DropTable>(&node)) {
    for (const sql::Name& name : drop->tables) names.push_back(name.text);
  }
  if (const auto* truncate = std::get_if<sql::Truncate>(&node)) {
    for (const sql::Name& name : truncate->tables) names.push_back(name.text);
  }
  return names;
}

}  // namespace

Progress Engine::define_body(Slot slot) {
  Execution& execution = sessions_[slot].execution;
  const sql::StatementNode& node = execution.statement->statement.node;
  if (execution.next == 0) commit(slot);
  const auto names = tables_of(node);
  for (; execution.next < names.size(); ++execution.next) {
    const Table* table = catalog_.find(names[execution.next]);
    if (table != nullptr && lock_metadata(slot, metadata_of(table->id), innodb::X) == Got::waiting) {
      return Progress::wait;
    }
  }
  const Refusal refusal = define(node);
  release_metadata(slot, false);
  if (refusal) return fail(slot, refusal->code, refusal->message);
  return Progress::end;
}

Refusal Engine::define(const sql::StatementNode& node) {
  Refusal refusal;
  const auto table_named = [&](const std::string& name) {
    const Table* table = catalog_.find(name);
    if (table == nullptr) refusal = ServerError{"1146", fmt::format("Table '{}' doesn't exist", name)};
    return table;
  };
  if (const auto* create = std::get_if<sql::CreateTable>(&node)) refusal = catalog_.create(*create);
  if (const auto* index = std::get_if<sql::CreateIndex>(&node)) {
    if (const Table* table = table_named(index->table.text)) refusal = catalog_.add_index(table->id, index->key);
  }
  if (const auto* alter = std::get_if<sql::AlterTable>(&node)) {
    if (const Table* table = table_named(alter->table.text)) {
      const TableId id = table->id;
      for (const sql::KeyDef& key : alter->add_keys) {
        if (!refusal) refusal = catalog_.add_index(id, key);
      }
      for (const sql::ForeignKeyDef& key : alter->add_foreign_keys) {
        if (!refusal) refusal = catalog_.add_foreign_key(id, key);
      }
    }
  }
  if (const auto* drop = std::get_if<sql::DropTable>(&node)) {
    for (const sql::Name& name : drop->tables) {
      const Table* table = catalog_.find(name.text);
      if (table != nullptr) catalog_.tables[table->id].dropped = true;
      if (table == nullptr && !drop->if_exists)
        refusal = ServerError{"1051", fmt::format("Unknown table '{}'", name.text)};
    }
    ++catalog_.version;
  }
  if (const auto* truncate = std::get_if<sql::Truncate>(&node)) {
    for (const sql::Name& name : truncate->tables) {
      if (const Table* table = table_named(name.text)) empty_table(table->id);
    }
  }
  add_storage();
  return refusal;
}

void Engine::empty_table(TableId table) {
  std::erase_if(history_, [&](History& done) {
    std::erase_if(done.changes, [&](const Undo& change) { return change.table == table; });
    return done.changes.empty();
  });
  for (const IndexId index : catalog_.tables[table].indexes) indexes_[index] = empty_index(catalog_.indexes[index]);
  rows_[table] = RowStore(catalog_.tables[table].columns.size());
  next_auto_increment_[table] = 1;
}

/// Storage for what the catalog has that is new; an index made later gets entries for the rows that are there.
void Engine::add_storage() {
  while (rows_.size() < catalog_.tables.size()) {
    rows_.emplace_back(catalog_.tables[rows_.size()].columns.size());
    next_auto_increment_.push_back(1);
  }
  while (indexes_.size() < catalog_.indexes.size()) {
    const Index& info = catalog_.indexes[indexes_.size()];
    indexes_.push_back(empty_index(info));
    if (info.clustered) continue;
    const OrderedIndex& clustered = indexes_[catalog_.tables[info.table].clustered()];
    for (RecordId row = clustered.first(); row != supremum; row = clustered.next(row)) {
      if (clustered.note(row).marked) continue;
      const RecordId entry =
          indexes_.back().insert(entry_key(info, rows_[info.table].values(rows_[info.table].newest(row))));
      indexes_.back().note(entry).row = row;
    }
  }
}

}  // namespace gridlock::reference
