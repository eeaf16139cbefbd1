// SELECT and the clauses that other statements share with it.
#include <array>

#include "model/sql/grammar.h"

namespace gridlock::sql {
namespace {

SelectItem select_item(Cursor& c) {
  if (at_star(c)) return {star(c), std::nullopt};
  SelectItem item{expression(c), std::nullopt};
  const bool after_as = c.accept("AS");
  if (c.at_kind(Token::Kind::string) && c.mysql()) {  // AS 'total'
    const Span span = c.here();
    item.alias = Name{c.string("an alias"), span, true};
  } else if (after_as) {
    item.alias = c.any_name("an alias");
  } else {
    item.alias = c.alias("an alias");
  }
  return item;
}

void modifiers(Cursor& c, Select& select) {
  while (true) {
    if (c.at("DISTINCT ON")) c.beyond("DISTINCT ON", c.here());
    if (c.accept("DISTINCT") || (c.mysql() && c.accept("DISTINCTROW"))) {
      select.distinct = true;
    } else if (!c.accept("ALL")) {
      if (!c.mysql() || !c.at_any({"HIGH_PRIORITY", "STRAIGHT_JOIN", "SQL_NO_CACHE", "SQL_CALC_FOUND_ROWS",
                                   "SQL_SMALL_RESULT", "SQL_BIG_RESULT", "SQL_BUFFER_RESULT"}))
        return;
      c.advance();
    }
  }
}

Expr row_count(Cursor& c) { return simple_expression(c); }

/// LIMIT n [OFFSET m], LIMIT m, n (MySQL), OFFSET m ROWS, FETCH FIRST n ROWS ONLY: true when one stood here.
bool limit(Cursor& c, Select& select) {
  if (c.accept("LIMIT")) {
    if (c.postgres() && c.accept("ALL")) return true;
    select.limit = row_count(c);
    if (c.at(",")) {
      c.only_mysql(c.here(), "LIMIT offset, count", "write LIMIT count OFFSET offset");
      c.advance();
      select.offset = std::move(select.limit);
      select.limit = row_count(c);
    }
    return true;
  }
  if (c.accept("OFFSET")) {
    select.offset = row_count(c);
    if (!c.accept("ROWS")) c.accept("ROW");
    return true;
  }
  if (!c.accept("FETCH FIRST") && !c.accept("FETCH NEXT")) return false;
  c.only_postgres(c.since(c.position() - 2), "FETCH FIRST", "write LIMIT n");
  Expr one;
  one.value = std::int64_t{1};
  select.limit = c.at_any({"ROW", "ROWS"}) ? one : row_count(c);
  if (!c.accept("ROWS")) c.expect("ROW");
  c.expect("ONLY");
  return true;
}

struct Strength {
  std::string_view words;
  LockStrength strength;
};

constexpr std::array strengths = {
    Strength{"FOR NO KEY UPDATE", LockStrength::no_key_update},
    Strength{"FOR KEY SHARE", LockStrength::key_share},
    Strength{"FOR UPDATE", LockStrength::update},
    Strength{"FOR SHARE", LockStrength::share},
};

void wait_policy(Cursor& c, LockingClause& clause) {
  if (c.accept("NOWAIT")) clause.wait = WaitPolicy::nowait;
  if (c.accept("SKIP")) {
    c.expect("LOCKED");
    clause.wait = WaitPolicy::skip_locked;
  }
  if (c.at("NO WAIT")) c.fail(c.here(), "NOWAIT is one word", "write NOWAIT");
  if (c.at("SKIPLOCKED") || c.at("SKIP_LOCKED")) c.fail(c.here(), "SKIP LOCKED is two words", "write SKIP LOCKED");
  if (c.at("WAIT") && c.at_kind(Token::Kind::number, 1)) c.beyond("WAIT n", c.here());  // MariaDB
}

LockStrength strength(Cursor& c) {
  const std::size_t begin = c.position();
  for (const auto& [words, strength] : strengths) {
    if (!c.accept(words)) continue;
    if (strength == LockStrength::no_key_update) c.only_postgres(c.since(begin), words, "write FOR UPDATE");
    if (strength == LockStrength::key_share) c.only_postgres(c.since(begin), words, "write FOR SHARE");
    return strength;
  }
  c.accept("FOR");
  c.fail_expected("UPDATE or SHARE after FOR", {"UPDATE", "SHARE", "KEY", "NO"});
}

/// One locking clause, if one stands here.
bool locking(Cursor& c, Select& select) {
  const std::size_t begin = c.position();
  LockingClause clause;
  if (c.accept("LOCK IN SHARE MODE")) {
    c.only_mysql(c.since(begin), "LOCK IN SHARE MODE", "write FOR SHARE");
    clause.strength = LockStrength::share;
  } else if (c.at("LOCK")) {
    c.expect("LOCK IN SHARE MODE");
  } else if (c.at("FOR")) {
    clause.strength = strength(c);
    if (c.accept("OF")) clause.of = c.names("a table name");
    wait_policy(c, clause);
  } else {
    return false;
  }
  clause.span = c.since(begin);
  select.locking.push_back(std::move(clause));
  return true;
}

/// Clauses behind ORDER BY. PostgreSQL takes LIMIT and the locking clauses in either order, MySQL LIMIT first.
void tail(Cursor& c, Select& select) {
  while (true) {
    const Span span = c.here();
    const bool locked = !select.locking.empty();
    if (limit(c, select)) {
      if (locked && c.dialect() == Dialect::mysql)
        c.complain(span, "LIMIT stands behind the locking clause", "write LIMIT n FOR UPDATE");
    } else if (!locking(c, select)) {
      return;
    }
  }
}

void group_by(Cursor& c, Select& select) {
  if (!c.at("GROUP")) return;
  c.expect("GROUP BY");
  if (c.at_any({"ROLLUP (", "CUBE (", "GROUPING SETS"})) c.beyond(std::string(c.text()), c.here());
  select.group_by = expressions(c);
  if (c.at("WITH ROLLUP")) c.beyond("WITH ROLLUP", c.here());
}

void refuse_other_clauses(const Cursor& c) {
  for (const std::string_view word : {"UNION", "INTERSECT", "EXCEPT", "WINDOW", "INTO"})
    if (c.at(word)) c.beyond(word == "INTO" ? "SELECT ... INTO" : std::string(word), c.here());
}

/// REQUIRES: no FROM.
void refuse_stars(Cursor& c, const Select& select) {
  for (const auto& item : select.items)
    if (item.expr.kind == ExprKind::star)
      c.complain(item.expr.span, "`" + std::string(c.slice_of(item.expr.span)) + "` without a FROM",
                 "write FROM and a table");
}

}  // namespace

bool at_subquery(const Cursor& c) {
  if (c.at("WITH") || c.at("VALUES") || c.at("TABLE")) c.beyond(std::string(c.text()) + " as a subquery", c.here());
  return c.at("SELECT");
}

std::shared_ptr<const Select> subquery(Cursor& c) {
  const Cursor::Level level(c);
  return std::make_shared<const Select>(select(c));
}

std::vector<SelectItem> select_items(Cursor& c) {
  std::vector<SelectItem> items;
  do {
    if (!items.empty() && c.at("*") && c.dialect() == Dialect::mysql)
      c.complain(c.here(), "`*` stands behind another result", "MySQL takes it only as the first; write table.* here");
    items.push_back(select_item(c));
  } while (c.accept(","));
  return items;
}

std::vector<SelectItem> returning(Cursor& c) {
  if (!c.accept("RETURNING")) return {};
  return select_items(c);
}

std::optional<Expr> where(Cursor& c) {
  if (!c.accept("WHERE")) return std::nullopt;
  if (c.at("CURRENT OF")) c.beyond("WHERE CURRENT OF", c.here());
  return expression(c);
}

std::vector<OrderItem> order_by(Cursor& c) {
  std::vector<OrderItem> items;
  if (!c.at("ORDER")) return items;
  c.expect("ORDER BY");
  do {
    OrderItem item{expression(c), false};
    if (c.accept("DESC"))
      item.descending = true;
    else
      c.accept("ASC");
    if (c.at_any({"NULLS FIRST", "NULLS LAST"}) || c.at("USING"))
      c.beyond("ORDER BY ... " + std::string(c.text()), c.here());
    items.push_back(std::move(item));
  } while (c.accept(","));
  return items;
}

StatementNode do_expressions(Cursor& c) {
  const Span span = c.advance();
  if (c.dialect() == Dialect::postgres || c.at_kind(Token::Kind::string) || c.at("LANGUAGE")) c.beyond("DO", span);
  Select result;
  for (auto& expr : expressions(c)) result.items.push_back({std::move(expr), std::nullopt});
  return result;
}

Select select(Cursor& c) {
  c.expect("SELECT");
  Select result;
  modifiers(c, result);
  result.items = select_items(c);
  refuse_other_clauses(c);
  if (c.accept("FROM")) {
    const bool nothing = c.dialect() != Dialect::postgres && c.accept("DUAL");
    if (!nothing) result.from = table_refs(c);
  }
  refuse_other_clauses(c);
  result.where = where(c);
  group_by(c, result);
  if (c.accept("HAVING")) result.having = expression(c);
  refuse_other_clauses(c);
  result.order_by = order_by(c);
  tail(c, result);
  refuse_other_clauses(c);
  if (result.from.empty() && (c.at_end() || c.at(")"))) refuse_stars(c, result);
  return result;
}

}  // namespace gridlock::sql
