#pragma once
/// SQL statements as values: what the workload language can say, in both dialects.
///
/// Everything is a plain copyable value. Every node carries its Span so that a problem, a report or a rewrite can point
/// at the user's own text. Names keep the user's spelling without quotes; compare them with `same_name`.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "model/value.h"

namespace gridlock::sql {

enum class Dialect : std::uint8_t { mysql, postgres, either };

/// Byte range [begin, end) in the text that was parsed.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
};

struct Name {
  std::string text;
  Span span;
  bool quoted = false;  ///< stood in quotes: PostgreSQL then keeps its capitals
};

/// Case-insensitive comparison of identifiers (both dialects fold unquoted names).
bool same_name(std::string_view a, std::string_view b);

// ---------------------------------------------------------------------------------------------------- expressions

struct Select;

enum class ExprKind : std::uint8_t {
  literal,        // value
  column,         // [qualifier.]name
  parameter,      // :name  (name without the colon)
  variable,       // @name (MySQL user variable) or @@name (system variable; name keeps the second @)
  star,           // * or qualifier.*; only in a select list and in COUNT(*)
  default_value,  // DEFAULT in VALUES or SET
  unary,          // op, args[0]
  binary,         // op, args[0], args[1]
  between,        // args[0] [NOT] BETWEEN args[1] AND args[2]
  in_list,        // args[0] [NOT] IN (args[1..])
  in_select,      // args[0] [NOT] IN (subquery)
  is_null,        // args[0] IS [NOT] NULL
  exists,         // [NOT] EXISTS (subquery)
  scalar_select,  // (subquery)
  function,       // name(args), `distinct` for aggregates
  inserted,       // the new row's value: VALUES(name) (no qualifier) or alias.name in MySQL's ON DUPLICATE KEY UPDATE,
                  // EXCLUDED.name in PostgreSQL's ON CONFLICT (qualifier as written)
  case_when,      // CASE WHEN a THEN b ... [ELSE c]: args = [when, then]..., else last when odd
                  // (CASE x WHEN a is read as CASE WHEN x = a)
  row,            // (a, b, ...) row constructor
};

enum class Op : std::uint8_t {
  none,
  plus,
  minus,
  multiply,
  divide,
  int_divide,
  modulo,
  concat,
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  null_safe_equal,
  like,
  logical_and,
  logical_or,
  logical_not,
  negate,
};

/// Special forms are functions, too: CAST(x AS t) is CAST(x, 't'), INTERVAL 1 DAY is INTERVAL(1, 'DAY'), EXTRACT(YEAR
/// FROM x) is EXTRACT('YEAR', x), x COLLATE c is COLLATE(x, 'c'), BINARY x is BINARY(x). `like` has a third argument
/// for ESCAPE. A sign before a number is part of the literal. Trees are at most about a thousand levels high.
struct Expr {
  ExprKind kind = ExprKind::literal;
  Op op = Op::none;
  bool negated = false;   ///< NOT BETWEEN, NOT IN, IS NOT NULL, NOT EXISTS, NOT LIKE
  bool distinct = false;  ///< COUNT(DISTINCT x)
  bool quoted = false;    ///< name or qualifier stood in quotes
  Span span;
  Value value;            ///< literal
  std::string qualifier;  ///< column, star: table or alias; empty if none
  std::string name;       ///< column, parameter, variable, function (upper case), inserted
  std::vector<Expr> args;
  std::shared_ptr<const Select> subquery;
};

// ---------------------------------------------------------------------------------------------------- row statements

enum class LockStrength : std::uint8_t { none, key_share, share, no_key_update, update };
enum class WaitPolicy : std::uint8_t { wait, nowait, skip_locked };

/// FOR UPDATE / FOR NO KEY UPDATE / FOR SHARE / FOR KEY SHARE / LOCK IN SHARE MODE.
struct LockingClause {
  LockStrength strength = LockStrength::none;
  std::vector<Name> of;  ///< empty = all tables
  WaitPolicy wait = WaitPolicy::wait;
  Span span;
};

struct TableRef {
  Name table;
  std::optional<Name> schema;  ///< database/schema qualifier
  std::optional<Name> alias;
  enum class Join : std::uint8_t { first, comma, inner, left } join = Join::first;
  std::optional<Expr> on;
  std::vector<Name> force_index;  ///< MySQL index hint FORCE/USE INDEX (...)
  /// The name by which columns are qualified.
  const std::string& binding() const { return alias ? alias->text : table.text; }
};

struct SelectItem {
  Expr expr;
  std::optional<Name> alias;
};

struct OrderItem {
  Expr expr;
  bool descending = false;
};

struct Select {
  bool distinct = false;
  std::vector<SelectItem> items;
  std::vector<TableRef> from;
  std::optional<Expr> where;
  std::vector<Expr> group_by;
  std::optional<Expr> having;
  std::vector<OrderItem> order_by;
  std::optional<Expr> limit;
  std::optional<Expr> offset;
  std::vector<LockingClause> locking;
};

struct Assignment {
  Name column;
  Expr value;
  std::optional<Name> table;  ///< the qualifier in MySQL's `SET t.column = value`
};

struct Insert {
  enum class Kind : std::uint8_t { insert, insert_ignore, replace } kind = Kind::insert;
  TableRef table;
  std::vector<Name> columns;                 ///< empty = all, in table order
  std::vector<std::vector<Expr>> rows;       ///< VALUES form (SET form is turned into it)
  std::shared_ptr<const Select> select;      ///< INSERT ... SELECT form
  std::vector<Assignment> on_duplicate_key;  ///< MySQL
  std::optional<Name> row_alias;             ///< MySQL VALUES (...) AS new
  struct OnConflict {                        ///< PostgreSQL
    std::vector<Name> target;                ///< empty = any
    std::optional<Name> constraint;
    bool do_nothing = true;
    std::vector<Assignment> set;
    std::optional<Expr> where;
    Span span;
  };
  std::optional<OnConflict> on_conflict;
  std::vector<SelectItem> returning;
};

struct Update {
  std::vector<TableRef> tables;  ///< first is the one updated (MySQL multi-table update lists more)
  std::vector<Assignment> set;
  std::vector<TableRef> from;  ///< PostgreSQL
  std::optional<Expr> where;
  std::vector<OrderItem> order_by;  ///< MySQL
  std::optional<Expr> limit;        ///< MySQL
  std::vector<SelectItem> returning;
};

struct Delete {
  TableRef table;
  std::vector<TableRef> using_tables;  ///< PostgreSQL USING
  std::optional<Expr> where;
  std::vector<OrderItem> order_by;
  std::optional<Expr> limit;
  std::vector<SelectItem> returning;
};

// ---------------------------------------------------------------------------------------------------- transactions

enum class Isolation : std::uint8_t { read_uncommitted, read_committed, repeatable_read, serializable };

struct Begin {
  std::optional<Isolation> isolation;
  std::optional<bool> read_only;
  bool consistent_snapshot = false;  ///< START TRANSACTION WITH CONSISTENT SNAPSHOT
};
struct Commit {};
struct Rollback {};
struct Savepoint {
  Name name;
};
struct RollbackTo {
  Name name;
};
struct ReleaseSavepoint {
  Name name;
};
/// SET [SESSION|LOCAL] TRANSACTION ISOLATION LEVEL ...
struct SetIsolation {
  Isolation isolation = Isolation::repeatable_read;
  bool session = false;  ///< false: the next (MySQL) or current (PostgreSQL) transaction only
  std::optional<bool> read_only;
};
/// SET [SESSION|LOCAL|GLOBAL] name = value. The name is `@x` for a user variable, bare for a system variable (also for
/// `@@session.x`), `NAMES` or `CHARACTER SET`. A bare word as the value (ON, OFF, read) is text.
struct SetVariable {
  Name name;
  Expr value;
  bool global = false;
  bool local = false;
};

struct LockTables {  ///< MySQL LOCK TABLES t READ|WRITE, ...; PostgreSQL LOCK TABLE t IN ... MODE [NOWAIT]
  struct Item {
    TableRef table;
    std::string mode;  ///< "READ", "READ LOCAL", "WRITE", "LOW_PRIORITY WRITE"; PostgreSQL: "ACCESS SHARE" ...
  };
  std::vector<Item> items;
  bool nowait = false;
};
struct UnlockTables {};

// ---------------------------------------------------------------------------------------------------- definitions

struct Type {
  enum class Kind : std::uint8_t { integer, decimal, real, text, date, datetime, boolean, other } kind = Kind::integer;
  std::string name;  ///< as written, upper case: "INT", "VARCHAR"
  int length = 0;    ///< VARCHAR(n), or precision of a decimal
  int scale = 0;
  int bytes = 8;  ///< integers: 1, 2, 3, 4, 8
  bool is_unsigned = false;
  bool auto_increment = false;      ///< AUTO_INCREMENT, SERIAL, GENERATED ... AS IDENTITY
  std::vector<std::string> values;  ///< of ENUM and SET
};

struct ColumnDef {
  Name name;
  Type type;
  bool not_null = false;  ///< also for the columns of the primary key
  std::optional<Expr> default_value;
  std::optional<Expr> on_update;  ///< MySQL ON UPDATE CURRENT_TIMESTAMP
};

struct KeyColumn {
  Name name;
  bool descending = false;
  int prefix = 0;  ///< MySQL prefix length, 0 = whole column
};

struct KeyDef {
  enum class Kind : std::uint8_t { primary, unique, plain } kind = Kind::plain;
  std::string name;  ///< empty when not given; the engine names it as its server would
  std::vector<KeyColumn> columns;
  Span span;
};

enum class FkAction : std::uint8_t { no_action, restrict, cascade, set_null, set_default };

struct ForeignKeyDef {
  std::string name;        ///< empty when not given
  std::string index_name;  ///< MySQL's FOREIGN KEY index_name (...); empty when not given
  std::vector<Name> columns;
  Name parent;
  std::vector<Name> parent_columns;  ///< empty = parent's primary key
  FkAction on_delete = FkAction::no_action;
  FkAction on_update = FkAction::no_action;
  Span span;
};

struct CreateTable {
  Name name;
  bool if_not_exists = false;
  bool temporary = false;
  std::vector<ColumnDef> columns;
  std::vector<KeyDef> keys;
  std::vector<ForeignKeyDef> foreign_keys;
  std::string engine;                          ///< MySQL ENGINE=..., empty if not said
  std::string charset_or_collation;            ///< MySQL COLLATE/CHARSET if said
  std::optional<std::int64_t> auto_increment;  ///< MySQL AUTO_INCREMENT=n: the first generated value
};
struct CreateIndex {
  KeyDef key;
  Name table;
  bool if_not_exists = false;
  bool concurrently = false;
};
struct DropTable {
  std::vector<Name> tables;
  bool if_exists = false;
};
struct DropIndex {
  Name name;
  std::optional<Name> table;
  bool if_exists = false;
};
struct AlterTable {  ///< only what changes keys or columns is read; the rest is in `text`
  Name table;
  std::vector<ColumnDef> add_columns;
  std::vector<KeyDef> add_keys;
  std::vector<ForeignKeyDef> add_foreign_keys;
  std::string other;  ///< text of an action that was not understood, empty if none
};
struct Truncate {
  std::vector<Name> tables;
};

/// Starts with a word that no rule knows, or is good SQL that these values cannot say (UNION, a subquery in FROM, ...).
/// Live engines send it as it is; the reference engine says that it cannot.
struct Unknown {
  std::string first_word;  ///< upper case
  std::string construct;   ///< what cannot be said: "UNION"; empty when it is the statement's first word
  Span span;               ///< where that stands
};

using StatementNode = std::variant<Select, Insert, Update, Delete, Begin, Commit, Rollback, Savepoint, RollbackTo,
                                   ReleaseSavepoint, SetIsolation, SetVariable, LockTables, UnlockTables, CreateTable,
                                   CreateIndex, DropTable, DropIndex, AlterTable, Truncate, Unknown>;

struct Statement {
  std::string text;  ///< the user's own text of this statement, without the closing semicolon
  Span span;         ///< where `text` stands in the parsed input; the spans of the nodes are relative to that input too
  StatementNode node;
};

}  // namespace gridlock::sql
