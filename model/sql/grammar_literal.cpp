// Literals, and the nodes that are made of words.
#include "model/sql/grammar.h"
#include "model/sql/words.h"

namespace gridlock::sql {
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

/// INTERVAL 1 DAY (MySQL), INTERVAL '1 day' (PostgreSQL).
Expr interval(Cursor& c) {
  const std::size_t begin = c.position();
  c.expect("INTERVAL");
  std::vector<Expr> args;
  const bool text = c.at_kind(Token::Kind::string);
  args.push_back(text ? string_literal(c) : expression(c));
  if (is_interval_unit(c.text())) {
    std::string unit = upper_case(c.text());
    args.push_back(literal_text(std::move(unit), c.advance()));
  }
  if (args.size() == 1 && args[0].kind == ExprKind::row) c.beyond("the function INTERVAL", c.since(begin));
  if (args.size() == 1 && (c.dialect() == Dialect::mysql || !text))
    c.fail_expected("a unit such as DAY or SECOND", {"SECOND", "MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "YEAR"});
  return call("INTERVAL", std::move(args), c.since(begin));
}

Expr literal_text(std::string text, Span span) { return literal_node(std::move(text), span); }

Expr call(std::string name, std::vector<Expr> args, Span span) {
  Expr result = node(ExprKind::function, span);
  result.name = std::move(name);
  result.args = std::move(args);
  return result;
}

}  // namespace gridlock::sql
