// How expressions are read, and that what is printed is read again as the same.
#include <gtest/gtest.h>

#include "model/sql/parse.h"
#include "model/sql/print.h"
#include "tests/unit/model/sql_dump.h"

namespace gridlock::sql {
namespace {

constexpr Dialect my = Dialect::mysql, pg = Dialect::postgres, any = Dialect::either;

struct Case {
  Dialect dialect;
  std::string sql, structure, printed;
};

/// The only item of SELECT `sql`.
std::string read(const std::string& sql, Dialect dialect, std::string& printed) {
  const Parsed parsed = parse_statement("SELECT " + sql, dialect);
  if (!parsed.problems.empty()) return parsed.problems[0].message;
  const auto* select = std::get_if<Select>(&parsed.statements.at(0).node);
  if (!select) return std::get<Unknown>(parsed.statements[0].node).construct + " is beyond the AST";
  printed = to_sql(select->items.at(0).expr, dialect);
  return dump(select->items[0].expr);
}

void check(const Case& one) {
  std::string printed, again;
  EXPECT_EQ(read(one.sql, one.dialect, printed), one.structure) << one.sql;
  EXPECT_EQ(printed, one.printed) << one.sql;
  EXPECT_EQ(read(printed, one.dialect, again), one.structure) << one.sql << " printed as " << printed;
  EXPECT_EQ(again, printed);
}

TEST(Expression, Literals) {
  const std::vector<Case> cases = {
      {any, "42", "42", "42"},
      {any, "1.50", "1.50", "1.50"},
      {any, ".5", "0.5", "0.5"},
      {any, "5.", "5.", "5."},
      {any, "1e3", "1000e0", "1000e0"},
      {any, "-7", "-7", "-7"},
      {any, "- 7", "-7", "-7"},
      {any, "- -7", "7", "7"},
      {any, "+7", "7", "7"},
      {any, "-(7)", "-7", "-7"},
      {any, "9223372036854775807", "9223372036854775807", "9223372036854775807"},
      {any, "-9223372036854775808", "-9223372036854775808", "-9223372036854775808"},
      {any, "9223372036854775808", "9.223372036854776e18", "9.223372036854776e18"},
      {any, "NULL", "NULL", "NULL"},
      {any, "TRUE", "1", "1"},
      {any, "false", "0", "0"},
      {any, "'it''s'", "'it''s'", "'it''s'"},
      {any, "'a' 'b'", "'ab'", "'ab'"},
      {my, R"('it\'s')", "'it''s'", "'it''s'"},
      {my, R"('a\\b')", R"('a\b')", R"('a\\b')"},
      {my, R"('50\%')", R"('50\%')", R"('50\\%')"},
      {my, R"("say ""hi""")", R"('say "hi"')", R"('say "hi"')"},
      {my, R"("it's")", "'it''s'", "'it''s'"},
      {pg, R"('a\b')", R"('a\b')", R"('a\b')"},
      {pg, R"('\')", R"('\')", R"('\')"},
      {pg, R"(E'a\\b\'c')", R"('a\b''c')", R"('a\b''c')"},
      {pg, "$$it's$$", "'it''s'", "'it''s'"},
      {pg, "$x$a $$ b$x$", "'a $$ b'", "'a $$ b'"},
      {my, "X'4D79'", "'My'", "'My'"},
      {my, "0x4D79", "'My'", "'My'"},
      {my, "0x9", "'\t'", "'\t'"},
      {my, "N'x'", "'x'", "'x'"},
      {my, "_utf8mb4'x'", "'x'", "'x'"},
      {pg, "0x1F", "31", "31"},
      {any, "DATE '2026-11-22'", "date'2026-11-22'", "DATE '2026-11-22'"},
      {any, "TIMESTAMP '2026-11-22 10:15:00'", "datetime'2026-11-22 10:15:00'", "TIMESTAMP '2026-11-22 10:15:00'"},
      {any, "date", "date", "date"},
      {any, ":id", ":id", ":id"},
      {my, "@total", "@total", "@total"},
      {my, "@'my total'", "@my total", "@`my total`"},
      {my, "@@session.autocommit", "@@session.autocommit", "@@session.autocommit"},
  };
  for (const auto& one : cases) check(one);
}

TEST(Expression, Names) {
  const std::vector<Case> cases = {
      {any, "a", "a", "a"},
      {any, "t.a", "t.a", "t.a"},
      {any, "db.t.a", "t.a", "t.a"},
      {my, "`order`", "order", "`order`"},
      {my, "`my col`", "my col", "`my col`"},
      {my, "`a``b`", "a`b", "`a``b`"},
      {my, "t.`select`", "t.select", "t.`select`"},
      {my, "t.order", "t.order", "t.order"},
      {pg, "\"userId\"", "userId", "\"userId\""},
      {pg, "userId", "userId", "userId"},
      {pg, "\"order\"", "order", "\"order\""},
      {pg, "\"interval\"", "interval", "\"interval\""},
      {pg, "t.\"A\"", "t.A", "t.\"A\""},
      {any, "\"text\"", "'text'", "'text'"},
      {any, "\"t\".\"a\"", "t.a", "t.a"},
      {any, "größe", "größe", "größe"},
      {my, "rank_no", "rank_no", "rank_no"},
  };
  for (const auto& one : cases) check(one);
}

TEST(Expression, Precedence) {
  const std::vector<Case> cases = {
      {any, "a + b * c", "(+ a (* b c))", "a + b * c"},
      {any, "(a + b) * c", "(* (+ a b) c)", "(a + b) * c"},
      {any, "a - b - c", "(- (- a b) c)", "a - b - c"},
      {any, "a - (b - c)", "(- a (- b c))", "a - (b - c)"},
      {any, "a - -1", "(- a -1)", "a - -1"},
      {any, "-a * b", "(* (neg a) b)", "-a * b"},
      {any, "-(a * b)", "(neg (* a b))", "-(a * b)"},
      {any, "-(-a)", "(neg (neg a))", "- -a"},
      {my, "-'5'", "(neg '5')", "-'5'"},
      {any, "a or b and c", "(or a (and b c))", "a OR b AND c"},
      {any, "(a or b) and c", "(and (or a b) c)", "(a OR b) AND c"},
      {any, "not a = b", "(not (= a b))", "NOT a = b"},
      {any, "(not a) = b", "(= (not a) b)", "(NOT a) = b"},
      {any, "not a and b", "(and (not a) b)", "NOT a AND b"},
      {any, "not not a", "(not (not a))", "NOT NOT a"},
      {pg, "a + NOT b", "(+ a (not b))", "a + (NOT b)"},
      {pg, "a IN (1) + 1", "(+ (in a 1) 1)", "(a IN (1)) + 1"},
      {my, "!a = b", "(= (not a) b)", "(NOT a) = b"},
      {any, "a = b and c <> d or e < f", "(or (and (= a b) (<> c d)) (< e f))", "a = b AND c <> d OR e < f"},
      {any, "a != b", "(<> a b)", "a <> b"},
      {any, "a + 1 <= b % 2", "(<= (+ a 1) (% b 2))", "a + 1 <= b % 2"},
      {my, "a MOD 2 DIV 3", "(div (% a 2) 3)", "a % 2 DIV 3"},
      {my, "a = b = c", "(= (= a b) c)", "a = b = c"},
      {my, "a && b || c", "(or (and a b) c)", "a AND b OR c"},
      {pg, "a || b = c", "(= (|| a b) c)", "a || b = c"},
      {pg, "a || b + c", "(|| a (+ b c))", "a || b + c"},
      {any, "a || b", "(|| a b)", "a || b"},
      {my, "a <=> NULL", "(<=> a NULL)", "a <=> NULL"},
      {pg, "a ISNULL OR b NOTNULL", "(or (null? a) (not-null? b))", "a IS NULL OR b IS NOT NULL"},
      {pg, "a IS NOT DISTINCT FROM b", "(<=> a b)", "a IS NOT DISTINCT FROM b"},
      {pg, "a IS DISTINCT FROM b", "(not (<=> a b))", "NOT a IS NOT DISTINCT FROM b"},
      {any, "a = b IS NULL", "(null? (= a b))", "a = b IS NULL"},
      {any, "a IS NULL AND b IS NOT NULL", "(and (null? a) (not-null? b))", "a IS NULL AND b IS NOT NULL"},
      {any, "a BETWEEN 1 AND 2 AND b", "(and (between a 1 2) b)", "a BETWEEN 1 AND 2 AND b"},
      {any, "a BETWEEN b + 1 AND b * 2 OR c", "(or (between a (+ b 1) (* b 2)) c)", "a BETWEEN b + 1 AND b * 2 OR c"},
      {any, "a NOT BETWEEN (1 = 1) AND 2", "(not-between a (= 1 1) 2)", "a NOT BETWEEN (1 = 1) AND 2"},
      {any, "a = b BETWEEN 1 AND 2", "(= a (between b 1 2))", "a = b BETWEEN 1 AND 2"},
      {any, "a IN (1, 2 + 3, :x)", "(in a 1 (+ 2 3) :x)", "a IN (1, 2 + 3, :x)"},
      {any, "a NOT IN ('x')", "(not-in a 'x')", "a NOT IN ('x')"},
      {any, "(a, b) IN ((1, 2), (3, 4))", "(in (row a b) (row 1 2) (row 3 4))", "(a, b) IN ((1, 2), (3, 4))"},
      {any, "ROW(a, b) = (1, 2)", "(= (row a b) (row 1 2))", "(a, b) = (1, 2)"},
      {any, "a LIKE 'x%' AND b", "(and (like a 'x%') b)", "a LIKE 'x%' AND b"},
      {any, "a NOT LIKE 'x!%' ESCAPE '!'", "(not-like a 'x!%' '!')", "a NOT LIKE 'x!%' ESCAPE '!'"},
      {pg, "-x::int", "(neg (CAST x 'INT'))", "-CAST(x AS INT)"},
      {pg, "-5::int", "(neg (CAST 5 'INT'))", "-CAST(5 AS INT)"},
      {pg, "x::numeric(10, 2)::text", "(CAST (CAST x 'NUMERIC(10, 2)') 'TEXT')",
       "CAST(CAST(x AS NUMERIC(10, 2)) AS TEXT)"},
      {my, "a COLLATE utf8mb4_bin = b", "(= (COLLATE a 'utf8mb4_bin') b)", "a COLLATE utf8mb4_bin = b"},
      {my, "BINARY a = b", "(= (BINARY a) b)", "BINARY(a) = b"},
  };
  for (const auto& one : cases) check(one);
}

TEST(Expression, Functions) {
  const std::vector<Case> cases = {
      {any, "now()", "(NOW)", "NOW()"},
      {any, "coalesce(a, 0)", "(COALESCE a 0)", "COALESCE(a, 0)"},
      {any, "COUNT(*)", "(COUNT *)", "COUNT(*)"},
      {any, "count(DISTINCT a)", "(COUNT distinct a)", "COUNT(DISTINCT a)"},
      {any, "sum(all a)", "(SUM a)", "SUM(a)"},
      {any, "CURRENT_TIMESTAMP", "(CURRENT_TIMESTAMP)", "CURRENT_TIMESTAMP"},
      {any, "CURRENT_TIMESTAMP(6)", "(CURRENT_TIMESTAMP 6)", "CURRENT_TIMESTAMP(6)"},
      {my, "IF(a, 1, 2)", "(IF a 1 2)", "IF(a, 1, 2)"},
      {my, "LEFT(a, 1)", "(LEFT a 1)", "LEFT(a, 1)"},
      {my, "REPLACE(a, 'x', 'y')", "(REPLACE a 'x' 'y')", "REPLACE(a, 'x', 'y')"},
      {my, "GET_LOCK('a', 10)", "(GET_LOCK 'a' 10)", "GET_LOCK('a', 10)"},
      {pg, "pg_advisory_xact_lock(1, 2)", "(PG_ADVISORY_XACT_LOCK 1 2)", "PG_ADVISORY_XACT_LOCK(1, 2)"},
      {pg, "pg_catalog.now()", "(pg_catalog.NOW)", "pg_catalog.NOW()"},
      {any, "CAST(a AS DECIMAL(10,2))", "(CAST a 'DECIMAL(10,2)')", "CAST(a AS DECIMAL(10,2))"},
      {my, "CONVERT(a, SIGNED INTEGER)", "(CAST a 'SIGNED INTEGER')", "CAST(a AS SIGNED INTEGER)"},
      {my, "NOW() + INTERVAL 1 DAY", "(+ (NOW) (INTERVAL 1 'DAY'))", "NOW() + INTERVAL 1 DAY"},
      {my, "NOW() - INTERVAL a + 1 HOUR", "(- (NOW) (INTERVAL (+ a 1) 'HOUR'))", "NOW() - INTERVAL (a + 1) HOUR"},
      {my, "DATE_ADD(d, INTERVAL -1 MONTH)", "(DATE_ADD d (INTERVAL -1 'MONTH'))", "DATE_ADD(d, INTERVAL -1 MONTH)"},
      {my, "INTERVAL '1:30' HOUR_MINUTE + d", "(+ (INTERVAL '1:30' 'HOUR_MINUTE') d)",
       "INTERVAL '1:30' HOUR_MINUTE + d"},
      {pg, "now() - INTERVAL '1 day' * 2", "(- (NOW) (* (INTERVAL '1 day') 2))", "NOW() - INTERVAL '1 day' * 2"},
      {any, "EXTRACT(year FROM d)", "(EXTRACT 'YEAR' d)", "EXTRACT(YEAR FROM d)"},
      {my, "TIMESTAMPDIFF(SECOND, a, b)", "(TIMESTAMPDIFF 'SECOND' a b)", "TIMESTAMPDIFF(SECOND, a, b)"},
      {any, "SUBSTRING(a FROM 2 FOR 3)", "(SUBSTRING a 2 3)", "SUBSTRING(a, 2, 3)"},
      {any, "POSITION('x' IN a)", "(POSITION 'x' a)", "POSITION('x' IN a)"},
      {any, "CASE WHEN a THEN 1 WHEN b THEN 2 ELSE 3 END", "(case a 1 b 2 3)",
       "CASE WHEN a THEN 1 WHEN b THEN 2 ELSE 3 END"},
      {any, "case a when 1 then 'x' end", "(case (= a 1) 'x')", "CASE WHEN a = 1 THEN 'x' END"},
      {any, "EXISTS (SELECT 1)", "(exists (select (items 1)))", "EXISTS (SELECT 1)"},
      {any, "NOT EXISTS (SELECT 1 FROM t)", "(not-exists (select (items 1) (from t)))", "NOT EXISTS (SELECT 1 FROM t)"},
      {any, "a IN (SELECT b FROM t)", "(in a (select (items b) (from t)))", "a IN (SELECT b FROM t)"},
      {any, "a <> ALL (SELECT b FROM t)", "(not-in a (select (items b) (from t)))", "a NOT IN (SELECT b FROM t)"},
      {any, "(SELECT MAX(a) FROM t) + 1", "(+ (value (select (items (MAX a)) (from t))) 1)",
       "(SELECT MAX(a) FROM t) + 1"},
  };
  for (const auto& one : cases) check(one);
}

TEST(Expression, BeyondTheAst) {
  for (const std::string sql :
       {"a & 1", "a | b", "a ^ b", "~a", "a << 2", "j -> '$.x'", "a REGEXP 'x'", "a NOT REGEXP 'x'", "a XOR b",
        "a IS TRUE", "SUM(a) OVER (ORDER BY b)", "GROUP_CONCAT(a ORDER BY b)", "GROUP_CONCAT(a SEPARATOR ',')",
        "@x := 1", "a = ANY (ARRAY[1, 2])", "a > ALL (SELECT 1)", "TRIM(BOTH 'x' FROM a)", "a AT TIME ZONE 'UTC'",
        "MATCH (a) AGAINST ('x')"}) {
    std::string printed;
    EXPECT_NE(read(sql, any, printed).find("is beyond the AST"), std::string::npos)
        << sql << ": " << read(sql, any, printed);
  }
}

}  // namespace
}  // namespace gridlock::sql
