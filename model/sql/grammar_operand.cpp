// What operators stand between: literals, names, parameters, parentheses, CASE, subqueries.
#include <array>

#include "model/sql/grammar.h"
#include "model/sql/literals.h"
#include "model/sql/words.h"

namespace gridlock::sql {
namespace {

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
