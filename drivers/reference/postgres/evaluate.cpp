#include "drivers/reference/postgres/evaluate.h"

#include <algorithm>
#include <cmath>

namespace gridlock::reference::postgres {
namespace {

using sql::ExprKind;
using sql::Op;

Value boolean(bool truth) { return std::int64_t{truth}; }

Value negated_if(bool negated, const Value& value) {
  if (!negated || is_null(value)) return value;
  return boolean(std::get<std::int64_t>(value) == 0);
}

bool truth(const Value& value) {
  const auto* number = std::get_if<std::int64_t>(&value);
  return number != nullptr && *number != 0;
}

Value compared(Op op, const Value& a, const Value& b) {
  if (op == Op::null_safe_equal) {
    if (is_null(a) || is_null(b)) return boolean(is_null(a) == is_null(b));
    return boolean(compare_values(a, b) == 0);
  }
  if (is_null(a) || is_null(b)) return Null{};
  const int order = compare_values(a, b);
  switch (op) {
    case Op::equal: return boolean(order == 0);
    case Op::not_equal: return boolean(order != 0);
    case Op::less: return boolean(order < 0);
    case Op::less_equal: return boolean(order <= 0);
    case Op::greater: return boolean(order > 0);
    default: return boolean(order >= 0);
  }
}

Value and_then(const Value& a, const Value& b) {
  if ((!is_null(a) && !truth(a)) || (!is_null(b) && !truth(b))) return boolean(false);
  if (is_null(a) || is_null(b)) return Null{};
  return boolean(true);
}

Value or_else(const Value& a, const Value& b) {
  if (truth(a) || truth(b)) return boolean(true);
  if (is_null(a) || is_null(b)) return Null{};
  return boolean(false);
}

class Evaluator {
 public:
  explicit Evaluator(const Context& context) : context_(context), pool_(context.plan->pool) {}

  Value at(ExprId id) const {
    const ExprNode& expr = pool_[id];
    if (expr.waits) return made_beforehand(expr);
    switch (expr.kind) {
      case ExprKind::literal: return expr.value;
      case ExprKind::column: return column(expr);
      case ExprKind::parameter: return context_.parameters[expr.slot];
      case ExprKind::unary: return unary(expr);
      case ExprKind::binary: return binary(expr);
      case ExprKind::between: {
        const Value value = at(expr.args[0]);
        const Value low = compared(Op::greater_equal, value, at(expr.args[1]));
        return negated_if(expr.negated, and_then(low, compared(Op::less_equal, value, at(expr.args[2]))));
      }
      case ExprKind::in_list: return in_list(expr);
      case ExprKind::is_null: return boolean(is_null(at(expr.args[0])) != expr.negated);
      case ExprKind::case_when: return case_when(expr);
      case ExprKind::function: return expr.aggregate ? (*context_.aggregates)[expr.slot] : function(expr);
      default: return Null{};
    }
  }

  Row row_of(ExprId id) const {
    const ExprNode& expr = pool_[id];
    if (expr.kind != ExprKind::row) return {at(id)};
    Row row;
    for (const ExprId part : expr.args) row.push_back(at(part));
    return row;
  }

 private:
  Value column(const ExprNode& expr) const {
    const Context* context = &context_;
    for (std::uint32_t i = 0; i < expr.up; ++i) context = context->outer;
    const Row* row = context->rows[expr.table];
    return row == nullptr || expr.slot >= row->size() ? Value(Null{}) : (*row)[expr.slot];
  }

  Value made_beforehand(const ExprNode& expr) const {
    const std::vector<Row>& rows = (*context_.results)[expr.slot];
    switch (expr.kind) {
      case ExprKind::exists: return boolean(rows.empty() == expr.negated);
      case ExprKind::scalar_select:
        if (rows.size() > 1) throw SqlError("21000", "more than one row returned by a subquery used as an expression");
        return rows.empty() ? Value(Null{}) : rows[0][0];
      case ExprKind::in_select: {
        const Row wanted = row_of(expr.args[0]);
        Value found = boolean(false);
        for (const Row& row : rows) found = or_else(found, rows_equal(wanted, row));
        return negated_if(expr.negated, found);
      }
      default: return rows.empty() ? Value(Null{}) : rows[0][0];
    }
  }

  static Value rows_equal(const Row& a, const Row& b) {
    Value equal = boolean(true);
    for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) equal = and_then(equal, compared(Op::equal, a[i], b[i]));
    return equal;
  }

  Value unary(const ExprNode& expr) const {
    const Value value = at(expr.args[0]);
    if (expr.op == Op::logical_not) return negated_if(true, value);
    if (expr.op == Op::negate) return arithmetic(Op::minus, std::int64_t{0}, value);
    return value;
  }

  Value binary(const ExprNode& expr) const {
    const Value a = pool_[expr.args[0]].kind == ExprKind::row ? Value(Null{}) : at(expr.args[0]);
    switch (expr.op) {
      case Op::logical_and:
        if (!is_null(a) && !truth(a)) return a;
        return and_then(a, at(expr.args[1]));
      case Op::logical_or:
        if (truth(a)) return a;
        return or_else(a, at(expr.args[1]));
      case Op::like: {
        const Value b = at(expr.args[1]);
        if (is_null(a) || is_null(b)) return Null{};
        return boolean(like(to_text(a), to_text(b)) != expr.negated);
      }
      case Op::plus:
      case Op::minus:
      case Op::multiply:
      case Op::divide:
      case Op::int_divide:
      case Op::modulo:
      case Op::concat: return arithmetic(expr.op, a, at(expr.args[1]));
      default: break;
    }
    if (pool_[expr.args[0]].kind == ExprKind::row)
      return negated_if(expr.op == Op::not_equal, rows_equal(row_of(expr.args[0]), row_of(expr.args[1])));
    return compared(expr.op, a, at(expr.args[1]));
  }

  Value in_list(const ExprNode& expr) const {
    const Row value = row_of(expr.args[0]);
    Value found = boolean(false);
    for (std::size_t i = 1; i < expr.args.size(); ++i) found = or_else(found, rows_equal(value, row_of(expr.args[i])));
    return negated_if(expr.negated, found);
  }

  Value case_when(const ExprNode& expr) const {
    std::size_t i = 0;
    for (; i + 1 < expr.args.size(); i += 2)
      if (truth(at(expr.args[i]))) return at(expr.args[i + 1]);
    return i < expr.args.size() ? at(expr.args[i]) : Value(Null{});
  }

  Value extreme(const ExprNode& expr, int sign) const {
    Value best = Null{};
    for (const ExprId id : expr.args) {
      const Value value = at(id);
      if (!is_null(value) && (is_null(best) || compare_values(value, best) * sign > 0)) best = value;
    }
    return best;
  }

  Value function(const ExprNode& expr) const {
    const auto argument = [&](std::size_t i) { return i < expr.args.size() ? at(expr.args[i]) : Value(Null{}); };
    const auto text = [&](std::size_t i) { return to_text(argument(i)); };
    switch (expr.function) {
      case Function::coalesce:
        for (const ExprId id : expr.args)
          if (Value value = at(id); !is_null(value)) return value;
        return Null{};
      case Function::nullif: {
        const Value a = argument(0);
        return truth(compared(Op::equal, a, argument(1))) ? Value(Null{}) : a;
      }
      case Function::least: return extreme(expr, -1);
      case Function::greatest: return extreme(expr, 1);
      case Function::now: return DateTime{context_.now_micros};
      case Function::random: return static_cast<double>(context_.random >> 11) * 0x1.0p-53;
      case Function::pg_backend_pid: return std::int64_t{context_.backend} + 1;
      case Function::txid_current: return context_.transaction;
      case Function::generate_series: return context_.series;
      case Function::concat: {
        std::string all;
        for (const ExprId id : expr.args)
          if (const Value value = at(id); !is_null(value)) all += to_text(value);
        return all;
      }
      case Function::current_setting:
        if (context_.settings != nullptr && text(0).find("transaction_isolation") != std::string::npos)
          return isolation_words(context_.settings->isolation);
        return std::string();
      case Function::set_config: return std::string();
      default: break;
    }
    const Value a = argument(0);
    if (is_null(a)) return Null{};
    switch (expr.function) {
      case Function::abs: return as_double(a) < 0 ? arithmetic(Op::minus, std::int64_t{0}, a) : a;
      case Function::mod: return arithmetic(Op::modulo, a, argument(1));
      case Function::length: return static_cast<std::int64_t>(text(0).size());
      case Function::upper:
      case Function::lower: {
        std::string word = text(0);
        const bool up = expr.function == Function::upper;
        for (char& c : word) {
          if (up && c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
          if (!up && c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        }
        return word;
      }
      case Function::substring: {
        const std::string word = text(0);
        const auto from = std::max<std::int64_t>(1, as_integer(argument(1)).value_or(1));
        const auto length = expr.args.size() > 2 ? as_integer(argument(2)).value_or(0) : std::int64_t{1} << 40;
        if (static_cast<std::size_t>(from) > word.size()) return std::string();
        return word.substr(static_cast<std::size_t>(from - 1),
                           static_cast<std::size_t>(std::max<std::int64_t>(0, length)));
      }
      case Function::left:
        return text(0).substr(0,
                              static_cast<std::size_t>(std::max<std::int64_t>(0, as_integer(argument(1)).value_or(0))));
      case Function::floor:
      case Function::ceil: {
        if (std::holds_alternative<std::int64_t>(a)) return a;
        const double number = as_double(a);
        return static_cast<std::int64_t>(expr.function == Function::floor ? std::floor(number) : std::ceil(number));
      }
      case Function::round: {
        if (std::holds_alternative<std::int64_t>(a)) return a;
        const auto scale = static_cast<int>(as_integer(argument(1)).value_or(0));
        const auto rounded = as_decimal(a, scale);
        return rounded ? Value(*rounded) : a;
      }
      case Function::cast: return coerce(a, expr.cast);
      default: return Null{};
    }
  }

  const Context& context_;
  const std::vector<ExprNode>& pool_;
};

}  // namespace

Value evaluate(const Context& context, ExprId expression) { return Evaluator(context).at(expression); }

bool holds(const Context& context, ExprId expression) {
  return expression == none || truth(evaluate(context, expression));
}

}  // namespace gridlock::reference::postgres
