#include "drivers/reference/expression.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string_view>

#include "drivers/reference/sql_value.h"

namespace gridlock::reference {
namespace {

using sql::ExprKind;
using sql::Op;

enum class Truth : std::uint8_t { no, yes, unknown };

Value to_value(Truth truth) {
  if (truth == Truth::unknown) return Null{};
  return std::int64_t{truth == Truth::yes};
}

Truth truth_of(const Value& value) { return is_null(value) ? Truth::unknown : is_true(value) ? Truth::yes : Truth::no; }

Truth negate(Truth truth) {
  if (truth == Truth::unknown) return truth;
  return truth == Truth::yes ? Truth::no : Truth::yes;
}

Truth compared(Op op, const Value& a, const Value& b) {
  if (is_null(a) || is_null(b)) {
    if (op != Op::null_safe_equal) return Truth::unknown;
    return is_null(a) && is_null(b) ? Truth::yes : Truth::no;
  }
  const int order = compare_values(a, b);
  bool result = false;
  switch (op) {
    case Op::equal:
    case Op::null_safe_equal: result = order == 0; break;
    case Op::not_equal: result = order != 0; break;
    case Op::less: result = order < 0; break;
    case Op::less_equal: result = order <= 0; break;
    case Op::greater: result = order > 0; break;
    case Op::greater_equal: result = order >= 0; break;
    default: break;
  }
  return result ? Truth::yes : Truth::no;
}

std::string text_of(const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text != nullptr ? *text : to_text(value);
}

class Evaluator {
 public:
  explicit Evaluator(const EvalContext& context) : context_(context) {}

  Value value(ExprId id) const {
    const ExprNode& node = context_.pool->nodes[id];
    switch (node.kind) {
      case ExprKind::literal: return node.value;
      case ExprKind::column: return column(node);
      case ExprKind::parameter: return node.slot < context_.parameters.size() ? context_.parameters[node.slot] : Null{};
      case ExprKind::variable: return variable(node);
      case ExprKind::unary: return unary(node);
      case ExprKind::binary: return binary(node);
      case ExprKind::between: return between(node);
      case ExprKind::in_list: return in_list(node);
      case ExprKind::is_null: return std::int64_t{is_null(arg(node, 0)) != node.negated};
      case ExprKind::in_select: return in_select(node);
      case ExprKind::exists: return std::int64_t{!context_.subqueries[node.slot].rows.empty() != node.negated};
      case ExprKind::scalar_select: return scalar(node);
      case ExprKind::case_when: return case_when(node);
      case ExprKind::function: return node.aggregate ? context_.aggregates[node.slot] : function(node);
      case ExprKind::star:
      case ExprKind::default_value:
      case ExprKind::inserted:
      case ExprKind::row: return Null{};  // resolved away when the plan was made
    }
    return Null{};
  }

 private:
  Value arg(const ExprNode& node, std::size_t position) const { return value(context_.pool->args(node)[position]); }

  Value column(const ExprNode& node) const {
    const EvalContext* context = &context_;
    for (std::uint32_t i = 0; i < node.up; ++i) context = context->outer;
    const Row& row = context->rows[node.table];
    return row.empty() ? Value(Null{}) : row[node.slot];
  }

  Value variable(const ExprNode& node) const {
    if (context_.variables == nullptr) return Null{};
    const auto found = context_.variables->find(node.name);
    return found == context_.variables->end() ? Value(Null{}) : found->second;
  }

  Value unary(const ExprNode& node) const {
    const Value operand = arg(node, 0);
    if (node.op == Op::logical_not) return to_value(negate(truth_of(operand)));
    return node.op == Op::negate || node.op == Op::minus ? computed(Op::minus, std::int64_t{0}, operand) : operand;
  }

  Value computed(Op op, const Value& a, const Value& b) const {
    Computed result = arithmetic(op, a, b);
    if (result.overflow && context_.error != nullptr) *context_.error = "BIGINT value is out of range";
    return std::move(result.value);
  }

  Value binary(const ExprNode& node) const {
    switch (node.op) {
      case Op::logical_and: return logical(node, Truth::no);
      case Op::logical_or: return logical(node, Truth::yes);
      case Op::like: {
        const Value text = arg(node, 0), pattern = arg(node, 1);
        if (is_null(text) || is_null(pattern)) return Null{};
        return std::int64_t{like(text_of(text), text_of(pattern)) != node.negated};
      }
      case Op::concat: return logical(node, Truth::yes);  // MySQL's || is OR
      case Op::plus:
      case Op::minus:
      case Op::multiply:
      case Op::divide:
      case Op::int_divide:
      case Op::modulo: return computed(node.op, arg(node, 0), arg(node, 1));
      default: return to_value(compared_args(node));
    }
  }

  Truth compared_args(const ExprNode& node) const {
    const auto args = context_.pool->args(node);
    const ExprNode& left = context_.pool->nodes[args[0]];
    if (left.kind != ExprKind::row) return compared(node.op, value(args[0]), value(args[1]));
    const ExprNode& right = context_.pool->nodes[args[1]];
    return rows_equal(left, right);
  }

  Truth rows_equal(const ExprNode& left, const ExprNode& right) const {
    Truth all = Truth::yes;
    for (std::size_t i = 0; i < left.count && i < right.count; ++i) {
      const Truth one = compared(Op::equal, arg(left, i), arg(right, i));
      if (one == Truth::no) return Truth::no;
      if (one == Truth::unknown) all = Truth::unknown;
    }
    return all;
  }

  /// AND is settled by one false, OR by one true; else a null among them makes it null.
  Value logical(const ExprNode& node, Truth settles) const {
    bool unknown = false;
    for (const ExprId id : context_.pool->args(node)) {
      const Truth truth = truth_of(value(id));
      if (truth == settles) return to_value(settles);
      unknown = unknown || truth == Truth::unknown;
    }
    return to_value(unknown ? Truth::unknown : negate(settles));
  }

  Value between(const ExprNode& node) const {
    const Value operand = arg(node, 0);
    const Truth above = compared(Op::greater_equal, operand, arg(node, 1));
    const Truth below = compared(Op::less_equal, operand, arg(node, 2));
    Truth both = Truth::yes;
    if (above == Truth::unknown || below == Truth::unknown) both = Truth::unknown;
    if (above == Truth::no || below == Truth::no) both = Truth::no;
    return to_value(node.negated ? negate(both) : both);
  }

  Value in_list(const ExprNode& node) const {
    const auto args = context_.pool->args(node);
    Truth any = Truth::no;
    for (std::size_t i = 1; i < args.size() && any != Truth::yes; ++i) {
      const ExprNode& left = context_.pool->nodes[args[0]];
      const Truth one = left.kind == ExprKind::row ? rows_equal(left, context_.pool->nodes[args[i]])
                                                   : compared(Op::equal, value(args[0]), value(args[i]));
      if (one != Truth::no) any = one;
    }
    return to_value(node.negated ? negate(any) : any);
  }

  Value in_select(const ExprNode& node) const {
    const SubqueryResult& result = context_.subqueries[node.slot];
    const Value operand = arg(node, 0);
    Truth any = Truth::no;
    for (const Row& row : result.rows) {
      const Truth one = compared(Op::equal, operand, row.front());
      if (one == Truth::yes) any = one;
      if (one == Truth::unknown && any == Truth::no) any = one;
    }
    return to_value(node.negated ? negate(any) : any);
  }

  Value scalar(const ExprNode& node) const {
    const SubqueryResult& result = context_.subqueries[node.slot];
    if (result.rows.size() > 1 && context_.error != nullptr) *context_.error = "Subquery returns more than 1 row";
    return result.rows.empty() ? Value(Null{}) : result.rows.front().front();
  }

  Value case_when(const ExprNode& node) const {
    const auto args = context_.pool->args(node);
    std::size_t i = 0;
    for (; i + 1 < args.size(); i += 2) {
      if (is_true(value(args[i]))) return value(args[i + 1]);
    }
    return i < args.size() ? value(args[i]) : Value(Null{});
  }

  Value function(const ExprNode& node) const;

  const EvalContext& context_;
};

using Arguments = std::vector<Value>;
struct Function {
  std::string_view name;
  Value (*call)(const EvalContext& context, const Arguments& arguments);
};

Value now(const EvalContext& context, const Arguments& arguments) {
  const bool precise = !arguments.empty() && is_true(arguments.front());
  return DateTime{precise ? context.now_micros : context.now_micros / 1'000'000 * 1'000'000};
}

Value today(const EvalContext& context, const Arguments&) {
  return Date{static_cast<std::int32_t>(context.now_micros / 86'400'000'000)};
}

Value unix_timestamp(const EvalContext& context, const Arguments&) { return context.now_micros / 1'000'000; }
Value connection_id(const EvalContext& context, const Arguments&) { return std::int64_t{context.connection}; }
Value last_insert_id(const EvalContext& context, const Arguments&) { return context.last_insert_id; }

Value coalesce(const EvalContext&, const Arguments& arguments) {
  for (const Value& value : arguments) {
    if (!is_null(value)) return value;
  }
  return Null{};
}

Value if_function(const EvalContext&, const Arguments& arguments) {
  if (arguments.size() != 3) return Null{};
  return is_true(arguments[0]) ? arguments[1] : arguments[2];
}

Value null_if(const EvalContext&, const Arguments& arguments) {
  if (arguments.size() != 2) return Null{};
  return compared(Op::equal, arguments[0], arguments[1]) == Truth::yes ? Value(Null{}) : arguments[0];
}

Value concatenated(const EvalContext&, const Arguments& arguments) {
  std::string text;
  for (const Value& value : arguments) {
    if (is_null(value)) return Null{};
    text += text_of(value);
  }
  return text;
}

Value extreme(const Arguments& arguments, int wanted) {
  if (arguments.empty()) return Null{};
  Value best = arguments.front();
  for (const Value& value : arguments) {
    if (is_null(value)) return Null{};
    if (compare_values(value, best) == wanted) best = value;
  }
  return best;
}

Value greatest(const EvalContext&, const Arguments& arguments) { return extreme(arguments, 1); }
Value least(const EvalContext&, const Arguments& arguments) { return extreme(arguments, -1); }

Value absolute(const EvalContext&, const Arguments& arguments) {
  if (arguments.empty() || is_null(arguments[0]) || to_double(arguments[0]) >= 0) return arguments.at(0);
  return arithmetic(Op::minus, std::int64_t{0}, arguments[0]).value;
}

Value modulo(const EvalContext&, const Arguments& arguments) {
  return arguments.size() == 2 ? arithmetic(Op::modulo, arguments[0], arguments[1]).value : Value(Null{});
}

Value floor_of(const EvalContext&, const Arguments& arguments) {
  if (arguments.empty() || is_null(arguments[0])) return Null{};
  return static_cast<std::int64_t>(std::floor(to_double(arguments[0])));
}

Value ceiling_of(const EvalContext&, const Arguments& arguments) {
  if (arguments.empty() || is_null(arguments[0])) return Null{};
  return static_cast<std::int64_t>(std::ceil(to_double(arguments[0])));
}

Value round_of(const EvalContext&, const Arguments& arguments) {
  if (arguments.empty() || is_null(arguments[0])) return Null{};
  sql::Type type;
  type.kind = sql::Type::Kind::decimal;
  type.length = 18;
  type.scale = arguments.size() > 1 ? std::clamp(static_cast<int>(to_double(arguments[1])), 0, 18) : 0;
  const Value rounded = coerce(arguments[0], type).value;
  if (type.scale > 0) return rounded;
  return static_cast<std::int64_t>(std::llround(to_double(rounded)));
}

Value length_of(const EvalContext&, const Arguments& arguments) {
  if (arguments.empty() || is_null(arguments[0])) return Null{};
  return static_cast<std::int64_t>(text_of(arguments[0]).size());
}

Value cased(const Arguments& arguments, char low, char high, int shift) {
  if (arguments.empty() || is_null(arguments[0])) return Null{};
  std::string text = text_of(arguments[0]);
  for (char& c : text) {
    if (c >= low && c <= high) c = static_cast<char>(c + shift);
  }
  return text;
}

Value upper(const EvalContext&, const Arguments& arguments) { return cased(arguments, 'a', 'z', 'A' - 'a'); }
Value lower(const EvalContext&, const Arguments& arguments) { return cased(arguments, 'A', 'Z', 'a' - 'A'); }

/// SLEEP and BENCHMARK take no time here: time passes by `think`. GET_LOCK and its like are statements of their own.
Value zero(const EvalContext&, const Arguments&) { return std::int64_t{0}; }

constexpr std::array functions{
    Function{"ABS", absolute},
    Function{"CEIL", ceiling_of},
    Function{"CEILING", ceiling_of},
    Function{"COALESCE", coalesce},
    Function{"CONCAT", concatenated},
    Function{"CONNECTION_ID", connection_id},
    Function{"CURDATE", today},
    Function{"CURRENT_DATE", today},
    Function{"CURRENT_TIMESTAMP", now},
    Function{"FLOOR", floor_of},
    Function{"GREATEST", greatest},
    Function{"IF", if_function},
    Function{"IFNULL", coalesce},
    Function{"LAST_INSERT_ID", last_insert_id},
    Function{"LEAST", least},
    Function{"LENGTH", length_of},
    Function{"LOCALTIME", now},
    Function{"LOCALTIMESTAMP", now},
    Function{"LOWER", lower},
    Function{"MOD", modulo},
    Function{"NOW", now},
    Function{"NULLIF", null_if},
    Function{"ROUND", round_of},
    Function{"SLEEP", zero},
    Function{"SYSDATE", now},
    Function{"UNIX_TIMESTAMP", unix_timestamp},
    Function{"UPPER", upper},
};

const Function* function_named(std::string_view name) {
  const auto found =
      std::find_if(functions.begin(), functions.end(), [&](const Function& f) { return f.name == name; });
  return found == functions.end() ? nullptr : &*found;
}

Value Evaluator::function(const ExprNode& node) const {
  const Function* known = function_named(node.name);
  if (known == nullptr) return Null{};
  Arguments arguments;
  for (const ExprId id : context_.pool->args(node)) arguments.push_back(value(id));
  return known->call(context_, arguments);
}

}  // namespace

Value evaluate(const EvalContext& context, ExprId expression) { return Evaluator(context).value(expression); }

bool holds(const EvalContext& context, ExprId expression) {
  return expression == none || is_true(evaluate(context, expression));
}

bool is_aggregate(const std::string& function) {
  static constexpr std::array<std::string_view, 5> names{"SUM", "COUNT", "MIN", "MAX", "AVG"};
  return std::find(names.begin(), names.end(), function) != names.end();
}

bool is_function(const std::string& function) { return function_named(function) != nullptr; }

std::vector<std::string> function_names() {
  std::vector<std::string> names{"SUM", "COUNT", "MIN", "MAX", "AVG"};
  for (const Function& function : functions) names.emplace_back(function.name);
  return names;
}

}  // namespace gridlock::reference
