// From the parsed statement to the plan: names, types, which condition needs which table.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "drivers/reference/postgres/plan.h"
#include "drivers/reference/postgres/text.h"

namespace gridlock::reference::postgres {
namespace {

using sql::ExprKind;

struct FunctionRow {
  std::string_view name;
  Function function;
  Kind type;  ///< `other`: that of the first argument
};

constexpr std::array functions{
    FunctionRow{"COALESCE", Function::coalesce, Kind::other},
    FunctionRow{"NULLIF", Function::nullif, Kind::other},
    FunctionRow{"LEAST", Function::least, Kind::other},
    FunctionRow{"GREATEST", Function::greatest, Kind::other},
    FunctionRow{"ABS", Function::abs, Kind::other},
    FunctionRow{"MOD", Function::mod, Kind::other},
    FunctionRow{"LENGTH", Function::length, Kind::integer},
    FunctionRow{"CHAR_LENGTH", Function::length, Kind::integer},
    FunctionRow{"UPPER", Function::upper, Kind::text},
    FunctionRow{"LOWER", Function::lower, Kind::text},
    FunctionRow{"CONCAT", Function::concat, Kind::text},
    FunctionRow{"SUBSTRING", Function::substring, Kind::text},
    FunctionRow{"SUBSTR", Function::substring, Kind::text},
    FunctionRow{"LEFT", Function::left, Kind::text},
    FunctionRow{"NOW", Function::now, Kind::datetime},
    FunctionRow{"CURRENT_TIMESTAMP", Function::now, Kind::datetime},
    FunctionRow{"CLOCK_TIMESTAMP", Function::now, Kind::datetime},
    FunctionRow{"STATEMENT_TIMESTAMP", Function::now, Kind::datetime},
    FunctionRow{"RANDOM", Function::random, Kind::real},
    FunctionRow{"FLOOR", Function::floor, Kind::other},
    FunctionRow{"CEIL", Function::ceil, Kind::other},
    FunctionRow{"CEILING", Function::ceil, Kind::other},
    FunctionRow{"ROUND", Function::round, Kind::other},
    FunctionRow{"CAST", Function::cast, Kind::other},
    FunctionRow{"GENERATE_SERIES", Function::generate_series, Kind::integer},
    FunctionRow{"PG_BACKEND_PID", Function::pg_backend_pid, Kind::integer},
    FunctionRow{"TXID_CURRENT", Function::txid_current, Kind::integer},
    FunctionRow{"CURRENT_SETTING", Function::current_setting, Kind::text},
    FunctionRow{"SET_CONFIG", Function::set_config, Kind::text},
    FunctionRow{"PG_SLEEP", Function::pg_sleep, Kind::text},
    FunctionRow{"NEXTVAL", Function::nextval, Kind::integer},
};

struct AggregateRow {
  std::string_view name;
  Aggregate::What what;
};
constexpr std::array aggregates{
    AggregateRow{"COUNT", Aggregate::What::count}, AggregateRow{"SUM", Aggregate::What::sum},
    AggregateRow{"MIN", Aggregate::What::min},     AggregateRow{"MAX", Aggregate::What::max},
    AggregateRow{"AVG", Aggregate::What::avg},
};

const AggregateRow* aggregate_named(std::string_view name) {
  for (const auto& row : aggregates)
    if (row.name == name) return &row;
  return nullptr;
}

/// pg_try_advisory_xact_lock_shared and its relatives.
std::optional<AdvisoryCall> advisory_named(std::string name) {
  AdvisoryCall call;
  const auto take = [&](std::string_view word) {
    const auto at = name.find(word);
    if (at == std::string::npos) return false;
    name.erase(at, word.size());
    return true;
  };
  if (!name.starts_with("PG_")) return std::nullopt;
  if (!take("ADVISORY_")) return std::nullopt;
  call.tries = take("TRY_");
  call.transaction = take("XACT_");
  call.all = take("_ALL");
  call.shared = take("_SHARED");
  call.unlock = name == "PG_UNLOCK";
  if (!call.unlock && name != "PG_LOCK") return std::nullopt;
  if (call.all && !call.unlock) return std::nullopt;
  return call;
}

Kind kind_of(const Value& value) {
  if (std::holds_alternative<std::int64_t>(value)) return Kind::integer;
  if (std::holds_alternative<Decimal>(value)) return Kind::decimal;
  if (std::holds_alternative<double>(value)) return Kind::real;
  if (std::holds_alternative<Date>(value)) return Kind::date;
  if (std::holds_alternative<DateTime>(value)) return Kind::datetime;
  return Kind::other;  // text may still become anything
}

sql::Type type_of_words(const std::string& words) {
  const std::string name = upper_words(words);
  sql::Type type;
  type.name = name;
  type.bytes = 8;
  const auto is = [&](std::initializer_list<std::string_view> list) {
    return std::any_of(list.begin(), list.end(), [&](std::string_view one) { return name.starts_with(one); });
  };
  if (is({"BIGINT", "INT8"})) {
    type.kind = Kind::integer;
  } else if (is({"SMALLINT", "INT2"})) {
    type.kind = Kind::integer, type.bytes = 2;
  } else if (is({"INT"})) {
    type.kind = Kind::integer, type.bytes = 4;
  } else if (is({"NUMERIC", "DECIMAL"})) {
    type.kind = Kind::decimal;
  } else if (is({"REAL", "DOUBLE", "FLOAT"})) {
    type.kind = Kind::real;
  } else if (is({"BOOL"})) {
    type.kind = Kind::boolean;
  } else if (is({"TIMESTAMP"})) {
    type.kind = Kind::datetime;
  } else if (is({"DATE"})) {
    type.kind = Kind::date;
  } else if (is({"TEXT", "VARCHAR", "CHAR"})) {
    type.kind = Kind::text;
  } else {
    throw SqlError("42704", fmt::format("type \"{}\" does not exist", lower(words)));
  }
  return type;
}

bool compares(sql::Op op) {
  using enum sql::Op;
  return op == equal || op == not_equal || op == less || op == less_equal || op == greater || op == greater_equal ||
         op == null_safe_equal;
}

sql::Op mirrored(sql::Op op) {
  using enum sql::Op;
  if (op == less) return greater;
  if (op == less_equal) return greater_equal;
  if (op == greater) return less;
  if (op == greater_equal) return less_equal;
  return op;
}

[[noreturn]] void cannot(const std::string& what) {
  throw SqlError("0A000", fmt::format("reference:postgres cannot play {}", what));
}

class Binder {
 public:
  Binder(Catalog& catalog, Slot session, const Prepared& prepared)
      : catalog_(catalog), session_(session), prepared_(prepared), plan_(std::make_shared<Plan>()) {}

  std::shared_ptr<const Plan> bind() {
    const sql::StatementNode& node = prepared_.statement.node;
    plan_->catalog_version = catalog_.version;
    if (const auto* select = std::get_if<sql::Select>(&node)) {
      plan_->what = Plan::What::select;
      bind_select(*select);
      for (const ExprId item : plan_->queries[0].items) plan_->item_types.push_back(plan_->pool[item].type);
    } else if (const auto* insert = std::get_if<sql::Insert>(&node)) {
      bind_insert(*insert);
    } else if (const auto* update = std::get_if<sql::Update>(&node)) {
      bind_update(*update);
    } else if (const auto* erase = std::get_if<sql::Delete>(&node)) {
      bind_delete(*erase);
    }
    collect_waiting_parts();
    return plan_;
  }

 private:
  struct Scope {
    std::uint32_t query = 0;
    Scope* outer = nullptr;
    bool aggregates_allowed = false;
    bool hidden_excluded = false;  ///< table 1 is EXCLUDED, not found by bare names
  };

  QueryPlan& query(const Scope& scope) { return plan_->queries[scope.query]; }
  ExprNode& node(ExprId id) { return plan_->pool[id]; }

  ExprId add(ExprNode expr) {
    plan_->pool.push_back(std::move(expr));
    return static_cast<ExprId>(plan_->pool.size() - 1);
  }

  Table& table_named(const sql::Name& name) {
    Table* table = catalog_.find(name.text, session_);
    if (table == nullptr) throw SqlError("42P01", fmt::format("relation \"{}\" does not exist", name.text));
    return *table;
  }

  void add_table(Scope& scope, const sql::TableRef& ref) {
    TableUse use;
    use.table = table_named(ref.table).id;
    use.binding = ref.binding();
    use.left_join = ref.join == sql::TableRef::Join::left;
    query(scope).tables.push_back(std::move(use));
  }

  std::uint32_t new_query() {
    plan_->queries.emplace_back();
    return static_cast<std::uint32_t>(plan_->queries.size() - 1);
  }

  // ---------------------------------------------------------------------------------------------- expressions

  ExprId column_of(const sql::Expr& expr, Scope& scope) {
    std::uint32_t up = 0;
    for (Scope* at = &scope; at != nullptr; at = at->outer, ++up) {
      ExprId found = none;
      const auto& tables = query(*at).tables;
      for (std::uint32_t t = 0; t < tables.size(); ++t) {
        if (!expr.qualifier.empty() && !sql::same_name(tables[t].binding, expr.qualifier)) continue;
        if (expr.qualifier.empty() && t == 1 && at->hidden_excluded) continue;
        const auto column = catalog_.column(tables[t].table, expr.name);
        if (!column) continue;
        if (found != none) throw SqlError("42702", fmt::format("column reference \"{}\" is ambiguous", expr.name));
        ExprNode result;
        result.kind = ExprKind::column;
        result.up = up;
        result.table = t;
        result.slot = *column;
        result.type = catalog_.tables[tables[t].table].columns[*column].type.kind;
        found = add(std::move(result));
      }
      if (found == none) continue;
      for (Scope* inner = &scope; inner != at; inner = inner->outer) query(*inner).correlated = true;
      return found;
    }
    if (!expr.qualifier.empty())
      throw SqlError("42703", fmt::format("column {}.{} does not exist", expr.qualifier, expr.name));
    throw SqlError("42703", fmt::format("column \"{}\" does not exist", expr.name));
  }

  /// A literal of no type yet becomes one of this type.
  void give_type(ExprId id, Kind kind) {
    ExprNode& expr = node(id);
    if (expr.type != Kind::other || kind == Kind::other) return;
    if (expr.kind == ExprKind::literal) expr.value = coerce_kind(expr.value, kind);
    expr.type = kind;
  }

  void same_type(ExprId a, ExprId b) {
    give_type(a, node(b).type);
    give_type(b, node(a).type);
  }

  ExprId bind(const sql::Expr& expr, Scope& scope) {
    switch (expr.kind) {
      case ExprKind::column: return column_of(expr, scope);
      case ExprKind::inserted: {
        sql::Expr column = expr;
        column.qualifier = "excluded";
        return column_of(column, scope);
      }
      case ExprKind::literal: {
        ExprNode result;
        result.value = expr.value;
        result.type = kind_of(expr.value);
        return add(std::move(result));
      }
      case ExprKind::parameter: {
        const auto& names = prepared_.parameters;
        ExprNode result;
        result.kind = ExprKind::parameter;
        result.slot = static_cast<std::uint32_t>(std::find(names.begin(), names.end(), expr.name) - names.begin());
        return add(std::move(result));
      }
      case ExprKind::in_select:
      case ExprKind::exists:
      case ExprKind::scalar_select: return bind_subquery(expr, scope);
      case ExprKind::function: return bind_function(expr, scope);
      case ExprKind::variable: cannot("variables");
      case ExprKind::star: throw SqlError("42601", "syntax error at or near \"*\"");
      default: break;
    }
    ExprNode result;
    result.kind = expr.kind;
    result.op = expr.op;
    result.negated = expr.negated;
    for (const sql::Expr& argument : expr.args) result.args.push_back(bind(argument, scope));
    result.type = result_type(expr, result.args);
    return add(std::move(result));
  }

  Kind result_type(const sql::Expr& expr, const std::vector<ExprId>& args) {
    const auto type = [&](std::size_t i) { return node(args[i]).type; };
    switch (expr.kind) {
      case ExprKind::unary: return expr.op == sql::Op::logical_not ? Kind::boolean : type(0);
      case ExprKind::between:
        same_type(args[0], args[1]);
        same_type(args[0], args[2]);
        return Kind::boolean;
      case ExprKind::in_list:
        for (std::size_t i = 1; i < args.size(); ++i) same_type(args[0], args[i]);
        return Kind::boolean;
      case ExprKind::is_null: return Kind::boolean;
      case ExprKind::case_when: return type(args.size() > 1 ? 1 : 0);
      case ExprKind::binary: break;
      default: return Kind::other;
    }
    if (compares(expr.op)) {
      if (node(args[0]).kind != ExprKind::row) same_type(args[0], args[1]);
      return Kind::boolean;
    }
    if (expr.op == sql::Op::like || expr.op == sql::Op::logical_and || expr.op == sql::Op::logical_or)
      return Kind::boolean;
    if (expr.op == sql::Op::concat) return Kind::text;
    const Kind a = type(0), b = type(1);
    for (const Kind wins : {Kind::date, Kind::datetime, Kind::real, Kind::decimal})
      if (a == wins || b == wins) return wins;
    return Kind::integer;
  }

  ExprId bind_subquery(const sql::Expr& expr, Scope& scope) {
    ExprNode result;
    result.kind = expr.kind;
    result.negated = expr.negated;
    for (const sql::Expr& argument : expr.args) result.args.push_back(bind(argument, scope));
    Scope inner{0, &scope, false, false};
    result.query = bind_select(*expr.subquery, &inner);
    result.waits = true;
    result.slot = plan_->results++;
    const auto& items = plan_->queries[result.query].items;
    result.type = expr.kind == ExprKind::scalar_select && !items.empty() ? node(items[0]).type : Kind::boolean;
    if (!result.args.empty() && !items.empty() && node(result.args[0]).kind != ExprKind::row)
      give_type(result.args[0], node(items[0]).type);
    return add(std::move(result));
  }

  ExprId bind_function(const sql::Expr& expr, Scope& scope) {
    if (const AggregateRow* aggregate = aggregate_named(expr.name)) return bind_aggregate(expr, *aggregate, scope);
    ExprNode result;
    result.kind = ExprKind::function;
    if (const auto advisory = advisory_named(expr.name)) {
      result.function = Function::advisory_lock;
      result.advisory = *advisory;
      result.type = advisory->tries || (advisory->unlock && !advisory->all) ? Kind::boolean : Kind::text;
    } else {
      const auto found = std::find_if(functions.begin(), functions.end(),
                                      [&](const FunctionRow& row) { return row.name == expr.name; });
      if (found == functions.end())
        throw SqlError("42883", fmt::format("function {}() is not known to reference:postgres", lower(expr.name)));
      result.function = found->function;
      result.type = found->type;
    }
    for (const sql::Expr& argument : expr.args) result.args.push_back(bind(argument, scope));
    if (result.function == Function::cast) {
      result.cast = type_of_words(std::get<std::string>(node(result.args.at(1)).value));
      result.args.pop_back();
      result.type = result.cast.kind;
    } else if (result.type == Kind::other && !result.args.empty()) {
      for (const ExprId argument : result.args) same_type(result.args[0], argument);
      result.type = node(result.args[0]).type;
    }
    if (result.function >= Function::pg_sleep) {
      result.waits = true;
      result.slot = plan_->results++;
    }
    return add(std::move(result));
  }

  ExprId bind_aggregate(const sql::Expr& expr, const AggregateRow& row, Scope& scope) {
    if (!scope.aggregates_allowed) throw SqlError("42803", "aggregate functions are not allowed in WHERE");
    Aggregate aggregate;
    aggregate.what = row.what;
    aggregate.distinct = expr.distinct;
    const bool star = expr.args.empty() || expr.args[0].kind == ExprKind::star;
    if (!star) {
      scope.aggregates_allowed = false;
      aggregate.argument = bind(expr.args[0], scope);
      scope.aggregates_allowed = true;
      aggregate.type = node(aggregate.argument).type;
    }
    ExprNode result;
    result.kind = ExprKind::function;
    result.aggregate = true;
    result.slot = static_cast<std::uint32_t>(query(scope).aggregates.size());
    result.type = row.what == Aggregate::What::count ? Kind::integer
                  : row.what == Aggregate::What::avg ? Kind::decimal
                                                     : aggregate.type;
    query(scope).aggregates.push_back(aggregate);
    query(scope).grouped = true;
    return add(std::move(result));
  }

  // ---------------------------------------------------------------------------------------------- conditions

  static void split(const sql::Expr& expr, std::vector<const sql::Expr*>& parts) {
    if (expr.kind == ExprKind::binary && expr.op == sql::Op::logical_and) {
      split(expr.args[0], parts);
      split(expr.args[1], parts);
    } else {
      parts.push_back(&expr);
    }
  }

  /// The last table of this query that the expression looks at; -1: none.
  int last_table(ExprId id, std::uint32_t up = 0) const {
    const ExprNode& expr = plan_->pool[id];
    int last = expr.kind == ExprKind::column && expr.up == up ? static_cast<int>(expr.table) : -1;
    for (const ExprId argument : expr.args) last = std::max(last, last_table(argument, up));
    if (expr.kind == ExprKind::in_select || expr.kind == ExprKind::exists || expr.kind == ExprKind::scalar_select)
      last = std::max(last, last_table_of_query(expr.query, up + 1));
    return last;
  }

  int last_table_of_query(std::uint32_t q, std::uint32_t up) const {
    const QueryPlan& inner = plan_->queries[q];
    int last = -1;
    const auto look = [&](ExprId id) {
      if (id != none) last = std::max(last, last_table(id, up));
    };
    for (const ExprId id : inner.items) look(id);
    for (const ExprId id : inner.filters) look(id);
    for (const TableUse& use : inner.tables)
      for (const ExprId id : use.on) look(id);
    for (const Aggregate& one : inner.aggregates) look(one.argument);
    look(inner.having);
    return last;
  }

  void add_term(QueryPlan& q, std::uint32_t t, ExprId filter) {
    const ExprNode& expr = plan_->pool[filter];
    if (expr.kind != ExprKind::binary || !compares(expr.op) || expr.op == sql::Op::not_equal ||
        expr.op == sql::Op::null_safe_equal)
      return;
    for (const bool swap : {false, true}) {
      const ExprId column = expr.args[swap ? 1 : 0], value = expr.args[swap ? 0 : 1];
      const ExprNode& left = plan_->pool[column];
      if (left.kind != ExprKind::column || left.up != 0 || left.table != t) continue;
      if (last_table(value) >= static_cast<int>(t) || plan_->pool[value].waits) continue;
      q.tables[t].terms.push_back({left.slot, swap ? mirrored(expr.op) : expr.op, value});
      return;
    }
  }

  void bind_conditions(Scope& scope, const std::vector<sql::TableRef>& refs, const std::optional<sql::Expr>& where) {
    std::vector<ExprId> bound;
    for (std::uint32_t t = 0; t < refs.size(); ++t) {
      if (!refs[t].on) continue;
      std::vector<const sql::Expr*> parts;
      split(*refs[t].on, parts);
      for (const sql::Expr* part : parts) {
        const ExprId id = bind(*part, scope);
        if (query(scope).tables[t].left_join) {
          query(scope).tables[t].on.push_back(id);
          add_term(query(scope), t, id);
        } else {
          bound.push_back(id);
        }
      }
    }
    if (where) {
      std::vector<const sql::Expr*> parts;
      split(*where, parts);
      for (const sql::Expr* part : parts) bound.push_back(bind(*part, scope));
    }
    QueryPlan& q = query(scope);
    for (const ExprId id : bound) {
      q.filters.push_back(id);
      const int last = last_table(id);
      if (last < 0) {
        q.constant_filters.push_back(id);
        continue;
      }
      const auto t = static_cast<std::uint32_t>(last);
      q.tables[t].filters.push_back(id);
      if (!q.tables[t].left_join) add_term(q, t, id);
    }
  }

  // ---------------------------------------------------------------------------------------------- select

  void add_items(Scope& scope, const std::vector<sql::SelectItem>& items, std::vector<ExprId>& out) {
    for (const sql::SelectItem& item : items) {
      if (item.expr.kind != ExprKind::star) {
        out.push_back(bind(item.expr, scope));
        continue;
      }
      const std::size_t tables = scope.hidden_excluded ? 1 : query(scope).tables.size();
      for (std::uint32_t t = 0; t < tables; ++t) {
        const TableUse& use = query(scope).tables[t];
        if (!item.expr.qualifier.empty() && !sql::same_name(use.binding, item.expr.qualifier)) continue;
        const auto& columns = catalog_.tables[use.table].columns;
        for (ColumnId c = 0; c < columns.size(); ++c) {
          if (columns[c].dropped) continue;
          ExprNode column;
          column.kind = ExprKind::column;
          column.table = t;
          column.slot = c;
          column.type = columns[c].type.kind;
          out.push_back(add(std::move(column)));
        }
      }
    }
  }

  /// ORDER BY and GROUP BY may name an item by its number or alias.
  ExprId bind_key(const sql::Expr& expr, Scope& scope, const sql::Select& select, const std::vector<ExprId>& items) {
    if (expr.kind == ExprKind::literal)
      if (const auto* number = std::get_if<std::int64_t>(&expr.value);
          number != nullptr && *number >= 1 && static_cast<std::size_t>(*number) <= items.size())
        return items[static_cast<std::size_t>(*number) - 1];
    if (expr.kind == ExprKind::column && expr.qualifier.empty() && items.size() == select.items.size())
      for (std::size_t i = 0; i < items.size(); ++i)
        if (select.items[i].alias && sql::same_name(select.items[i].alias->text, expr.name)) return items[i];
    return bind(expr, scope);
  }

  std::uint32_t bind_select(const sql::Select& select, Scope* given = nullptr) {
    Scope own;
    Scope& scope = given == nullptr ? own : *given;
    scope.query = new_query();
    for (const sql::TableRef& ref : select.from) add_table(scope, ref);
    std::vector<ExprId> items;
    scope.aggregates_allowed = true;
    add_items(scope, select.items, items);
    query(scope).items = items;
    scope.aggregates_allowed = false;
    bind_conditions(scope, select.from, select.where);
    for (const sql::Expr& key : select.group_by) {
      const ExprId id = bind_key(key, scope, select, items);
      query(scope).group_by.push_back(id);
      query(scope).grouped = true;
    }
    scope.aggregates_allowed = true;
    if (select.having) {
      const ExprId id = bind(*select.having, scope);
      query(scope).having = id;
    }
    for (const sql::OrderItem& order : select.order_by) {
      const ExprId id = bind_key(order.expr, scope, select, items);
      query(scope).order_by.push_back({id, order.descending});
    }
    scope.aggregates_allowed = false;
    if (select.limit) {
      const ExprId id = bind(*select.limit, scope);
      query(scope).limit = id;
    }
    if (select.offset) {
      const ExprId id = bind(*select.offset, scope);
      query(scope).offset = id;
    }
    query(scope).distinct = select.distinct;
    bind_locking(scope, select);
    return scope.query;
  }

  void bind_locking(Scope& scope, const sql::Select& select) {
    QueryPlan& q = query(scope);
    if (!select.locking.empty() && q.grouped) {
      const bool by = !q.group_by.empty();
      throw SqlError("0A000",
                     fmt::format("FOR UPDATE is not allowed with {}", by ? "GROUP BY clause" : "aggregate functions"));
    }
    if (!select.locking.empty() && q.distinct)
      throw SqlError("0A000", "FOR UPDATE is not allowed with DISTINCT clause");
    for (const sql::LockingClause& clause : select.locking) {
      for (const sql::Name& name : clause.of)
        if (std::none_of(q.tables.begin(), q.tables.end(),
                         [&](const TableUse& use) { return sql::same_name(use.binding, name.text); }))
          throw SqlError("42P01",
                         fmt::format("relation \"{}\" in FOR UPDATE clause not found in FROM clause", name.text));
      for (TableUse& use : q.tables) {
        const bool named =
            clause.of.empty() || std::any_of(clause.of.begin(), clause.of.end(),
                                             [&](const sql::Name& n) { return sql::same_name(n.text, use.binding); });
        if (!named) continue;
        const RowMode mode = row_mode_of(clause.strength);
        if (!use.lock || *use.lock < mode) use.lock = mode;
        if (clause.wait != sql::WaitPolicy::wait) use.wait = clause.wait;
        q.locks_rows = true;
      }
    }
  }

  // ---------------------------------------------------------------------------------------------- writes

  void bind_defaults(TableId table) {
    Scope nothing;
    nothing.query = new_query();
    for (const Column& column : catalog_.tables[table].columns)
      plan_->defaults.push_back(column.default_value ? bind(*column.default_value, nothing) : none);
  }

  void bind_assignments(Scope& scope, TableId table, const std::vector<sql::Assignment>& set,
                        std::vector<Assignment>& out) {
    for (const sql::Assignment& one : set) {
      const auto column = catalog_.column(table, one.column.text);
      if (!column)
        throw SqlError("42703", fmt::format("column \"{}\" of relation \"{}\" does not exist", one.column.text,
                                            catalog_.tables[table].name));
      Assignment assignment{*column, none};
      if (one.value.kind != ExprKind::default_value) assignment.value = bind(one.value, scope);
      out.push_back(assignment);
    }
  }

  void bind_returning(Scope& scope, const std::vector<sql::SelectItem>& items) {
    add_items(scope, items, plan_->returning);
    for (const ExprId item : plan_->returning) plan_->item_types.push_back(plan_->pool[item].type);
  }

  void bind_insert(const sql::Insert& insert) {
    plan_->what = Plan::What::insert;
    const Table& table = table_named(insert.table.table);
    plan_->target = table.id;
    for (const sql::Name& name : insert.columns) {
      const auto column = catalog_.column(table.id, name.text);
      if (!column)
        throw SqlError("42703", fmt::format("column \"{}\" of relation \"{}\" does not exist", name.text, table.name));
      plan_->columns.push_back(*column);
    }
    if (insert.columns.empty())
      for (ColumnId c = 0; c < table.columns.size(); ++c)
        if (!table.columns[c].dropped) plan_->columns.push_back(c);
    Scope scope;
    if (insert.select) {
      plan_->has_query = true;
      bind_select(*insert.select);
      check_width(plan_->queries[0].items.size(), !insert.columns.empty());
    } else {
      scope.query = new_query();
      for (const auto& row : insert.rows) {
        check_width(row.size(), !insert.columns.empty());
        std::vector<ExprId> values;
        for (const sql::Expr& value : row)
          values.push_back(value.kind == ExprKind::default_value ? none : bind(value, scope));
        plan_->rows.push_back(std::move(values));
      }
    }
    bind_defaults(table.id);
    Scope written;
    written.query = new_query();
    written.hidden_excluded = true;
    add_table(written, insert.table);
    plan_->queries[written.query].tables.push_back(plan_->queries[written.query].tables[0]);
    plan_->queries[written.query].tables[1].binding = "excluded";
    if (insert.on_conflict) bind_conflict(written, *insert.on_conflict);
    bind_returning(written, insert.returning);
  }

  void check_width(std::size_t given, bool named) const {
    if (given > plan_->columns.size()) throw SqlError("42601", "INSERT has more expressions than target columns");
    if (given < plan_->columns.size() && named)
      throw SqlError("42601", "INSERT has more target columns than expressions");
  }

  void bind_conflict(Scope& scope, const sql::Insert::OnConflict& on) {
    Conflict conflict;
    conflict.update = !on.do_nothing;
    const Table& table = catalog_.tables[plan_->target];
    std::vector<ColumnId> wanted;
    for (const sql::Name& name : on.target) {
      const auto column = catalog_.column(table.id, name.text);
      if (!column) throw SqlError("42703", fmt::format("column \"{}\" does not exist", name.text));
      wanted.push_back(*column);
    }
    std::sort(wanted.begin(), wanted.end());
    for (const IndexId id : table.indexes) {
      const Index& index = catalog_.indexes[id];
      if (index.dropped || !index.unique) continue;
      std::vector<ColumnId> columns;
      for (const IndexColumn& part : index.columns) columns.push_back(part.column);
      std::sort(columns.begin(), columns.end());
      const bool named = on.constraint && sql::same_name(index.name, on.constraint->text);
      if (named || (!wanted.empty() && columns == wanted)) conflict.arbiters.push_back(id);
    }
    if (on.constraint && conflict.arbiters.empty())
      throw SqlError("42704",
                     fmt::format("constraint \"{}\" for table \"{}\" does not exist", on.constraint->text, table.name));
    if (!wanted.empty() && conflict.arbiters.empty())
      throw SqlError("42P10", "there is no unique or exclusion constraint matching the ON CONFLICT specification");
    if (conflict.update && conflict.arbiters.empty())
      throw SqlError("42601", "ON CONFLICT DO UPDATE requires inference specification or constraint name");
    bind_assignments(scope, plan_->target, on.set, conflict.set);
    if (on.where) conflict.where = bind(*on.where, scope);
    plan_->conflict = std::move(conflict);
  }

  void bind_update(const sql::Update& update) {
    plan_->what = Plan::What::update;
    if (update.tables.size() != 1) cannot("an UPDATE of several tables");
    Scope scope;
    scope.query = new_query();
    std::vector<sql::TableRef> refs = update.tables;
    refs.insert(refs.end(), update.from.begin(), update.from.end());
    for (const sql::TableRef& ref : refs) add_table(scope, ref);
    plan_->target = query(scope).tables[0].table;
    bind_assignments(scope, plan_->target, update.set, plan_->assignments);
    bind_conditions(scope, refs, update.where);
    bind_returning(scope, update.returning);
    bind_defaults(plan_->target);
  }

  void bind_delete(const sql::Delete& erase) {
    plan_->what = Plan::What::erase;
    Scope scope;
    scope.query = new_query();
    std::vector<sql::TableRef> refs{erase.table};
    refs.insert(refs.end(), erase.using_tables.begin(), erase.using_tables.end());
    for (const sql::TableRef& ref : refs) add_table(scope, ref);
    plan_->target = query(scope).tables[0].table;
    bind_conditions(scope, refs, erase.where);
    bind_returning(scope, erase.returning);
  }

  /// Innermost first, so that what an argument waits for is there when the function is called.
  void parts_of(ExprId id, std::vector<ExprId>& parts) const {
    for (const ExprId argument : plan_->pool[id].args) parts_of(argument, parts);
    if (plan_->pool[id].waits) parts.push_back(id);
  }

  void collect_waiting_parts() {
    plan_->waiting_parts.resize(plan_->pool.size());
    if (plan_->results == 0) return;
    for (ExprId id = 0; id < plan_->pool.size(); ++id) parts_of(id, plan_->waiting_parts[id]);
  }

  Catalog& catalog_;
  Slot session_;
  const Prepared& prepared_;
  std::shared_ptr<Plan> plan_;
};

}  // namespace

std::shared_ptr<const Plan> make_plan(Catalog& catalog, Slot session, const Prepared& statement) {
  return Binder(catalog, session, statement).bind();
}

std::vector<std::string> function_names() {
  std::vector<std::string> names;
  for (const FunctionRow& row : functions) names.emplace_back(row.name);
  for (const AggregateRow& row : aggregates) names.emplace_back(row.name);
  return names;
}

}  // namespace gridlock::reference::postgres
