// What statements give: rows, counts, errors in MySQL's words.
#include <gtest/gtest.h>

#include "tests/unit/drivers/story.h"

namespace gridlock::reference {
namespace {

const std::string people = R"(
  CREATE TABLE p (id INT PRIMARY KEY, name VARCHAR(10) NOT NULL, age INT, pay DECIMAL(8,2), born DATE, UNIQUE KEY name (name));
  CREATE TABLE pet (id INT AUTO_INCREMENT PRIMARY KEY, owner INT, kind VARCHAR(10) DEFAULT 'cat', KEY owner (owner));
  INSERT INTO p VALUES (1, 'Ann', 30, 10.50, '1990-05-01'), (2, 'bob', NULL, 20, '1985-01-31'), (3, 'Cid', 40, 5.25, NULL);
  INSERT INTO pet (owner, kind) VALUES (1, 'dog'), (1, DEFAULT), (3, 'emu');
  ---
)";

struct SqlCase {
  std::string steps;
  std::string told;
};

class Sql : public testing::TestWithParam<SqlCase> {};

TEST_P(Sql, IsMySqls) { EXPECT_EQ(story(people + GetParam().steps), GetParam().told) << GetParam().steps; }

INSTANTIATE_TEST_SUITE_P(
    Reading, Sql,
    testing::Values(
        SqlCase{"a: SELECT name FROM p WHERE age > 30", "a done ('Cid')\n"},
        SqlCase{"a: SELECT id FROM p WHERE name = 'ANN'", "a done (1)\n"},
        SqlCase{"a: SELECT id FROM p WHERE age IS NULL OR age <> 30", "a done (2) (3)\n"},
        SqlCase{"a: SELECT id FROM p WHERE NOT (age = 30)", "a done (3)\n"},
        SqlCase{"a: SELECT id FROM p WHERE born < '1990-01-01'", "a done (2)\n"},
        SqlCase{"a: SELECT id FROM p WHERE id = '2'", "a done (2)\n"},
        SqlCase{"a: SELECT id FROM p WHERE name LIKE 'b%'", "a done (2)\n"},
        SqlCase{"a: SELECT SUM(pay), COUNT(*), COUNT(age), MIN(age), MAX(name), AVG(age) FROM p",
                "a done (35.75, 3, 2, 30, 'Cid', 35.0000)\n"},
        SqlCase{"a: SELECT SUM(age) FROM p WHERE id > 9", "a done (NULL)\n"},
        SqlCase{"a: SELECT owner, COUNT(*) FROM pet GROUP BY owner ORDER BY owner", "a done (1, 2) (3, 1)\n"},
        SqlCase{"a: SELECT owner, COUNT(*) AS n FROM pet GROUP BY owner HAVING COUNT(*) > 1", "a done (1, 2)\n"},
        SqlCase{"a: SELECT DISTINCT owner FROM pet ORDER BY owner DESC", "a done (3) (1)\n"},
        SqlCase{"a: SELECT id FROM p ORDER BY age DESC LIMIT 2", "a done (3) (1)\n"},
        SqlCase{"a: SELECT id FROM p ORDER BY id LIMIT 1 OFFSET 1", "a done (2)\n"},
        SqlCase{"a: SELECT p.name, pet.kind FROM p JOIN pet ON pet.owner = p.id WHERE p.id = 1",
                "a done ('Ann', 'dog') ('Ann', 'cat')\n"},
        SqlCase{"a: SELECT p.id, pet.kind FROM p LEFT JOIN pet ON pet.owner = p.id ORDER BY p.id, pet.kind",
                "a done (1, 'cat') (1, 'dog') (2, NULL) (3, 'emu')\n"},
        SqlCase{"a: SELECT id FROM p WHERE id IN (SELECT owner FROM pet WHERE kind = 'emu')", "a done (3)\n"},
        SqlCase{"a: SELECT id FROM p WHERE NOT EXISTS (SELECT 1 FROM pet WHERE pet.owner = p.id)", "a done (2)\n"},
        SqlCase{"a: SELECT id, (SELECT COUNT(*) FROM pet WHERE pet.owner = p.id) FROM p",
                "a done (1, 2) (2, 0) (3, 1)\n"},
        SqlCase{"a: SELECT 7 / 2, 7 DIV 2, 7 % 2, 1 + '2', NULL + 1, 1 / 0",
                "a done (3.5000, 3, 1, 3e0, NULL, NULL)\n"},
        SqlCase{"a: SELECT COALESCE(age, 0), IF(id > 1, 'x', 'y') FROM p WHERE id = 2", "a done (0, 'x')\n"}));

INSTANTIATE_TEST_SUITE_P(
    Writing, Sql,
    testing::Values(
        SqlCase{"a: UPDATE p SET age = age + 1 WHERE id < 3\na: SELECT age FROM p",
                "a done 1\na done (31) (NULL) (40)\n"},
        SqlCase{"a: UPDATE p SET age = 30 WHERE id = 1", "a done\n"},
        SqlCase{"a: UPDATE p SET age = 1, pay = age WHERE id = 1\na: SELECT pay FROM p WHERE id = 1",
                "a done 1\na done (1.00)\n"},
        SqlCase{"a: UPDATE p SET id = id + 10 ORDER BY id DESC LIMIT 2\na: SELECT id FROM p",
                "a done 2\na done (1) (12) (13)\n"},
        SqlCase{"a: DELETE FROM p WHERE id > 1\na: SELECT COUNT(*) FROM p", "a done 2\na done (1)\n"},
        SqlCase{"a: INSERT INTO pet (owner) VALUES (2), (2)\na: SELECT id, kind FROM pet WHERE owner = 2",
                "a done 2\na done (4, 'cat') (5, 'cat')\n"},
        SqlCase{"a: INSERT INTO p (id, name) VALUES (4, 'Dee') ON DUPLICATE KEY UPDATE age = 9", "a done 1\n"},
        SqlCase{"a: INSERT INTO p (id, name) VALUES (1, 'x') ON DUPLICATE KEY UPDATE age = age + VALUES(id)\n"
                "a: SELECT age FROM p WHERE id = 1",
                "a done 2\na done (31)\n"},
        SqlCase{"a: INSERT INTO p (id, name) VALUES (1, 'x') ON DUPLICATE KEY UPDATE age = 30", "a done\n"},
        SqlCase{"a: REPLACE INTO pet VALUES (1, 9, 'ox')\na: SELECT owner FROM pet WHERE id = 1",
                "a done 2\na done (9)\n"},
        SqlCase{"a: REPLACE INTO p (id, name) VALUES (1, 'bob')\na: SELECT id FROM p", "a done 3\na done (1) (3)\n"},
        SqlCase{"a: INSERT IGNORE INTO p (id, name) VALUES (1, 'x'), (5, 'Eve')", "a done 1\n"},
        SqlCase{"a: INSERT INTO pet (owner, kind) SELECT id, name FROM p WHERE id < 3\na: SELECT COUNT(*) FROM pet",
                "a done 2\na done (5)\n"}));

INSTANTIATE_TEST_SUITE_P(
    Refusing, Sql,
    testing::Values(
        SqlCase{"a: INSERT INTO p (id, name) VALUES (1, 'x')",
                "a error 1062 Duplicate entry '1' for key 'p.PRIMARY'\n"},
        SqlCase{"a: INSERT INTO p (id, name) VALUES (9, 'ANN')",
                "a error 1062 Duplicate entry 'ANN' for key 'p.name'\n"},
        SqlCase{"a: INSERT INTO p (id, name) VALUES (9, NULL)", "a error 1048 Column 'name' cannot be null\n"},
        SqlCase{"a: INSERT INTO p (id) VALUES (9)", "a error 1364 Field 'name' doesn't have a default value\n"},
        SqlCase{"a: INSERT INTO p (id, name) VALUES (9, 'much too long')",
                "a error 1406 Data too long for column 'name' at row 1\n"},
        SqlCase{"a: UPDATE p SET age = 3000000000 WHERE id = 1",
                "a error 1264 Out of range value for column 'age' at row 1\n"},
        SqlCase{"a: SELECT nme FROM p", "a error 1054 Unknown column 'nme' in 'field list'\n"},
        SqlCase{"a: SELECT * FROM q", "a error 1146 Table 'q' doesn't exist\n"},
        SqlCase{"a: ROLLBACK TO x", "a error 1305 SAVEPOINT x does not exist\n"},
        SqlCase{"a: SET innodb_lock_wait_timout = 1",
                "a error 1193 Unknown system variable 'innodb_lock_wait_timout'\n"},
        // a failed statement leaves nothing behind, whatever it did before it failed
        SqlCase{"a: INSERT INTO p (id, name) VALUES (7, 'g'), (8, 'h'), (1, 'x')\na: SELECT COUNT(*) FROM p",
                "a error 1062 Duplicate entry '1' for key 'p.PRIMARY'\na done (3)\n"},
        SqlCase{"a: BEGIN\na: DELETE FROM p WHERE id = 1\na: UPDATE p SET id = 3 WHERE id = 2\na: SELECT id FROM p",
                "a done\na done 1\na error 1062 Duplicate entry '3' for key 'p.PRIMARY'\na done (2) (3)\n"}));

const std::string family = R"(
  CREATE TABLE mother (id INT PRIMARY KEY);
  CREATE TABLE child (id INT PRIMARY KEY, mid INT, CONSTRAINT born FOREIGN KEY (mid) REFERENCES mother (id) ACTION);
  INSERT INTO mother VALUES (1), (2), (3);
  INSERT INTO child VALUES (10, 1), (11, 1), (20, 2);
  ---
)";

std::string with_action(const std::string& action, const std::string& steps) {
  std::string text = family;
  text.replace(text.find("ACTION"), 6, action);
  return story(text + steps);
}

TEST(ForeignKeys, RefuseOrphans) {
  EXPECT_EQ(
      with_action("",
                  "a: INSERT INTO child VALUES (90, 9)\na: DELETE FROM mother WHERE id = 1\na: DELETE FROM mother "
                  "WHERE id = 3"),
      "a error 1452 Cannot add or update a child row: a foreign key constraint fails (`child`, CONSTRAINT `born` "
      "FOREIGN "
      "KEY (`mid`) REFERENCES `mother` (`id`))\n"
      "a error 1451 Cannot delete or update a parent row: a foreign key constraint fails (`child`, CONSTRAINT `born` "
      "FOREIGN KEY (`mid`) REFERENCES `mother` (`id`))\n"
      "a done 1\n");
}

TEST(ForeignKeys, Cascade) {
  EXPECT_EQ(with_action(
                "ON DELETE CASCADE ON UPDATE CASCADE",
                "a: DELETE FROM mother WHERE id = 1\na: UPDATE mother SET id = 7 WHERE id = 2\na: SELECT * FROM child"),
            "a done 1\na done 1\na done (20, 7)\n");
}

TEST(ForeignKeys, SetNull) {
  EXPECT_EQ(with_action("ON DELETE SET NULL", "a: DELETE FROM mother WHERE id = 1\na: SELECT * FROM child"),
            "a done 1\na done (10, NULL) (11, NULL) (20, 2)\n");
}

TEST(Transactions, SavepointsKeepLocks) {
  EXPECT_EQ(story(R"(
      CREATE TABLE t (id INT PRIMARY KEY, v INT); INSERT INTO t VALUES (1, 1), (2, 2);
      ---
      a: BEGIN
      a: UPDATE t SET v = 9 WHERE id = 1
      a: SAVEPOINT s
      a: UPDATE t SET v = 9 WHERE id = 2
      a: ROLLBACK TO s
      a: SELECT * FROM t
      b: UPDATE t SET v = 0 WHERE id = 2
      a: COMMIT)"),
            "a done\na done 1\na done\na done 1\na done\na done (1, 9) (2, 2)\n"
            "b waits for a: X,REC_NOT_GAP t.PRIMARY 2\na done\nb done 1\n");
}

TEST(Transactions, RepeatableReadSeesOneMoment) {
  const std::string steps = R"(
      CREATE TABLE t (id INT PRIMARY KEY, v INT, KEY v (v)); INSERT INTO t VALUES (1, 1), (2, 2);
      ---
      a: BEGIN
      a: SELECT v FROM t
      b: UPDATE t SET v = 5 WHERE id = 1
      b: DELETE FROM t WHERE id = 2
      a: SELECT v FROM t WHERE v < 9
      a: SELECT v FROM t FOR SHARE)";
  EXPECT_EQ(story(steps), "a done\na done (1) (2)\nb done 1\nb done 1\na done (1) (2)\na done (5)\n");
  EXPECT_EQ(story(steps, {"read committed", {}}),
            "a done\na done (1) (2)\nb done 1\nb done 1\na done (5)\na done (5)\n");
}

TEST(Transactions, ReadUncommittedSeesAll) {
  EXPECT_EQ(story(R"(
      CREATE TABLE t (id INT PRIMARY KEY, v INT); INSERT INTO t VALUES (1, 1);
      ---
      b: BEGIN
      b: UPDATE t SET v = 5 WHERE id = 1
      a: SELECT v FROM t
      b: ROLLBACK
      a: SELECT v FROM t)",
                  {"read uncommitted", {}}),
            "b done\nb done 1\na done (5)\nb done\na done (1)\n");
}

TEST(Locking, NowaitAndSkipLocked) {
  EXPECT_EQ(story(R"(
      CREATE TABLE t (id INT PRIMARY KEY, v INT); INSERT INTO t VALUES (1, 1), (2, 2);
      ---
      a: BEGIN
      a: SELECT * FROM t WHERE id = 1 FOR UPDATE
      b: SELECT * FROM t WHERE id = 1 FOR UPDATE NOWAIT
      b: SELECT * FROM t FOR UPDATE SKIP LOCKED)"),
            "a done\na done (1, 1)\n"
            "b error 3572 Statement aborted because lock(s) could not be acquired immediately and NOWAIT is set.\n"
            "b done (2, 2)\n");
}

TEST(Locking, LockTables) {
  EXPECT_EQ(story(R"(
      CREATE TABLE t (id INT PRIMARY KEY, v INT); CREATE TABLE s (id INT PRIMARY KEY); INSERT INTO t VALUES (1, 1);
      ---
      a: LOCK TABLES t WRITE
      b: SELECT * FROM t
      a: SELECT * FROM s
      a: UNLOCK TABLES)"),
            "a done\nb waits for a: SHARED_READ t\n"
            "a error 1100 Table 's' was not locked with LOCK TABLES\na done\nb done (1, 1)\n");
}

}  // namespace
}  // namespace gridlock::reference
