#pragma once
/// A statement made ready to run: names resolved against the catalog, conditions sorted by the table that they need.
///
/// A plan does not depend on parameter values and is never changed, so one is made per statement and catalog version
/// and shared by all who run it. Which index is used is chosen when it runs (access_path.h), as MySQL does.
#include <memory>
#include <string>
#include <vector>

#include "drivers/driver.h"
#include "drivers/reference/catalog.h"
#include "drivers/reference/expression.h"

namespace gridlock::reference {

/// What reading a table asks of each record.
enum class LockWish : std::uint8_t { snapshot, share, exclusive };

/// One way for a term to be true: `column op value`. `is_null`: `column IS NULL`. `subquery`: the value is any row of
/// that subquery.
struct Alternative {
  sql::Op op = sql::Op::equal;
  ExprId value = none;
  bool is_null = false;
  std::uint32_t subquery = none;
};

/// A condition that an index on the column can serve: any of the alternatives holds. All terms of a table hold at once.
struct Term {
  ColumnId column = 0;
  std::vector<Alternative> any;
};

/// One table in FROM.
struct TableUse {
  TableId table = none;
  std::string binding;
  bool left_join = false;
  LockWish lock = LockWish::snapshot;
  sql::WaitPolicy wait = sql::WaitPolicy::wait;
  std::vector<Term> terms;         ///< values need only tables before this one
  std::vector<ExprId> on;          ///< of a left join: what makes a row match
  std::vector<ExprId> filters;     ///< what WHERE asks of this table and those before
  std::vector<bool> columns_used;  ///< by ColumnId
  std::vector<IndexId> forced;     ///< FORCE INDEX
};

struct Aggregate {
  std::string function;
  ExprId argument = none;  ///< none: COUNT(*)
  bool distinct = false;
};

struct OrderKey {
  ExprId expression = none;
  bool descending = false;
  std::uint32_t item = none;  ///< the select list's item, where ORDER BY names one
};

/// One SELECT, or the reading part of an UPDATE or DELETE.
struct QueryPlan {
  std::vector<TableUse> tables;
  std::vector<ExprId> constant_filters;  ///< conditions that need no table of this query
  std::vector<ExprId> items;
  std::vector<Aggregate> aggregates;
  std::vector<ExprId> group_by;
  ExprId having = none;
  std::vector<OrderKey> order_by;
  ExprId limit = none;
  ExprId offset = none;
  bool distinct = false;
  bool correlated = false;                ///< looks at a row of an outer query: run again for each
  std::vector<std::uint32_t> subqueries;  ///< positions in StatementPlan::queries; an expression's slot counts in here
};

struct SetColumn {
  ColumnId column = 0;
  ExprId value = none;  ///< none: DEFAULT
};

/// How deep subqueries may stand in each other.
inline constexpr std::size_t query_depth_max = 8;

/// GET_LOCK and its relatives: MySQL's user-level locks.
struct UserLockCall {
  enum class What : std::uint8_t { get, release, release_all, is_free } what = What::get;
  ExprId name = none;
  ExprId timeout = none;  ///< seconds; negative or absent: for ever
};

struct TableLock {
  TableId table = none;
  bool write = false;
  bool local = false;  ///< READ LOCAL
};

struct StatementPlan {
  enum class Kind : std::uint8_t {
    select,
    insert,
    update,
    erase,
    begin,
    commit,
    rollback,
    savepoint,
    rollback_to,
    release_savepoint,
    set_isolation,
    set_variable,
    lock_tables,
    unlock_tables,
    user_lock,
    define,
    nothing,
  };
  Kind kind = Kind::nothing;
  ExpressionPool pool;
  std::vector<QueryPlan> queries;  ///< 0: the statement's own reading part, if it has one
  TableId target = none;           ///< written table
  bool has_query = false;          ///< INSERT ... SELECT; always for select, update, erase
  sql::Insert::Kind insert_kind = sql::Insert::Kind::insert;
  std::vector<ColumnId> columns;          ///< INSERT: the columns given
  std::vector<std::vector<ExprId>> rows;  ///< INSERT ... VALUES; `none`: DEFAULT
  std::vector<SetColumn> assignments;     ///< UPDATE ... SET
  std::vector<SetColumn> on_duplicate;
  bool upsert = false;
  std::vector<TableLock> table_locks;
  std::vector<UserLockCall> user_locks;
  std::vector<std::pair<std::string, std::string>> renames;  ///< RENAME TABLE: from, to
  std::vector<TableId> tables_read;                          ///< for metadata locks, each once
  std::uint64_t catalog_version = 0;
  Refusal refusal;          ///< what MySQL would say of a statement that names what is not there
  std::string hint;         ///< what to write instead
  bool unplayable = false;  ///< MySQL could, this engine cannot: said before anything runs
};

/// Never fails: what is wrong is the plan's `refusal`.
std::shared_ptr<const StatementPlan> make_plan(const Catalog& catalog, const Prepared& statement);

}  // namespace gridlock::reference
