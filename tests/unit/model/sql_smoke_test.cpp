// Statements of every kind are read, whole, without a problem.
#include <gtest/gtest.h>

#include "model/sql/parse.h"

namespace gridlock::sql {
namespace {

template <typename Node>
void is_a(const std::string& text, Dialect dialect = Dialect::either) {
  const Parsed parsed = parse_statement(text, dialect);
  ASSERT_TRUE(parsed.problems.empty()) << text << ": " << parsed.problems[0].message;
  ASSERT_EQ(parsed.statements.size(), 1U) << text;
  EXPECT_TRUE(std::holds_alternative<Node>(parsed.statements[0].node)) << text;
  EXPECT_EQ(parsed.statements[0].text, text);
}

TEST(ParseStatement, KnowsEveryKind) {
  is_a<Select>("SELECT * FROM t WHERE id = 1 FOR UPDATE");
  is_a<Insert>("INSERT INTO t (a, b) VALUES (1, 'x'), (:a, DEFAULT)");
  is_a<Insert>("REPLACE INTO t VALUES (1, 2)");
  is_a<Update>("UPDATE t SET v = v + 1 WHERE id = 3");
  is_a<Delete>("DELETE FROM t WHERE id = 3");
  is_a<Begin>("BEGIN");
  is_a<Begin>("START TRANSACTION READ ONLY");
  is_a<Commit>("COMMIT");
  is_a<Rollback>("ROLLBACK");
  is_a<Savepoint>("SAVEPOINT a");
  is_a<RollbackTo>("ROLLBACK TO SAVEPOINT a");
  is_a<ReleaseSavepoint>("RELEASE SAVEPOINT a");
  is_a<SetIsolation>("SET TRANSACTION ISOLATION LEVEL READ COMMITTED");
  is_a<SetVariable>("SET innodb_lock_wait_timeout = 5");
  is_a<LockTables>("LOCK TABLES t READ, u AS x WRITE");
  is_a<LockTables>("LOCK TABLE t IN ACCESS EXCLUSIVE MODE NOWAIT");
  is_a<UnlockTables>("UNLOCK TABLES");
  is_a<CreateTable>("CREATE TABLE t (id INT PRIMARY KEY, v INT)");
  is_a<CreateIndex>("CREATE UNIQUE INDEX i ON t (v)");
  is_a<DropTable>("DROP TABLE IF EXISTS t");
  is_a<DropIndex>("DROP INDEX i ON t");
  is_a<AlterTable>("ALTER TABLE t ADD COLUMN x INT");
  is_a<Truncate>("TRUNCATE TABLE t");
  is_a<Unknown>("SHOW TABLES");
}

}  // namespace
}  // namespace gridlock::sql
