// What operators stand between: literals, names, parameters, parentheses, CASE, subqueries.
#include <array>

#include "model/sql/grammar.h"
#include "model/sql/literals.h"
#include "model/sql/words.h"

namespace gridlock::sql {
namespace {

Expr node(ExprKind kind, Span span) {
  Expr result;
  result.kind = kind;
  result.span = span;
  return result;
}

Expr literal_node(Value value, Span span) {
  Expr result = node(ExprKind::literal, span);
  result.value = std::move(value);
  return result;
}

/// 'a' 'b' is 'ab' in both dialects (PostgreSQL wants a line break between them).
Expr string_literal(Cursor& c) {
  const std::size_t begin = c.position();
  std::string text = c.string("a string");
  while (c.at_kind(Token::Kind::string) && !c.text().starts_with('"')) text += c.string("a string");
  return literal_node(std::move(text), c.since(begin));
}

/// DATE '2026-01-01', TIMESTAMP '2026-01-01 10:00:00'.
Expr typed_literal(Cursor& c) {
  const std::size_t begin = c.position();
  const bool is_date = c.at("DATE");
  c.advance();
  const Span at = c.here();
  const std::string text = c.string("a string");
  if (is_date) {
    if (const auto date = parse_date(text)) return literal_node(*date, c.since(begin));
  } else if (const auto time = parse_datetime(text)) {
    return literal_node(*time, c.since(begin));
  }
  c.fail(at, "this is no " + std::string(is_date ? "date" : "timestamp"),
         is_date ? "write DATE 'YYYY-MM-DD'" : "write TIMESTAMP 'YYYY-MM-DD hh:mm:ss'");
}

/// Words that are values.
std::optional<Value> constant(const Cursor& c) {
  if (c.at("NULL")) return Null{};
  if (c.at("TRUE")) return std::int64_t{1};
  if (c.at("FALSE")) return std::int64_t{0};
  return std::nullopt;
}

/// ( expression ), (a, b) a row, (SELECT ...) a value.
Expr parenthesised(Cursor& c) {
  const std::size_t begin = c.position();
  c.expect("(");
  if (at_subquery(c)) {
    auto rows = subquery(c);
    c.expect(")");
    Expr result = node(ExprKind::scalar_select, c.since(begin));
    result.subquery = std::move(rows);
    return result;
  }
  Expr first = expression(c);
  if (c.accept(")")) {
    first.span = c.since(begin);
    return first;
  }
  if (!c.at(",")) c.fail_expected("`)`");
  Expr result = node(ExprKind::row, {});
  result.args.push_back(std::move(first));
  while (c.accept(",")) result.args.push_back(expression(c));
  c.expect(")");
  result.span = c.since(begin);
  return result;
}

Expr exists(Cursor& c) {
  const std::size_t begin = c.position();
  c.expect("EXISTS (");
  int more = 0;
  while (c.at("( SELECT") || c.at("( (")) {
    c.advance();
    ++more;
  }
  if (!at_subquery(c)) c.fail_expected("SELECT", {"SELECT"});
  auto rows = subquery(c);
  for (; more >= 0; --more) c.expect(")");
  Expr result = node(ExprKind::exists, c.since(begin));
  result.subquery = std::move(rows);
  return result;
}

/// Copies of it are cheap: CASE x WHEN a THEN ... repeats x for every branch.
bool is_small(const Expr& expr, int& budget) {
  if (expr.subquery || --budget < 0) return false;
  for (const auto& arg : expr.args)
    if (!is_small(arg, budget)) return false;
  return true;
}

Expr when(Cursor& c, const std::optional<Expr>& compared) {
  Expr condition = expression(c);
  if (!compared) return condition;
  Expr result = node(ExprKind::binary, condition.span);
  result.op = Op::equal;
  result.args.push_back(*compared);
  result.args.push_back(std::move(condition));
  return result;
}

Expr case_when(Cursor& c) {
  const std::size_t begin = c.position();
  c.expect("CASE");
  const Cursor::Level level(c);
  std::optional<Expr> compared;
  if (!c.at("WHEN")) compared = expression(c);
  int budget = 16;
  if (compared && !is_small(*compared, budget)) c.beyond("CASE with a long operand", compared->span);
  Expr result = node(ExprKind::case_when, {});
  if (!c.at("WHEN")) c.fail_expected("WHEN", {"WHEN"});
  while (c.accept("WHEN")) {
    result.args.push_back(when(c, compared));
    c.expect("THEN");
    result.args.push_back(expression(c));
  }
  if (c.accept("ELSE")) result.args.push_back(expression(c));
  if (!c.at("END")) c.fail_expected("WHEN, ELSE or END", {"WHEN", "ELSE", "END"});
  c.expect("END");
  result.span = c.since(begin);
  return result;
}

constexpr std::array<std::string_view, 20> units = {"MICROSECOND",
                                                    "SECOND",
                                                    "MINUTE",
                                                    "HOUR",
                                                    "DAY",
                                                    "WEEK",
                                                    "MONTH",
                                                    "QUARTER",
                                                    "YEAR",
                                                    "DAY_HOUR",
                                                    "DAY_MINUTE",
                                                    "DAY_SECOND",
                                                    "YEAR_MONTH",
                                                    "HOUR_MINUTE",
                                                    "HOUR_SECOND",
                                                    "MINUTE_SECOND",
                                                    "DAY_MICROSECOND",
                                                    "HOUR_MICROSECOND",
                                                    "MINUTE_MICROSECOND",
                                                    "SECOND_MICROSECOND"};

/// INTERVAL 1 DAY (MySQL), INTERVAL '1 day' (PostgreSQL).
Expr interval(Cursor& c) {
  const std::size_t begin = c.position();
  c.expect("INTERVAL");
  std::vector<Expr> args;
  const bool text = c.at_kind(Token::Kind::string);
  args.push_back(text ? string_literal(c) : expression(c));
  for (const auto unit : units)
    if (c.at(unit)) {
      args.push_back(literal_text(std::string(unit), c.advance()));
      break;
    }
  if (args.size() == 1 && args[0].kind == ExprKind::row) c.beyond("the function INTERVAL", c.since(begin));
  if (args.size() == 1 && (c.dialect() == Dialect::mysql || !text))
    c.fail_expected("a unit such as DAY or SECOND", {"SECOND", "MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "YEAR"});
  return call("INTERVAL", std::move(args), c.since(begin));
}

/// [[schema.]table.]column
Expr column(Cursor& c) {
  const std::size_t begin = c.position();
  Name last = c.at_name() ? c.any_name("a column name") : c.name("an expression");
  bool quoted = last.quoted;
  std::string qualifier;
  while (c.accept(".")) {
    qualifier = last.text;
    last = c.any_name("a column name");
    quoted = quoted || last.quoted;
  }
  Expr result = node(ExprKind::column, c.since(begin));
  result.qualifier = std::move(qualifier);
  result.name = std::move(last.text);
  result.quoted = quoted;
  return result;
}

Expr variable(Cursor& c) {
  std::string name(c.text().substr(1));
  const char quote = name.empty() ? '\0' : name[0];
  if (quote == '\'' || quote == '"' || quote == '`') name = decode_name(name);
  Expr result = node(ExprKind::variable, c.advance());
  result.name = std::move(name);
  return result;
}

/// `x::int`, `x COLLATE c`, `x AT TIME ZONE 'UTC'`.
Expr with_suffixes(Cursor& c, Expr inner, std::size_t begin) {
  while (!c.at_end()) {
    if (c.at("[") || c.at("AT TIME ZONE")) c.beyond(c.at("[") ? "an array" : "AT TIME ZONE", c.here());
    const bool is_cast = c.at("::"), is_collate = c.at("COLLATE");
    if (!is_cast && !is_collate) break;
    const Span sign = c.advance();
    c.grow_chain();
    if (is_cast) c.only_postgres(sign, "::", "write CAST(x AS type)");
    const std::size_t name = c.position();
    std::string text = is_cast ? type_name(c) : c.any_name("a collation").text;
    Expr text_node = literal_text(std::move(text), c.since(name));
    std::vector<Expr> args;
    args.push_back(std::move(inner));
    args.push_back(std::move(text_node));
    inner = call(is_cast ? "CAST" : "COLLATE", std::move(args), c.since(begin));
  }
  return inner;
}

bool at_typed_literal(const Cursor& c) {
  return c.at_kind(Token::Kind::string, 1) && c.at_any({"DATE", "TIMESTAMP", "DATETIME"});
}

Expr word_operand(Cursor& c) {
  if (auto value = constant(c)) return literal_node(std::move(*value), c.advance());
  if (c.at("CASE")) return case_when(c);
  if (c.at("EXISTS")) return exists(c);
  if (c.at("INTERVAL")) return interval(c);
  if (at_typed_literal(c)) return typed_literal(c);
  if (c.text().starts_with('_') && c.at_kind(Token::Kind::string, 1) && c.mysql()) {  // _utf8mb4'text'
    c.advance();
    return string_literal(c);
  }
  if (c.at("BINARY") && c.mysql() && !c.at("(", 1)) {
    const std::size_t begin = c.position();
    c.advance();
    const Cursor::Level level(c);
    std::vector<Expr> args;
    args.push_back(operand(c));
    return call("BINARY", std::move(args), c.since(begin));
  }
  if (c.at("ARRAY")) c.beyond("ARRAY", c.here());
  if (c.at("MATCH (") && c.mysql()) c.beyond("MATCH ... AGAINST", c.here());
  if (c.at("DEFAULT (")) c.beyond("the function DEFAULT", c.here());
  if (c.at("ROW (")) {
    c.advance();
    return parenthesised(c);
  }
  if (auto called = function_call(c)) return std::move(*called);
  return column(c);
}

/// A double-quoted token where an expression stands: MySQL's string, unless a dot makes it a name.
bool is_string(const Cursor& c) {
  return c.at_kind(Token::Kind::string) &&
         !(c.dialect() == Dialect::either && c.text().starts_with('"') && c.at(".", 1));
}

/// ?, $1, %s, :1: how other programs write parameters.
void refuse_foreign_parameters(const Cursor& c) {
  const bool numbered = (c.at("$") || c.at(":")) && c.at_kind(Token::Kind::number, 1);
  const bool format = c.at("% s") || c.at("% d");
  if (!c.at("?") && !numbered && !format) return;
  const std::string written = std::string(c.text()) + (c.at("?") ? std::string() : std::string(c.text(1)));
  const Span here = c.here();
  c.fail({here.begin, here.begin + written.size()}, "gridlock's parameters have names",
         "write :name instead of " + written);
}

void refuse_variable(const Cursor& c) {
  if (c.at("@") && c.dialect() == Dialect::postgres)
    c.fail(c.here(), "variables with @ are MySQL's, not PostgreSQL's", "write a :parameter");
}

Expr plain_operand(Cursor& c) {
  if (is_string(c)) return string_literal(c);
  if (c.at_kind(Token::Kind::number)) {
    Value value = decode_number(c.text(), c.dialect());
    return literal_node(std::move(value), c.advance());
  }
  if (c.at_kind(Token::Kind::parameter)) {
    Expr result = node(ExprKind::parameter, {});
    result.name = c.text().substr(1);
    result.span = c.advance();
    return result;
  }
  if (c.at_kind(Token::Kind::variable)) return variable(c);
  if (c.at("(")) return parenthesised(c);
  refuse_foreign_parameters(c);
  if (c.at_kind(Token::Kind::word) || c.at_name()) return word_operand(c);
  refuse_variable(c);
  c.fail_expected("an expression", {}, c.at("=") ? "SQL compares with one =" : "");
}

}  // namespace

Expr literal_text(std::string text, Span span) { return literal_node(std::move(text), span); }

Expr call(std::string name, std::vector<Expr> args, Span span) {
  Expr result = node(ExprKind::function, span);
  result.name = std::move(name);
  result.args = std::move(args);
  return result;
}

bool at_star(const Cursor& c) {
  std::size_t ahead = 0;
  while (c.at(".", ahead + 1) && !c.at_kind(Token::Kind::symbol, ahead)) ahead += 2;
  return c.at("*", ahead);
}

Expr star(Cursor& c) {
  const std::size_t begin = c.position();
  Expr result = node(ExprKind::star, {});
  while (!c.at("*")) {
    const Name name = c.any_name("a table name");
    result.qualifier = name.text;
    result.quoted = name.quoted;
    c.expect(".");
  }
  c.expect("*");
  result.span = c.since(begin);
  return result;
}

Expr operand(Cursor& c) {
  const std::size_t begin = c.position();
  return with_suffixes(c, plain_operand(c), begin);
}

}  // namespace gridlock::sql
