#include "drivers/reference/plan.h"
#include "model/sql/parse.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "model/sql/parse.h"

namespace gridlock::reference {
namespace {

using sql::Expr;
using sql::ExprKind;
using sql::Op;

/// Thrown inside this file only: the first thing wrong with the statement ends the making of its plan.
struct Refused {
  ServerError error;
  std::string hint;
  bool unplayable = false;
};

[[noreturn]] void refuse(std::string code, std::string message, std::string hint = {}) {
  throw Refused{{std::move(code), std::move(message)}, std::move(hint), false};
}

[[noreturn]] void cannot_play(const std::string& what, std::string hint = {}) {
  throw Refused{{"1235", fmt::format("the reference engine cannot play {}", what)}, std::move(hint), true};
}

std::string meant(std::string_view word, const std::vector<std::string>& candidates) {
  const std::string found = did_you_mean(word, candidates);
  return found.empty() ? "" : fmt::format("did you mean `{}`?", found);
}

/// The tables that an expression can name, innermost query first.
struct Scope {
  QueryPlan* query = nullptr;
  const Scope* outer = nullptr;
  std::string clause = "field list";
};

Op mirrored(Op op) {
  switch (op) {
    case Op::less: return Op::greater;
    case Op::less_equal: return Op::greater_equal;
    case Op::greater: return Op::less;
    case Op::greater_equal: return Op::less_equal;
    default: return op;
  }
}

bool is_comparison(Op op) {
  return op == Op::equal || op == Op::null_safe_equal || op == Op::less || op == Op::less_equal || op == Op::greater ||
         op == Op::greater_equal;
}

/// The tables of one query that an expression needs: bit i is table i.
using TableSet = std::uint64_t;

class Planner {
 public:
  Planner(const Catalog& catalog, const Prepared& prepared, StatementPlan& plan)
      : catalog_(catalog), prepared_(prepared), plan_(plan) {}

  void operator()(const sql::Select& select);
  void operator()(const sql::Insert& insert);
  void operator()(const sql::Update& update);
  void operator()(const sql::Delete& erase);
  void operator()(const sql::Begin&) { plan_.kind = StatementPlan::Kind::begin; }
  void operator()(const sql::Commit&) { plan_.kind = StatementPlan::Kind::commit; }
  void operator()(const sql::Rollback&) { plan_.kind = StatementPlan::Kind::rollback; }
  void operator()(const sql::Savepoint&) { plan_.kind = StatementPlan::Kind::savepoint; }
  void operator()(const sql::RollbackTo&) { plan_.kind = StatementPlan::Kind::rollback_to; }
  void operator()(const sql::ReleaseSavepoint&) { plan_.kind = StatementPlan::Kind::release_savepoint; }
  void operator()(const sql::SetIsolation&) { plan_.kind = StatementPlan::Kind::set_isolation; }
  void operator()(const sql::SetVariable& set);
  void operator()(const sql::LockTables& lock);
  void operator()(const sql::UnlockTables&) { plan_.kind = StatementPlan::Kind::unlock_tables; }
  void operator()(const sql::CreateTable&) { plan_.kind = StatementPlan::Kind::define; }
  void operator()(const sql::CreateIndex&) { plan_.kind = StatementPlan::Kind::define; }
  void operator()(const sql::DropTable&) { plan_.kind = StatementPlan::Kind::define; }
  void operator()(const sql::DropIndex&) { cannot_play("DROP INDEX"); }
  void operator()(const sql::AlterTable& alter) {
    if (!alter.other.empty()) cannot_play(fmt::format("ALTER TABLE ... {}", alter.other));
    sql::TableRef altered;
    altered.table = alter.table;
    if (!alter.add_columns.empty() && table_named(altered).columns.back().hidden) {
      cannot_play("ALTER TABLE ... ADD COLUMN on a table without a key");
    }
    plan_.kind = StatementPlan::Kind::define;
  }
  void operator()(const sql::Truncate&) { plan_.kind = StatementPlan::Kind::define; }
  void operator()(const sql::Unknown& unknown) {
    if (read_rename()) return;
    if (unknown.first_word == "DO" || unknown.first_word == "do") cannot_play("DO", "write SELECT instead");
    cannot_play(fmt::format("a statement that begins with {}", unknown.first_word));
  }

 private:
  // --- names
  const Table& table_named(const sql::TableRef& ref) const;
  TableUse use_of(const sql::TableRef& ref, LockWish lock);
  ExprId resolve_column(const Expr& expr, const Scope& scope);
  std::optional<std::pair<std::uint32_t, ColumnId>> find_column(const Expr& expr, const QueryPlan& query) const;

  // --- expressions
  ExprId add(ExprNode node) {
    plan_.pool.nodes.push_back(std::move(node));
    return static_cast<ExprId>(plan_.pool.nodes.size() - 1);
  }
  ExprId compile(const Expr& expr, const Scope& scope);
  ExprId compile_function(const Expr& expr, const Scope& scope);
  ExprId compile_aggregate(const Expr& expr, const Scope& scope);
  ExprId compile_parameter(const Expr& expr);
  ExprId compile_inserted(const Expr& expr);
  std::uint32_t compile_subquery(const sql::Select& select, const Scope& scope);
  TableSet tables_of(ExprId expression, std::uint32_t up = 0) const;
  TableSet tables_of_query(std::uint32_t query, std::uint32_t up) const;

  // --- queries
  void plan_query(const sql::Select& select, std::uint32_t query, const Scope* outer, LockWish lock);
  void plan_from(const std::vector<sql::TableRef>& from, const Scope& scope, LockWish lock);
  void plan_conditions(const std::vector<sql::TableRef>& from, const std::optional<Expr>& where, Scope& scope);
  void plan_items(const sql::Select& select, Scope& scope);
  void plan_order(const std::vector<sql::OrderItem>& order, const sql::Select* select, Scope& scope);
  void place(ExprId condition, Scope& scope);
  void add_terms(ExprId condition, QueryPlan& query);
  std::optional<Term> term_of(ExprId condition, std::uint32_t table) const;
  std::optional<Term> comparison_term(const ExprNode& node, std::uint32_t table) const;
  std::optional<Term> any_term(const ExprNode& node, std::uint32_t table) const;
  std::optional<Term> list_term(const ExprNode& node, std::uint32_t table) const;
  bool is_column(ExprId id, std::uint32_t table) const;
  bool has_subquery(ExprId id) const;
  bool usable(ExprId value, std::uint32_t table) const;
  void add_branch_terms(const ExprNode& node, QueryPlan& query);
  void apply_locking(const sql::Select& select, QueryPlan& query, LockWish lock);
  void user_lock_select(const sql::Select& select);
  bool read_rename();

  // --- writing
  std::vector<SetColumn> assignments(const std::vector<sql::Assignment>& list, TableId table, const Scope& scope);
  void insert_rows(const sql::Insert& insert);
  QueryPlan& query(std::uint32_t id) { return plan_.queries[id]; }
  void note_table(TableId table) {
    if (std::find(plan_.tables_read.begin(), plan_.tables_read.end(), table) == plan_.tables_read.end()) {
      plan_.tables_read.push_back(table);
    }
  }

  const Catalog& catalog_;
  const Prepared& prepared_;
  StatementPlan& plan_;
  const sql::Insert* inserting_ = nullptr;
};

const Table& Planner::table_named(const sql::TableRef& ref) const {
  const Table* table = catalog_.find(ref.table.text);
  if (table == nullptr) {
    refuse("1146", fmt::format("Table '{}' doesn't exist", ref.table.text),
           meant(ref.table.text, catalog_.table_names()));
  }
  return *table;
}

TableUse Planner::use_of(const sql::TableRef& ref, LockWish lock) {
  const Table& table = table_named(ref);
  TableUse use;
  use.table = table.id;
  use.binding = ref.binding();
  use.left_join = ref.join == sql::TableRef::Join::left;
  use.lock = lock;
  use.columns_used.resize(table.columns.size());
  for (const sql::Name& name : ref.force_index) {
    const Index* index = catalog_.index_named(table.id, name.text);
    if (index == nullptr) {
      refuse("1176", fmt::format("Key '{}' doesn't exist in table '{}'", name.text, ref.binding()));
    }
    use.forced.push_back(index->id);
  }
  note_table(table.id);
  return use;
}

std::optional<std::pair<std::uint32_t, ColumnId>> Planner::find_column(const Expr& expr, const QueryPlan& in) const {
  std::optional<std::pair<std::uint32_t, ColumnId>> found;
  for (std::uint32_t i = 0; i < in.tables.size(); ++i) {
    const TableUse& use = in.tables[i];
    if (!expr.qualifier.empty() && !sql::same_name(expr.qualifier, use.binding)) continue;
    const auto column = catalog_.column(use.table, expr.name);
    if (!column) continue;
    if (found) refuse("1052", fmt::format("Column '{}' in field list is ambiguous", expr.name));
    found = {i, *column};
  }
  return found;
}

ExprId Planner::resolve_column(const Expr& expr, const Scope& scope) {
  std::vector<std::string> candidates;
  std::uint32_t up = 0;
  for (const Scope* at = &scope; at != nullptr; at = at->outer, ++up) {
    if (const auto found = find_column(expr, *at->query)) {
      at->query->tables[found->first].columns_used[found->second] = true;
      const Scope* inner = &scope;
      for (std::uint32_t i = 0; i < up; ++i, inner = inner->outer) inner->query->correlated = true;
      ExprNode node;
      node.kind = ExprKind::column;
      node.up = up;
      node.table = found->first;
      node.slot = found->second;
      return add(std::move(node));
    }
    for (const TableUse& use : at->query->tables) {
      for (const std::string& name : catalog_.column_names(use.table)) candidates.push_back(name);
    }
  }
  const std::string name = expr.qualifier.empty() ? expr.name : fmt::format("{}.{}", expr.qualifier, expr.name);
  refuse("1054", fmt::format("Unknown column '{}' in '{}'", name, scope.clause), meant(expr.name, candidates));
}

ExprId Planner::compile_parameter(const Expr& expr) {
  const auto& names = prepared_.parameters;
  const auto found = std::find(names.begin(), names.end(), expr.name);
  if (found == names.end())
    refuse("1210", fmt::format("no value for parameter :{}", expr.name), meant(expr.name, names));
  ExprNode node;
  node.kind = ExprKind::parameter;
  node.slot = static_cast<std::uint32_t>(found - names.begin());
  return add(std::move(node));
}

/// VALUES(column) of ON DUPLICATE KEY UPDATE: the row that was to be inserted is table 1 there.
ExprId Planner::compile_inserted(const Expr& expr) {
  if (inserting_ == nullptr) refuse("1064", fmt::format("VALUES({}) outside of ON DUPLICATE KEY UPDATE", expr.name));
  const auto column = catalog_.column(plan_.target, expr.name);
  if (!column) {
    refuse("1054", fmt::format("Unknown column '{}' in 'field list'", expr.name),
           meant(expr.name, catalog_.column_names(plan_.target)));
  }
  ExprNode node;
  node.kind = ExprKind::column;
  node.table = 1;
  node.slot = *column;
  return add(std::move(node));
}

ExprId Planner::compile_aggregate(const Expr& expr, const Scope& scope) {
  Aggregate aggregate{expr.name, none, expr.distinct};
  const bool star = expr.args.empty() || expr.args.front().kind == ExprKind::star;
  if (!star) aggregate.argument = compile(expr.args.front(), scope);
  ExprNode node;
  node.kind = ExprKind::function;
  node.aggregate = true;
  node.name = expr.name;
  node.slot = static_cast<std::uint32_t>(scope.query->aggregates.size());
  scope.query->aggregates.push_back(std::move(aggregate));
  return add(std::move(node));
}

ExprId Planner::compile_function(const Expr& expr, const Scope& scope) {
  if (is_aggregate(expr.name)) return compile_aggregate(expr, scope);
  if (!is_function(expr.name)) {
    const std::string hint = meant(expr.name, function_names());
    cannot_play(fmt::format("the function {}()", expr.name), hint);
  }
  ExprNode node;
  node.kind = ExprKind::function;
  node.name = expr.name;
  std::vector<ExprId> arguments;
  for (const Expr& arg : expr.args) arguments.push_back(compile(arg, scope));
  node.first = static_cast<std::uint32_t>(plan_.pool.arguments.size());
  node.count = static_cast<std::uint32_t>(arguments.size());
  plan_.pool.arguments.insert(plan_.pool.arguments.end(), arguments.begin(), arguments.end());
  return add(std::move(node));
}

std::uint32_t Planner::compile_subquery(const sql::Select& select, const Scope& scope) {
  const auto id = static_cast<std::uint32_t>(plan_.queries.size());
  std::size_t depth = 1;
  for (const Scope* at = &scope; at != nullptr; at = at->outer) ++depth;
  if (depth > query_depth_max) cannot_play("subqueries nested so deep");
  if (id == plan_.queries.capacity()) cannot_play("so many subqueries in one statement");
  plan_.queries.emplace_back();
  plan_query(select, id, &scope, LockWish::snapshot);
  scope.query->subqueries.push_back(id);
  return static_cast<std::uint32_t>(scope.query->subqueries.size() - 1);
}

ExprId Planner::compile(const Expr& expr, const Scope& scope) {
  switch (expr.kind) {
    case ExprKind::column: {
      const bool alias = inserting_ != nullptr && inserting_->row_alias && !expr.qualifier.empty() &&
                         sql::same_name(expr.qualifier, inserting_->row_alias->text);
      return alias ? compile_inserted(expr) : resolve_column(expr, scope);
    }
    case ExprKind::parameter: return compile_parameter(expr);
    case ExprKind::inserted: return compile_inserted(expr);
    case ExprKind::function: return compile_function(expr, scope);
    case ExprKind::default_value: refuse("1064", "DEFAULT is not allowed here");
    case ExprKind::star: refuse("1064", "* is not allowed here");
    default: break;
  }
  ExprNode node;
  node.kind = expr.kind;
  node.op = expr.op;
  node.negated = expr.negated;
  node.value = expr.value;
  node.name = expr.name;
  std::vector<ExprId> arguments;
  for (const Expr& arg : expr.args) arguments.push_back(compile(arg, scope));
  if (expr.subquery) node.slot = compile_subquery(*expr.subquery, scope);
  node.first = static_cast<std::uint32_t>(plan_.pool.arguments.size());
  node.count = static_cast<std::uint32_t>(arguments.size());
  plan_.pool.arguments.insert(plan_.pool.arguments.end(), arguments.begin(), arguments.end());
  return add(std::move(node));
}

TableSet Planner::tables_of_query(std::uint32_t id, std::uint32_t up) const {
  const QueryPlan& inner = plan_.queries[id];
  TableSet set = 0;
  const auto also = [&](ExprId expression) {
    if (expression != none) set |= tables_of(expression, up);
  };
  for (const ExprId item : inner.items) also(item);
  for (const ExprId filter : inner.constant_filters) also(filter);
  for (const Aggregate& aggregate : inner.aggregates) also(aggregate.argument);
  for (const TableUse& use : inner.tables) {
    for (const ExprId filter : use.filters) also(filter);
    for (const ExprId filter : use.on) also(filter);
  }
  also(inner.having);
  return set;
}

/// Only columns of the query `up` levels further out than the expression count.
TableSet Planner::tables_of(ExprId expression, std::uint32_t up) const {
  const ExprNode& node = plan_.pool.nodes[expression];
  if (node.kind == ExprKind::column) return node.up == up ? TableSet{1} << node.table : 0;
  TableSet set = 0;
  for (const ExprId arg : plan_.pool.args(node)) set |= tables_of(arg, up);
  const bool subquery =
      node.kind == ExprKind::in_select || node.kind == ExprKind::exists || node.kind == ExprKind::scalar_select;
  if (subquery && up == 0) {
    // the slot counts in the query that holds the expression: the one being planned
    for (const QueryPlan& holder : plan_.queries) {
      if (node.slot < holder.subqueries.size()) set |= tables_of_query(holder.subqueries[node.slot], up + 1);
    }
  }
  return set;
}

bool Planner::is_column(ExprId id, std::uint32_t table) const {
  const ExprNode& node = plan_.pool.nodes[id];
  return node.kind == ExprKind::column && node.up == 0 && node.table == table;
}

bool Planner::has_subquery(ExprId id) const {
  const ExprNode& node = plan_.pool.nodes[id];
  if (node.kind == ExprKind::in_select || node.kind == ExprKind::exists || node.kind == ExprKind::scalar_select)
    return true;
  const auto args = plan_.pool.args(node);
  return std::any_of(args.begin(), args.end(), [&](ExprId arg) { return has_subquery(arg); });
}

/// A value that is known before the table is read: it needs only tables before it, and no subquery of its own.
bool Planner::usable(ExprId value, std::uint32_t table) const {
  const ExprNode& node = plan_.pool.nodes[value];
  if (node.kind == ExprKind::in_select || node.kind == ExprKind::exists || node.kind == ExprKind::row) return false;
  return (tables_of(value) >> table) == 0;
}

std::optional<Term> Planner::comparison_term(const ExprNode& node, std::uint32_t table) const {
  if (!is_comparison(node.op)) return std::nullopt;
  const auto args = plan_.pool.args(node);
  for (const bool swapped : {false, true}) {
    const ExprId column = args[swapped ? 1 : 0];
    const ExprId value = args[swapped ? 0 : 1];
    if (!is_column(column, table) || !usable(value, table)) continue;
    return Term{plan_.pool.nodes[column].slot, {{swapped ? mirrored(node.op) : node.op, value, false, none}}};
  }
  return std::nullopt;
}

std::optional<Term> Planner::list_term(const ExprNode& node, std::uint32_t table) const {
  const auto args = plan_.pool.args(node);
  if (node.negated || !is_column(args[0], table)) return std::nullopt;
  Term term{plan_.pool.nodes[args[0]].slot, {}};
  for (std::size_t i = 1; i < args.size(); ++i) {
    if (!usable(args[i], table)) return std::nullopt;
    term.any.push_back({Op::equal, args[i], false, none});
  }
  return term;
}

/// a = 1 OR a = 3 OR a > 10: one term, when all branches are about one column.
std::optional<Term> Planner::any_term(const ExprNode& node, std::uint32_t table) const {
  std::optional<Term> all;
  for (const ExprId branch : plan_.pool.args(node)) {
    std::optional<Term> one = term_of(branch, table);
    if (!one || (all && all->column != one->column)) return std::nullopt;
    if (!all) {
      all = std::move(one);
    } else {
      all->any.insert(all->any.end(), one->any.begin(), one->any.end());
    }
  }
  return all;
}

std::optional<Term> Planner::term_of(ExprId condition, std::uint32_t table) const {
  const ExprNode& node = plan_.pool.nodes[condition];
  switch (node.kind) {
    case ExprKind::binary: return node.op == Op::logical_or ? any_term(node, table) : comparison_term(node, table);
    case ExprKind::in_list: return list_term(node, table);
    case ExprKind::in_select: {
      const ExprId column = plan_.pool.args(node)[0];
      if (node.negated || !is_column(column, table)) return std::nullopt;
      return Term{plan_.pool.nodes[column].slot, {{Op::equal, none, false, node.slot}}};
    }
    case ExprKind::is_null: {
      const ExprId column = plan_.pool.args(node)[0];
      if (node.negated || !is_column(column, table)) return std::nullopt;
      return Term{plan_.pool.nodes[column].slot, {{Op::equal, none, true, none}}};
    }
    default: return std::nullopt;
  }
}

/// (a = 1 AND b = 2) OR (a = 3 AND b = 4): the union over the branches bounds each column that all of them speak of.
void Planner::add_branch_terms(const ExprNode& node, QueryPlan& in) {
  for (std::uint32_t table = 0; table < in.tables.size(); ++table) {
    std::vector<Term> common;
    bool first = true;
    for (const ExprId branch : plan_.pool.args(node)) {
      const ExprNode& inner = plan_.pool.nodes[branch];
      std::vector<Term> terms;
      if (inner.kind == ExprKind::binary && inner.op == Op::logical_and) {
        for (const ExprId part : plan_.pool.args(inner)) {
          if (auto term = term_of(part, table)) terms.push_back(std::move(*term));
        }
      } else if (auto term = term_of(branch, table)) {
        terms.push_back(std::move(*term));
      }
      if (first) common = terms;
      std::erase_if(common, [&](Term& term) {
        const auto same =
            std::find_if(terms.begin(), terms.end(), [&](const Term& t) { return t.column == term.column; });
        if (same == terms.end()) return true;
        if (!first) term.any.insert(term.any.end(), same->any.begin(), same->any.end());
        return false;
      });
      first = false;
    }
    for (Term& term : common) in.tables[table].terms.push_back(std::move(term));
  }
}

void Planner::add_terms(ExprId condition, QueryPlan& in) {
  const ExprNode node = plan_.pool.nodes[condition];
  if (node.kind == ExprKind::between && !node.negated) {
    const auto args = plan_.pool.args(node);
    for (std::uint32_t table = 0; table < in.tables.size(); ++table) {
      if (!is_column(args[0], table)) continue;
      const ColumnId column = plan_.pool.nodes[args[0]].slot;
      if (usable(args[1], table))
        in.tables[table].terms.push_back({column, {{Op::greater_equal, args[1], false, none}}});
      if (usable(args[2], table)) in.tables[table].terms.push_back({column, {{Op::less_equal, args[2], false, none}}});
    }
    return;
  }
  bool found = false;
  for (std::uint32_t table = 0; table < in.tables.size(); ++table) {
    if (auto term = term_of(condition, table)) {
      in.tables[table].terms.push_back(std::move(*term));
      found = true;
    }
  }
  if (!found && node.kind == ExprKind::binary && node.op == Op::logical_or) add_branch_terms(node, in);
}

/// Gives a conjunct of WHERE to the last table that it needs.
void Planner::place(ExprId condition, Scope& scope) {
  const ExprNode node = plan_.pool.nodes[condition];
  if (node.kind == ExprKind::binary && node.op == Op::logical_and) {
    const auto args = plan_.pool.args(node);
    const std::vector<ExprId> parts(args.begin(), args.end());
    for (const ExprId part : parts) place(part, scope);
    return;
  }
  QueryPlan& in = *scope.query;
  const TableSet needs = tables_of(condition);
  if (needs == 0 || in.tables.empty()) {
    in.constant_filters.push_back(condition);
    return;
  }
  auto last = static_cast<std::uint32_t>(in.tables.size() - 1);  // where subqueries are run for the current row
  while (!has_subquery(condition) && last > 0 && (needs >> last & 1U) == 0) --last;
  in.tables[last].filters.push_back(condition);
  add_terms(condition, in);
}

void Planner::plan_from(const std::vector<sql::TableRef>& from, const Scope& scope, LockWish lock) {
  for (const sql::TableRef& ref : from) {
    TableUse use = use_of(ref, lock);
    for (const TableUse& other : scope.query->tables) {
      if (sql::same_name(other.binding, use.binding)) {
        refuse("1066", fmt::format("Not unique table/alias: '{}'", use.binding));
      }
    }
    scope.query->tables.push_back(std::move(use));
  }
}

void Planner::plan_conditions(const std::vector<sql::TableRef>& from, const std::optional<Expr>& where, Scope& scope) {
  for (std::size_t i = 0; i < from.size(); ++i) {
    if (!from[i].on) continue;
    scope.clause = "on clause";
    const ExprId condition = compile(*from[i].on, scope);
    if (!scope.query->tables[i].left_join) {
      place(condition, scope);
    } else {
      scope.query->tables[i].on.push_back(condition);
      add_terms(condition, *scope.query);
    }
  }
  scope.clause = "where clause";
  if (where) place(compile(*where, scope), scope);
}

void Planner::plan_items(const sql::Select& select, Scope& scope) {
  scope.clause = "field list";
  for (const sql::SelectItem& item : select.items) {
    if (item.expr.kind != ExprKind::star) {
      scope.query->items.push_back(compile(item.expr, scope));
      continue;
    }
    for (const TableUse& use : std::vector<TableUse>(scope.query->tables)) {
      if (!item.expr.qualifier.empty() && !sql::same_name(item.expr.qualifier, use.binding)) continue;
      for (const std::string& name : catalog_.column_names(use.table)) {
        Expr column;
        column.kind = ExprKind::column;
        column.qualifier = use.binding;
        column.name = name;
        scope.query->items.push_back(compile(column, scope));
      }
    }
  }
}

void Planner::plan_order(const std::vector<sql::OrderItem>& order, const sql::Select* select, Scope& scope) {
  scope.clause = "order clause";
  for (const sql::OrderItem& key : order) {
    OrderKey planned{none, key.descending, none};
    if (select != nullptr && key.expr.kind == ExprKind::literal) {
      const auto* position = std::get_if<std::int64_t>(&key.expr.value);
      if (position != nullptr && *position >= 1 && *position <= static_cast<std::int64_t>(scope.query->items.size())) {
        planned.item = static_cast<std::uint32_t>(*position - 1);
      }
    }
    for (std::size_t i = 0; select != nullptr && i < select->items.size(); ++i) {
      const bool named = key.expr.kind == ExprKind::column && key.expr.qualifier.empty() && select->items[i].alias &&
                         sql::same_name(select->items[i].alias->text, key.expr.name);
      if (named) planned.item = static_cast<std::uint32_t>(i);
    }
    planned.expression = planned.item != none ? scope.query->items[planned.item] : compile(key.expr, scope);
    scope.query->order_by.push_back(planned);
  }
}

void Planner::apply_locking(const sql::Select& select, QueryPlan& in, LockWish lock) {
  for (TableUse& use : in.tables) use.lock = lock;
  for (const sql::LockingClause& clause : select.locking) {
    const bool exclusive =
        clause.strength == sql::LockStrength::update || clause.strength == sql::LockStrength::no_key_update;
    for (TableUse& use : in.tables) {
      const bool meant_here =
          clause.of.empty() || std::any_of(clause.of.begin(), clause.of.end(), [&](const sql::Name& name) {
            return sql::same_name(name.text, use.binding);
          });
      if (!meant_here) continue;
      use.lock = exclusive ? LockWish::exclusive : LockWish::share;
      use.wait = clause.wait;
    }
  }
}

void Planner::plan_query(const sql::Select& select, std::uint32_t id, const Scope* outer, LockWish lock) {
  Scope scope{&query(id), outer, "field list"};
  plan_from(select.from, scope, LockWish::snapshot);
  apply_locking(select, *scope.query, lock);
  plan_items(select, scope);
  plan_conditions(select.from, select.where, scope);
  scope.clause = "group statement";
  for (const Expr& key : select.group_by) scope.query->group_by.push_back(compile(key, scope));
  scope.clause = "having clause";
  if (select.having) scope.query->having = compile(*select.having, scope);
  plan_order(select.order_by, &select, scope);
  if (select.limit) scope.query->limit = compile(*select.limit, scope);
  if (select.offset) scope.query->offset = compile(*select.offset, scope);
  scope.query->distinct = select.distinct;
}

std::optional<UserLockCall::What> user_lock_function(const std::string& name) {
  if (name == "GET_LOCK") return UserLockCall::What::get;
  if (name == "RELEASE_LOCK") return UserLockCall::What::release;
  if (name == "RELEASE_ALL_LOCKS") return UserLockCall::What::release_all;
  if (name == "IS_FREE_LOCK") return UserLockCall::What::is_free;
  return std::nullopt;
}

/// SELECT GET_LOCK('a', 10): a wait is a step of its own, so the call stands alone in the select list.
void Planner::user_lock_select(const sql::Select& select) {
  plan_.kind = StatementPlan::Kind::user_lock;
  Scope scope{&query(0), nullptr, "field list"};
  for (const sql::SelectItem& item : select.items) {
    UserLockCall call;
    const auto what = item.expr.kind == ExprKind::function ? user_lock_function(item.expr.name) : std::nullopt;
    if (!what) cannot_play("GET_LOCK together with other expressions", "select only GET_LOCK and RELEASE_LOCK");
    call.what = *what;
    if (!item.expr.args.empty()) call.name = compile(item.expr.args[0], scope);
    if (item.expr.args.size() > 1) call.timeout = compile(item.expr.args[1], scope);
    plan_.user_locks.push_back(call);
  }
}

void Planner::operator()(const sql::Select& select) {
  plan_.queries.emplace_back();
  const bool user_locks =
      select.from.empty() && std::any_of(select.items.begin(), select.items.end(), [](const auto& item) {
        return item.expr.kind == ExprKind::function && user_lock_function(item.expr.name);
      });
  if (user_locks) return user_lock_select(select);
  plan_.kind = StatementPlan::Kind::select;
  plan_.has_query = true;
  plan_query(select, 0, nullptr, LockWish::snapshot);
}

std::vector<SetColumn> Planner::assignments(const std::vector<sql::Assignment>& list, TableId table,
                                            const Scope& scope) {
  std::vector<SetColumn> result;
  for (const sql::Assignment& assignment : list) {
    std::string name = assignment.column.text;
    if (const auto dot = name.rfind('.'); dot != std::string::npos) name.erase(0, dot + 1);
    const auto column = catalog_.column(table, name);
    if (!column) {
      refuse("1054", fmt::format("Unknown column '{}' in 'field list'", name),
             meant(name, catalog_.column_names(table)));
    }
    const bool by_default = assignment.value.kind == ExprKind::default_value;
    result.push_back({*column, by_default ? none : compile(assignment.value, scope)});
  }
  return result;
}

void Planner::insert_rows(const sql::Insert& insert) {
  const Scope scope{&query(0), nullptr, "field list"};
  std::size_t number = 0;
  for (const auto& row : insert.rows) {
    ++number;
    const bool defaults_only = row.empty() && insert.columns.empty();
    if (row.size() != plan_.columns.size() && !defaults_only) {
      refuse("1136", fmt::format("Column count doesn't match value count at row {}", number));
    }
    std::vector<ExprId> values;
    for (const Expr& value : row) {
      values.push_back(value.kind == ExprKind::default_value ? none : compile(value, scope));
    }
    if (defaults_only) values.assign(plan_.columns.size(), none);
    plan_.rows.push_back(std::move(values));
  }
}

void Planner::operator()(const sql::Insert& insert) {
  plan_.kind = StatementPlan::Kind::insert;
  plan_.insert_kind = insert.kind;
  if (insert.on_conflict) cannot_play("ON CONFLICT", "MySQL's word is ON DUPLICATE KEY UPDATE");
  if (!insert.returning.empty()) cannot_play("INSERT ... RETURNING");
  const Table& table = table_named(insert.table);
  plan_.target = table.id;
  note_table(table.id);
  plan_.queries.emplace_back();
  for (const sql::Name& name : insert.columns) {
    const auto column = catalog_.column(table.id, name.text);
    if (!column) {
      refuse("1054", fmt::format("Unknown column '{}' in 'field list'", name.text),
             meant(name.text, catalog_.column_names(table.id)));
    }
    plan_.columns.push_back(*column);
  }
  for (ColumnId id = 0; insert.columns.empty() && id < table.columns.size(); ++id) {
    if (!table.columns[id].hidden) plan_.columns.push_back(id);
  }
  if (insert.select) {
    plan_.has_query = true;
    plan_query(*insert.select, 0, nullptr, LockWish::snapshot);
    if (query(0).items.size() != plan_.columns.size())
      refuse("1136", "Column count doesn't match value count at row 1");
  } else {
    insert_rows(insert);
  }
  plan_.upsert = !insert.on_duplicate_key.empty();
  if (!plan_.upsert) return;
  // ON DUPLICATE KEY UPDATE sees the present row as table 0 and the row to insert as table 1
  plan_.queries.emplace_back();
  QueryPlan& rows = plan_.queries.back();
  rows.tables.push_back(use_of(insert.table, LockWish::exclusive));
  inserting_ = &insert;
  plan_.on_duplicate = assignments(insert.on_duplicate_key, table.id, Scope{&rows, nullptr, "field list"});
  inserting_ = nullptr;
  if (!rows.subqueries.empty()) cannot_play("a subquery in ON DUPLICATE KEY UPDATE");
}

void Planner::operator()(const sql::Update& update) {
  plan_.kind = StatementPlan::Kind::update;
  plan_.has_query = true;
  if (!update.from.empty()) cannot_play("UPDATE ... FROM", "MySQL joins as UPDATE a JOIN b ON ... SET ...");
  if (!update.returning.empty()) cannot_play("UPDATE ... RETURNING");
  plan_.queries.emplace_back();
  Scope scope{&query(0), nullptr, "field list"};
  plan_from(update.tables, scope, LockWish::snapshot);
  plan_.target = scope.query->tables.front().table;
  scope.query->tables.front().lock = LockWish::exclusive;
  plan_.assignments = assignments(update.set, plan_.target, scope);
  plan_conditions(update.tables, update.where, scope);
  plan_order(update.order_by, nullptr, scope);
  if (update.limit) scope.query->limit = compile(*update.limit, scope);
  scope.query->tables.front().columns_used.assign(scope.query->tables.front().columns_used.size(), true);
}

void Planner::operator()(const sql::Delete& erase) {
  plan_.kind = StatementPlan::Kind::erase;
  plan_.has_query = true;
  if (!erase.using_tables.empty()) cannot_play("DELETE ... USING");
  if (!erase.returning.empty()) cannot_play("DELETE ... RETURNING");
  plan_.queries.emplace_back();
  Scope scope{&query(0), nullptr, "where clause"};
  plan_from({erase.table}, scope, LockWish::exclusive);
  plan_.target = scope.query->tables.front().table;
  plan_conditions({erase.table}, erase.where, scope);
  plan_order(erase.order_by, nullptr, scope);
  if (erase.limit) scope.query->limit = compile(*erase.limit, scope);
  scope.query->tables.front().columns_used.assign(scope.query->tables.front().columns_used.size(), true);
}

void Planner::operator()(const sql::SetVariable& set) {
  plan_.kind = StatementPlan::Kind::set_variable;
  plan_.queries.emplace_back();
  Expr value = set.value;
  // SET autocommit = ON: a bare word is a value here, not a column
  if (value.kind == ExprKind::column) {
    value.kind = ExprKind::literal;
    value.value = value.name;
  }
  plan_.assignments.push_back({0, compile(value, Scope{&query(0), nullptr, "field list"})});
}

/// RENAME TABLE a TO b, c TO d: the grammar keeps it as text.
bool Planner::read_rename() {
  const std::string& text = prepared_.statement.text;
  std::vector<std::string> words;
  for (const sql::Token& token : sql::tokens(text, sql::Dialect::mysql)) {
    std::string word(text.substr(token.span.begin, token.span.end - token.span.begin));
    if (word.size() > 2 && word.front() == '`') word = word.substr(1, word.size() - 2);
    if (!word.empty()) words.push_back(std::move(word));
  }
  if (words.size() < 5 || !sql::same_name(words[0], "rename") || !sql::same_name(words[1], "table")) return false;
  for (std::size_t at = 2; at + 2 < words.size() && sql::same_name(words[at + 1], "to"); at += 4) {
    plan_.renames.emplace_back(words[at], words[at + 2]);
    if (at + 3 >= words.size()) break;
    if (words[at + 3] != ",") return false;
  }
  plan_.kind = StatementPlan::Kind::define;
  return !plan_.renames.empty();
}

void Planner::operator()(const sql::LockTables& lock) {
  plan_.kind = StatementPlan::Kind::lock_tables;
  for (const sql::LockTables::Item& item : lock.items) {
    if (item.mode != "READ" && item.mode != "READ LOCAL" && item.mode != "WRITE" && item.mode != "LOW_PRIORITY WRITE") {
      cannot_play(fmt::format("LOCK TABLES ... {}", item.mode), "MySQL has READ and WRITE");
    }
    plan_.table_locks.push_back({table_named(item.table).id, item.mode.ends_with("WRITE"), item.mode == "READ LOCAL"});
  }
  // whatever order they are written in, they are locked by name (MDL_context::acquire_locks)
  std::sort(plan_.table_locks.begin(), plan_.table_locks.end(), [&](const TableLock& a, const TableLock& b) {
    return catalog_.tables[a.table].name < catalog_.tables[b.table].name;
  });
}

/// Queries are referred to while further ones are added, so room is made for all that the statement can hold.
constexpr std::size_t queries_max = 64;

}  // namespace

std::shared_ptr<const StatementPlan> make_plan(const Catalog& catalog, const Prepared& statement) {
  auto plan = std::make_shared<StatementPlan>();
  plan->catalog_version = catalog.version;
  plan->queries.reserve(queries_max);
  try {
    std::visit(Planner(catalog, statement, *plan), statement.statement.node);
  } catch (const Refused& refused) {
    plan->refusal = refused.error;
    plan->hint = refused.hint;
    plan->unplayable = refused.unplayable;
  }
  return plan;
}

}  // namespace gridlock::reference
