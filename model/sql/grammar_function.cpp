// Function calls, and the special forms that look like them.
#include <array>

#include "model/sql/grammar.h"
#include "model/sql/words.h"

namespace gridlock::sql {
namespace {

/// CURRENT_TIMESTAMP and its like need no parentheses.
bool is_bare_function(const Cursor& c) {
  if (c.at_any({"CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME", "LOCALTIME", "LOCALTIMESTAMP", "CURRENT_USER"}))
    return true;
  if (c.dialect() != Dialect::postgres && c.at_any({"UTC_DATE", "UTC_TIME", "UTC_TIMESTAMP"})) return true;
  return c.dialect() != Dialect::mysql && c.at_any({"SESSION_USER", "CURRENT_ROLE", "CURRENT_SCHEMA"});
}

Expr unit_literal(Cursor& c) {
  if (!c.at_kind(Token::Kind::word)) c.fail_expected("a unit such as DAY or SECOND");
  const std::string unit = upper_case(c.text());
  return literal_text(unit, c.advance());
}

/// CAST(x AS type), CONVERT(x, type), CONVERT(x USING charset).
Expr cast(Cursor& c) {
  const std::size_t begin = c.position();
  const bool convert = c.at("CONVERT");
  c.advance();
  c.expect("(");
  std::vector<Expr> args;
  args.push_back(expression(c));
  if (convert && c.at("USING")) c.beyond("CONVERT ... USING", c.here());
  c.expect(convert ? "," : "AS");
  const std::size_t name = c.position();
  std::string text = type_name(c);
  args.push_back(literal_text(std::move(text), c.since(name)));
  if (c.at("ARRAY") || c.at("AT")) c.beyond("CAST to " + std::string(c.text()), c.here());
  c.expect(")");
  return call("CAST", std::move(args), c.since(begin));
}

/// EXTRACT(YEAR FROM x)
Expr extract(Cursor& c) {
  const std::size_t begin = c.position();
  c.expect("EXTRACT (");
  std::vector<Expr> args;
  args.push_back(unit_literal(c));
  c.expect("FROM");
  args.push_back(expression(c));
  c.expect(")");
  return call("EXTRACT", std::move(args), c.since(begin));
}

/// TIMESTAMPDIFF(SECOND, a, b): the first argument is a unit, no column.
bool takes_unit(const Cursor& c) { return c.mysql() && c.at_any({"TIMESTAMPDIFF (", "TIMESTAMPADD ("}); }

/// VALUES(column): the value that the row would have had.
Expr inserted(Cursor& c) {
  const std::size_t begin = c.position();
  c.expect("VALUES (");
  Expr result;
  result.kind = ExprKind::inserted;
  Name column = c.name("a column name");
  while (c.accept(".")) column = c.any_name("a column name");
  result.name = column.text;
  result.quoted = column.quoted;
  c.expect(")");
  result.span = c.since(begin);
  return result;
}

/// SUBSTRING(x FROM 2 FOR 3) is SUBSTRING(x, 2, 3).
void words_as_commas(Cursor& c, const std::string& name, std::vector<Expr>& args) {
  const bool substring = name == "SUBSTRING" || name == "SUBSTR" || name == "MID";
  if (substring && args.size() == 1 && c.accept("FROM")) args.push_back(expression(c));
  if (substring && args.size() == 2 && c.accept("FOR")) args.push_back(expression(c));
}

void refuse_clauses(const Cursor& c, const std::string& name) {
  const bool has_from = name == "TRIM" || name == "OVERLAY" || name == "WEIGHT_STRING";
  for (const std::string_view word : {"ORDER", "SEPARATOR", "USING", "PLACING", "FROM", "AS"})
    if (c.at(word) && (has_from || (word != "FROM" && word != "AS")))
      c.beyond(std::string(word) + " inside a function's parentheses", c.here());
}

void refuse_windows(const Cursor& c) {
  for (const std::string_view pattern : {"OVER (", "FILTER (", "WITHIN GROUP"})
    if (c.at(pattern)) c.beyond(std::string(pattern.substr(0, pattern.find(' '))), c.here());
  if (c.at("OVER") && c.at_kind(Token::Kind::word, 1)) c.beyond("OVER", c.here());
}

Expr named_call(Cursor& c) {
  const std::size_t begin = c.position();
  Expr result;
  result.kind = ExprKind::function;
  const bool unit = takes_unit(c);
  if (c.at_kind(Token::Kind::word, 0) && c.at(".", 1)) {
    result.qualifier = c.text();
    c.advance();
    c.advance();
  }
  const Name name = c.any_name("a function name");
  result.name = upper_case(name.text);
  c.expect("(");
  if (unit) result.args.push_back(unit_literal(c));
  if (!c.at(")")) {
    result.distinct = c.accept("DISTINCT");
    if (!result.distinct) c.accept("ALL");
    if (result.name == "TRIM" && c.at_any({"BOTH", "LEADING", "TRAILING"})) c.beyond("TRIM ... FROM", c.here());
    if (result.name == "POSITION") result.args.push_back(simple_expression(c));
    const bool position = result.name == "POSITION" && c.accept("IN");
    if (result.args.empty() && at_star(c) && (c.postgres() || result.name == "COUNT"))
      result.args.push_back(star(c));
    else if (result.args.empty() || position || c.accept(","))
      for (auto& arg : expressions(c)) result.args.push_back(std::move(arg));
    words_as_commas(c, result.name, result.args);
  }
  refuse_clauses(c, result.name);
  if (!c.accept(")")) c.fail_expected("`,` or `)`");
  result.span = c.since(begin);
  refuse_windows(c);
  return result;
}

/// name( or schema.name(
bool at_call(const Cursor& c) {
  if (c.at(".", 1)) return c.at_kind(Token::Kind::word, 2) && c.at("(", 3);
  if (!c.at("(", 1)) return false;
  return c.at_name() || is_callable(c.text());
}

}  // namespace

std::optional<Expr> function_call(Cursor& c) {
  if (!c.at_kind(Token::Kind::word)) return std::nullopt;
  if (c.at_any({"CAST (", "CONVERT ("})) return cast(c);
  if (c.at("EXTRACT (")) return extract(c);
  if (c.at("VALUES (") && c.mysql()) return inserted(c);
  if (at_call(c)) return named_call(c);
  if (!is_bare_function(c)) return std::nullopt;
  const std::string name = upper_case(c.text());
  return call(name, {}, c.advance());
}

}  // namespace gridlock::sql
