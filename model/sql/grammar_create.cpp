// CREATE TABLE, CREATE INDEX, DROP, TRUNCATE.
#include <algorithm>

#include "model/sql/grammar.h"
#include "model/sql/words.h"

namespace gridlock::sql {
namespace {

/// [schema.]table; the schema is left out.
Name defined_name(Cursor& c, std::string_view what) {
  Name name = c.name(what);
  if (c.accept(".")) name = c.any_name(what);
  return name;
}

bool if_not_exists(Cursor& c) {
  if (!c.accept("IF")) return false;
  c.expect("NOT EXISTS");
  return true;
}

bool if_exists(Cursor& c) {
  if (!c.accept("IF")) return false;
  c.expect("EXISTS");
  return true;
}

std::string option_value(Cursor& c) {
  c.accept("=");
  if (c.at_kind(Token::Kind::string)) return c.string("a value");
  if (c.at_kind(Token::Kind::quoted_name)) return c.any_name("a value").text;
  if (c.at("(")) {
    skip_parentheses(c);
    return {};
  }
  if (!c.at_kind(Token::Kind::word) && !c.at_kind(Token::Kind::number)) c.fail_expected("a value");
  return std::string(c.slice_of(c.advance()));
}

/// ENGINE=InnoDB, DEFAULT CHARSET=utf8mb4, COMMENT='x', ...: any `name [=] value` is an option.
void table_option(Cursor& c, CreateTable& table) {
  const std::size_t begin = c.position();
  c.accept("DEFAULT");
  if (c.at("PARTITION BY")) c.beyond("PARTITION BY", c.here());
  if (c.at_any({"AS", "SELECT", "INHERITS", "ON", "TABLESPACE", "USING"}))
    c.beyond("CREATE TABLE ... " + upper_case(c.text()), c.here());
  if (c.at("WITH") || c.at("WITHOUT")) c.beyond("CREATE TABLE ... WITH", c.here());
  if (!c.at_kind(Token::Kind::word)) c.fail_expected("a table option or the end of the statement");
  if (const std::string meant = did_you_mean(c.text(), table_option_words()); !meant.empty() && !c.at(meant))
    c.fail(c.here(), "unknown table option `" + std::string(c.text()) + "`", "did you mean " + meant + "?");
  const bool charset = c.at("CHARACTER SET");
  std::string name = upper_case(c.slice_of(c.advance()));
  if (charset) c.advance();
  if (c.at_kind(Token::Kind::word) && c.at_any({"DIRECTORY"})) c.advance();
  const std::string value = option_value(c);
  c.only_mysql(c.since(begin), "the table option " + name, "leave it out");
  if (name == "ENGINE") table.engine = value;
  if (name == "COLLATE" || ((name == "CHARSET" || name == "CHARACTER") && table.charset_or_collation.empty()))
    table.charset_or_collation = value;
  if (name == "AUTO_INCREMENT")
    if (const auto number = parse_number(value)) table.auto_increment = as_integer(*number);
}

/// Columns of a primary key are never null.
void primary_key_is_not_null(CreateTable& table) {
  for (const auto& key : table.keys) {
    if (key.kind != KeyDef::Kind::primary) continue;
    for (auto& column : table.columns)
      if (std::any_of(key.columns.begin(), key.columns.end(),
                      [&](const KeyColumn& part) { return same_name(part.name.text, column.name.text); }))
        column.not_null = true;
  }
}

StatementNode create_table(Cursor& c, bool temporary) {
  c.expect("TABLE");
  CreateTable table;
  table.temporary = temporary;
  table.if_not_exists = if_not_exists(c);
  table.name = defined_name(c, "a table name");
  if (c.at_any({"LIKE", "AS", "SELECT", "PARTITION", "OF", "( LIKE"}))
    c.beyond("CREATE TABLE ... " + upper_case(c.text()), c.here());
  if (!c.at("(")) c.fail_expected("`(` and the table's columns");
  c.expect("(");
  do {
    if (c.at(")") && table.columns.empty() && table.keys.empty() && c.dialect() == Dialect::postgres) break;
    if (c.at(")") && table.columns.empty())
      c.fail(c.here(), "a table has at least one column", "write (id INT PRIMARY KEY)");
    if (c.at(")")) c.fail(c.here(), "a comma stands before the closing parenthesis", "leave the last comma out");
    table_element(c, table);
  } while (c.accept(","));
  if (!c.accept(")"))
    c.fail_expected("`,` or `)`",
                    {"NOT", "NULL", "DEFAULT", "PRIMARY", "UNIQUE", "REFERENCES", "AUTO_INCREMENT", "CHECK"},
                    c.at_name() ? "write a comma between two columns" : "");
  while (!c.at_end()) {
    table_option(c, table);
    c.accept(",");
  }
  primary_key_is_not_null(table);
  return table;
}

StatementNode create_index(Cursor& c, bool unique) {
  const std::size_t begin = c.position();
  c.expect("INDEX");
  CreateIndex index;
  index.key.kind = unique ? KeyDef::Kind::unique : KeyDef::Kind::plain;
  index.concurrently = c.accept("CONCURRENTLY");
  if (index.concurrently) c.only_postgres(c.since(begin), "CONCURRENTLY", "leave it out");
  index.if_not_exists = if_not_exists(c);
  if (!c.at("ON")) index.key.name = c.name("an index name").text;
  if (c.at("USING")) key_options(c);
  if (!c.at("ON")) c.fail_expected("ON", {"ON"});
  c.expect("ON");
  if (c.postgres() && !c.at("(", 1)) c.accept("ONLY");
  index.table = defined_name(c, "a table name");
  key_options(c);
  index.key.columns = key_columns(c);
  index.key.span = c.since(begin);
  key_options(c);
  if (c.at("WHERE")) c.beyond("a partial index", c.here());
  if (c.at("WITH (") || c.at("NULLS") || c.at("TABLESPACE"))
    c.beyond("CREATE INDEX ... " + upper_case(c.text()), c.here());
  while (c.mysql() && c.at_any({"ALGORITHM", "LOCK"})) {
    c.advance();
    option_value(c);
  }
  return index;
}

std::vector<Name> defined_names(Cursor& c) {
  std::vector<Name> names;
  do names.push_back(defined_name(c, "a table name"));
  while (c.accept(","));
  return names;
}

void cascade_or_restrict(Cursor& c) {
  if (c.at("CASCADE") && c.postgres()) c.beyond("CASCADE", c.here());
  if (!c.accept("RESTRICT")) c.accept("CASCADE");  // both say nothing in MySQL
}

StatementNode drop_index(Cursor& c) {
  DropIndex drop;
  if (c.accept("CONCURRENTLY")) c.only_postgres(c.since(c.position() - 1), "CONCURRENTLY", "leave it out");
  drop.if_exists = if_exists(c);
  drop.name = defined_name(c, "an index name");
  if (c.at(",")) c.beyond("DROP INDEX of several indexes", c.here());
  if (c.accept("ON")) {
    c.only_mysql(c.since(c.position() - 1), "DROP INDEX ... ON", "leave ON and the table out");
    drop.table = defined_name(c, "a table name");
  } else if (c.dialect() == Dialect::mysql) {
    c.fail_expected("ON and the table's name", {"ON"});
  }
  cascade_or_restrict(c);
  return drop;
}

}  // namespace

void refuse_other_kinds(const Cursor& c, std::string_view verb) {
  if (is_other_kind(c.text())) c.beyond(std::string(verb) + " " + upper_case(c.text()), c.here());
  if (verb == "ALTER") c.fail_expected("TABLE", {"TABLE"});
  c.fail_expected("TABLE or INDEX", {"TABLE", "INDEX", "UNIQUE", "TEMPORARY"});
}

StatementNode create(Cursor& c) {
  c.expect("CREATE");
  if (c.at("TEMPORARY TABLE") || c.at("TEMP TABLE")) {
    c.advance();
    return create_table(c, true);
  }
  c.accept("UNLOGGED");
  if (c.at("TABLE")) return create_table(c, false);
  if (c.at("INDEX")) return create_index(c, false);
  if (c.at("UNIQUE") && !c.at("INDEX", 1)) {
    c.advance();
    c.fail_expected("INDEX after UNIQUE", {"INDEX"});
  }
  if (c.accept("UNIQUE")) return create_index(c, true);
  refuse_other_kinds(c, "CREATE");
}

StatementNode drop(Cursor& c) {
  c.expect("DROP");
  if (c.accept("INDEX")) return drop_index(c);
  if (c.mysql()) c.accept("TEMPORARY");
  if (!c.at("TABLE")) refuse_other_kinds(c, "DROP");
  c.expect("TABLE");
  DropTable result;
  result.if_exists = if_exists(c);
  result.tables = defined_names(c);
  cascade_or_restrict(c);
  return result;
}

StatementNode truncate(Cursor& c) {
  c.expect("TRUNCATE");
  c.accept("TABLE");
  if (c.postgres() && !c.at("(", 1) && c.at_kind(Token::Kind::word, 1)) c.accept("ONLY");
  Truncate result{defined_names(c)};
  if (result.tables.size() > 1)
    c.only_postgres(result.tables[1].span, "TRUNCATE of several tables", "write one for each");
  if (c.at("RESTART") || c.at("CONTINUE")) {
    if (c.at("RESTART")) c.beyond("RESTART IDENTITY", c.here());
    c.expect("CONTINUE IDENTITY");
  }
  cascade_or_restrict(c);
  return result;
}

}  // namespace gridlock::sql
