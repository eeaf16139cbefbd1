#include "drivers/reference/catalog.h"

#include <fmt/format.h>

#include <algorithm>

#include "drivers/reference/sql_value.h"

namespace gridlock::reference {
namespace {

/// Record header, transaction id and roll pointer of a clustered record; header of a secondary one (rem0rec.cc).
constexpr std::size_t clustered_overhead = 5 + 6 + 7;
constexpr std::size_t secondary_overhead = 5;

bool not_null_unique(const Table& table, const sql::KeyDef& key) {
  return key.kind == sql::KeyDef::Kind::unique &&
         std::all_of(key.columns.begin(), key.columns.end(), [&](const sql::KeyColumn& wanted) {
           return std::any_of(table.columns.begin(), table.columns.end(), [&](const Column& column) {
             return column.not_null && sql::same_name(column.name, wanted.name.text);
           });
         });
}

/// PRIMARY first, then unique keys of NOT NULL columns, then other unique keys, then the rest: the order in which the
/// server keeps and so also checks them (sql_table.cc, sort_keys).
int key_rank(const Table& table, const sql::KeyDef& key) {
  if (key.kind == sql::KeyDef::Kind::primary) return 0;
  if (key.kind == sql::KeyDef::Kind::plain) return 3;
  return not_null_unique(table, key) ? 1 : 2;
}

std::vector<IndexField> fields_of(const std::vector<ColumnId>& columns) {
  std::vector<IndexField> fields;
  for (const ColumnId column : columns) fields.push_back({column, false, 0});
  return fields;
}

bool covers(const std::vector<IndexField>& fields, const IndexField& wanted) {
  return std::any_of(fields.begin(), fields.end(),
                     [&](const IndexField& field) { return field.column == wanted.column && field.prefix == 0; });
}

Column column_of(const sql::ColumnDef& definition) {
  Column column{definition.name.text, definition.type, definition.not_null, false, std::nullopt, false};
  if (!definition.default_value) return column;
  const sql::Expr& value = *definition.default_value;
  if (value.kind == sql::ExprKind::literal) {
    column.default_value = is_null(value.value) ? value.value : coerce(value.value, column.type).value;
  } else if (value.kind == sql::ExprKind::unary && value.op == sql::Op::negate && !value.args.empty()) {
    const Value negative = arithmetic(sql::Op::minus, std::int64_t{0}, value.args.front().value).value;
    column.default_value = coerce(negative, column.type).value;
  } else {
    column.default_now = value.kind == sql::ExprKind::function;
  }
  return column;
}

}  // namespace

const Table* Catalog::find(std::string_view name) const {
  const auto found = std::find_if(tables.begin(), tables.end(), [&](const Table& table) {
    return !table.dropped && sql::same_name(table.name, name);
  });
  return found == tables.end() ? nullptr : &*found;
}

std::optional<ColumnId> Catalog::column(TableId table, std::string_view name) const {
  const auto& columns = tables[table].columns;
  for (ColumnId id = 0; id < columns.size(); ++id) {
    if (!columns[id].hidden && sql::same_name(columns[id].name, name)) return id;
  }
  return std::nullopt;
}

const Index* Catalog::index_named(TableId table, std::string_view name) const {
  for (const IndexId id : tables[table].indexes) {
    if (sql::same_name(indexes[id].name, name)) return &indexes[id];
  }
  return nullptr;
}

std::vector<std::string> Catalog::table_names() const {
  std::vector<std::string> names;
  for (const Table& table : tables) {
    if (!table.dropped) names.push_back(table.name);
  }
  return names;
}

std::vector<std::string> Catalog::column_names(TableId table) const {
  std::vector<std::string> names;
  for (const Column& column : tables[table].columns) {
    if (!column.hidden) names.push_back(column.name);
  }
  return names;
}

Refusal Catalog::create(const sql::CreateTable& statement) {
  if (find(statement.name.text) != nullptr) {
    if (statement.if_not_exists) return {};
    return ServerError{"1050", fmt::format("Table '{}' already exists", statement.name.text)};
  }
  Table table;
  table.id = static_cast<TableId>(tables.size());
  table.name = statement.name.text;
  if (Refusal refusal = add_columns(table, statement)) return refusal;
  const Catalog before = *this;
  table.space = spaces++;
  tables.push_back(std::move(table));
  Refusal refusal = add_keys(tables.back().id, statement);
  for (std::size_t i = 0; !refusal && i < statement.foreign_keys.size(); ++i) {
    refusal = add_foreign_key(tables.back().id, statement.foreign_keys[i]);
  }
  if (refusal) *this = before;
  ++version;
  return refusal;
}

Refusal Catalog::add_columns(Table& table, const sql::CreateTable& statement) const {
  for (const sql::ColumnDef& definition : statement.columns) {
    for (const Column& column : table.columns) {
      if (sql::same_name(column.name, definition.name.text)) {
        return ServerError{"1060", fmt::format("Duplicate column name '{}'", definition.name.text)};
      }
    }
    table.columns.push_back(column_of(definition));
    if (definition.type.auto_increment) {
      table.auto_increment = static_cast<ColumnId>(table.columns.size() - 1);
      table.columns.back().not_null = true;
    }
  }
  for (const sql::KeyDef& key : statement.keys) {
    if (key.kind != sql::KeyDef::Kind::primary) continue;
    for (const sql::KeyColumn& part : key.columns) {
      for (Column& column : table.columns) {
        if (sql::same_name(column.name, part.name.text)) column.not_null = true;
      }
    }
  }
  return {};
}

Refusal Catalog::add_column(TableId id, const sql::ColumnDef& definition) {
  if (column(id, definition.name.text)) {
    return ServerError{"1060", fmt::format("Duplicate column name '{}'", definition.name.text)};
  }
  tables[id].columns.push_back(column_of(definition));
  ++version;
  return {};
}

Refusal Catalog::add_keys(TableId id, const sql::CreateTable& statement) {
  std::vector<sql::KeyDef> keys = statement.keys;
  std::stable_sort(keys.begin(), keys.end(), [&](const sql::KeyDef& a, const sql::KeyDef& b) {
    return key_rank(tables[id], a) < key_rank(tables[id], b);
  });
  for (const sql::KeyDef& key : keys) {
    std::vector<IndexField> fields;
    if (Refusal refusal = resolve(id, key, fields)) return refusal;
  }
  add_clustered(id, keys);
  for (const sql::KeyDef& key : keys) {
    if (key.kind == sql::KeyDef::Kind::primary) continue;
    if (&key == &keys.front() && not_null_unique(tables[id], key)) continue;  // it is the clustered one
    if (Refusal refusal = add_index(id, key)) return refusal;
  }
  return {};
}

Refusal Catalog::resolve(TableId id, const sql::KeyDef& key, std::vector<IndexField>& fields) const {
  for (const sql::KeyColumn& part : key.columns) {
    const auto column = this->column(id, part.name.text);
    if (!column) return ServerError{"1072", fmt::format("Key column '{}' doesn't exist in table", part.name.text)};
    fields.push_back({*column, part.descending, part.prefix});
  }
  return {};
}

void Catalog::add_clustered(TableId id, const std::vector<sql::KeyDef>& keys) {
  Table& table = tables[id];
  Index index;
  index.id = static_cast<IndexId>(indexes.size());
  index.table = id;
  index.clustered = index.unique = true;
  index.space = spaces++;
  index.name = "PRIMARY";
  const bool primary = !keys.empty() && keys.front().kind == sql::KeyDef::Kind::primary;
  if (primary || (!keys.empty() && not_null_unique(table, keys.front()))) {
    resolve(id, keys.front(), index.fields);
    if (!primary) {
      index.name =
          keys.front().name.empty() ? unused_name(id, keys.front().columns.front().name.text) : keys.front().name;
    }
  } else {
    Column hidden;
    hidden.name = "DB_ROW_ID";
    hidden.hidden = hidden.not_null = true;
    table.columns.push_back(hidden);
    index.fields.push_back({static_cast<ColumnId>(table.columns.size() - 1), false, 0});
    index.name = "GEN_CLUST_INDEX";
  }
  index.own_fields = index.unique_fields = static_cast<std::uint32_t>(index.fields.size());
  index.entry_bytes = clustered_overhead;
  for (const Column& column : table.columns) index.entry_bytes += stored_bytes(column.type);
  table.indexes.push_back(index.id);
  indexes.push_back(std::move(index));
}

Refusal Catalog::add_index(TableId id, const sql::KeyDef& key) {
  std::vector<IndexField> fields;
  if (Refusal refusal = resolve(id, key, fields)) return refusal;
  const std::string name = key.name.empty() ? unused_name(id, key.columns.front().name.text) : key.name;
  if (index_named(id, name) != nullptr) return ServerError{"1061", fmt::format("Duplicate key name '{}'", name)};
  add_secondary(id, name, key.kind == sql::KeyDef::Kind::unique, std::move(fields));
  return {};
}

void Catalog::add_secondary(TableId id, std::string name, bool unique, std::vector<IndexField> fields) {
  Index index;
  index.id = static_cast<IndexId>(indexes.size());
  index.table = id;
  index.name = std::move(name);
  index.unique = unique;
  index.own_fields = static_cast<std::uint32_t>(fields.size());
  index.fields = std::move(fields);
  for (const IndexField& field : clustered(id).fields) {
    if (!covers(index.fields, field)) index.fields.push_back(field);
  }
  index.unique_fields = unique ? index.own_fields : static_cast<std::uint32_t>(index.fields.size());
  index.entry_bytes = secondary_overhead;
  for (const IndexField& field : index.fields) {
    index.entry_bytes += stored_bytes(tables[id].columns[field.column].type);
  }
  index.space = spaces++;
  tables[id].indexes.push_back(index.id);
  indexes.push_back(std::move(index));
  ++version;
}

/// `k`, `k_2`, `k_3`, ... (sql_table.cc, make_unique_key_name).
std::string Catalog::unused_name(TableId table, const std::string& wish) const {
  std::string name = wish;
  for (int i = 2; index_named(table, name) != nullptr; ++i) name = fmt::format("{}_{}", wish, i);
  return name;
}

/// The first index that begins with these columns, in any order of the first `columns.size()`
/// (dict0dict.cc, dict_foreign_find_index).
IndexId Catalog::index_over(TableId table, const std::vector<ColumnId>& columns) const {
  for (const IndexId id : tables[table].indexes) {
    const Index& index = indexes[id];
    if (index.own_fields < columns.size()) continue;
    bool same = true;
    for (std::size_t i = 0; i < columns.size(); ++i) same = same && index.fields[i].column == columns[i];
    if (same) return id;
  }
  return none;
}

Refusal Catalog::add_foreign_key(TableId child, const sql::ForeignKeyDef& key) {
  if (ignores_foreign_keys) return {};
  ForeignKey foreign;
  foreign.child = child;
  foreign.on_delete = key.on_delete;
  foreign.on_update = key.on_update;
  foreign.name =
      !key.name.empty() ? key.name : fmt::format("{}_ibfk_{}", tables[child].name, tables[child].parents.size() + 1);
  const Table* parent = find(key.parent.text);
  if (parent == nullptr) {
    return ServerError{"1824", fmt::format("Failed to open the referenced table '{}'", key.parent.text)};
  }
  foreign.parent = parent->id;
  for (const sql::Name& name : key.columns) {
    const auto found = column(child, name.text);
    if (!found) return ServerError{"1072", fmt::format("Key column '{}' doesn't exist in table", name.text)};
    foreign.columns.push_back(*found);
  }
  for (const sql::Name& name : key.parent_columns) {
    const auto found = column(foreign.parent, name.text);
    if (!found) {
      return ServerError{"3734",
                         fmt::format("Failed to add the foreign key constraint. Missing column '{}' for constraint "
                                     "'{}' in the referenced table '{}'",
                                     name.text, foreign.name, parent->name)};
    }
    foreign.parent_columns.push_back(*found);
  }
  if (key.parent_columns.empty()) {
    for (const IndexField& field : clustered(foreign.parent).fields) foreign.parent_columns.push_back(field.column);
  }
  foreign.parent_index = index_over(foreign.parent, foreign.parent_columns);
  if (foreign.parent_index == none) {
    return ServerError{"1822",
                       fmt::format("Failed to add the foreign key constraint. Missing index for constraint '{}' in "
                                   "the referenced table '{}'",
                                   foreign.name, tables[foreign.parent].name)};
  }
  foreign.child_index = index_over(child, foreign.columns);
  if (foreign.child_index == none) {
    add_secondary(child, unused_name(child, key.name.empty() ? key.columns.front().text : key.name), false,
                  fields_of(foreign.columns));
    foreign.child_index = tables[child].indexes.back();
  }
  const auto number = static_cast<std::uint32_t>(foreign_keys.size());
  tables[child].parents.push_back(number);
  tables[foreign.parent].children.push_back(number);
  foreign_keys.push_back(std::move(foreign));
  ++version;
  return {};
}

}  // namespace gridlock::reference
