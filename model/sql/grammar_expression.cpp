// Operators, by precedence climbing. The tables follow MySQL 14.4.1 and PostgreSQL 4.1.6; where they differ, the row
// says whose it is.
#include <algorithm>
#include <array>

#include "model/sql/grammar.h"
#include "model/sql/powers.h"

namespace gridlock::sql {
namespace {

struct Operator {
  std::string_view symbol;
  Op op;
  int power;
  Dialect dialect;
};

constexpr std::array operators = {
    Operator{"OR", Op::logical_or, power::logical_or, Dialect::either},
    Operator{"||", Op::concat, power::concat, Dialect::postgres},       // before MySQL's: `either` means the standard's
    Operator{"||", Op::logical_or, power::logical_or, Dialect::mysql},  // unless PIPES_AS_CONCAT is set
    Operator{"AND", Op::logical_and, power::logical_and, Dialect::either},
    Operator{"&&", Op::logical_and, power::logical_and, Dialect::mysql},
    Operator{"=", Op::equal, power::comparison, Dialect::either},
    Operator{"<>", Op::not_equal, power::comparison, Dialect::either},
    Operator{"!=", Op::not_equal, power::comparison, Dialect::either},
    Operator{"<", Op::less, power::comparison, Dialect::either},
    Operator{"<=", Op::less_equal, power::comparison, Dialect::either},
    Operator{">", Op::greater, power::comparison, Dialect::either},
    Operator{">=", Op::greater_equal, power::comparison, Dialect::either},
    Operator{"<=>", Op::null_safe_equal, power::comparison, Dialect::mysql},
    Operator{"+", Op::plus, power::sum, Dialect::either},
    Operator{"-", Op::minus, power::sum, Dialect::either},
    Operator{"*", Op::multiply, power::product, Dialect::either},
    Operator{"/", Op::divide, power::product, Dialect::either},
    Operator{"%", Op::modulo, power::product, Dialect::either},
    Operator{"MOD", Op::modulo, power::product, Dialect::mysql},
    Operator{"DIV", Op::int_divide, power::product, Dialect::mysql},
};

// Operators of the servers that the AST has no node for.
constexpr std::array<std::string_view, 20> other_operators = {
    "&",   "|",     "^",  "~", "<<", ">>", "->",  "->>",        "REGEXP",    "RLIKE",
    "XOR", "ILIKE", "~*", "@", ":=", "#",  "!~*", "SIMILAR TO", "MEMBER OF", "SOUNDS LIKE"};

Expr climb(Cursor& c, int min_power);

const Operator* operator_here(const Cursor& c) {
  for (const auto& op : operators) {
    const bool spoken = op.dialect == Dialect::either || c.dialect() == Dialect::either || c.dialect() == op.dialect;
    if (spoken && c.at(op.symbol)) return &op;
  }
  return nullptr;
}

Expr binary(Op op, Expr left, Expr right) {
  Expr result;
  result.kind = ExprKind::binary;
  result.op = op;
  result.span = {left.span.begin, right.span.end};
  result.args.push_back(std::move(left));
  result.args.push_back(std::move(right));
  return result;
}

Expr unary(Op op, Expr operand, Span sign) {
  Expr result;
  result.kind = ExprKind::unary;
  result.op = op;
  result.span = {sign.begin, operand.span.end};
  result.args.push_back(std::move(operand));
  return result;
}

/// A node around `left` that ends where the cursor has come to.
Expr wrap(Cursor& c, ExprKind kind, Expr left, bool negated) {
  Expr result;
  result.kind = kind;
  result.negated = negated;
  result.span = {left.span.begin, c.since(c.position() - 1).end};
  result.args.push_back(std::move(left));
  return result;
}

/// NOT EXISTS is one node.
Expr logical_not(Expr inner, Span sign) {
  if (inner.kind != ExprKind::exists || inner.negated) return unary(Op::logical_not, std::move(inner), sign);
  inner.negated = true;
  inner.span.begin = sign.begin;
  return inner;
}

/// A sign before a number belongs to the number.
Expr minus(Cursor& c, Span sign) {
  Expr inner = climb(c, power::sign);
  if (inner.kind == ExprKind::literal && inner.value.index() >= 1 && inner.value.index() <= 3) {
    const bool smallest = c.slice_of(inner.span) == "9223372036854775808";  // is no int64 without its sign
    if (const auto negated = negate(inner.value)) {
      inner.value = smallest ? Value(INT64_MIN) : *negated;
      inner.span.begin = sign.begin;
      return inner;
    }
  }
  return unary(Op::negate, std::move(inner), sign);
}

Expr prefix(Cursor& c, int min_power) {
  if (c.at("NOT")) {
    if (min_power > power::logical_not && c.dialect() == Dialect::mysql)
      c.fail_expected("an expression", {}, "put NOT and what it denies in parentheses");
    const Span sign = c.advance();
    const Cursor::Level level(c);
    return logical_not(climb(c, power::logical_not), sign);
  }
  if (c.at_any({"-", "+", "!"})) {
    const bool is_minus = c.at("-"), is_not = c.at("!");
    const Span sign = c.advance();
    const Cursor::Level level(c);
    if (is_minus) return minus(c, sign);
    if (is_not) c.only_mysql(sign, "the operator !", "write NOT");
    return is_not ? unary(Op::logical_not, climb(c, power::sign), sign) : climb(c, power::sign);
  }
  if (c.at("~")) c.beyond("the operator ~", c.here());
  return operand(c);
}

/// x ISNULL, x NOTNULL: PostgreSQL's short forms.
bool short_null_test(Cursor& c, Expr& left) {
  if (c.dialect() != Dialect::postgres || !c.at_any({"ISNULL", "NOTNULL"})) return false;
  const bool negated = c.at("NOTNULL");
  c.advance();
  left = wrap(c, ExprKind::is_null, std::move(left), negated);
  return true;
}

/// IS [NOT] NULL, IS [NOT] DISTINCT FROM.
Expr is_test(Cursor& c, Expr left) {
  const std::size_t begin = c.position();
  c.expect("IS");
  const bool negated = c.accept("NOT");
  if (c.accept("NULL")) return wrap(c, ExprKind::is_null, std::move(left), negated);
  if (c.accept("UNKNOWN")) return wrap(c, ExprKind::is_null, std::move(left), negated);
  if (c.accept("DISTINCT FROM")) {
    c.only_postgres(c.since(begin), "IS DISTINCT FROM", "write <=>, or NOT (a <=> b)");
    Expr same = binary(Op::null_safe_equal, std::move(left), climb(c, power::comparison + 1));
    const Span span = same.span;
    return negated ? same : unary(Op::logical_not, std::move(same), span);
  }
  if (c.at_any({"TRUE", "FALSE", "NORMALIZED", "JSON", "DOCUMENT"}))
    c.beyond("IS " + std::string(c.text()), c.since(begin));
  c.fail_expected("NULL or NOT NULL", {"NULL", "NOT"});
}

Expr between(Cursor& c, Expr left, bool negated) {
  if (c.accept("SYMMETRIC")) c.beyond("BETWEEN SYMMETRIC", c.since(c.position() - 1));
  Expr low = climb(c, power::concat);
  c.expect("AND");
  Expr high = climb(c, c.dialect() == Dialect::mysql ? power::predicate : power::concat);
  Expr result = wrap(c, ExprKind::between, std::move(left), negated);
  result.args.push_back(std::move(low));
  result.args.push_back(std::move(high));
  return result;
}

Expr in(Cursor& c, Expr left, bool negated) {
  c.expect("(");
  if (at_subquery(c)) {
    auto rows = subquery(c);
    c.expect(")");
    Expr result = wrap(c, ExprKind::in_select, std::move(left), negated);
    result.subquery = std::move(rows);
    return result;
  }
  if (c.at(")")) c.fail(c.here(), "an empty list after IN", "no value is in it: write FALSE, or give it a value");
  auto list = expressions(c);
  if (!c.accept(")")) c.fail_expected("`,` or `)`");
  if (list.size() == 1 && list[0].kind == ExprKind::scalar_select) {  // IN ((SELECT ...)) is IN (SELECT ...)
    Expr result = wrap(c, ExprKind::in_select, std::move(left), negated);
    result.subquery = std::move(list[0].subquery);
    return result;
  }
  Expr result = wrap(c, ExprKind::in_list, std::move(left), negated);
  for (auto& element : list) result.args.push_back(std::move(element));
  return result;
}

Expr like(Cursor& c, Expr left, bool negated) {
  const int pattern = c.dialect() == Dialect::mysql ? power::sign : power::concat;
  Expr result = binary(Op::like, std::move(left), climb(c, pattern));
  result.negated = negated;
  if (c.accept("ESCAPE")) {
    result.args.push_back(climb(c, pattern));
    result.span.end = result.args.back().span.end;
  }
  return result;
}

/// [NOT] BETWEEN, IN, LIKE: true when one stood here and was put around `left`.
bool predicate(Cursor& c, Expr& left) {
  const std::size_t ahead = c.at("NOT") ? 1 : 0;
  const bool is_between = c.at("BETWEEN", ahead), is_in = c.at("IN", ahead), is_like = c.at("LIKE", ahead);
  if (!is_between && !is_in && !is_like) return false;
  for (std::size_t i = 0; i <= ahead; ++i) c.advance();
  const bool negated = ahead == 1;
  left = is_between ? between(c, std::move(left), negated)
         : is_in    ? in(c, std::move(left), negated)
                    : like(c, std::move(left), negated);
  return true;
}

/// = ANY (SELECT ...) is IN, <> ALL (SELECT ...) is NOT IN.
bool quantified(Cursor& c, Expr& left, const Operator& op) {
  if (!c.at_any({"ANY (", "SOME (", "ALL ("})) return false;
  const bool all = c.at("ALL");
  const Span span = c.here();
  const std::string word(c.text());
  c.advance();
  const bool is_in = op.op == (all ? Op::not_equal : Op::equal);
  if (!is_in || !c.at("( SELECT")) c.beyond("a comparison with " + word, span);
  left = in(c, std::move(left), all);
  return true;
}

void refuse_chain(const Cursor& c, const Operator& op) {
  if (op.power == power::comparison && c.dialect() == Dialect::postgres)
    if (const Operator* next = operator_here(c); next && next->power == power::comparison)
      c.fail(c.here(), "PostgreSQL does not compare in a chain", "write `a < b AND b < c`");
}

void refuse_other_operators(const Cursor& c) {
  for (const auto symbol : other_operators)
    if (c.at(symbol) || (c.at("NOT") && c.at(symbol, 1))) c.beyond("the operator " + std::string(symbol), c.here());
}

/// One operator behind `left`, and its other operands: its power, or 0 when none stands here that binds tightly enough.
int extend(Cursor& c, Expr& left, int min_power, int max_power) {
  if (min_power <= power::predicate && power::predicate <= max_power && predicate(c, left)) return power::predicate;
  if (min_power <= power::comparison && (c.at("IS") || short_null_test(c, left))) {
    if (c.at("IS")) left = is_test(c, std::move(left));
    return power::comparison;
  }
  refuse_other_operators(c);
  const Operator* op = operator_here(c);
  if (!op || op->power < min_power || op->power > max_power) return 0;
  c.advance();
  if (op->power == power::comparison && quantified(c, left, *op)) return op->power;
  left = binary(op->op, std::move(left), climb(c, op->power + 1));
  refuse_chain(c, *op);
  return op->power;
}

/// What may still bind to an expression that an operator of this power has just ended: nothing tighter. But
/// PostgreSQL's grammar takes `a IN (1) + 1` and `a IS NULL + 1`, which are no expressions in MySQL's.
int max_power_behind(const Cursor& c, int power, const Expr& ended) {
  const bool in = ended.kind == ExprKind::in_list || ended.kind == ExprKind::in_select;
  if (c.dialect() != Dialect::mysql && (in || ended.kind == ExprKind::is_null)) return power::operand;
  return std::min(power, power::comparison);
}

Expr climb(Cursor& c, int min_power) {
  int max_power = c.at("NOT") ? power::logical_not : power::operand;
  Expr left = prefix(c, min_power);
  while (!c.at_end()) {
    const int power = extend(c, left, min_power, max_power);
    if (power == 0) break;
    c.grow_chain();
    max_power = power > power::predicate ? std::min(max_power, power) : max_power_behind(c, power, left);
  }
  return left;
}

}  // namespace

Expr expression(Cursor& c) {
  const Cursor::Level level(c);
  return climb(c, power::logical_or);
}

Expr simple_expression(Cursor& c) {
  const Cursor::Level level(c);
  return climb(c, power::concat);
}

std::vector<Expr> expressions(Cursor& c) {
  std::vector<Expr> result;
  do result.push_back(expression(c));
  while (c.accept(","));
  return result;
}

Expr value_or_default(Cursor& c) {
  if (!c.at("DEFAULT") || c.at("(", 1)) return expression(c);
  Expr result;
  result.kind = ExprKind::default_value;
  result.span = c.advance();
  return result;
}

}  // namespace gridlock::sql
