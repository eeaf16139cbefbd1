#include "tests/unit/model/sql_dump.h"

namespace gridlock::sql {
namespace {

std::string dump(const Select&);
std::string dump(const TableRef&);
std::string dump(const SelectItem&);
std::string dump(const OrderItem&);
std::string dump(const LockingClause&);
std::string dump(const Assignment&);
std::string dump(const ColumnDef&);
std::string dump(const KeyColumn&);
std::string dump(const KeyDef&);
std::string dump(const ForeignKeyDef&);
std::string dump(const std::vector<Expr>& row);
std::string dump(const Name& name) { return name.text; }
std::string dump(const std::string& text) { return text; }

template <typename T>
std::string dump(const std::optional<T>& value);

/// (word a b c), or nothing when there are none.
template <typename List>
std::string many(const std::string& word, const List& list) {
  if (list.empty()) return "";
  std::string result = " (" + word;
  for (const auto& element : list) result += " " + dump(element);
  return result + ")";
}

template <typename T>
std::string one(const std::string& word, const std::optional<T>& value) {
  return value ? " (" + word + " " + dump(*value) + ")" : "";
}

std::string flag(const std::string& word, bool set) { return set ? " " + word : ""; }

std::string dump(const TableRef& ref) {
  std::string result = ref.schema ? ref.schema->text + "." + ref.table.text : ref.table.text;
  if (ref.alias) result += " as " + ref.alias->text;
  result += many("index", ref.force_index) + one("on", ref.on);
  switch (ref.join) {
    case TableRef::Join::first: return result;
    case TableRef::Join::comma: return "(comma " + result + ")";
    case TableRef::Join::inner: return "(join " + result + ")";
    case TableRef::Join::left: return "(left " + result + ")";
  }
  return result;
}

std::string dump(const SelectItem& item) {
  return item.alias ? "(as " + dump(item.expr) + " " + item.alias->text + ")" : dump(item.expr);
}

std::string dump(const OrderItem& item) { return item.descending ? "(desc " + dump(item.expr) + ")" : dump(item.expr); }

std::string dump(const LockingClause& clause) {
  constexpr const char* strengths[] = {"none", "key-share", "share", "no-key-update", "update"};
  constexpr const char* waits[] = {"", " nowait", " skip-locked"};
  return strengths[static_cast<int>(clause.strength)] + many("of", clause.of) + waits[static_cast<int>(clause.wait)];
}

std::string dump(const Assignment& assignment) {
  return "(= " + (assignment.table ? assignment.table->text + "." : "") + assignment.column.text + " " +
         dump(assignment.value) + ")";
}

std::string dump(const std::vector<Expr>& row) { return "(row" + many("", row) + ")"; }

std::string dump(const Select& select) {
  return "(select" + flag("distinct", select.distinct) + many("items", select.items) + many("from", select.from) +
         one("where", select.where) + many("group", select.group_by) + one("having", select.having) +
         many("order", select.order_by) + one("limit", select.limit) + one("offset", select.offset) +
         many("lock", select.locking) + ")";
}

std::string dump(const Insert& insert) {
  constexpr const char* kinds[] = {"insert", "insert-ignore", "replace"};
  std::string result = std::string("(") + kinds[static_cast<int>(insert.kind)] + " " + dump(insert.table);
  result += many("columns", insert.columns) + many("values", insert.rows);
  if (insert.select) result += " " + dump(*insert.select);
  result += one("alias", insert.row_alias) + many("on-duplicate", insert.on_duplicate_key);
  if (const auto& conflict = insert.on_conflict)
    result += " (on-conflict" + many("target", conflict->target) + one("constraint", conflict->constraint) +
              flag("nothing", conflict->do_nothing) + many("set", conflict->set) + one("where", conflict->where) + ")";
  return result + many("returning", insert.returning) + ")";
}

std::string dump(const Update& update) {
  return "(update" + many("tables", update.tables) + many("set", update.set) + many("from", update.from) +
         one("where", update.where) + many("order", update.order_by) + one("limit", update.limit) +
         many("returning", update.returning) + ")";
}

std::string dump(const Delete& one_delete) {
  return "(delete " + dump(one_delete.table) + many("using", one_delete.using_tables) + one("where", one_delete.where) +
         many("order", one_delete.order_by) + one("limit", one_delete.limit) + many("returning", one_delete.returning) +
         ")";
}

std::string isolation_word(Isolation isolation) {
  constexpr const char* words[] = {"read-uncommitted", "read-committed", "repeatable-read", "serializable"};
  return words[static_cast<int>(isolation)];
}

std::string access(const std::optional<bool>& read_only) {
  return !read_only ? "" : *read_only ? " read-only" : " read-write";
}

std::string dump(const Begin& begin) {
  return "(begin" + (begin.isolation ? " " + isolation_word(*begin.isolation) : "") + access(begin.read_only) +
         flag("snapshot", begin.consistent_snapshot) + ")";
}
std::string dump(const Commit&) { return "(commit)"; }
std::string dump(const Rollback&) { return "(rollback)"; }
std::string dump(const Savepoint& savepoint) { return "(savepoint " + savepoint.name.text + ")"; }
std::string dump(const RollbackTo& rollback) { return "(rollback-to " + rollback.name.text + ")"; }
std::string dump(const ReleaseSavepoint& release) { return "(release " + release.name.text + ")"; }
std::string dump(const SetIsolation& set) {
  return "(set-isolation " + isolation_word(set.isolation) + flag("session", set.session) + access(set.read_only) + ")";
}
std::string dump(const SetVariable& set) {
  return "(set " + set.name.text + " " + dump(set.value) + flag("global", set.global) + flag("local", set.local) + ")";
}
std::string dump(const LockTables& lock) {
  std::string result = "(lock";
  for (const auto& item : lock.items) result += " (" + dump(item.table) + " " + item.mode + ")";
  return result + flag("nowait", lock.nowait) + ")";
}
std::string dump(const UnlockTables&) { return "(unlock)"; }

std::string dump(const Type& type) {
  constexpr const char* kinds[] = {"integer", "decimal", "real", "text", "date", "datetime", "boolean", "other"};
  std::string result = type.name;
  if (type.length > 0) result += "(" + std::to_string(type.length) + "," + std::to_string(type.scale) + ")";
  result += std::string(":") + kinds[static_cast<int>(type.kind)] + ":" + std::to_string(type.bytes);
  return result + flag("unsigned", type.is_unsigned) + flag("auto", type.auto_increment) + many("values", type.values);
}

std::string dump(const ColumnDef& column) {
  return "(" + column.name.text + " " + dump(column.type) + flag("not-null", column.not_null) +
         one("default", column.default_value) + one("on-update", column.on_update) + ")";
}

std::string dump(const KeyColumn& column) {
  return column.name.text + (column.prefix > 0 ? ":" + std::to_string(column.prefix) : "") +
         (column.descending ? "-" : "");
}

std::string dump(const KeyDef& key) {
  constexpr const char* kinds[] = {"primary", "unique", "key"};
  std::string result =
      std::string("(") + kinds[static_cast<int>(key.kind)] + (key.name.empty() ? "" : " " + key.name) + ":";
  for (const auto& column : key.columns) result += " " + dump(column);
  return result + ")";
}

std::string dump(const ForeignKeyDef& key) {
  constexpr const char* actions[] = {"no-action", "restrict", "cascade", "set-null", "set-default"};
  std::string result = "(foreign" + (key.name.empty() ? "" : " " + key.name) +
                       (key.index_name.empty() ? "" : " index:" + key.index_name) + many("", key.columns) + " " +
                       key.parent.text + many("", key.parent_columns);
  if (key.on_delete != FkAction::no_action)
    result += std::string(" delete:") + actions[static_cast<int>(key.on_delete)];
  if (key.on_update != FkAction::no_action)
    result += std::string(" update:") + actions[static_cast<int>(key.on_update)];
  return result + ")";
}

std::string dump(const CreateTable& table) {
  return "(create-table " + table.name.text + flag("if-not-exists", table.if_not_exists) +
         flag("temporary", table.temporary) + many("columns", table.columns) + many("keys", table.keys) +
         many("foreign", table.foreign_keys) + (table.engine.empty() ? "" : " engine:" + table.engine) +
         (table.charset_or_collation.empty() ? "" : " charset:" + table.charset_or_collation) +
         (table.auto_increment ? " auto:" + std::to_string(*table.auto_increment) : "") + ")";
}
std::string dump(const CreateIndex& index) {
  return "(create-index " + index.table.text + " " + dump(index.key) + flag("if-not-exists", index.if_not_exists) +
         flag("concurrently", index.concurrently) + ")";
}
std::string dump(const DropTable& drop) {
  return "(drop-table" + flag("if-exists", drop.if_exists) + many("", drop.tables) + ")";
}
std::string dump(const DropIndex& drop) {
  return "(drop-index " + drop.name.text + one("on", drop.table) + flag("if-exists", drop.if_exists) + ")";
}
std::string dump(const AlterTable& alter) {
  return "(alter " + alter.table.text + many("columns", alter.add_columns) + many("keys", alter.add_keys) +
         many("foreign", alter.add_foreign_keys) + (alter.other.empty() ? "" : " other:[" + alter.other + "]") + ")";
}
std::string dump(const Truncate& truncate) { return "(truncate" + many("", truncate.tables) + ")"; }
std::string dump(const Unknown& unknown) {
  return "(unknown " + unknown.first_word + (unknown.construct.empty() ? "" : ": " + unknown.construct) + ")";
}

std::string operator_word(Op op) {
  constexpr const char* words[] = {"none", "+",  "-", "*",  "/",   "div",  "%",   "||", "=",   "<>",
                                   "<",    "<=", ">", ">=", "<=>", "like", "and", "or", "not", "neg"};
  return words[static_cast<int>(op)];
}

/// Kinds differ in the dump: 1, 1.50, 1e0, 'x', date'...', datetime'...'.
std::string dump_value(const Value& value) {
  if (std::holds_alternative<Date>(value)) return "date" + gridlock::to_sql(value);
  if (std::holds_alternative<DateTime>(value)) return "datetime" + gridlock::to_sql(value);
  if (const auto* decimal = std::get_if<Decimal>(&value); decimal && decimal->scale == 0) return to_text(value) + ".";
  return gridlock::to_sql(value);
}

std::string qualified(const Expr& expr) {
  return expr.qualifier.empty() ? expr.name : expr.qualifier + "." + expr.name;
}

/// (word args subquery)
std::string form(const std::string& word, const Expr& expr) {
  std::string result = "(" + std::string(expr.negated ? "not-" : "") + word + flag("distinct", expr.distinct);
  for (const auto& arg : expr.args) result += " " + dump(arg);
  if (expr.subquery) result += " " + dump(*expr.subquery);
  return result + ")";
}

}  // namespace

std::string dump(const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::literal: return dump_value(expr.value);
    case ExprKind::column: return qualified(expr);
    case ExprKind::parameter: return ":" + expr.name;
    case ExprKind::variable: return "@" + expr.name;
    case ExprKind::star: return expr.qualifier.empty() ? "*" : expr.qualifier + ".*";
    case ExprKind::default_value: return "default";
    case ExprKind::unary:
    case ExprKind::binary: return form(operator_word(expr.op), expr);
    case ExprKind::between: return form("between", expr);
    case ExprKind::in_list:
    case ExprKind::in_select: return form("in", expr);
    case ExprKind::is_null: return form("null?", expr);
    case ExprKind::exists: return form("exists", expr);
    case ExprKind::scalar_select: return form("value", expr);
    case ExprKind::function: return form(qualified(expr), expr);
    case ExprKind::inserted: return "inserted:" + qualified(expr);
    case ExprKind::case_when: return form("case", expr);
    case ExprKind::row: return form("row", expr);
  }
  return "?";
}

std::string dump(const Statement& statement) {
  return std::visit([](const auto& node) { return dump(node); }, statement.node);
}

}  // namespace gridlock::sql
