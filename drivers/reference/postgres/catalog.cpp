#include "drivers/reference/postgres/catalog.h"

#include <fmt/format.h>

#include <algorithm>

#include "drivers/reference/postgres/text.h"

namespace gridlock::reference::postgres {
namespace {

int compare_key_part(const Value& a, const Value& b) {
  if (is_null(a) || is_null(b)) return static_cast<int>(is_null(a)) - static_cast<int>(is_null(b));
  return compare_values(a, b);
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += "_" + part;
  return text;
}

/// A heap tuple: 23 bytes of header, aligned to 24, the values, aligned to 8, and its line pointer.
std::size_t row_bytes(const Table& table) {
  std::size_t bytes = 0;
  for (const Column& column : table.columns) bytes += stored_bytes(column.type);
  return 24 + (bytes + 7) / 8 * 8 + 4;
}

}  // namespace

bool KeyLess::operator()(const Row& a, const Row& b) const {
  const std::size_t common = std::min(a.size(), b.size());
  for (std::size_t i = 0; i < common; ++i) {
    const int order = compare_key_part(a[i], b[i]);
    if (order != 0) return (i < descending.size() && descending[i]) ? order > 0 : order < 0;
  }
  return a.size() < b.size();
}

Row Index::key_of(const Row& row) const {
  Row key;
  key.reserve(columns.size());
  for (const IndexColumn& one : columns) key.push_back(row[one.column]);
  return key;
}

Table* Catalog::find(std::string_view name, Slot for_session) {
  for (Table& table : tables) {
    if (table.dropped || table.dropper == for_session || !sql::same_name(table.name, name)) continue;
    if (table.creator != no_xid && table.creator_session != for_session) continue;
    return &table;
  }
  return nullptr;
}

std::optional<ColumnId> Catalog::column(TableId table, std::string_view name) const {
  const auto& columns = tables[table].columns;
  for (ColumnId i = 0; i < columns.size(); ++i)
    if (!columns[i].dropped && sql::same_name(columns[i].name, name)) return i;
  return std::nullopt;
}

Index* Catalog::index_named(std::string_view name) {
  for (Index& index : indexes)
    if (!index.dropped && !tables[index.table].dropped && sql::same_name(index.name, name)) return &index;
  return nullptr;
}

std::vector<std::string> Catalog::table_names() const {
  std::vector<std::string> names;
  for (const Table& table : tables)
    if (!table.dropped) names.push_back(table.name);
  return names;
}

std::vector<std::string> Catalog::column_names(TableId table) const {
  std::vector<std::string> names;
  for (const Column& column : tables[table].columns)
    if (!column.dropped) names.push_back(column.name);
  return names;
}

bool Catalog::name_taken(std::string_view name) const {
  return std::any_of(tables.begin(), tables.end(),
                     [&](const Table& table) {
                       return !table.dropped && table.dropper == none && sql::same_name(table.name, name);
                     }) ||
         std::any_of(indexes.begin(), indexes.end(), [&](const Index& index) {
           return !index.dropped && !tables[index.table].dropped && sql::same_name(index.name, name);
         });
}

std::string Catalog::free_name(const std::string& wish) const {
  std::string name = wish;
  for (int n = 1; name_taken(name); ++n) name = wish + std::to_string(n);
  return name;
}

TableId Catalog::create(const sql::CreateTable& statement, Slot by) {
  if (name_taken(statement.name.text))
    throw SqlError("42P07", fmt::format("relation \"{}\" already exists", statement.name.text));
  const TableId id = static_cast<TableId>(tables.size());
  Table& table = tables.emplace_back();
  table.id = id;
  table.name = statement.name.quoted ? statement.name.text : lower(statement.name.text);
  table.relation = static_cast<std::uint32_t>(relations.size());
  table.creator_session = by;
  relations.push_back({id, none});
  try {
    for (const sql::ColumnDef& column : statement.columns) add_column(id, column);
    table.heap = Heap(row_bytes(table));
    for (const auto kind : {sql::KeyDef::Kind::primary, sql::KeyDef::Kind::unique, sql::KeyDef::Kind::plain})
      for (const sql::KeyDef& key : statement.keys)
        if (key.kind == kind) add_index(id, key, kind != sql::KeyDef::Kind::plain);
    for (const sql::ForeignKeyDef& key : statement.foreign_keys) add_foreign_key(id, key, by);
  } catch (const SqlError&) {
    tables[id].dropped = true;
    throw;
  }
  ++version;
  return id;
}

void Catalog::add_column(TableId table, const sql::ColumnDef& definition) {
  if (column(table, definition.name.text))
    throw SqlError("42701", fmt::format("column \"{}\" of relation \"{}\" already exists", definition.name.text,
                                        tables[table].name));
  Column added;
  added.name = definition.name.quoted ? definition.name.text : lower(definition.name.text);
  added.type = definition.type;
  added.not_null = definition.not_null;
  added.default_value = definition.default_value;
  added.serial = definition.type.auto_increment;
  if (added.serial) added.not_null = true;
  tables[table].columns.push_back(std::move(added));
  ++version;
}

IndexId Catalog::add_index(TableId table, const sql::KeyDef& key, bool constraint) {
  Index index;
  std::vector<std::string> names;
  for (const sql::KeyColumn& part : key.columns) {
    const auto at = column(table, part.name.text);
    if (!at && constraint)
      throw SqlError("42703", fmt::format("column \"{}\" named in key does not exist", part.name.text));
    if (!at) throw SqlError("42703", fmt::format("column \"{}\" does not exist", part.name.text));
    index.columns.push_back({*at, part.descending});
    names.push_back(tables[table].columns[*at].name);
    if (key.kind == sql::KeyDef::Kind::primary) tables[table].columns[*at].not_null = true;
  }
  if (!key.name.empty() && name_taken(key.name))
    throw SqlError("42P07", fmt::format("relation \"{}\" already exists", key.name));
  index.primary = key.kind == sql::KeyDef::Kind::primary;
  index.unique = index.primary || key.kind == sql::KeyDef::Kind::unique;
  index.constraint = constraint;
  const std::string base = tables[table].name;
  if (!key.name.empty())
    index.name = lower(key.name);
  else if (index.primary)
    index.name = free_name(base + "_pkey");
  else
    index.name = free_name(base + joined(names) + (index.unique && constraint ? "_key" : "_idx"));
  index.id = static_cast<IndexId>(indexes.size());
  index.table = table;
  index.relation = static_cast<std::uint32_t>(relations.size());
  KeyLess less;
  for (const IndexColumn& part : index.columns) less.descending.push_back(part.descending);
  index.entries = std::map<Row, std::vector<TupleId>, KeyLess>(less);
  relations.push_back({table, index.id});
  tables[table].indexes.push_back(index.id);
  indexes.push_back(std::move(index));
  ++version;
  return indexes.back().id;
}

std::uint32_t Catalog::add_foreign_key(TableId table, const sql::ForeignKeyDef& definition, Slot by) {
  ForeignKey key;
  key.child = table;
  std::vector<std::string> names;
  for (const sql::Name& name : definition.columns) {
    const auto at = column(table, name.text);
    if (!at)
      throw SqlError("42703",
                     fmt::format("column \"{}\" referenced in foreign key constraint does not exist", name.text));
    key.columns.push_back(*at);
    names.push_back(tables[table].columns[*at].name);
  }
  const Table* parent = find(definition.parent.text, by);
  if (parent == nullptr) throw SqlError("42P01", fmt::format("relation \"{}\" does not exist", definition.parent.text));
  key.parent = parent->id;
  for (const sql::Name& name : definition.parent_columns) {
    const auto at = column(key.parent, name.text);
    if (!at)
      throw SqlError("42703",
                     fmt::format("column \"{}\" referenced in foreign key constraint does not exist", name.text));
    key.parent_columns.push_back(*at);
  }
  bool matched = false;
  for (const IndexId id : parent->indexes) {
    const Index& index = indexes[id];
    if (index.dropped || !index.unique) continue;
    std::vector<ColumnId> columns;
    for (const IndexColumn& part : index.columns) columns.push_back(part.column);
    if (definition.parent_columns.empty() && index.primary) key.parent_columns = columns;
    std::vector<ColumnId> wanted = key.parent_columns;
    std::sort(wanted.begin(), wanted.end());
    std::sort(columns.begin(), columns.end());
    matched = matched || (!wanted.empty() && wanted == columns);
  }
  if (key.parent_columns.empty())
    throw SqlError("42704", fmt::format("there is no primary key for referenced table \"{}\"", parent->name));
  if (!matched)
    throw SqlError("42830", fmt::format("there is no unique constraint matching given keys for referenced table \"{}\"",
                                        parent->name));
  key.name = definition.name.empty() ? tables[table].name + joined(names) + "_fkey" : lower(definition.name);
  key.on_delete = definition.on_delete;
  key.on_update = definition.on_update;
  const auto number = static_cast<std::uint32_t>(foreign_keys.size());
  foreign_keys.push_back(std::move(key));
  tables[table].parents.push_back(number);
  tables[foreign_keys.back().parent].children.push_back(number);
  ++version;
  return number;
}

bool Catalog::is_key_column(TableId table, ColumnId column) const {
  for (const IndexId id : tables[table].indexes) {
    const Index& index = indexes[id];
    if (index.dropped || !index.unique) continue;
    for (const IndexColumn& part : index.columns)
      if (part.column == column) return true;
  }
  return false;
}

}  // namespace gridlock::reference::postgres
