// Keys, indexes and foreign keys.
#include "model/sql/grammar.h"

namespace gridlock::sql {
namespace {

KeyColumn key_column(Cursor& c) {
  if (c.at("(") || c.at("(", 1)) {
    const bool prefix = c.at_name() && c.at_kind(Token::Kind::number, 2);
    if (!prefix) c.beyond("an index on an expression", c.here());
  }
  KeyColumn column;
  column.name = c.name("a column name");
  if (c.at("(")) {
    c.only_mysql(c.here(), "a prefix length", "index the whole column, or an expression such as left(x, 10)");
    c.advance();
    column.prefix = static_cast<int>(std::min<std::int64_t>(c.integer("a prefix length"), 1'000'000));
    c.expect(")");
  }
  if (c.at("COLLATE")) c.beyond("COLLATE in an index", c.here());
  if (c.accept("DESC"))
    column.descending = true;
  else
    c.accept("ASC");
  if (c.at("NULLS")) c.beyond("NULLS FIRST or LAST in an index", c.here());
  if (c.at_kind(Token::Kind::word) && c.dialect() == Dialect::postgres) c.beyond("an operator class", c.here());
  return column;
}

/// USING BTREE. InnoDB makes a B-tree of USING HASH, too; PostgreSQL's other kinds are no B-trees.
bool index_kind(Cursor& c) {
  if (!c.accept("USING")) return false;
  if (c.accept("BTREE") || (c.mysql() && c.accept("HASH"))) return true;
  if (c.at_any({"HASH", "GIN", "GIST", "BRIN", "SPGIST", "RTREE"})) c.beyond("an index that is no B-tree", c.here());
  c.fail_expected("BTREE", {"BTREE", "HASH"});
}

/// An index's own name, if one stands here.
std::string index_name(Cursor& c) {
  std::string name;
  if (c.at_name() && !c.at("USING")) name = c.any_name("an index name").text;
  index_kind(c);
  return name;
}

void table_key(Cursor& c, KeyDef::Kind kind, std::string name, std::size_t begin, CreateTable& table) {
  KeyDef key;
  key.kind = kind;
  const Span name_span = c.here();
  const std::string own = index_name(c);
  if (!own.empty() && !c.at("("))
    c.fail(name_span, "expected `(` and the key's columns, found `" + own + "`", "write (" + own + ")");
  key.name = own.empty() ? std::move(name) : own;
  key.columns = key_columns(c);
  key.span = c.since(begin);
  for (const auto& column : key.columns)
    if (column.descending)
      c.only_mysql(column.name.span, "DESC in a constraint", "write CREATE UNIQUE INDEX name ON table (column DESC)");
  key_options(c);
  table.keys.push_back(std::move(key));
}

void foreign_key(Cursor& c, std::string name, std::size_t begin, CreateTable& table) {
  c.expect("FOREIGN KEY");
  ForeignKeyDef key;
  key.name = std::move(name);
  if (c.at_name()) key.index_name = c.any_name("an index name").text;
  key.columns = c.names_in_parentheses("a column name");
  if (!c.at("REFERENCES")) c.fail_expected("REFERENCES", {"REFERENCES"});
  references(c, key);
  key.span = c.since(begin);
  table.foreign_keys.push_back(std::move(key));
}

FkAction action(Cursor& c) {
  if (c.accept("CASCADE")) return FkAction::cascade;
  if (c.accept("RESTRICT")) return FkAction::restrict;
  if (c.accept("NO ACTION")) return FkAction::no_action;
  if (c.accept("SET NULL")) return FkAction::set_null;
  if (c.accept("SET DEFAULT")) return FkAction::set_default;
  c.fail_expected("CASCADE, RESTRICT, SET NULL, SET DEFAULT or NO ACTION", {"CASCADE", "RESTRICT", "SET", "NO"});
}

void unique_key(Cursor& c, std::string name, std::size_t begin, CreateTable& table) {
  c.expect("UNIQUE");
  if (c.at("NULLS NOT DISTINCT")) c.beyond("NULLS NOT DISTINCT", c.here());
  c.accept("NULLS DISTINCT");
  if (c.at("KEY") || c.at("INDEX")) {
    c.only_mysql(c.here(), "UNIQUE KEY", "write UNIQUE (columns)");
    c.advance();
  }
  table_key(c, KeyDef::Kind::unique, std::move(name), begin, table);
}

}  // namespace

std::vector<KeyColumn> key_columns(Cursor& c) {
  if (!c.at("(")) c.fail_expected("`(` and the key's columns");
  c.expect("(");
  std::vector<KeyColumn> columns;
  do columns.push_back(key_column(c));
  while (c.accept(","));
  if (!c.accept(")")) c.fail_expected("`,` or `)`");
  return columns;
}

void key_options(Cursor& c) {
  while (true) {
    if (c.at("INVISIBLE")) c.beyond("an invisible index", c.here());
    if (c.at("DEFERRABLE") || c.at("INITIALLY DEFERRED")) c.beyond("a deferrable constraint", c.here());
    if (c.accept("COMMENT") || c.accept("KEY_BLOCK_SIZE")) {
      c.accept("=");
      if (c.at_end()) c.fail_expected("a value");
      c.advance();
    } else if (c.accept("INCLUDE")) {
      skip_parentheses(c);
    } else if (!c.accept("VISIBLE") && !c.accept("NOT DEFERRABLE") && !c.accept("INITIALLY IMMEDIATE") &&
               !index_kind(c)) {
      return;
    }
  }
}

void references(Cursor& c, ForeignKeyDef& key) {
  c.expect("REFERENCES");
  key.parent = c.name("the parent table's name");
  if (c.accept(".")) key.parent = c.any_name("the parent table's name");
  if (c.at("(")) key.parent_columns = c.names_in_parentheses("a column name");
  while (true) {
    if (c.accept("ON DELETE")) {
      key.on_delete = action(c);
    } else if (c.accept("ON UPDATE")) {
      key.on_update = action(c);
    } else if (c.accept("MATCH")) {
      if (!c.accept("SIMPLE")) c.beyond("MATCH " + std::string(c.text()), c.here());
    } else {
      return;
    }
  }
}

bool at_constraint(const Cursor& c) {
  if (c.at_any({"CONSTRAINT", "PRIMARY KEY", "FOREIGN KEY", "CHECK (", "EXCLUDE", "FULLTEXT", "SPATIAL"})) return true;
  if (c.at("UNIQUE")) return true;
  if (!c.at_any({"KEY", "INDEX"})) return false;
  // `key INT` and `index CHAR(5)` are columns in PostgreSQL, where the words are free.
  if (c.at("(", 1)) return true;
  return (c.at("(", 2) || c.at("USING", 2)) && (c.dialect() == Dialect::mysql || !is_type_word(c.text(1)));
}

void constraint(Cursor& c, CreateTable& table) {
  const std::size_t begin = c.position();
  std::string name;
  if (c.accept("CONSTRAINT") && !c.at_any({"PRIMARY", "UNIQUE", "FOREIGN", "CHECK"}))
    name = c.name("a constraint name").text;
  if (c.accept("PRIMARY")) {
    c.expect("KEY");
    return table_key(c, KeyDef::Kind::primary, std::move(name), begin, table);
  }
  if (c.at("UNIQUE")) return unique_key(c, std::move(name), begin, table);
  if (c.at("FOREIGN")) return foreign_key(c, std::move(name), begin, table);
  if (c.accept("CHECK")) {
    skip_parentheses(c);
    if (!c.accept("NOT ENFORCED") && !c.accept("NO INHERIT")) c.accept("ENFORCED");
    return;
  }
  if (c.at_any({"EXCLUDE", "FULLTEXT", "SPATIAL"})) c.beyond(std::string(c.text()), c.here());
  if (!name.empty())
    c.fail_expected("PRIMARY KEY, UNIQUE, FOREIGN KEY or CHECK", {"PRIMARY", "UNIQUE", "FOREIGN", "CHECK"});
  c.only_mysql(c.here(), "an index in CREATE TABLE", "write CREATE INDEX name ON table (columns) behind it");
  c.advance();
  table_key(c, KeyDef::Kind::plain, {}, begin, table);
}

}  // namespace gridlock::sql
