// How statements are read, and that what is printed is read again as the same.
#include <gtest/gtest.h>

#include "model/sql/parse.h"
#include "model/sql/print.h"
#include "tests/unit/model/sql_dump.h"

namespace gridlock::sql {
namespace {

constexpr Dialect my = Dialect::mysql, pg = Dialect::postgres, any = Dialect::either;

struct Case {
  Dialect dialect;
  std::string sql, structure;
};

std::string read(const std::string& sql, Dialect dialect, std::string& printed) {
  const Parsed parsed = parse_statement(sql, dialect);
  if (!parsed.problems.empty()) return parsed.problems[0].message + " | " + parsed.problems[0].hint;
  printed = to_sql(parsed.statements.at(0), dialect);
  return dump(parsed.statements[0]);
}

/// In its own dialect and, since `either` accepts what either accepts, there too.
void check(const std::vector<Case>& cases) {
  for (const auto& one : cases) {
    std::string printed, again;
    EXPECT_EQ(read(one.sql, one.dialect, printed), one.structure) << one.sql;
    EXPECT_EQ(read(printed, one.dialect, again), one.structure) << one.sql << "\nprinted as " << printed;
    EXPECT_EQ(again, printed);
    EXPECT_TRUE(parse_statement(one.sql, any).problems.empty()) << one.sql;
  }
}

TEST(Statement, Select) {
  check({
      {any, "SELECT 1", "(select (items 1))"},
      {any, "select * from t", "(select (items *) (from t))"},
      {any, "SELECT a AS x, b y FROM t AS u", "(select (items (as a x) (as b y)) (from t as u))"},
      {my, "SELECT SUM(balance) AS 'the total' FROM t", "(select (items (as (SUM balance) the total)) (from t))"},
      {any, "SELECT DISTINCT a FROM db.t", "(select distinct (items a) (from db.t))"},
      {any, "SELECT a FROM t, u WHERE t.id = u.id", "(select (items a) (from t (comma u)) (where (= t.id u.id)))"},
      {any, "SELECT a FROM t JOIN u ON t.id = u.id LEFT OUTER JOIN v USING (x, y)",
       "(select (items a) (from t (join u (on (= t.id u.id))) (left v (on (and (= u.x v.x) (= u.y v.y))))))"},
      {any, "SELECT a FROM t CROSS JOIN u", "(select (items a) (from t (join u)))"},
      {my, "SELECT a FROM t STRAIGHT_JOIN u ON 1", "(select (items a) (from t (join u (on 1))))"},
      {my, "SELECT a FROM t FORCE INDEX (i, PRIMARY) WHERE a > 1",
       "(select (items a) (from t (index i PRIMARY)) (where (> a 1)))"},
      {any, "SELECT a, COUNT(*) FROM t GROUP BY a, b HAVING COUNT(*) > 1 ORDER BY a DESC, 2 ASC LIMIT 10 OFFSET 5",
       "(select (items a (COUNT *)) (from t) (group a b) (having (> (COUNT *) 1)) (order (desc a) 2) (limit 10) "
       "(offset 5))"},
      {my, "SELECT a FROM t LIMIT 5, 10", "(select (items a) (from t) (limit 10) (offset 5))"},
      {pg, "SELECT a FROM t OFFSET 5 ROWS FETCH FIRST 10 ROWS ONLY",
       "(select (items a) (from t) (limit 10) (offset 5))"},
      {pg, "SELECT a FROM t FETCH NEXT ROW ONLY", "(select (items a) (from t) (limit 1))"},
      {pg, "SELECT a FROM ONLY t LIMIT ALL", "(select (items a) (from t))"},
      {my, "SELECT 1 FROM DUAL", "(select (items 1))"},
      {any, "SELECT a FROM t WHERE id IN (SELECT id FROM u WHERE EXISTS (SELECT 1 FROM v WHERE v.x = t.x))",
       "(select (items a) (from t) (where (in id (select (items id) (from u) (where (exists (select (items 1) (from v) "
       "(where (= v.x t.x)))))))))"},
      {my, "SELECT SQL_NO_CACHE a FROM t", "(select (items a) (from t))"},
      {any, "SELECT -- a comment\n a /* and another */ FROM t", "(select (items a) (from t))"},
      {my, "SELECT a # a comment\n FROM t", "(select (items a) (from t))"},
      {my, "SELECT 5--3", "(select (items (- 5 -3)))"},
      {pg, "SELECT 5--3\n+1", "(select (items (+ 5 1)))"},
      {any, "SELECT status, name, value, date, type, level FROM data",
       "(select (items status name value date type level) (from data))"},
  });
}

TEST(Statement, Locking) {
  check({
      {any, "SELECT * FROM t FOR UPDATE", "(select (items *) (from t) (lock update))"},
      {any, "SELECT * FROM t FOR SHARE", "(select (items *) (from t) (lock share))"},
      {my, "SELECT * FROM t LOCK IN SHARE MODE", "(select (items *) (from t) (lock share))"},
      {pg, "SELECT * FROM t FOR NO KEY UPDATE", "(select (items *) (from t) (lock no-key-update))"},
      {pg, "SELECT * FROM t FOR KEY SHARE", "(select (items *) (from t) (lock key-share))"},
      {any, "SELECT * FROM t FOR UPDATE NOWAIT", "(select (items *) (from t) (lock update nowait))"},
      {any, "SELECT * FROM t LIMIT 1 FOR UPDATE SKIP LOCKED",
       "(select (items *) (from t) (limit 1) (lock update skip-locked))"},
      {any, "SELECT * FROM t JOIN u ON t.a = u.a FOR UPDATE OF t, u NOWAIT",
       "(select (items *) (from t (join u (on (= t.a u.a)))) (lock update (of t u) nowait))"},
      {any, "SELECT * FROM t, u FOR SHARE OF t FOR UPDATE OF u SKIP LOCKED",
       "(select (items *) (from t (comma u)) (lock share (of t) update (of u) skip-locked))"},
      {pg, "SELECT * FROM t FOR UPDATE LIMIT 1", "(select (items *) (from t) (limit 1) (lock update))"},
      {any, "SELECT id FROM jobs WHERE state = 'new' ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED",
       "(select (items id) (from jobs) (where (= state 'new')) (order id) (limit 1) (lock update skip-locked))"},
  });
}

TEST(Statement, Insert) {
  check({
      {any, "INSERT INTO t VALUES (1, 'x', NULL)", "(insert t (values (row ( 1 'x' NULL))))"},
      {any, "INSERT INTO t (a, b) VALUES (1, DEFAULT), (2 + 3, :b)",
       "(insert t (columns a b) (values (row ( 1 default)) (row ( (+ 2 3) :b))))"},
      {my, "INSERT t VALUE (1)", "(insert t (values (row ( 1))))"},
      {my, "INSERT INTO t () VALUES ()", "(insert t (values (row)))"},
      {pg, "INSERT INTO t DEFAULT VALUES", "(insert t (values (row)))"},
      {my, "INSERT INTO t VALUES ROW(1, 2), ROW(3, 4)", "(insert t (values (row ( 1 2)) (row ( 3 4))))"},
      {my, "INSERT INTO t SET a = 1, b = b + 1", "(insert t (columns a b) (values (row ( 1 (+ b 1)))))"},
      {my, "INSERT LOW_PRIORITY IGNORE INTO t VALUES (1)", "(insert-ignore t (values (row ( 1))))"},
      {my, "REPLACE INTO t (a) VALUES (1)", "(replace t (columns a) (values (row ( 1))))"},
      {my, "REPLACE t SET a = 1", "(replace t (columns a) (values (row ( 1))))"},
      {any, "INSERT INTO t (a) SELECT b FROM u WHERE c = 1 FOR UPDATE",
       "(insert t (columns a) (select (items b) (from u) (where (= c 1)) (lock update)))"},
      {any, "INSERT INTO t (SELECT b FROM u)", "(insert t (select (items b) (from u)))"},
      {my, "INSERT INTO t (a, b) VALUES (1, 2) ON DUPLICATE KEY UPDATE b = VALUES(b) + t.b, a = DEFAULT",
       "(insert t (columns a b) (values (row ( 1 2))) (on-duplicate (= b (+ inserted:b t.b)) (= a default)))"},
      {my, "INSERT INTO t (a, b) VALUES (1, 2) AS new ON DUPLICATE KEY UPDATE b = new.b + b",
       "(insert t (columns a b) (values (row ( 1 2))) (alias new) (on-duplicate (= b (+ inserted:new.b b))))"},
      {my, "INSERT INTO t (a, b) VALUES (1, 2) AS new(m, n) ON DUPLICATE KEY UPDATE b = m + n + new.n + b",
       "(insert t (columns a b) (values (row ( 1 2))) (alias new) (on-duplicate (= b (+ (+ (+ inserted:new.a "
       "inserted:new.b) "
       "inserted:new.b) b))))"},
      {my, "INSERT INTO t SELECT * FROM u JOIN v ON DUPLICATE KEY UPDATE a = 1",
       "(insert t (select (items *) (from u (join v))) (on-duplicate (= a 1)))"},
      {pg, "INSERT INTO t (a) VALUES (1) ON CONFLICT DO NOTHING",
       "(insert t (columns a) (values (row ( 1))) (on-conflict nothing))"},
      {pg,
       "INSERT INTO t AS x (a) VALUES (1) ON CONFLICT (a, b) DO UPDATE SET n = x.n + EXCLUDED.n, m = excluded.m "
       "WHERE x.n < EXCLUDED.n RETURNING id, n AS now",
       "(insert t as x (columns a) (values (row ( 1))) (on-conflict (target a b) (set (= n (+ x.n "
       "inserted:EXCLUDED.n)) (= m "
       "inserted:excluded.m)) (where (< x.n inserted:EXCLUDED.n))) (returning id (as n now)))"},
      {pg, "INSERT INTO t VALUES (1) ON CONFLICT ON CONSTRAINT t_pkey DO NOTHING",
       "(insert t (values (row ( 1))) (on-conflict (constraint t_pkey) nothing))"},
      {pg, "INSERT INTO t (id) OVERRIDING SYSTEM VALUE VALUES (1) RETURNING *",
       "(insert t (columns id) (values (row ( 1))) (returning *))"},
  });
}

TEST(Statement, UpdateAndDelete) {
  check({
      {any, "UPDATE t SET a = a + 1, b = DEFAULT WHERE id = :id",
       "(update (tables t) (set (= a (+ a 1)) (= b default)) (where (= id :id)))"},
      {any, "UPDATE t AS x SET a = (SELECT MAX(b) FROM u)",
       "(update (tables t as x) (set (= a (value (select (items (MAX b)) (from u))))))"},
      {any, "UPDATE t x SET a = 1", "(update (tables t as x) (set (= a 1)))"},
      {my, "UPDATE t SET a = 1 WHERE b > 2 ORDER BY id DESC LIMIT 3",
       "(update (tables t) (set (= a 1)) (where (> b 2)) (order (desc id)) (limit 3))"},
      {my, "UPDATE t JOIN u ON t.id = u.id SET t.a = u.a, u.b = 1 WHERE u.c = 2",
       "(update (tables t (join u (on (= t.id u.id)))) (set (= t.a u.a) (= u.b 1)) (where (= u.c 2)))"},
      {my, "UPDATE t, u SET t.a = 1", "(update (tables t (comma u)) (set (= t.a 1)))"},
      {pg, "UPDATE t SET a = u.a FROM u JOIN v ON u.x = v.x WHERE t.id = u.id RETURNING t.*",
       "(update (tables t) (set (= a u.a)) (from u (join v (on (= u.x v.x)))) (where (= t.id u.id)) (returning t.*))"},
      {any, "DELETE FROM t", "(delete t)"},
      {any, "DELETE FROM t WHERE id IN (1, 2)", "(delete t (where (in id 1 2)))"},
      {my, "DELETE FROM t WHERE a < 3 ORDER BY a LIMIT 1", "(delete t (where (< a 3)) (order a) (limit 1))"},
      {my, "DELETE QUICK FROM t", "(delete t)"},
      {my, "DELETE t FROM t JOIN u ON t.id = u.id WHERE u.a = 1",
       "(delete t (using (join u (on (= t.id u.id)))) (where (= u.a 1)))"},
      {my, "DELETE x.* FROM t AS x LEFT JOIN u ON x.id = u.id WHERE u.id IS NULL",
       "(delete t as x (using (left u (on (= x.id u.id)))) (where (null? u.id)))"},
      {my, "DELETE FROM t USING t JOIN u ON t.id = u.id", "(delete t (using (join u (on (= t.id u.id)))))"},
      {pg, "DELETE FROM t USING u, v AS w WHERE t.id = u.id RETURNING t.id",
       "(delete t (using u (comma v as w)) (where (= t.id u.id)) (returning t.id))"},
  });
}

TEST(Statement, Transactions) {
  check({
      {any, "BEGIN", "(begin)"},
      {any, "begin work", "(begin)"},
      {any, "START TRANSACTION", "(begin)"},
      {any, "START TRANSACTION READ ONLY", "(begin read-only)"},
      {my, "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ WRITE", "(begin read-write snapshot)"},
      {pg, "BEGIN TRANSACTION ISOLATION LEVEL SERIALIZABLE READ ONLY", "(begin serializable read-only)"},
      {pg, "BEGIN ISOLATION LEVEL READ UNCOMMITTED, READ WRITE", "(begin read-uncommitted read-write)"},
      {any, "COMMIT", "(commit)"},
      {any, "COMMIT WORK", "(commit)"},
      {any, "ROLLBACK", "(rollback)"},
      {any, "SAVEPOINT a", "(savepoint a)"},
      {any, "ROLLBACK TO a", "(rollback-to a)"},
      {any, "ROLLBACK WORK TO SAVEPOINT a", "(rollback-to a)"},
      {any, "RELEASE SAVEPOINT a", "(release a)"},
      {pg, "RELEASE a", "(release a)"},
      {pg, "END", "(commit)"},
      {pg, "ABORT WORK", "(rollback)"},
      {my, "DO RELEASE_LOCK('a'), SLEEP(0)", "(select (items (RELEASE_LOCK 'a') (SLEEP 0)))"},
      {any, "SET TRANSACTION ISOLATION LEVEL READ COMMITTED", "(set-isolation read-committed)"},
      {any, "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
       "(set-isolation repeatable-read session read-only)"},
      {pg, "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE",
       "(set-isolation serializable session)"},
      {pg, "SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE", "(set-isolation serializable)"},
      {any, "SET innodb_lock_wait_timeout = 5", "(set innodb_lock_wait_timeout 5)"},
      {any, "SET SESSION innodb_lock_wait_timeout = 5", "(set innodb_lock_wait_timeout 5)"},
      {any, "SET GLOBAL innodb_deadlock_detect = OFF", "(set innodb_deadlock_detect 'OFF' global)"},
      {my, "SET GLOBAL `div` = 1", "(set div 1 global)"},
      {my, "SET @@session.autocommit = 0", "(set autocommit 0)"},
      {my, "SET @@GLOBAL.x = DEFAULT", "(set x default global)"},
      {my, "SET @total := (SELECT SUM(a) FROM t)", "(set @total (value (select (items (SUM a)) (from t))))"},
      {my, "SET @a = @a + 1", "(set @a (+ @a 1))"},
      {my, "SET NAMES utf8mb4 COLLATE utf8mb4_bin", "(set NAMES 'utf8mb4')"},
      {my, "SET CHARACTER SET 'utf8mb4'", "(set CHARACTER SET 'utf8mb4')"},
      {pg, "SET LOCAL lock_timeout TO '1s'", "(set lock_timeout '1s' local)"},
      {pg, "SET my.setting = on", "(set my.setting 'on')"},
      {my, "LOCK TABLES t READ, u AS x WRITE, v READ LOCAL", "(lock (t READ) (u as x WRITE) (v READ LOCAL))"},
      {my, "LOCK TABLE t WRITE", "(lock (t WRITE))"},
      {my, "UNLOCK TABLES", "(unlock)"},
      {pg, "LOCK TABLE t, u IN SHARE ROW EXCLUSIVE MODE", "(lock (t SHARE ROW EXCLUSIVE) (u SHARE ROW EXCLUSIVE))"},
      {pg, "LOCK t NOWAIT", "(lock (t ACCESS EXCLUSIVE) nowait)"},
      {pg, "LOCK TABLE t IN ROW EXCLUSIVE MODE NOWAIT", "(lock (t ROW EXCLUSIVE) nowait)"},
      {any, "TRUNCATE TABLE t", "(truncate ( t))"},
      {any, "TRUNCATE t", "(truncate ( t))"},
      {pg, "TRUNCATE t, u CONTINUE IDENTITY RESTRICT", "(truncate ( t u))"},
  });
}

TEST(Statement, CreateTable) {
  check({
      {any, "CREATE TABLE t (id INT PRIMARY KEY, v INT)",
       "(create-table t (columns (id INT:integer:4 not-null) (v INT:integer:4)) (keys (primary: id)))"},
      {my,
       "CREATE TABLE IF NOT EXISTS db.t (id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT COMMENT 'the key', PRIMARY KEY "
       "(id)) "
       "ENGINE=InnoDB AUTO_INCREMENT=100 DEFAULT CHARSET=utf8mb4 COLLATE utf8mb4_bin COMMENT='a table'",
       "(create-table t if-not-exists (columns (id BIGINT:integer:8 unsigned auto not-null)) (keys (primary: id)) "
       "engine:InnoDB "
       "charset:utf8mb4_bin auto:100)"},
      {my,
       "CREATE TEMPORARY TABLE t (a INT KEY, b VARCHAR(20) CHARACTER SET latin1 COLLATE latin1_bin UNIQUE KEY, "
       "KEY (b(10), a DESC), INDEX i USING BTREE (a), UNIQUE INDEX u (b ASC), CONSTRAINT c UNIQUE (a, b), "
       "CONSTRAINT d UNIQUE KEY e (b))",
       "(create-table t temporary (columns (a INT:integer:4 not-null) (b VARCHAR(20,0):text:8)) (keys (primary: a) "
       "(unique: b) "
       "(key: b:10 a-) (key i: a) (unique u: b) (unique c: a b) (unique e: b)))"},
      {any,
       "CREATE TABLE t (a DECIMAL(10, 2) DEFAULT 0.00 NOT NULL, b NUMERIC(5), c FLOAT, d DOUBLE PRECISION, e TEXT, f "
       "DATE "
       "DEFAULT '2026-01-01', g TIMESTAMP DEFAULT CURRENT_TIMESTAMP, h BOOLEAN DEFAULT TRUE, i CHAR(1) NULL, j "
       "SMALLINT "
       "DEFAULT -1, k TIME)",
       "(create-table t (columns (a DECIMAL(10,2):decimal:8 not-null (default 0.00)) (b NUMERIC(5,0):decimal:8) (c "
       "FLOAT:real:4) "
       "(d DOUBLE PRECISION:real:8) (e TEXT:text:8) (f DATE:date:8 (default '2026-01-01')) (g TIMESTAMP:datetime:8 "
       "(default "
       "(CURRENT_TIMESTAMP))) (h BOOLEAN:boolean:1 (default 1)) (i CHAR(1,0):text:8) (j SMALLINT:integer:2 (default "
       "-1)) (k "
       "TIME:other:8)))"},
      {my,
       "CREATE TABLE t (u DATETIME(6) DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6), e ENUM('a', "
       "'it''s'), "
       "s SET('x'), j JSON, y YEAR, m MEDIUMINT ZEROFILL, d INT DEFAULT (1 + 2))",
       "(create-table t (columns (u DATETIME(6,0):datetime:8 (default (CURRENT_TIMESTAMP 6)) (on-update "
       "(CURRENT_TIMESTAMP 6))) (e "
       "ENUM:text:8 (values a it's)) (s SET:text:8 (values x)) (j JSON:other:8) (y YEAR:integer:2) (m "
       "MEDIUMINT:integer:3 "
       "unsigned) (d INT:integer:4 (default (+ 1 2)))))"},
      {my, "CREATE TABLE t (id SERIAL)",
       "(create-table t (columns (id BIGINT:integer:8 unsigned auto not-null)) (keys (unique: id)))"},
      {pg,
       "CREATE TABLE t (id SERIAL PRIMARY KEY, b BIGSERIAL, c INT GENERATED ALWAYS AS IDENTITY, d timestamptz, e "
       "timestamp "
       "with time zone DEFAULT now(), f character varying(10), g int[], h uuid, i bytea)",
       "(create-table t (columns (id SERIAL:integer:4 auto not-null) (b BIGSERIAL:integer:8 auto not-null) (c "
       "INT:integer:4 auto "
       "not-null) (d TIMESTAMPTZ:datetime:8) (e TIMESTAMPTZ:datetime:8 (default (NOW))) (f CHARACTER "
       "VARYING(10,0):text:8) (g "
       "INT[]:other:4) (h UUID:text:8) (i BYTEA:text:8)) (keys (primary: id)))"},
      {any,
       "CREATE TABLE c (id INT PRIMARY KEY, p INT, q INT REFERENCES b (id) ON DELETE SET NULL, CONSTRAINT fk FOREIGN "
       "KEY (p) "
       "REFERENCES a(id) ON UPDATE CASCADE ON DELETE RESTRICT, FOREIGN KEY (p, q) REFERENCES d, CHECK (p > 0), "
       "CONSTRAINT "
       "positive CHECK (q > 0))",
       "(create-table c (columns (id INT:integer:4 not-null) (p INT:integer:4) (q INT:integer:4)) (keys (primary: id)) "
       "(foreign "
       "(foreign ( q) b ( id) delete:set-null) (foreign fk ( p) a ( id) delete:restrict update:cascade) (foreign ( p "
       "q) d)))"},
      {my, "CREATE TABLE c (p INT, CONSTRAINT fk FOREIGN KEY i (p) REFERENCES a(id) ON DELETE NO ACTION)",
       "(create-table c (columns (p INT:integer:4)) (foreign (foreign fk index:i ( p) a ( id))))"},
      {any, "CREATE TABLE holidays (country CHAR(2), year INT, date DATE, name VARCHAR(50), PRIMARY KEY (date, name))",
       "(create-table holidays (columns (country CHAR(2,0):text:8) (year INT:integer:4) (date DATE:date:8 not-null) "
       "(name "
       "VARCHAR(50,0):text:8 not-null)) (keys (primary: date name)))"},
      {pg, "CREATE TABLE t (key INT, index TEXT)",
       "(create-table t (columns (key INT:integer:4) (index TEXT:text:8)))"},
  });
}

TEST(Statement, OtherDefinitions) {
  check({
      {any, "CREATE INDEX i ON t (a, b DESC)", "(create-index t (key i: a b-))"},
      {any, "CREATE UNIQUE INDEX i ON t (a)", "(create-index t (unique i: a))"},
      {my, "CREATE INDEX i USING BTREE ON t (a(10)) COMMENT 'x' ALGORITHM=INPLACE LOCK=NONE",
       "(create-index t (key i: a:10))"},
      {pg, "CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON public.t USING btree (a) INCLUDE (b)",
       "(create-index t (key i: a) if-not-exists concurrently)"},
      {pg, "CREATE INDEX ON t (a)", "(create-index t (key: a))"},
      {any, "DROP TABLE IF EXISTS t, u", "(drop-table if-exists ( t u))"},
      {my, "DROP TABLE t CASCADE", "(drop-table ( t))"},
      {my, "DROP INDEX i ON t", "(drop-index i (on t))"},
      {pg, "DROP INDEX IF EXISTS i", "(drop-index i if-exists)"},
      {any, "ALTER TABLE t ADD COLUMN a INT NOT NULL, ADD b TEXT",
       "(alter t (columns (a INT:integer:4 not-null) (b TEXT:text:8)))"},
      {my, "ALTER TABLE t ADD INDEX i (a), ADD UNIQUE KEY (b), ADD PRIMARY KEY (c), ADD (d INT, KEY (d))",
       "(alter t (columns (d INT:integer:4)) (keys (key i: a) (unique: b) (primary: c) (key: d)))"},
      {any, "ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id) ON DELETE CASCADE",
       "(alter t (foreign (foreign f ( a) p ( id) delete:cascade)))"},
      {any, "ALTER TABLE t DROP COLUMN a, ADD COLUMN b INT, ALTER COLUMN c SET DEFAULT f(1, 2)",
       "(alter t (columns (b INT:integer:4)) other:[DROP COLUMN a, ALTER COLUMN c SET DEFAULT f(1, 2)])"},
      {my, "ALTER TABLE t ADD COLUMN a INT FIRST, ENGINE=InnoDB",
       "(alter t other:[ADD COLUMN a INT FIRST, ENGINE=InnoDB])"},
  });
}

TEST(Statement, UnknownToTheReferenceEngineButGoodSql) {
  check({
      {any, "SHOW TABLES", "(unknown SHOW)"},
      {any, "explain select 1", "(unknown EXPLAIN)"},
      {any, "WITH x AS (SELECT 1) SELECT * FROM x", "(unknown WITH)"},
      {any, "(SELECT 1)", "(unknown ()"},
      {any, "SELECT 1 UNION SELECT 2", "(unknown SELECT: UNION)"},
      {any, "SELECT * FROM (SELECT 1) AS x", "(unknown SELECT: a subquery in FROM)"},
      {any, "SELECT a INTO @x FROM t", "(unknown SELECT: SELECT ... INTO)"},
      {any, "SELECT a FROM t RIGHT JOIN u ON 1", "(unknown SELECT: RIGHT JOIN)"},
      {any, "SELECT a FROM generate_series(1, 10)", "(unknown SELECT: a function in FROM)"},
      {any, "UPDATE t SET (a, b) = (1, 2)", "(unknown UPDATE: SET (a, b) = ...)"},
      {any, "DELETE a, b FROM a JOIN b ON 1", "(unknown DELETE: DELETE from several tables)"},
      {any, "CREATE VIEW v AS SELECT 1", "(unknown CREATE: CREATE VIEW)"},
      {any, "CREATE TABLE t AS SELECT 1", "(unknown CREATE: CREATE TABLE ... AS)"},
      {any, "CREATE TABLE t (a INT, b INT AS (a + 1) STORED)", "(unknown CREATE: a generated column)"},
      {any, "CREATE INDEX i ON t (lower(a))", "(unknown CREATE: an index on an expression)"},
      {any, "CREATE INDEX i ON t (a) WHERE b", "(unknown CREATE: a partial index)"},
      {any, "SET @a = 1, @b = 2", "(unknown SET: several assignments in one SET)"},
      {any, "SET ROLE x", "(unknown SET: SET ROLE)"},
      {any, "COMMIT AND CHAIN", "(unknown COMMIT: AND CHAIN)"},
      {any, "ROLLBACK PREPARED 'x'", "(unknown ROLLBACK: two-phase commit)"},
      {any, "VACUUM t", "(unknown VACUUM)"},
      {pg, "DO $$ BEGIN NULL; END $$", "(unknown DO: DO)"},
      {any, "frobnicate the table", "(unknown FROBNICATE)"},
  });
}

}  // namespace
}  // namespace gridlock::sql
