// ALTER TABLE: what adds columns and keys is read, the rest is kept as text.
#include "model/sql/grammar.h"
#include "model/sql/words.h"

namespace gridlock::sql {
namespace {

/// Moves on to the comma that ends this action, or to the end.
void skip_action(Cursor& c) {
  while (!c.at_end() && !c.at(",")) {
    if (c.at("("))
      skip_parentheses(c);
    else
      c.advance();
  }
}

/// ADD [COLUMN] definition, ADD (definitions), ADD key, ADD CONSTRAINT: false when it is something else.
bool add(Cursor& c, CreateTable& added) {
  c.expect("ADD");
  if (at_constraint(c)) {
    constraint(c, added);
    return !c.at_any({"NOT", "USING"});  // NOT VALID, USING INDEX
  }
  if (c.at_any({"PARTITION", "GENERATED", "VALUE"})) return false;
  c.accept("COLUMN");
  if (c.at("IF NOT EXISTS")) return false;
  if (c.accept("(")) {
    do table_element(c, added);
    while (c.accept(","));
    c.expect(")");
  } else {
    column_definition(c, added);
  }
  return !c.at_any({"FIRST", "AFTER"});
}

/// One action; what cannot be said as added columns and keys goes to `other`.
void action(Cursor& c, AlterTable& alter) {
  const std::size_t begin = c.position();
  CreateTable added;
  if (c.at("ADD") && add(c, added)) {
    if (!c.at_end() && !c.at(",")) c.fail_expected("`,` or the end of the statement");
    for (auto& column : added.columns) alter.add_columns.push_back(std::move(column));
    for (auto& key : added.keys) alter.add_keys.push_back(std::move(key));
    for (auto& key : added.foreign_keys) alter.add_foreign_keys.push_back(std::move(key));
    return;
  }
  if (c.position() == begin && !begins_alter_action(c.text()))
    c.fail_expected("an action such as ADD INDEX", {"ADD", "DROP", "ALTER", "MODIFY", "CHANGE", "RENAME"});
  skip_action(c);
  if (!alter.other.empty()) alter.other += ", ";
  alter.other += c.slice_of(c.since(begin));
}

}  // namespace

StatementNode alter(Cursor& c) {
  c.expect("ALTER");
  if (!c.at("TABLE")) refuse_other_kinds(c, "ALTER");
  c.expect("TABLE");
  if (c.at("IF EXISTS")) c.beyond("ALTER TABLE IF EXISTS", c.here());
  if (c.postgres() && c.at_kind(Token::Kind::word, 1) && !c.at("ADD", 1)) c.accept("ONLY");
  AlterTable result;
  result.table = table_name(c).table;
  do action(c, result);
  while (c.accept(","));
  return result;
}

}  // namespace gridlock::sql
