// INSERT and REPLACE in all their forms.
#include "model/sql/grammar.h"
#include "model/sql/words.h"

namespace gridlock::sql {
namespace {

void insert_modifiers(Cursor& c, Insert& insert) {
  while (c.at_any({"LOW_PRIORITY", "DELAYED", "HIGH_PRIORITY", "IGNORE"})) {
    const Span span = c.here();
    if (c.accept("IGNORE")) {
      if (insert.kind == Insert::Kind::replace) c.fail(span, "REPLACE has no IGNORE", "leave IGNORE out");
      insert.kind = Insert::Kind::insert_ignore;
      c.only_mysql(span, "INSERT IGNORE", "write INSERT ... ON CONFLICT DO NOTHING");
    } else {
      c.only_mysql(span, c.slice_of(span), "leave it out");
      c.advance();
    }
  }
}

/// (a, b, c), or nothing. A `(` before SELECT begins no list of columns.
std::vector<Name> column_list(Cursor& c) {
  if (!c.at("(") || c.at("( SELECT") || c.at("( (")) return {};
  if (c.accept("( )")) return {};
  c.expect("(");
  std::vector<Name> columns;
  do {
    Name column = c.name("a column name");
    while (c.accept(".")) column = c.any_name("a column name");
    columns.push_back(std::move(column));
  } while (c.accept(","));
  if (!c.accept(")")) c.fail_expected("`,` or `)`");
  return columns;
}

std::vector<Expr> value_row(Cursor& c) {
  if (c.mysql()) c.accept("ROW");
  if (!c.at("(")) c.fail_expected("`(` and the values of a row", {}, "write VALUES (a, b), (c, d)");
  c.expect("(");
  std::vector<Expr> row;
  if (c.mysql() && c.accept(")")) return row;
  do row.push_back(value_or_default(c));
  while (c.accept(","));
  if (!c.accept(")")) c.fail_expected("`,` or `)`");
  return row;
}

void value_rows(Cursor& c, Insert& insert) {
  do insert.rows.push_back(value_row(c));
  while (c.accept(","));
}

/// SET a = 1, b = 2: one row.
void set_form(Cursor& c, Insert& insert) {
  c.only_mysql(c.since(c.position() - 1), "INSERT ... SET", "write INSERT INTO t (a, b) VALUES (1, 2)");
  insert.rows.emplace_back();
  for (auto& assignment : assignments(c)) {
    insert.columns.push_back(std::move(assignment.column));
    insert.rows[0].push_back(std::move(assignment.value));
  }
}

void select_form(Cursor& c, Insert& insert) {
  const bool parenthesised = c.accept("(");
  insert.select = subquery(c);
  if (parenthesised) c.expect(")");
}

void source(Cursor& c, Insert& insert) {
  if (c.accept("OVERRIDING SYSTEM VALUE") || c.accept("OVERRIDING USER VALUE"))
    c.only_postgres(c.since(c.position() - 3), "OVERRIDING", "leave it out");
  if (c.accept("VALUES") || (c.mysql() && c.accept("VALUE"))) return value_rows(c, insert);
  if (c.at("SELECT") || c.at("( SELECT")) return select_form(c, insert);
  if (insert.columns.empty() && c.accept("SET")) return set_form(c, insert);
  if (c.accept("DEFAULT VALUES")) {
    c.only_postgres(c.since(c.position() - 2), "DEFAULT VALUES", "write () VALUES ()");
    insert.rows.emplace_back();
    return;
  }
  if (c.at("WITH") || c.at("TABLE")) c.beyond("INSERT ... " + upper_case(c.text()), c.here());
  c.fail_expected("VALUES, SELECT or SET", {"VALUES", "SELECT", "SET", "VALUE"});
}

/// VALUES (...) AS new(m, n): m and n are other names of the columns.
struct RowAlias {
  std::string name;
  std::vector<Name> columns;
};

RowAlias row_alias(Cursor& c, Insert& insert) {
  RowAlias alias;
  if (!c.at("AS")) return alias;
  const std::size_t begin = c.position();
  c.advance();
  insert.row_alias = c.name("an alias");
  alias.name = insert.row_alias->text;
  if (c.at("(")) alias.columns = c.names_in_parentheses("a column alias");
  c.only_mysql(c.since(begin), "an alias of the new row", "write EXCLUDED.column in ON CONFLICT");
  if (!alias.columns.empty() && alias.columns.size() != insert.columns.size())
    c.beyond("aliases of columns that are not named", c.since(begin));
  return alias;
}

/// Turns `new.x` (and an aliased column) into a node of the kind `inserted`.
void name_inserted(Expr& expr, const Insert& insert, const RowAlias& alias) {
  for (auto& arg : expr.args) name_inserted(arg, insert, alias);
  const bool qualified = same_name(expr.qualifier, alias.name);
  if (expr.kind != ExprKind::column || (!qualified && (!expr.qualifier.empty() || alias.columns.empty()))) return;
  for (std::size_t i = 0; i < alias.columns.size(); ++i)
    if (same_name(alias.columns[i].text, expr.name)) {
      expr.kind = ExprKind::inserted;
      expr.qualifier = alias.name;
      expr.name = insert.columns[i].text;
      return;
    }
  if (qualified) expr.kind = ExprKind::inserted;
}

void on_duplicate_key(Cursor& c, Insert& insert, const RowAlias& alias) {
  const std::size_t begin = c.position();
  if (!c.accept("ON DUPLICATE")) return;
  c.expect("KEY UPDATE");
  c.only_mysql(c.since(begin), "ON DUPLICATE KEY UPDATE", "write ON CONFLICT (columns) DO UPDATE SET ...");
  insert.on_duplicate_key = assignments(c);
  if (alias.name.empty()) return;
  for (auto& assignment : insert.on_duplicate_key) name_inserted(assignment.value, insert, alias);
}

void conflict_target(Cursor& c, Insert::OnConflict& conflict) {
  if (c.accept("ON CONSTRAINT")) {
    conflict.constraint = c.name("a constraint name");
    return;
  }
  if (!c.accept("(")) return;
  do {
    if (c.at("(") || c.at("(", 1)) c.beyond("ON CONFLICT of an expression", c.here());
    conflict.target.push_back(c.name("a column name"));
    if (c.at("COLLATE")) c.beyond("ON CONFLICT ... COLLATE", c.here());
  } while (c.accept(","));
  if (!c.accept(")")) c.fail_expected("`,` or `)`");
  if (c.at("WHERE")) c.beyond("ON CONFLICT of a partial index", c.here());
}

/// EXCLUDED.x is the row that was to be inserted.
void name_excluded(Expr& expr) {
  for (auto& arg : expr.args) name_excluded(arg);
  if (expr.kind == ExprKind::column && same_name(expr.qualifier, "excluded")) expr.kind = ExprKind::inserted;
}

void on_conflict(Cursor& c, Insert& insert) {
  const std::size_t begin = c.position();
  if (!c.accept("ON CONFLICT")) return;
  Insert::OnConflict conflict;
  conflict_target(c, conflict);
  c.expect("DO");
  if (!c.accept("NOTHING")) {
    if (!c.at("UPDATE")) c.fail_expected("NOTHING or UPDATE", {"NOTHING", "UPDATE"});
    c.expect("UPDATE SET");
    conflict.do_nothing = false;
    conflict.set = assignments(c);
    conflict.where = where(c);
    for (auto& assignment : conflict.set) name_excluded(assignment.value);
    if (conflict.where) name_excluded(*conflict.where);
  }
  conflict.span = c.since(begin);
  c.only_postgres(
      conflict.span, "ON CONFLICT",
      conflict.do_nothing ? "write INSERT IGNORE" : "write ON DUPLICATE KEY UPDATE column = VALUES(column)");
  insert.on_conflict = std::move(conflict);
}

}  // namespace

StatementNode insert(Cursor& c) {
  Insert result;
  const bool replace = c.at("REPLACE");
  const Span verb = c.advance();
  if (replace) {
    result.kind = Insert::Kind::replace;
    c.only_mysql(verb, "REPLACE", "write INSERT ... ON CONFLICT (columns) DO UPDATE SET ...");
  }
  insert_modifiers(c, result);
  if (!c.accept("INTO")) {
    if (c.dialect() == Dialect::postgres) c.fail_expected("INTO", {"INTO"});
    if (c.at_kind(Token::Kind::word, 1) && did_you_mean(c.text(), {"INTO"}) == "INTO")
      c.fail_expected("INTO", {"INTO"});
  }
  result.table = table_name(c);
  if (c.at("PARTITION (")) c.beyond("PARTITION", c.here());
  if (c.postgres() && c.at("AS")) result.table.alias = c.alias("an alias");
  result.columns = column_list(c);
  source(c, result);
  const RowAlias alias = row_alias(c, result);
  on_duplicate_key(c, result, alias);
  on_conflict(c, result);
  result.returning = returning(c);
  return result;
}

}  // namespace gridlock::sql
