// SET: isolation levels and variables.
#include "model/sql/grammar.h"
#include "model/sql/literals.h"
#include "model/sql/words.h"

namespace gridlock::sql {
namespace {

/// TRANSACTION ISOLATION LEVEL ... [, READ ONLY]; REQUIRES: behind TRANSACTION.
SetIsolation set_isolation(Cursor& c, bool session) {
  SetIsolation result;
  result.session = session;
  std::optional<Isolation> level;
  const Span span = c.here();
  do {
    if (c.accept("ISOLATION")) {
      c.expect("LEVEL");
      level = isolation_level(c);
    } else if (const auto read_only = access_mode(c)) {
      result.read_only = read_only;
    } else if (c.at_any({"SNAPSHOT", "DEFERRABLE", "NOT DEFERRABLE"})) {
      c.beyond("SET TRANSACTION " + upper_case(c.text()), c.here());
    } else {
      c.fail_expected("ISOLATION LEVEL", {"ISOLATION", "READ"}, "write SET TRANSACTION ISOLATION LEVEL ...");
    }
  } while (c.accept(","));
  if (!level) c.beyond("SET TRANSACTION READ ...", span);
  result.isolation = *level;
  return result;
}

/// ON, OFF, DEFAULT and other bare words are text: `SET autocommit = ON`.
Expr setting(Cursor& c) {
  const bool word = c.at_kind(Token::Kind::word) && !c.at_any({"NULL", "TRUE", "FALSE", "CASE", "NOT", "EXISTS"});
  const bool alone = c.text(1).empty() || c.at(",", 1) || c.at("COLLATE", 1);
  if (c.at("DEFAULT") || !word || !alone) return value_or_default(c);
  std::string text(c.text());
  return literal_text(std::move(text), c.advance());
}

std::string without_scope(std::string_view name, SetVariable& result) {
  const std::size_t dot = name.find('.');
  if (dot == std::string_view::npos) return std::string(name);
  const std::string_view scope = name.substr(0, dot);
  result.global = same_name(scope, "GLOBAL");
  result.local = same_name(scope, "LOCAL");
  const bool known = result.global || result.local || same_name(scope, "SESSION");
  return std::string(known ? name.substr(dot + 1) : name);
}

/// What stands behind the @ or @@ of a variable's token, without quotes.
std::string variable_text(std::string_view name) {
  const bool quoted = name.starts_with('\'') || name.starts_with('"') || name.starts_with('`');
  return quoted ? decode_name(name) : std::string(name);
}

/// A variable's name: bare, @user or @@system. A system variable loses its @@ and its scope, a user's keeps its @.
void variable_name(Cursor& c, SetVariable& result) {
  const std::size_t begin = c.position();
  if (c.at_kind(Token::Kind::variable)) {
    const std::string_view text = c.text();
    const bool system = text.starts_with("@@");
    result.name.text =
        system ? without_scope(variable_text(text.substr(2)), result) : "@" + variable_text(text.substr(1));
    c.advance();
  } else {
    result.name = c.name("a variable's name");
    while (c.accept(".")) result.name.text += "." + c.any_name("a variable's name").text;
  }
  result.name.span = c.since(begin);
}

bool is_other_set(const Cursor& c) {
  return c.at_any(
      {"ROLE", "PASSWORD", "CONSTRAINTS", "DEFAULT ROLE", "RESOURCE GROUP", "XML", "PERSIST", "PERSIST_ONLY"});
}

SetVariable set_names(Cursor& c) {
  SetVariable result;
  const std::size_t begin = c.position();
  if (!c.accept("NAMES")) c.expect("CHARACTER SET");
  result.name = {upper_case(c.slice_of(c.since(begin))), c.since(begin)};
  result.value = c.at_kind(Token::Kind::string) ? expression(c) : setting(c);
  if (c.accept("COLLATE")) c.advance();
  return result;
}

}  // namespace

StatementNode set(Cursor& c) {
  c.expect("SET");
  if (is_other_set(c)) c.beyond("SET " + upper_case(c.text()), c.here());
  if (c.accept("TRANSACTION")) return set_isolation(c, false);
  if (c.accept("SESSION CHARACTERISTICS AS TRANSACTION")) return set_isolation(c, true);
  if (c.at("GLOBAL TRANSACTION")) c.beyond("SET GLOBAL TRANSACTION", c.here());
  if (c.accept("SESSION TRANSACTION")) return set_isolation(c, c.mysql());  // PostgreSQL: of this transaction only
  if (c.accept("LOCAL TRANSACTION")) return set_isolation(c, false);
  if (c.at("NAMES") || c.at("CHARACTER SET")) return set_names(c);
  SetVariable result;
  const bool name_follows = c.at_kind(Token::Kind::word, 1) || c.at_kind(Token::Kind::quoted_name, 1);
  if (name_follows || c.at_kind(Token::Kind::variable, 1)) {
    if (c.accept("GLOBAL"))
      result.global = true;
    else if (c.accept("LOCAL"))
      result.local = true;
    else
      c.accept("SESSION");
  }
  if (c.at("TIME ZONE")) c.beyond("SET TIME ZONE", c.here());
  variable_name(c, result);
  if (!c.accept("=") && !c.accept(":=") && !(c.postgres() && c.accept("TO")))
    c.fail_expected("`=`", {"TRANSACTION", "SESSION"});
  result.value = setting(c);
  if (c.at(",")) c.beyond("several assignments in one SET", c.here());
  return result;
}

}  // namespace gridlock::sql
