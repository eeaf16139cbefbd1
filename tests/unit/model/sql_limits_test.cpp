// Nothing that can be written brings the parser down, and long texts take no longer than their length.
#include <gtest/gtest.h>

#include <ctime>
#include <random>

#include "model/sql/parse.h"
#include "model/sql/print.h"
#include "tests/unit/model/sql_dump.h"

namespace gridlock::sql {
namespace {

std::string repeat(const std::string& text, std::size_t times) {
  std::string result;
  result.reserve(text.size() * times);
  for (std::size_t i = 0; i < times; ++i) result += text;
  return result;
}

std::string first_problem(const std::string& text) {
  const Parsed parsed = parse_script(text, Dialect::either);
  return parsed.problems.empty() ? "" : parsed.problems[0].message;
}

TEST(Limits, DepthIsAProblemAndNoCrash) {
  const std::string too_deep = "this is nested more than 200 levels deep";
  EXPECT_EQ(first_problem("SELECT " + repeat("(", 90) + "1" + repeat(")", 90)), "");
  EXPECT_EQ(first_problem("SELECT " + repeat("-(", 50) + "a" + repeat(")", 50)), "");
  for (const std::string opening :
       {"(", "NOT ", "- ", "! ", "f(", "(SELECT ", "CASE WHEN ", "EXISTS (SELECT ", "a IN (", "BINARY ", "CAST(",
        "(1, ", "INTERVAL ", "a = ANY (SELECT ", "COALESCE(1, ", "CASE "})
    for (const std::size_t times : {300U, 10'000U})
      EXPECT_EQ(first_problem("SELECT " + repeat(opening, times)), too_deep) << opening;
}

TEST(Limits, LongChainsAreAProblemAndNoCrash) {
  const std::string too_long = "this expression has more than 1000 operators in a row";
  EXPECT_EQ(first_problem("SELECT 1" + repeat(" + 1", 900)), "");
  EXPECT_EQ(first_problem("SELECT * FROM t WHERE a = 1" + repeat(" OR a = 1", 450)), "");
  for (const std::string more : {" + 1", " OR 1", " AND a = 1", " IS NULL", "::int", " COLLATE x", " IN (1)", " = 1"})
    EXPECT_EQ(first_problem("SELECT a" + repeat(more, 10'000)), too_long) << more;
  EXPECT_EQ(first_problem("SELECT a FROM t JOIN u USING (a" + repeat(", a", 5'000) + ")"), too_long);
  // Each expression has its own limit.
  EXPECT_EQ(first_problem("INSERT INTO t VALUES (1 + 1)" + repeat(", (1 + 1 + 1)", 5'000)), "");
  EXPECT_EQ(first_problem("SELECT 1 + 1" + repeat(", 1 + 1", 5'000)), "");
}

/// Of the processor, not of the clock on the wall: other programs do not count.
double seconds_for(const std::string& text) {
  const std::clock_t begin = std::clock();
  parse_script(text, Dialect::either);
  fingerprint(text, Dialect::either);
  return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
}

/// Sixteen times the text may take far less than 256 times as long.
TEST(Limits, TimeIsLinear) {
  for (const std::string unit : {"INSERT INTO t VALUES (1, 'x', :y);\n",
                                 "/* ",
                                 "'",
                                 "\"",
                                 "$a",
                                 "$$",
                                 "$a$ ",
                                 "`",
                                 "CREATE TABLE t (",
                                 "a ",
                                 "( ",
                                 ", ",
                                 "; ",
                                 "SELECT * FROM t WHERE a IN (1, 2) AND b = 'x' FOR UPDATE;\n",
                                 "CREATE PROCEDURE p BEGIN ",
                                 "\\'",
                                 "--",
                                 "x FROM ",
                                 "VALUES (",
                                 "IN ((",
                                 "x IN (1, ",
                                 "(1),"}) {
    const double small = seconds_for(repeat(unit, 250));
    const double large = seconds_for(repeat(unit, 4'000));
    EXPECT_LT(large, 64 * small + 0.05) << unit;
  }
  const std::string rows = "INSERT INTO t VALUES (1, 2)";
  const double small = seconds_for(rows + repeat(", (1, 2)", 2'000));
  EXPECT_LT(seconds_for(rows + repeat(", (1, 2)", 32'000)), 64 * small + 0.05);
}

/// Sentences of the grammar, good and bad, from a seed.
class Sentences {
 public:
  Sentences(unsigned seed, Dialect dialect) : random_(seed), dialect_(dialect) {}

  std::string statement() {
    switch (random_() % 12) {
      case 0: return select(3);
      case 1: return insert();
      case 2:
        return "UPDATE " + ref() + " SET " + assignments() + where(3) +
               maybe(mysql(), " ORDER BY " + expr(1) + " LIMIT 5");
      case 3: return "DELETE FROM " + name() + where(3) + maybe(mysql(), " LIMIT 1");
      case 4: return create_table();
      case 5:
        return "CREATE " + maybe(true, "UNIQUE ") + "INDEX " + name() + " ON " + name() + " (" + key_columns() + ")";
      case 6: return "ALTER TABLE " + name() + " ADD COLUMN " + column() + maybe(true, ", ADD UNIQUE (" + name() + ")");
      case 7:
        return pick({"BEGIN", "COMMIT", "ROLLBACK", "START TRANSACTION READ ONLY", "SAVEPOINT a", "ROLLBACK TO b"});
      case 8: return "SET TRANSACTION ISOLATION LEVEL " + pick({"SERIALIZABLE", "READ COMMITTED", "REPEATABLE READ"});
      case 9:
        return mysql() ? "LOCK TABLES " + ref() + pick({" READ", " WRITE"}) : "LOCK TABLE " + name() + " IN SHARE MODE";
      case 10: return "SET " + pick({"a", "x.y", "autocommit"}) + " = " + pick({"1", "ON", "DEFAULT", "'x'", "-2.5"});
      default: return select(1) + " " + select(1);
    }
  }

  /// The text with a few bytes or words put in, left out or exchanged.
  std::string damaged(std::string text) {
    for (std::size_t i = 0, count = 1 + random_() % 3; i < count && !text.empty(); ++i) {
      const std::size_t at = random_() % text.size();
      switch (random_() % 3) {
        case 0: text.erase(at, 1 + random_() % 6); break;
        case 1:
          text.insert(
              at, pick({"(", ")", ",", "'", "\"", "`", "/*", "--", ";", "?", "\xff", " AND ", " SELECT ", "\\", "$$"}));
          break;
        default: text[at] = static_cast<char>(random_() % 256); break;
      }
    }
    return text;
  }

 private:
  bool mysql() const { return dialect_ != Dialect::postgres; }
  std::string pick(std::initializer_list<const char*> words) { return *(words.begin() + random_() % words.size()); }
  std::string maybe(bool allowed, const std::string& text) { return allowed && random_() % 2 == 0 ? text : ""; }
  std::string name() {
    if (random_() % 10 != 0) return pick({"a", "b", "t", "u", "name", "Big", "x_1"});
    return mysql() ? pick({"`order`", "`a b`", "`q``q`", "`1`"})
                   : pick({"\"order\"", "\"A b\"", "\"q\"\"q\"", "\"interval\""});
  }
  std::string value() {
    const bool quoted = random_() % 4 == 0;
    return quoted ? pick({"'x'", "'it''s'", "''", "'a b'", "'%'", "DATE '2026-11-22'"})
                  : pick({"1", "0", "-3", "2.50", "1e3", ".5", "NULL", "TRUE", ":p", "99999999999999999999"});
  }
  std::string atom(int depth) {
    switch (random_() % (depth > 0 ? 9 : 3)) {
      case 0: return value();
      case 1: return name();
      case 2: return "t." + name();
      case 3: return "(" + expr(depth - 1) + ")";
      case 4:
        return pick({"COALESCE", "f", "GREATEST", "IFNULL"}) + "(" + expr(depth - 1) + ", " + expr(depth - 1) + ")";
      case 5:
        return "CASE WHEN " + expr(depth - 1) + " THEN " + expr(depth - 1) + maybe(true, " ELSE " + expr(0)) + " END";
      case 6: return "(" + select(depth - 1) + ")";
      case 7: return "EXISTS (" + select(depth - 1) + ")";
      default: return "CAST(" + expr(depth - 1) + " AS CHAR(5))";
    }
  }
  std::string expr(int depth) {
    if (depth <= 0) return atom(0);
    switch (random_() % 12) {
      case 0: return "NOT " + expr(depth - 1);
      case 1: return "- " + atom(depth);
      case 2: return atom(depth) + maybe(true, " NOT") + " BETWEEN " + atom(0) + " AND " + atom(depth);
      case 3: return atom(depth) + maybe(true, " NOT") + " IN (" + expr(depth - 1) + ", " + value() + ")";
      case 4: return atom(depth) + " IS " + maybe(true, "NOT ") + "NULL";
      case 5: return atom(depth) + maybe(true, " NOT") + " LIKE " + value();
      case 6: return atom(depth) + " IN (" + select(depth - 1) + ")";
      case 7: return atom(depth);
      default: {
        const std::string op =
            mysql() ? pick({"+", "-", "*", "/", "%", "DIV", "<=>", "&&"}) : pick({"+", "-", "*", "/", "%"});
        return expr(depth - 1) + " " + pick({op.c_str(), "=", "<>", "<", ">=", "AND", "OR", "||", "+"}) + " " +
               expr(depth - 1);
      }
    }
  }
  std::string where(int depth) { return maybe(true, " WHERE " + expr(depth)); }
  std::string ref() { return name() + maybe(true, " AS " + name()); }
  std::string assignments() { return name() + " = " + expr(2) + maybe(true, ", " + name() + " = DEFAULT"); }
  std::string select(int depth) {
    const int few = std::min(depth, 1);
    const bool has_from = random_() % 4 != 0;
    std::string text = "SELECT " + maybe(true, "DISTINCT ") + maybe(has_from, "*, ") + expr(depth) +
                       maybe(true, ", COUNT(*) AS " + name());
    if (!has_from) return text;
    text += " FROM " + ref() + maybe(true, ", " + ref()) + maybe(true, " LEFT JOIN " + ref() + " ON " + expr(few));
    text += maybe(true, " JOIN " + ref() + " USING (a, b)") + where(depth) +
            maybe(depth > 1, " GROUP BY " + expr(few) + " HAVING " + expr(few));
    text += maybe(true, " ORDER BY " + expr(few) + pick({"", " DESC"})) +
            maybe(true, " LIMIT 3" + maybe(true, " OFFSET 2"));
    const std::string lock = mysql() ? pick({"FOR UPDATE", "FOR SHARE", "LOCK IN SHARE MODE"})
                                     : pick({"FOR NO KEY UPDATE", "FOR KEY SHARE"});
    return text + maybe(true, " " + lock) + maybe(lock != "LOCK IN SHARE MODE", " FOR UPDATE OF t SKIP LOCKED");
  }
  std::string insert() {
    std::string text = "INSERT " + maybe(mysql(), "IGNORE ") + "INTO " + name() + " (a, " + name() + ") ";
    text += random_() % 4 == 0 ? select(1) : "VALUES (" + expr(1) + ", DEFAULT), (" + value() + ", " + expr(2) + ")";
    if (mysql()) return text + maybe(true, " ON DUPLICATE KEY UPDATE a = VALUES(a) + " + atom(1));
    return text + maybe(true, " ON CONFLICT (a) DO UPDATE SET a = EXCLUDED.a WHERE " + expr(1)) +
           maybe(true, " RETURNING *");
  }
  std::string key_columns() { return name() + maybe(mysql(), " DESC") + maybe(true, ", b"); }
  std::string column() {
    return name() + " " + pick({"INT", "VARCHAR(10)", "DECIMAL(8, 2)", "DATE", "TEXT", "BIGINT"}) +
           maybe(true, " NOT NULL") + maybe(true, " DEFAULT " + value()) + maybe(mysql(), " COMMENT 'x'");
  }
  std::string create_table() {
    return "CREATE TABLE " + maybe(true, "IF NOT EXISTS ") + name() + " (id INT PRIMARY KEY, " + column() +
           ", UNIQUE (" + key_columns() + ")" + maybe(mysql(), ", KEY k (b)") +
           maybe(true, ", FOREIGN KEY (a) REFERENCES p (id) ON DELETE CASCADE") + ")" +
           maybe(mysql(), " ENGINE=InnoDB");
  }

  std::mt19937 random_;
  Dialect dialect_;
};

/// What was read is printed, and read again as the same.
void goes_there_and_back(const Statement& statement, Dialect dialect, const std::string& text) {
  if (std::holds_alternative<Unknown>(statement.node)) return;
  if (const auto* alter = std::get_if<AlterTable>(&statement.node); alter && !alter->other.empty())
    return;  // as it stands
  const std::string printed = to_sql(statement, dialect);
  const Parsed again = parse_statement(printed, dialect);
  ASSERT_TRUE(again.problems.empty()) << text << "\nprinted as " << printed << "\n" << again.problems[0].message;
  ASSERT_EQ(dump(again.statements.at(0)), dump(statement)) << text << "\nprinted as " << printed;
  ASSERT_EQ(to_sql(again.statements[0], dialect), printed) << text;
}

TEST(Limits, RandomSentencesGoThereAndBack) {
  constexpr unsigned seed = 20'261'122;
  std::size_t read = 0;
  for (const Dialect dialect : {Dialect::mysql, Dialect::postgres, Dialect::either}) {
    Sentences sentences(seed, dialect);
    for (int round = 0; round < 1'500 && !::testing::Test::HasFailure(); ++round) {
      const std::string text = sentences.statement();
      const Parsed parsed = parse_script(text, dialect);
      for (const auto& statement : parsed.statements) goes_there_and_back(statement, dialect, text);
      read += parsed.statements.size();
    }
  }
  EXPECT_GT(read, 3'000U) << "seed " << seed;
}

TEST(Limits, DamagedSentencesAreReadOrRefused) {
  constexpr unsigned seed = 1;
  for (const Dialect dialect : {Dialect::mysql, Dialect::postgres, Dialect::either}) {
    Sentences sentences(seed, dialect);
    for (int round = 0; round < 2'500 && !::testing::Test::HasFailure(); ++round) {
      const std::string text = sentences.damaged(sentences.statement());
      const Parsed parsed = parse_script(text, dialect);
      for (const auto& problem : parsed.problems) {
        ASSERT_LE(problem.span.begin, problem.span.end) << text;
        ASSERT_LE(problem.span.end, text.size()) << text;
        ASSERT_FALSE(problem.message.empty()) << text;
      }
      for (const auto& statement : parsed.statements) {
        ASSERT_EQ(text.substr(statement.span.begin, statement.span.end - statement.span.begin), statement.text);
        goes_there_and_back(statement, dialect, text);
      }
      const std::string printed = fingerprint(text, dialect);
      if (!parsed.problems.empty()) continue;
      ASSERT_EQ(fingerprint(printed, dialect), printed) << text;
    }
  }
}

}  // namespace
}  // namespace gridlock::sql
