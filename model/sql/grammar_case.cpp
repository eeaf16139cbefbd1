// CASE and EXISTS.
#include "model/sql/grammar.h"

namespace gridlock::sql {
namespace {

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

}  // namespace

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

}  // namespace gridlock::sql
