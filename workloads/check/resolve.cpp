#include "workloads/check/resolve.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <type_traits>
#include <utility>
#include <variant>

#include "model/problem.h"
#include "workloads/read/reader.h"

namespace gridlock::check {
namespace {

/// A name by which a statement's columns are qualified, and its table; null when the table is not known.
struct Binding {
  std::string name;
  const Table* table;
};

/// What the names of one SELECT (or UPDATE, ...) may mean; `outer` is the query that it stands in.
struct Scope {
  std::vector<Binding> bindings;
  std::vector<std::string> aliases;  ///< of the select list: usable in GROUP BY, HAVING and ORDER BY
  const Scope* outer = nullptr;
};

/// Names without parentheses that are no columns: functions of the standard, PostgreSQL's system columns
/// (PostgreSQL 18 manual, 5.6), MySQL's `_rowid`.
constexpr std::array<std::string_view, 22> not_columns{"current_date",
                                                       "current_time",
                                                       "current_timestamp",
                                                       "current_user",
                                                       "localtime",
                                                       "localtimestamp",
                                                       "session_user",
                                                       "user",
                                                       "utc_date",
                                                       "utc_time",
                                                       "utc_timestamp",
                                                       "current_role",
                                                       "current_schema",
                                                       "current_catalog",
                                                       "ctid",
                                                       "xmin",
                                                       "xmax",
                                                       "cmin",
                                                       "cmax",
                                                       "tableoid",
                                                       "oid",
                                                       "_rowid"};

bool is_no_column(std::string_view name) {
  return std::any_of(not_columns.begin(), not_columns.end(),
                     [&](std::string_view word) { return sql::same_name(word, name); });
}

/// System tables need no schema: `dual`, `pg_locks`.
bool is_system_table(std::string_view name) {
  return sql::same_name(name, "dual") || (name.size() > 3 && sql::same_name(name.substr(0, 3), "pg_"));
}

std::string hint_for(std::string_view word, const std::vector<std::string>& candidates, std::string_view intro) {
  const std::string near = did_you_mean(word, candidates);
  if (!near.empty()) return fmt::format("did you mean `{}`?", near);
  return candidates.empty() ? "" : fmt::format("{}{}", intro, read::quoted_list(candidates));
}

class Resolver {
 public:
  explicit Resolver(const Catalog& catalog) : catalog_(catalog) {}

  std::vector<UnknownName> resolve(const sql::Statement& statement) {
    std::visit([this](const auto& node) { visit(node); }, statement.node);
    return std::move(found_);
  }

 private:
  // -------------------------------------------------------------------------------------------------- statements

  template <typename Node>
  void visit(const Node& node) {
    if constexpr (std::is_same_v<Node, sql::Select>) select(node, nullptr);
    if constexpr (std::is_same_v<Node, sql::Insert>) insert(node);
    if constexpr (std::is_same_v<Node, sql::Update>) update(node);
    if constexpr (std::is_same_v<Node, sql::Delete>) remove(node);
    if constexpr (std::is_same_v<Node, sql::Truncate>)
      for (const auto& name : node.tables) table(name, std::nullopt);
    if constexpr (std::is_same_v<Node, sql::LockTables>)
      for (const auto& item : node.items) table(item.table.table, item.table.schema);
  }

  void select(const sql::Select& node, const Scope* outer) {
    Scope scope;
    scope.outer = outer;
    bind(node.from, scope);
    for (const auto& item : node.items) expression(item.expr, scope);
    conditions(node.where, scope);
    for (const auto& item : node.items)
      if (item.alias) scope.aliases.push_back(item.alias->text);
    for (const auto& one : node.group_by) expression(one, scope);
    if (node.having) expression(*node.having, scope);
    for (const auto& item : node.order_by) expression(item.expr, scope);
    for (const auto& clause : node.locking)
      for (const auto& name : clause.of) binding(name, scope);
  }

  void insert(const sql::Insert& node) {
    Scope scope;
    bind({node.table}, scope);
    const Table* target = scope.bindings.front().table;
    for (const auto& name : node.columns) column_of(target, name);
    count_values(node);
    for (const auto& row : node.rows)
      for (const auto& value : row) expression(value, scope);
    if (node.select) select(*node.select, nullptr);
    if (node.row_alias) scope.bindings.push_back({node.row_alias->text, target});
    if (node.select) scope.bindings.push_back({"", nullptr});  // ODKU may name the select's columns too
    assignments(node.on_duplicate_key, target, scope);
    if (node.on_conflict) on_conflict(*node.on_conflict, target, scope);
    returning(node.returning, scope);
  }

  void on_conflict(const sql::Insert::OnConflict& node, const Table* target, Scope& scope) {
    for (const auto& name : node.target) column_of(target, name);
    scope.bindings.push_back({"excluded", target});
    assignments(node.set, target, scope);
    conditions(node.where, scope);
    scope.bindings.pop_back();
  }

  /// Only against the written column list: without one, PostgreSQL takes fewer values than columns.
  void count_values(const sql::Insert& node) {
    if (node.columns.empty()) return;
    for (const auto& row : node.rows) {
      if (row.size() == node.columns.size() || row.empty()) continue;
      found_.push_back({row.front().span, fmt::format("{} values for {} columns", row.size(), node.columns.size()),
                        "give one value for each column"});
    }
  }

  void update(const sql::Update& node) {
    Scope scope;
    bind(node.tables, scope);
    bind(node.from, scope);
    // MySQL's multi-table form may set columns of any of its tables.
    const Table* target = node.tables.size() == 1 ? scope.bindings.front().table : nullptr;
    assignments(node.set, target, scope);
    conditions(node.where, scope);
    for (const auto& item : node.order_by) expression(item.expr, scope);
    returning(node.returning, scope);
  }

  void remove(const sql::Delete& node) {
    Scope scope;
    bind({node.table}, scope);
    bind(node.using_tables, scope);
    conditions(node.where, scope);
    for (const auto& item : node.order_by) expression(item.expr, scope);
    returning(node.returning, scope);
  }

  void assignments(const std::vector<sql::Assignment>& set, const Table* target, const Scope& scope) {
    for (const auto& assignment : set) {
      column_of(target, assignment.column);
      expression(assignment.value, scope);
    }
  }

  void conditions(const std::optional<sql::Expr>& where, const Scope& scope) {
    if (where) expression(*where, scope);
  }

  void returning(const std::vector<sql::SelectItem>& items, const Scope& scope) {
    for (const auto& item : items) expression(item.expr, scope);
  }

  // -------------------------------------------------------------------------------------------------------- names

  void bind(const std::vector<sql::TableRef>& tables, Scope& scope) {
    for (const auto& ref : tables) scope.bindings.push_back({ref.binding(), table(ref.table, ref.schema)});
    for (const auto& ref : tables)
      if (ref.on) expression(*ref.on, scope);
  }

  /// The table, null when it is not known; a problem when it cannot be there.
  const Table* table(const sql::Name& name, const std::optional<sql::Name>& schema) {
    if (schema || name.text.empty()) return nullptr;
    const Table* found = catalog_.find(name.text);
    if (found) return found->complete ? found : nullptr;
    if (catalog_.complete() && !is_system_table(name.text))
      found_.push_back({name.span, fmt::format("the schema makes no table `{}`", name.text),
                        hint_for(name.text, catalog_.table_names(), "there are ")});
    return nullptr;
  }

  void column_of(const Table* table, const sql::Name& name) {
    if (!table || has_column(*table, name.text)) return;
    found_.push_back({name.span, fmt::format("the table `{}` has no column `{}`", table->name, name.text),
                      hint_for(name.text, table->columns, "it has ")});
  }

  static bool has_column(const Table& table, std::string_view name) {
    return std::any_of(table.columns.begin(), table.columns.end(),
                       [&](const std::string& column) { return sql::same_name(column, name); });
  }

  void binding(const sql::Name& name, const Scope& scope) {
    std::vector<std::string> names;
    for (const auto& one : scope.bindings) {
      if (sql::same_name(one.name, name.text)) return;
      names.push_back(one.name);
    }
    found_.push_back({name.span, fmt::format("this statement reads no table `{}`", name.text),
                      hint_for(name.text, names, "it reads ")});
  }

  void expression(const sql::Expr& expr, const Scope& scope) {
    if (expr.kind == sql::ExprKind::column) column(expr, scope);
    for (const auto& arg : expr.args) expression(arg, scope);
    if (expr.subquery) select(*expr.subquery, &scope);
  }

  void column(const sql::Expr& expr, const Scope& scope) {
    if (is_no_column(expr.name)) return;
    if (expr.qualifier.empty())
      unqualified(expr, scope);
    else
      qualified(expr, scope);
  }

  void qualified(const sql::Expr& expr, const Scope& scope) {
    std::vector<std::string> names;
    for (const Scope* one = &scope; one; one = one->outer)
      for (const auto& binding : one->bindings) {
        if (sql::same_name(binding.name, expr.qualifier)) return column_of(binding.table, {expr.name, expr.span});
        names.push_back(binding.name);
      }
    if (expr.qualifier.find('.') != std::string::npos) return;  // schema.table
    found_.push_back({expr.span, fmt::format("this statement reads no table `{}`", expr.qualifier),
                      hint_for(expr.qualifier, names, "it reads ")});
  }

  void unqualified(const sql::Expr& expr, const Scope& scope) {
    std::vector<std::string> columns;
    const Table* only = nullptr;
    std::size_t tables = 0;
    for (const Scope* one = &scope; one; one = one->outer) {
      for (const auto& alias : one->aliases)
        if (sql::same_name(alias, expr.name)) return;
      for (const auto& binding : one->bindings) {
        if (!binding.table || has_column(*binding.table, expr.name) || sql::same_name(binding.name, expr.name)) return;
        columns.insert(columns.end(), binding.table->columns.begin(), binding.table->columns.end());
        only = binding.table;
        ++tables;
      }
    }
    if (tables == 0) return;
    const std::string message = tables == 1 ? fmt::format("the table `{}` has no column `{}`", only->name, expr.name)
                                            : fmt::format("no table of this statement has a column `{}`", expr.name);
    found_.push_back({expr.span, message, hint_for(expr.name, columns, tables == 1 ? "it has " : "they have ")});
  }

  const Catalog& catalog_;
  std::vector<UnknownName> found_;
};

}  // namespace

std::vector<UnknownName> unknown_names(const sql::Statement& statement, const Catalog& catalog) {
  return Resolver(catalog).resolve(statement);
}

}  // namespace gridlock::check
