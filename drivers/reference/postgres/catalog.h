#pragma once
/// Tables, columns, indexes and foreign keys of reference:postgres, with their storage.
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/reference/postgres/heap.h"
#include "drivers/reference/postgres/values.h"
#include "model/sql/ast.h"

namespace gridlock::reference::postgres {

struct Column {
  std::string name;
  sql::Type type;
  bool not_null = false;
  bool dropped = false;
  std::optional<sql::Expr> default_value;
  bool serial = false;
  std::int64_t next_serial = 1;
};

struct IndexColumn {
  ColumnId column = 0;
  bool descending = false;
};

/// Order of a btree: nulls after all else, reversed where descending. A shorter key stands before those it begins.
struct KeyLess {
  std::vector<bool> descending;
  bool operator()(const Row& a, const Row& b) const;
};

struct Index {
  IndexId id = none;
  TableId table = none;
  std::string name;
  bool unique = false;
  bool primary = false;
  bool constraint = false;
  bool dropped = false;
  std::uint32_t relation = 0;  ///< in lock tags
  std::vector<IndexColumn> columns;
  std::map<Row, std::vector<TupleId>, KeyLess> entries;
  Row key_of(const Row& row) const;
};

struct ForeignKey {
  std::string name;
  TableId child = none;
  std::vector<ColumnId> columns;
  TableId parent = none;
  std::vector<ColumnId> parent_columns;
  sql::FkAction on_delete = sql::FkAction::no_action;
  sql::FkAction on_update = sql::FkAction::no_action;
  bool dropped = false;
};

struct Table {
  TableId id = none;
  std::string name;
  std::vector<Column> columns;
  std::vector<IndexId> indexes;         ///< in the order of their making
  std::vector<std::uint32_t> children;  ///< foreign keys that refer to this table
  std::vector<std::uint32_t> parents;   ///< foreign keys of this table
  std::uint32_t relation = 0;           ///< in lock tags
  bool dropped = false;
  Xid creator = no_xid;  ///< seen by its maker alone until that commits; no_xid: seen by all
  Slot creator_session = none;
  Slot dropper = none;  ///< the session whose open transaction has dropped it
  Heap heap{32};
};

/// What a lock tag's relation number stands for.
struct RelationName {
  TableId table = none;
  IndexId index = none;  ///< none: the table itself
};

struct Catalog {
  std::deque<Table> tables;
  std::deque<Index> indexes;
  std::vector<ForeignKey> foreign_keys;
  std::vector<RelationName> relations;
  std::uint64_t version = 0;  ///< grows with each change: plans made before are stale

  /// `for_session`: who asks; an uncommitted table is there for its maker only.
  Table* find(std::string_view name, Slot for_session);
  std::optional<ColumnId> column(TableId table, std::string_view name) const;
  Index* index_named(std::string_view name);
  std::vector<std::string> table_names() const;
  std::vector<std::string> column_names(TableId table) const;

  /// These throw what the server would say. Indexes of a table that has rows are filled by the caller.
  TableId create(const sql::CreateTable& statement, Slot by);
  void add_column(TableId table, const sql::ColumnDef& definition);
  IndexId add_index(TableId table, const sql::KeyDef& key, bool constraint);
  std::uint32_t add_foreign_key(TableId table, const sql::ForeignKeyDef& key, Slot by);

  /// Columns that a foreign key may point at: whose change takes the strong row lock (INDEX_ATTR_BITMAP_KEY: of all
  /// unique indexes).
  bool is_key_column(TableId table, ColumnId column) const;

 private:
  bool name_taken(std::string_view name) const;
  std::string free_name(const std::string& wish) const;
};

}  // namespace gridlock::reference::postgres
