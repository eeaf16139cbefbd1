// What is told and changed token by token: tokens, statements of a script, parameters, binding, fingerprints.
#include <gtest/gtest.h>

#include "model/sql/parse.h"
#include "model/sql/print.h"

namespace gridlock::sql {
namespace {

constexpr Dialect my = Dialect::mysql, pg = Dialect::postgres, any = Dialect::either;

struct TokenCase {
  Dialect dialect;
  std::string text, told;
};

/// `word:SELECT number:1`
std::string told(const std::string& text, Dialect dialect) {
  constexpr const char* kinds[] = {"word", "name", "number", "string", "parameter", "variable", "symbol", "comment"};
  std::string result;
  std::size_t end = 0;
  for (const auto& token : tokens(text, dialect)) {
    EXPECT_LE(end, token.span.begin) << text;
    EXPECT_LT(token.span.begin, token.span.end) << text;
    end = token.span.end;
    if (!result.empty()) result += ' ';
    result +=
        std::string(kinds[static_cast<int>(token.kind)]) + ":" + text.substr(token.span.begin, end - token.span.begin);
  }
  EXPECT_LE(end, text.size());
  return result;
}

TEST(Tokens, OfBothDialects) {
  const std::vector<TokenCase> cases = {
      {any, "SELECT a1, _b$ FROM t;", "word:SELECT word:a1 symbol:, word:_b$ word:FROM word:t symbol:;"},
      {any, "1 2.5 .5 1e3 1.5E-7 0x1f 1.e",
       "number:1 number:2.5 number:.5 number:1e3 number:1.5E-7 number:0x1f number:1. word:e"},
      {my, "1a 2_b 3e 4e5 0xg", "word:1a word:2_b word:3e number:4e5 word:0xg"},
      {pg, "1a", "number:1 word:a"},
      {any, "t.id=:id", "word:t symbol:. word:id symbol:= parameter::id"},
      {any, "a::int :b_2:c", "word:a symbol::: word:int parameter::b_2 parameter::c"},
      {any, "a<=b>=c<>d!=e<f>g<=>h||i&&j:=k",
       "word:a symbol:<= word:b symbol:>= word:c symbol:<> word:d symbol:!= word:e symbol:< word:f symbol:> word:g "
       "symbol:<=> "
       "word:h symbol:|| word:i symbol:&& word:j symbol::= word:k"},
      {any, "'it''s' 'a'", "string:'it''s' string:'a'"},
      {my, R"('a\'b' "c\"d" "e""f")", R"(string:'a\'b' string:"c\"d" string:"e""f")"},
      {pg, R"('a\' "c" "e""f" E'g\'h')", R"(string:'a\' name:"c" name:"e""f" string:E'g\'h')"},
      {pg, "$$a;b$$ $x$ $$ $x$ $1", "string:$$a;b$$ string:$x$ $$ $x$ symbol:$ number:1"},
      {my, "`a b` @x @@session.y @'z' @`w`", "name:`a b` variable:@x variable:@@session.y variable:@'z' variable:@`w`"},
      {my, "a # b\nc", "word:a comment:# b word:c"},
      {pg, "a # b", "word:a symbol:# word:b"},
      {my, "a -- b\nc --d", "word:a comment:-- b word:c symbol:- symbol:- word:d"},
      {pg, "a --d\n--", "word:a comment:--d comment:--"},
      {any, "/* a */ b /**/", "comment:/* a */ word:b comment:/**/"},
      {my, "/* a /* b */ c */", "comment:/* a /* b */ word:c symbol:* symbol:/"},
      {pg, "/* a /* b */ c */", "comment:/* a /* b */ c */"},
      {any, "größe 名前", "word:größe word:名前"},
      {any, "", ""},
      {any, " \t\r\n", ""},
      {any, "\x01", "symbol:\x01"},
      {my, "'open", "string:'open"},
      {my, "'open\\", "string:'open\\"},
      {any, "/* open", "comment:/* open"},
      {pg, "$a$ open", "string:$a$ open"},
      {any, "n'x' x'41' b'1' nx", "string:n'x' string:x'41' string:b'1' word:nx"},
  };
  for (const auto& one : cases) EXPECT_EQ(told(one.text, one.dialect), one.told) << one.text;
}

TEST(Script, StatementsAreCutExactly) {
  const std::string script =
      "-- tables\n"
      "CREATE TABLE t (id INT);\n\n"
      "  INSERT INTO t VALUES (1); /* between */ ; ;\n"
      "SELECT ';' /* inside ; */ FROM t -- the end\n"
      ";SHOW TABLES";
  const Parsed parsed = parse_script(script, my);
  EXPECT_TRUE(parsed.problems.empty());
  std::vector<std::string> texts;
  for (const auto& statement : parsed.statements) {
    texts.push_back(statement.text);
    EXPECT_EQ(script.substr(statement.span.begin, statement.span.end - statement.span.begin), statement.text);
  }
  EXPECT_EQ(texts, (std::vector<std::string>{"CREATE TABLE t (id INT)", "INSERT INTO t VALUES (1)",
                                             "SELECT ';' /* inside ; */ FROM t", "SHOW TABLES"}));
}

TEST(Script, BodiesOfProceduresKeepTheirSemicolons) {
  const std::string procedure =
      "CREATE PROCEDURE p() BEGIN IF a THEN SELECT 1; END IF; CASE a WHEN 1 THEN SELECT 2; END CASE; SELECT CASE a "
      "WHEN 1 THEN 2 "
      "END; END";
  const std::string function = "CREATE FUNCTION f() RETURNS trigger AS $$ BEGIN RETURN NEW; END $$ LANGUAGE plpgsql";
  const Parsed first = parse_script(procedure + "; SELECT 1", my);
  ASSERT_EQ(first.statements.size(), 2U);
  EXPECT_EQ(first.statements[0].text, procedure);
  const Parsed second = parse_script(function + "; SELECT 1", pg);
  ASSERT_EQ(second.statements.size(), 2U);
  EXPECT_EQ(second.statements[0].text, function);
}

std::string slice(const std::string& text, Span span) { return text.substr(span.begin, span.end - span.begin); }

TEST(Spans, PointAtTheUsersOwnText) {
  const std::string script =
      "BEGIN; UPDATE t AS x SET v = v + (1 * 2) WHERE x.id BETWEEN :a AND 9 AND name IN ('a', 'b') LIMIT 3";
  const Parsed parsed = parse_script(script, my);
  const auto& update = std::get<Update>(parsed.statements.at(1).node);
  EXPECT_EQ(slice(script, update.tables[0].table.span), "t");
  EXPECT_EQ(slice(script, update.tables[0].alias->span), "x");
  EXPECT_EQ(slice(script, update.set[0].column.span), "v");
  EXPECT_EQ(slice(script, update.set[0].value.span), "v + (1 * 2)");
  EXPECT_EQ(slice(script, update.set[0].value.args[1].span), "(1 * 2)");
  EXPECT_EQ(slice(script, update.where->span), "x.id BETWEEN :a AND 9 AND name IN ('a', 'b')");
  EXPECT_EQ(slice(script, update.where->args[0].span), "x.id BETWEEN :a AND 9");
  EXPECT_EQ(slice(script, update.where->args[0].args[0].span), "x.id");
  EXPECT_EQ(slice(script, update.where->args[1].span), "name IN ('a', 'b')");
  EXPECT_EQ(slice(script, update.limit->span), "3");

  const std::string select = "SELECT -5, NOT EXISTS (SELECT 1), COUNT(*), a::int FROM t FOR UPDATE OF t SKIP LOCKED";
  const Parsed other = parse_script(select, pg);
  const auto& node = std::get<Select>(other.statements.at(0).node);
  EXPECT_EQ(slice(select, node.items[0].expr.span), "-5");
  EXPECT_EQ(slice(select, node.items[1].expr.span), "NOT EXISTS (SELECT 1)");
  EXPECT_EQ(slice(select, node.items[2].expr.span), "COUNT(*)");
  EXPECT_EQ(slice(select, node.items[3].expr.span), "a::int");
  EXPECT_EQ(slice(select, node.locking[0].span), "FOR UPDATE OF t SKIP LOCKED");

  const std::string create =
      "CREATE TABLE c (id INT, UNIQUE KEY u (id), FOREIGN KEY (id) REFERENCES p (id) ON DELETE CASCADE)";
  const Parsed table = parse_script(create, my);
  const auto& definition = std::get<CreateTable>(table.statements.at(0).node);
  EXPECT_EQ(slice(create, definition.keys[0].span), "UNIQUE KEY u (id)");
  EXPECT_EQ(slice(create, definition.foreign_keys[0].span), "FOREIGN KEY (id) REFERENCES p (id) ON DELETE CASCADE");
}

TEST(Parameters, EachOnceInOrder) {
  EXPECT_EQ(
      parameters("UPDATE t SET a = :to, b = ':no', c = x::int /* :nor */ WHERE id = :from AND d = :to -- :neither", pg),
      (std::vector<std::string>{"to", "from"}));
  EXPECT_EQ(parameters("SELECT 1", my), std::vector<std::string>{});
}

struct Bound {
  Dialect dialect;
  std::string text, bound;
};

TEST(Bind, PutsLiteralsInTheirPlaces) {
  const std::map<std::string, Value> values = {{"id", std::int64_t{7}},
                                               {"less", std::int64_t{-7}},
                                               {"name", std::string("it's")},
                                               {"path", std::string("a\\b")},
                                               {"price", Decimal{150, 2}},
                                               {"none", Null{}},
                                               {"day", *parse_date("2026-11-22")},
                                               {"half", 0.5}};
  const std::vector<Bound> cases = {
      {my, "SELECT :id, :id+1", "SELECT 7, 7+1"},
      {my, "SELECT ':id', :other, `:id` -- :id", "SELECT ':id', :other, `:id` -- :id"},
      {my, "SELECT :name, :price, :none, :day, :half", "SELECT 'it''s', 1.50, NULL, '2026-11-22', 0.5e0"},
      {my, "SELECT a-:less", "SELECT a- -7"},
      {my, "SELECT a - :less", "SELECT a - -7"},
      {my, "SELECT :path", R"(SELECT 'a\\b')"},
      {pg, "SELECT :path", R"(SELECT 'a\b')"},
      {pg, "SELECT :id::int", "SELECT 7::int"},
      {my, "", ""},
  };
  for (const auto& one : cases) EXPECT_EQ(sql::bind(one.text, one.dialect, values), one.bound) << one.text;
}

/// What is bound is read back as the same value: no text can break out of its literal.
TEST(Bind, IsReadBackAsTheSameValue) {
  for (const Dialect dialect : {my, pg, any})
    for (const std::string text :
         {"'", "''", "\\", "\\'", "' OR 1 = 1 -- ", "a\nb", ":id", "\"", "`", "$$", "/*", "\\\\'", "%_", ""}) {
      const std::string bound = sql::bind("SELECT :x", dialect, {{"x", text}});
      const Parsed parsed = parse_statement(bound, dialect);
      ASSERT_TRUE(parsed.problems.empty()) << bound;
      EXPECT_EQ(std::get<Select>(parsed.statements.at(0).node).items.at(0).expr.value, Value(text)) << bound;
    }
}

struct Print {
  std::string text, fingerprint;
};

TEST(Fingerprint, LeavesValuesOut) {
  const std::vector<Print> cases = {
      {"select * from t where id = 5 for update;", "SELECT * FROM t WHERE id = ? FOR UPDATE"},
      {"SELECT  *\nFROM t -- five\nWHERE id=:id FOR UPDATE", "SELECT * FROM t WHERE id = ? FOR UPDATE"},
      {"SELECT a FROM t WHERE b IN (1)", "SELECT a FROM t WHERE b IN (?, ...)"},
      {"SELECT a FROM t WHERE b IN (1, 'x', :y)", "SELECT a FROM t WHERE b IN (?, ...)"},
      {"SELECT a FROM t WHERE (b, c) IN ((1, 2), (3, 4))", "SELECT a FROM t WHERE (b, c) IN ((?, ...), ...)"},
      {"INSERT INTO t (a, b) VALUES (1, 2)", "INSERT INTO t(a, b) VALUES (?, ...)"},
      {"insert into t(a,b) values (1,2),(3,4),(5,6)", "INSERT INTO t(a, b) VALUES (?, ...), ..."},
      {"INSERT INTO t (a, b) VALUES (1, NOW()), (2, NOW())", "INSERT INTO t(a, b) VALUES (?, NOW()), ..."},
      {"INSERT INTO t VALUES (NULL, TRUE, -1.5)", "INSERT INTO t VALUES (?, ...)"},
      {"UPDATE t SET a = NULL, b = -3, c = c-3 WHERE d IS NOT NULL",
       "UPDATE t SET a = ?, b = ?, c = c - ? WHERE d IS NOT NULL"},
      {"SELECT * FROM t WHERE a BETWEEN -1 AND +1", "SELECT * FROM t WHERE a BETWEEN ? AND ?"},
      {"SELECT COUNT(*), f(1, 2) FROM t LIMIT 5", "SELECT COUNT(*), f(?, ?) FROM t LIMIT ?"},
      {"SELECT t.select FROM `t` WHERE x = \"y\"", "SELECT t.select FROM `t` WHERE x = ?"},
      {"", ""},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(fingerprint(one.text, my), one.fingerprint) << one.text;
    EXPECT_EQ(fingerprint(one.fingerprint, my), one.fingerprint) << "not stable";
  }
}

TEST(Fingerprint, IsTheSameForEveryExecutionOfAStatement) {
  const std::string text = "INSERT INTO t (a, b) VALUES (:a, :b) ON DUPLICATE KEY UPDATE b = b - :b";
  const std::string expected = fingerprint(text, my);
  for (const Value& value : {Value{std::int64_t{5}}, Value{std::int64_t{-5}}, Value{Decimal{-5, 1}}, Value{-1e-7},
                             Value{std::string("x' y")}, Value{Null{}}, Value{*parse_date("2026-11-22")}})
    EXPECT_EQ(fingerprint(sql::bind(text, my, {{"a", value}, {"b", value}}), my), expected) << gridlock::to_sql(value);
}

}  // namespace
}  // namespace gridlock::sql
