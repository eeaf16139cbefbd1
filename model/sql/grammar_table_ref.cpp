// Tables, and how they are joined.
#include "model/sql/grammar.h"

namespace gridlock::sql {
namespace {

/// FORCE INDEX (a), USE INDEX FOR JOIN (a, b), IGNORE INDEX (a).
void index_hints(Cursor& c, TableRef& ref) {
  while (c.at_any({"USE INDEX", "USE KEY", "FORCE INDEX", "FORCE KEY", "IGNORE INDEX", "IGNORE KEY"})) {
    const std::size_t begin = c.position();
    const bool ignore = c.at("IGNORE");
    c.advance();
    c.advance();
    c.only_mysql(c.since(begin), "an index hint", "leave it out");
    if (ignore) c.beyond("IGNORE INDEX", c.since(begin));
    if (c.accept("FOR"))
      if (!c.accept("JOIN") && !c.accept("ORDER BY")) c.expect("GROUP BY");
    c.expect("(");
    while (!c.at(")")) {
      ref.force_index.push_back(c.any_name("an index name"));
      if (!c.accept(",")) break;
    }
    c.expect(")");
  }
}

void refuse_other_sources(const Cursor& c) {
  if (c.at("( SELECT") || c.at("( WITH") || c.at("( VALUES")) c.beyond("a subquery in FROM", c.here());
  if (c.at("(")) c.beyond("parentheses in FROM", c.here());
  if (c.at("LATERAL") || c.at("JSON_TABLE")) c.beyond(std::string(c.text()), c.here());
}

/// a JOIN b USING (x, y) is a JOIN b ON a.x = b.x AND a.y = b.y.
Expr joined_using(Cursor& c, const TableRef& left, const TableRef& right) {
  const std::size_t begin = c.position();
  c.expect("USING");
  std::optional<Expr> result;
  for (const auto& column : c.names_in_parentheses("a column name")) {
    Expr equal;
    equal.kind = ExprKind::binary;
    equal.op = Op::equal;
    for (const auto* table : {&left, &right}) {
      Expr side;
      side.kind = ExprKind::column;
      side.qualifier = table->binding();
      side.name = column.text;
      side.quoted = column.quoted || (table->alias ? table->alias->quoted : table->table.quoted);
      side.span = column.span;
      equal.args.push_back(std::move(side));
    }
    if (!result) {
      result = std::move(equal);
      continue;
    }
    c.grow_chain();
    Expr both;
    both.kind = ExprKind::binary;
    both.op = Op::logical_and;
    both.args = {std::move(*result), std::move(equal)};
    result = std::move(both);
  }
  result->span = c.since(begin);
  return std::move(*result);
}

void refuse_other_joins(const Cursor& c) {
  for (const std::string_view word : {"RIGHT JOIN", "RIGHT OUTER JOIN", "FULL JOIN", "FULL OUTER JOIN", "NATURAL"})
    if (c.at(word)) c.beyond(std::string(word), c.here());
}

/// ON condition, USING (columns), or nothing where that is allowed.
std::optional<Expr> join_condition(Cursor& c, const TableRef& left, const TableRef& right, bool needed) {
  const bool of_insert =
      c.at("ON DUPLICATE KEY") || c.at("ON CONFLICT");  // INSERT ... SELECT ... JOIN b ON DUPLICATE KEY
  if (!of_insert && c.accept("ON")) return expression(c);
  if (c.at("USING (")) return joined_using(c, left, right);
  if (needed) c.fail_expected("ON or USING after the joined table", {"ON", "USING"});
  return std::nullopt;
}

/// The join word, if one stands here. `needs_condition` says whether ON or USING must follow.
std::optional<TableRef::Join> join_word(Cursor& c, bool& needs_condition) {
  needs_condition = false;
  refuse_other_joins(c);
  if (c.accept(",")) return TableRef::Join::comma;
  if (c.accept("CROSS")) {
    c.expect("JOIN");
    return TableRef::Join::inner;
  }
  if (c.mysql() && c.accept("STRAIGHT_JOIN")) return TableRef::Join::inner;
  if (c.at("LEFT")) {
    c.advance();
    c.accept("OUTER");
    c.expect("JOIN");
    needs_condition = true;
    return TableRef::Join::left;
  }
  if (!c.accept("INNER") && !c.at("JOIN")) return std::nullopt;
  c.expect("JOIN");
  needs_condition = c.dialect() == Dialect::postgres;
  return TableRef::Join::inner;
}

}  // namespace

TableRef table_name(Cursor& c) {
  TableRef ref;
  ref.table = c.name("a table name");
  if (c.accept(".")) {
    ref.schema = std::move(ref.table);
    ref.table = c.any_name("a table name");
  }
  return ref;
}

TableRef table_ref(Cursor& c) {
  refuse_other_sources(c);
  const std::size_t begin = c.position();
  if (c.at("ONLY") && c.postgres() && !c.at("(", 1)) c.advance();
  TableRef ref = table_name(c);
  if (c.at("(")) c.beyond("a function in FROM", c.since(begin));
  if (c.at("PARTITION (")) c.beyond("PARTITION", c.here());
  ref.alias = c.alias("an alias");
  if (c.at("TABLESAMPLE")) c.beyond("TABLESAMPLE", c.here());
  index_hints(c, ref);
  return ref;
}

std::vector<TableRef> table_refs(Cursor& c) {
  std::vector<TableRef> refs;
  refs.push_back(table_ref(c));
  bool needs_condition = false;
  while (const auto join = join_word(c, needs_condition)) {
    TableRef ref = table_ref(c);
    ref.join = *join;
    if (*join != TableRef::Join::comma) ref.on = join_condition(c, refs.back(), ref, needs_condition);
    refs.push_back(std::move(ref));
  }
  return refs;
}

}  // namespace gridlock::sql
