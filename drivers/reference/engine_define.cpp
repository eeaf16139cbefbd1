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

/// The tables that a definition changes, in the order in which they are locked: by name (MDL_context::acquire_locks).
std::vector<std::string> tables_of(const sql::StatementNode& node, const StatementPlan& plan) {
  std::vector<std::string> names;
  if (const auto* index = std::get_if<sql::CreateIndex>(&node)) names.push_back(index->table.text);
  if (const auto* alter = std::get_if<sql::AlterTable>(&node)) names.push_back(alter->table.text);
  if (const auto* drop = std::get_if<sql::DropTable>(&node)) {
    for (const sql::Name& name : drop->tables) names.push_back(name.text);
  }
  if (const auto* truncate = std::get_if<sql::Truncate>(&node)) {
    for (const sql::Name& name : truncate->tables) names.push_back(name.text);
  }
  for (const auto& [from, to] : plan.renames) names.push_back(from);
  std::sort(names.begin(), names.end());
  return names;
}

/// ALTER TABLE and CREATE INDEX open the table so that others may go on, and take it for themselves at the end.
bool upgrades(const sql::StatementNode& node) {
  return std::holds_alternative<sql::CreateIndex>(node) || std::holds_alternative<sql::AlterTable>(node);
}

}  // namespace

Progress Engine::define_body(Slot slot) {
  touch(Shared::everything, 0, true);
  Execution& execution = sessions_[slot].execution;
  const sql::StatementNode& node = execution.statement->statement.node;
  if (execution.next == 0) commit(slot);
  const auto names = tables_of(node, *execution.plan);
  const bool upgrade = upgrades(node);
  const std::size_t locks = names.size() * (upgrade ? 2 : 1);
  for (; execution.next < locks; ++execution.next) {
    const Table* table = catalog_.find(names[execution.next % names.size()]);
    const Mode mode = upgrade && execution.next < names.size() ? metadata::shared_upgradable : metadata::exclusive;
    if (table != nullptr && lock_metadata(slot, metadata_of(table->id), mode) == Got::waiting) return Progress::wait;
  }
  const Refusal refusal = execution.plan->renames.empty() ? define(node) : rename(execution.plan->renames);
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
      for (const sql::ColumnDef& column : alter->add_columns) {
        if (!refusal) refusal = add_column(id, column);
      }
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

/// One after the other: RENAME TABLE a TO b, c TO a.
Refusal Engine::rename(const std::vector<std::pair<std::string, std::string>>& names) {
  for (const auto& [from, to] : names) {
    const Table* table = catalog_.find(from);
    if (table == nullptr) return ServerError{"1146", fmt::format("Table '{}' doesn't exist", from)};
    if (catalog_.find(to) != nullptr) return ServerError{"1050", fmt::format("Table '{}' already exists", to)};
    catalog_.tables[table->id].name = to;
    ++catalog_.version;
  }
  return {};
}

/// The rows get the column's default; nobody else can be looking at them.
Refusal Engine::add_column(TableId id, const sql::ColumnDef& definition) {
  if (Refusal refusal = catalog_.add_column(id, definition)) return refusal;
  const Table& table = catalog_.tables[id];
  const Column& column = table.columns.back();
  const OrderedIndex& clustered = indexes_[table.clustered()];
  RowStore wider(table.columns.size());
  for (RecordId row = clustered.first(); row != supremum; row = clustered.next(row)) {
    const auto before = rows_[id].values(rows_[id].newest(row));
    Row values(before.begin(), before.end());
    values.push_back(column.default_value.value_or(Null{}));
    const Version& version = rows_[id].newest_version(row);
    wider.push(row, version.writer, version.deleted, values);
  }
  rows_[id] = std::move(wider);
  return {};
}

void Engine::empty_table(TableId table) {
  std::erase_if(history_, [&](History& done) {
    std::erase_if(done.changes, [&](const Undo& change) { return change.table == table; });
    return done.changes.empty();
  });
  for (const IndexId index : catalog_.tables[table].indexes) indexes_[index] = empty_index(catalog_.indexes[index]);
  rows_[table] = RowStore(catalog_.tables[table].columns.size());
  next_auto_increment_[table] = 1;
  has_holes_[table] = false;
}

/// Storage for what the catalog has that is new; an index made later gets entries for the rows that are there.
void Engine::add_storage() {
  while (rows_.size() < catalog_.tables.size()) {
    rows_.emplace_back(catalog_.tables[rows_.size()].columns.size());
    next_auto_increment_.push_back(1);
    has_holes_.push_back(false);
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
