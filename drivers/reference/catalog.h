#pragma once
/// Tables, columns, indexes and foreign keys: what CREATE TABLE said, as InnoDB understands it.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/reference/ids.h"
#include "model/event.h"
#include "model/sql/ast.h"

namespace gridlock::reference {

struct Column {
  std::string name;
  sql::Type type;
  bool not_null = false;
  bool hidden = false;                 ///< DB_ROW_ID of a table without a key
  std::optional<Value> default_value;  ///< none: NULL, or no default if `not_null`
  bool default_now = false;            ///< DEFAULT CURRENT_TIMESTAMP
};

struct IndexField {
  ColumnId column = 0;
  bool descending = false;
  int prefix = 0;  ///< characters kept, 0 = all
};

/// Invariants: the first index of a table is the clustered one (primary key, else the first unique key of NOT NULL
/// columns, else the hidden row id: dict0crea.cc, create_clustered_index_when_no_primary in ha_innodb.cc). The others'
/// `fields` are their own columns, then those of the clustered key that are not among them, so that `fields` always
/// tells entries of different rows apart.
struct Index {
  IndexId id = none;
  TableId table = none;
  std::string name;
  bool clustered = false;
  bool unique = false;
  std::vector<IndexField> fields;
  std::uint32_t own_fields = 0;     ///< how many of `fields` the user wrote
  std::uint32_t unique_fields = 0;  ///< how many of them tell entries apart: own_fields if unique, else all
  std::uint32_t space = 0;          ///< in the lock table
  std::size_t entry_bytes = 0;
};

struct ForeignKey {
  std::string name;
  TableId child = none;
  std::vector<ColumnId> columns;
  IndexId child_index = none;
  TableId parent = none;
  std::vector<ColumnId> parent_columns;
  IndexId parent_index = none;
  sql::FkAction on_delete = sql::FkAction::no_action;
  sql::FkAction on_update = sql::FkAction::no_action;
};

struct Table {
  TableId id = none;
  std::string name;
  bool dropped = false;
  std::vector<Column> columns;
  std::vector<IndexId> indexes;         ///< clustered first
  std::vector<std::uint32_t> children;  ///< foreign keys that refer to this table
  std::vector<std::uint32_t> parents;   ///< foreign keys of this table
  ColumnId auto_increment = none;
  std::uint32_t space = 0;  ///< in the lock table
  IndexId clustered() const { return indexes.front(); }
};

/// MySQL's refusal of a statement.
using Refusal = std::optional<ServerError>;

struct Catalog {
  std::vector<Table> tables;
  std::vector<Index> indexes;
  std::vector<ForeignKey> foreign_keys;
  bool ignores_foreign_keys = false;  ///< MyISAM reads them and does nothing
  std::uint32_t spaces = 0;           ///< lock spaces in use
  std::uint64_t version = 0;          ///< grows with each change: plans made before are stale

  const Table* find(std::string_view name) const;
  const Index& index(IndexId id) const { return indexes[id]; }
  const Index& clustered(TableId table) const { return indexes[tables[table].clustered()]; }
  std::optional<ColumnId> column(TableId table, std::string_view name) const;
  const Index* index_named(TableId table, std::string_view name) const;
  std::vector<std::string> table_names() const;
  std::vector<std::string> column_names(TableId table) const;

  /// Adds the table, or says why MySQL would not.
  Refusal create(const sql::CreateTable& statement);
  /// At the end. REQUIRES: the table's rows are made wider at once.
  Refusal add_column(TableId table, const sql::ColumnDef& definition);
  Refusal add_index(TableId table, const sql::KeyDef& key);
  Refusal add_foreign_key(TableId table, const sql::ForeignKeyDef& key);

 private:
  Refusal add_columns(Table& table, const sql::CreateTable& statement) const;
  Refusal add_keys(TableId table, const sql::CreateTable& statement);
  Refusal resolve(TableId table, const sql::KeyDef& key, std::vector<IndexField>& fields) const;
  void add_clustered(TableId table, const std::vector<sql::KeyDef>& keys);
  void add_secondary(TableId table, std::string name, bool unique, std::vector<IndexField> fields);
  std::string unused_name(TableId table, const std::string& wish) const;
  IndexId index_over(TableId table, const std::vector<ColumnId>& columns) const;
};

}  // namespace gridlock::reference
