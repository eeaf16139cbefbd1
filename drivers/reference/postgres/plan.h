#pragma once
/// A statement made ready to run: names resolved, types known, conditions sorted by the table that they need.
///
/// A plan is never changed and shared by all who run the statement, until the catalog changes.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "drivers/driver.h"
#include "drivers/reference/postgres/catalog.h"

namespace gridlock::reference::postgres {

using ExprId = std::uint32_t;  ///< position in Plan::pool; `none` for no expression

enum class Function : std::uint8_t {
  none,
  coalesce,
  nullif,
  least,
  greatest,
  abs,
  mod,
  length,
  upper,
  lower,
  concat,
  substring,
  left,
  now,
  random,
  floor,
  ceil,
  round,
  cast,
  boolean_test,
  generate_series,
  pg_backend_pid,
  txid_current,
  current_setting,
  set_config,
  // these may have to wait, or do something: they are run before the expression that holds them
  pg_sleep,
  advisory_lock,
  nextval,
  pg_cancel_backend,
};

/// pg_[try_]advisory_[xact_][un]lock[_shared|_all]
struct AdvisoryCall {
  bool tries = false, transaction = false, shared = false, unlock = false, all = false;
};

struct ExprNode {
  sql::ExprKind kind = sql::ExprKind::literal;
  sql::Op op = sql::Op::none;
  bool negated = false;
  Kind type = Kind::other;
  Value value;
  std::uint32_t up = 0;     ///< column: how many queries further out
  std::uint32_t table = 0;  ///< column: position in that query's FROM
  std::uint32_t slot =
      0;  ///< column: ColumnId; parameter: position; aggregate: its number; what waits: result's number
  std::uint32_t query = 0;  ///< subqueries
  bool aggregate = false;
  bool waits = false;  ///< a subquery or a function that may wait: its result is made beforehand
  Function function = Function::none;
  AdvisoryCall advisory;
  sql::Type cast;
  std::vector<ExprId> args;
};

/// `column op value`, where the value needs only what is known before the table is read.
struct SearchTerm {
  ColumnId column = 0;
  sql::Op op = sql::Op::equal;
  ExprId value = none;
};

struct TableUse {
  TableId table = none;
  std::string binding;
  bool left_join = false;
  std::optional<RowMode> lock;  ///< FOR UPDATE and the like
  sql::WaitPolicy wait = sql::WaitPolicy::wait;
  std::vector<ExprId> on;  ///< of a left join
  std::vector<ExprId> filters;
  std::vector<SearchTerm> terms;
};

struct Aggregate {
  enum class What : std::uint8_t { count, sum, min, max, avg } what = What::count;
  ExprId argument = none;
  bool distinct = false;
  Kind type = Kind::integer;
};

struct OrderKey {
  ExprId expression = none;
  bool descending = false;
};

struct QueryPlan {
  std::vector<TableUse> tables;
  std::vector<ExprId> filters;  ///< all of WHERE, for EvalPlanQual
  std::vector<ExprId> constant_filters;
  std::vector<ExprId> items;
  std::vector<Aggregate> aggregates;
  std::vector<ExprId> group_by;
  ExprId having = none;
  std::vector<OrderKey> order_by;
  ExprId limit = none, offset = none;
  bool distinct = false;
  bool grouped = false;
  bool correlated = false;
  bool locks_rows = false;
};

struct Assignment {
  ColumnId column = 0;
  ExprId value = none;  ///< none: DEFAULT
};

struct Conflict {
  bool update = false;
  std::vector<IndexId> arbiters;  ///< empty: any unique index
  std::vector<Assignment> set;
  ExprId where = none;
};

struct Plan {
  enum class What : std::uint8_t { select, insert, update, erase, other } what = What::other;
  std::vector<ExprNode> pool;
  /// Of an expression (by its id): what in it must be made beforehand, innermost first.
  std::vector<std::vector<ExprId>> waiting_parts;
  std::vector<QueryPlan> queries;  ///< 0: the statement's own
  std::uint32_t results = 0;       ///< how many slots what waits needs
  TableId target = none;
  bool has_query = false;                 ///< INSERT ... SELECT
  std::vector<ColumnId> columns;          ///< INSERT
  std::vector<std::vector<ExprId>> rows;  ///< INSERT ... VALUES; `none`: DEFAULT
  std::vector<Assignment> assignments;
  std::vector<ExprId> defaults;  ///< by column of the target; none: null
  std::optional<Conflict> conflict;
  std::vector<ExprId> returning;
  std::vector<Kind> item_types;
  std::uint64_t catalog_version = 0;
};

/// Throws SqlError: what the server would say, or that this engine cannot play it.
std::shared_ptr<const Plan> make_plan(Catalog& catalog, Slot session, const Prepared& statement);

/// The tables that a statement names, with what it takes on each, in the order in which the server opens them.
struct TableWish {
  std::string table;
  Mode mode = Mode::none;
  sql::Span span;
};
std::vector<TableWish> tables_of(const sql::StatementNode& node);

/// True for what `make_plan` knows.
std::vector<std::string> function_names();

}  // namespace gridlock::reference::postgres
