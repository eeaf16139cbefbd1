// UPDATE and DELETE.
#include "model/sql/grammar.h"

namespace gridlock::sql {
namespace {

Assignment assignment(Cursor& c) {
  if (c.at("(")) c.beyond("SET (a, b) = ...", c.here());
  Assignment result;
  result.column = c.name("a column name");
  while (c.accept(".")) {
    result.table = std::move(result.column);
    result.column = c.any_name("a column name");
  }
  if (c.at("[")) c.beyond("an array", c.here());
  if (!c.accept("=") && !(c.mysql() && c.accept(":="))) c.fail_expected("`=`");
  result.value = value_or_default(c);
  return result;
}

void order_and_limit(Cursor& c, std::vector<OrderItem>& order, std::optional<Expr>& limit) {
  const std::size_t begin = c.position();
  order = order_by(c);
  if (c.accept("LIMIT")) limit = simple_expression(c);
  if (c.position() > begin)
    c.only_mysql(c.since(begin), "ORDER BY or LIMIT here", "write WHERE id IN (SELECT id ... ORDER BY ... LIMIT n)");
}

/// LOW_PRIORITY, QUICK and IGNORE before the table.
void change_modifiers(Cursor& c) {
  if (c.mysql() && c.at("IGNORE")) c.beyond("IGNORE here", c.here());
  while (c.mysql() && c.at_any({"LOW_PRIORITY", "QUICK"}) && !c.at("SET", 1) && !c.at("FROM", 2)) c.advance();
}

/// The tables of a MySQL delete from a join: those that are read move behind the one that loses rows.
void split_targets(Cursor& c, const Name& target, std::vector<TableRef> refs, Delete& result) {
  for (std::size_t i = 0; i < refs.size(); ++i) {
    if (!same_name(refs[i].binding(), target.text)) continue;
    if (i > 0) c.beyond("DELETE from a table that is not the first of the join", target.span);
    result.table = std::move(refs[0]);
    refs.erase(refs.begin());
    result.using_tables = std::move(refs);
    return;
  }
  c.fail(target.span, "`" + target.text + "` is none of the tables of this DELETE", "name a table or its alias");
}

/// DELETE a FROM a JOIN b ..., DELETE FROM a USING a JOIN b ... (MySQL).
void delete_from_join(Cursor& c, Delete& result) {
  if (c.at("*")) c.fail(c.here(), "expected FROM, found `*`", "write DELETE FROM: whole rows are deleted");
  const Name target = c.name("FROM or a table name");
  if (c.accept(".")) c.expect("*");
  if (c.at(",")) c.beyond("DELETE from several tables", c.here());
  if (!c.at("FROM") && !did_you_mean(target.text, {"FROM"}).empty())
    c.fail(target.span, "expected FROM, found `" + target.text + "`", "did you mean FROM?");
  if (!c.at("FROM")) c.fail_expected("FROM", {}, "write DELETE FROM " + target.text);
  c.expect("FROM");
  c.only_mysql(target.span, "DELETE table FROM", "write DELETE FROM table USING ...");
  split_targets(c, target, table_refs(c), result);
}

void delete_from(Cursor& c, Delete& result) {
  result.table = table_ref(c);
  if (c.at(",")) c.beyond("DELETE from several tables", c.here());
  if (!c.accept("USING")) return;
  auto refs = table_refs(c);
  const bool mysql_form = same_name(refs[0].binding(), result.table.binding()) && c.mysql();
  if (mysql_form) {
    const Name target = result.table.table;
    split_targets(c, target, std::move(refs), result);
  } else {
    c.only_postgres(c.here(), "DELETE FROM a USING b", "write DELETE a FROM a JOIN b ...");
    result.using_tables = std::move(refs);
  }
}

}  // namespace

std::vector<Assignment> assignments(Cursor& c) {
  std::vector<Assignment> result;
  do result.push_back(assignment(c));
  while (c.accept(","));
  return result;
}

StatementNode update(Cursor& c) {
  c.expect("UPDATE");
  change_modifiers(c);
  Update result;
  result.tables = table_refs(c);
  if (!c.at("SET")) c.fail_expected("SET", {"SET"}, c.at("=") ? "write SET before the assignments" : "");
  if (result.tables.size() > 1)
    c.only_mysql(result.tables[1].table.span, "an UPDATE of several tables", "write UPDATE a SET ... FROM b WHERE ...");
  c.expect("SET");
  result.set = assignments(c);
  if (c.at("FROM")) {
    const Span span = c.advance();
    c.only_postgres(span, "UPDATE ... FROM", "write UPDATE a JOIN b ON ... SET ...");
    result.from = table_refs(c);
  }
  result.where = where(c);
  order_and_limit(c, result.order_by, result.limit);
  result.returning = returning(c);
  return result;
}

StatementNode delete_rows(Cursor& c) {
  c.expect("DELETE");
  change_modifiers(c);
  Delete result;
  if (c.accept("FROM"))
    delete_from(c, result);
  else
    delete_from_join(c, result);
  result.where = where(c);
  order_and_limit(c, result.order_by, result.limit);
  result.returning = returning(c);
  return result;
}

}  // namespace gridlock::sql
