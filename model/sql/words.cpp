#include "model/sql/words.h"

#include <algorithm>
#include <unordered_set>

namespace gridlock::sql {
namespace {

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

/// A set of upper-case words, made from one text where they stand separated by spaces.
class WordSet {
 public:
  explicit WordSet(std::string_view text) {
    while (!text.empty()) {
      const std::size_t end = std::min(text.find(' '), text.size());
      if (end > 0) words_.insert(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }
  bool contains(std::string_view word) const { return word.size() <= 32 && words_.contains(upper_case(word)); }

 private:
  std::unordered_set<std::string_view> words_;  // only asked, never walked: hash order cannot show
};

const WordSet& mysql_reserved() {
  static const WordSet words(
      "ACCESSIBLE ADD ALL ALTER ANALYZE AND AS ASC ASENSITIVE BEFORE BETWEEN BIGINT BINARY BLOB BOTH BY CALL CASCADE "
      "CASE CHANGE CHAR CHARACTER CHECK COLLATE COLUMN CONDITION CONSTRAINT CONTINUE CONVERT CREATE CROSS CUBE "
      "CUME_DIST CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER CURSOR DATABASE DATABASES DAY_HOUR "
      "DAY_MICROSECOND DAY_MINUTE DAY_SECOND DEC DECIMAL DECLARE DEFAULT DELAYED DELETE DENSE_RANK DESC DESCRIBE "
      "DETERMINISTIC DISTINCT DISTINCTROW DIV DOUBLE DROP DUAL EACH ELSE ELSEIF EMPTY ENCLOSED ESCAPED EXCEPT EXISTS "
      "EXIT EXPLAIN FALSE FETCH FIRST_VALUE FLOAT FLOAT4 FLOAT8 FOR FORCE FOREIGN FROM FULLTEXT FUNCTION GENERATED GET "
      "GRANT GROUP GROUPING GROUPS HAVING HIGH_PRIORITY HOUR_MICROSECOND HOUR_MINUTE HOUR_SECOND IF IGNORE IN INDEX "
      "INFILE INNER INOUT INSENSITIVE INSERT INT INT1 INT2 INT3 INT4 INT8 INTEGER INTERSECT INTERVAL INTO "
      "IO_AFTER_GTIDS IO_BEFORE_GTIDS IS ITERATE JOIN JSON_TABLE KEY KEYS KILL LAG LAST_VALUE LATERAL LEAD LEADING "
      "LEAVE LEFT LIKE LIMIT LINEAR LINES LOAD LOCALTIME LOCALTIMESTAMP LOCK LONG LONGBLOB LONGTEXT LOOP LOW_PRIORITY "
      "MANUAL MATCH MAXVALUE MEDIUMBLOB MEDIUMINT MEDIUMTEXT MIDDLEINT MINUTE_MICROSECOND MINUTE_SECOND MOD MODIFIES "
      "NATURAL NOT NO_WRITE_TO_BINLOG NTH_VALUE NTILE NULL NUMERIC OF ON OPTIMIZE OPTIMIZER_COSTS OPTION OPTIONALLY OR "
      "ORDER OUT OUTER OUTFILE OVER PARALLEL PARTITION PERCENT_RANK PRECISION PRIMARY PROCEDURE PURGE QUALIFY RANGE "
      "RANK READ READS READ_WRITE REAL RECURSIVE REFERENCES REGEXP RELEASE RENAME REPEAT REPLACE REQUIRE RESIGNAL "
      "RESTRICT RETURN REVOKE RIGHT RLIKE ROW ROWS ROW_NUMBER SCHEMA SCHEMAS SECOND_MICROSECOND SELECT SENSITIVE "
      "SEPARATOR SET SHOW SIGNAL SMALLINT SPATIAL SPECIFIC SQL SQLEXCEPTION SQLSTATE SQLWARNING SQL_BIG_RESULT "
      "SQL_CALC_FOUND_ROWS SQL_SMALL_RESULT SSL STARTING STORED STRAIGHT_JOIN SYSTEM TABLE TABLESAMPLE TERMINATED THEN "
      "TINYBLOB TINYINT TINYTEXT TO TRAILING TRIGGER TRUE UNDO UNION UNIQUE UNLOCK UNSIGNED UPDATE USAGE USE USING "
      "UTC_DATE UTC_TIME UTC_TIMESTAMP VALUES VARBINARY VARCHAR VARCHARACTER VARYING VIRTUAL WHEN WHERE WHILE WINDOW "
      "WITH WRITE XOR YEAR_MONTH ZEROFILL");
  return words;
}

const WordSet& postgres_reserved() {
  static const WordSet words(
      "ALL ANALYSE ANALYZE AND ANY ARRAY AS ASC ASYMMETRIC AUTHORIZATION BINARY BOTH CASE CAST CHECK COLLATE COLLATION "
      "COLUMN CONCURRENTLY CONSTRAINT CREATE CROSS CURRENT_CATALOG CURRENT_DATE CURRENT_ROLE CURRENT_SCHEMA "
      "CURRENT_TIME "
      "CURRENT_TIMESTAMP CURRENT_USER DEFAULT DEFERRABLE DESC DISTINCT DO ELSE END EXCEPT FALSE FETCH FOR FOREIGN "
      "FREEZE "
      "FROM FULL GRANT GROUP HAVING ILIKE IN INITIALLY INNER INTERSECT INTO IS ISNULL JOIN LATERAL LEADING LEFT LIKE "
      "LIMIT LOCALTIME LOCALTIMESTAMP NATURAL NOT NOTNULL NULL OFFSET ON ONLY OR ORDER OUTER OVERLAPS PLACING PRIMARY "
      "REFERENCES RETURNING RIGHT SELECT SESSION_USER SIMILAR SOME SYMMETRIC TABLE TABLESAMPLE THEN TO TRAILING TRUE "
      "UNION UNIQUE USER USING VARIADIC VERBOSE WHEN WHERE WINDOW WITH");
  return words;
}

}  // namespace

std::string upper_case(std::string_view word) {
  std::string result(word);
  std::transform(result.begin(), result.end(), result.begin(), upper);
  return result;
}

bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return upper(x) == upper(y); });
}

bool is_reserved(std::string_view word, Dialect dialect) {
  switch (dialect) {
    case Dialect::mysql: return mysql_reserved().contains(word);
    case Dialect::postgres: return postgres_reserved().contains(word);
    case Dialect::either: break;
  }
  return mysql_reserved().contains(word) && postgres_reserved().contains(word);
}

bool ends_alias(std::string_view word, Dialect dialect) {
  static const WordSet clauses(
      "SET VALUES RETURNING LIMIT OFFSET FETCH FOR LOCK ON USING WHERE GROUP HAVING ORDER UNION INTERSECT EXCEPT "
      "WINDOW "
      "USE FORCE IGNORE PARTITION STRAIGHT_JOIN JOIN INNER LEFT RIGHT FULL CROSS NATURAL INTO SELECT FROM READ WRITE "
      "LOW_PRIORITY DEFAULT OVERRIDING NOWAIT");
  return clauses.contains(word) || is_reserved(word, dialect);
}

bool begins_clause(std::string_view word) {
  static const WordSet clauses(
      "FROM WHERE GROUP HAVING ORDER LIMIT SET VALUES ON USING FOR LOCK UNION INTO RETURNING AND OR IN LIKE BETWEEN IS "
      "THEN ELSE "
      "WHEN END AS BY ASC DESC JOIN LEFT INNER");
  return clauses.contains(word);
}

bool is_callable(std::string_view word) {
  static const WordSet callable(
      "CHAR CONVERT CUME_DIST CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER CURRENT_ROLE CURRENT_SCHEMA "
      "DATABASE DENSE_RANK FIRST_VALUE GROUPING IF INSERT LAG LAST_VALUE LEAD LEFT LOCALTIME LOCALTIMESTAMP MOD "
      "NTH_VALUE NTILE PERCENT_RANK RANK REPEAT REPLACE RIGHT ROW_NUMBER SCHEMA SESSION_USER SYSTEM_USER USER UTC_DATE "
      "UTC_TIME UTC_TIMESTAMP CAST BINARY DATE TRUNCATE");
  return callable.contains(word);
}

bool is_keyword(std::string_view word) {
  static const WordSet others(
      "BEGIN COMMIT ROLLBACK START TRANSACTION WORK SAVEPOINT ISOLATION LEVEL SERIALIZABLE REPEATABLE COMMITTED "
      "UNCOMMITTED ONLY CONSISTENT SNAPSHOT SHARE NOWAIT SKIP LOCKED MODE TABLES DUPLICATE CONFLICT NOTHING EXCLUDED "
      "RETURNING OFFSET ACTION TRUNCATE TEMPORARY ENGINE AUTO_INCREMENT END SESSION GLOBAL LOCAL CURRENT EXCLUSIVE "
      "ACCESS VALUE DO");
  return mysql_reserved().contains(word) || postgres_reserved().contains(word) || others.contains(word);
}

bool is_other_kind(std::string_view word) {
  static const WordSet kinds(
      "DATABASE SCHEMA USER ROLE VIEW OR MATERIALIZED FUNCTION PROCEDURE TRIGGER EVENT SEQUENCE TYPE DOMAIN EXTENSION "
      "SERVER "
      "TABLESPACE UNDO LOGFILE RESOURCE SPATIAL FULLTEXT DEFINER ALGORITHM SQL AGGREGATE CAST COLLATION CONVERSION "
      "FOREIGN "
      "GLOBAL LOCAL LANGUAGE OPERATOR POLICY PUBLICATION RECURSIVE RULE STATISTICS SUBSCRIPTION TEXT TRANSFORM ACCESS "
      "GROUP "
      "SYSTEM INSTANCE DEFAULT OWNED");
  return kinds.contains(word);
}

bool is_interval_unit(std::string_view word) {
  static const WordSet units(
      "MICROSECOND SECOND MINUTE HOUR DAY WEEK MONTH QUARTER YEAR DAY_HOUR DAY_MINUTE DAY_SECOND YEAR_MONTH "
      "HOUR_MINUTE "
      "HOUR_SECOND MINUTE_SECOND DAY_MICROSECOND HOUR_MICROSECOND MINUTE_MICROSECOND SECOND_MICROSECOND");
  return units.contains(word);
}

const std::vector<std::string>& table_option_words() {
  static const std::vector<std::string> words = {"AUTOEXTEND_SIZE",
                                                 "AUTO_INCREMENT",
                                                 "AVG_ROW_LENGTH",
                                                 "CHARSET",
                                                 "CHARACTER",
                                                 "CHECKSUM",
                                                 "COLLATE",
                                                 "COMMENT",
                                                 "COMPRESSION",
                                                 "CONNECTION",
                                                 "DATA",
                                                 "DEFAULT",
                                                 "DELAY_KEY_WRITE",
                                                 "ENCRYPTION",
                                                 "ENGINE",
                                                 "INDEX",
                                                 "INSERT_METHOD",
                                                 "KEY_BLOCK_SIZE",
                                                 "MAX_ROWS",
                                                 "MIN_ROWS",
                                                 "PACK_KEYS",
                                                 "ROW_FORMAT",
                                                 "SECONDARY_ENGINE",
                                                 "STATS_AUTO_RECALC",
                                                 "STATS_PERSISTENT",
                                                 "STATS_SAMPLE_PAGES",
                                                 "TABLESPACE",
                                                 "UNION"};
  return words;
}

bool begins_alter_action(std::string_view word) {
  static const WordSet actions(
      "ADD DROP ALTER MODIFY CHANGE RENAME ENABLE DISABLE CONVERT ORDER ALGORITHM LOCK FORCE DISCARD IMPORT TRUNCATE "
      "COALESCE "
      "REORGANIZE EXCHANGE ANALYZE CHECK OPTIMIZE REBUILD REPAIR REMOVE UPGRADE WITH WITHOUT PARTITION VALIDATE OWNER "
      "SET "
      "RESET CLUSTER ATTACH DETACH INHERIT NO REPLICA OF NOT");
  const auto& options = table_option_words();
  return actions.contains(word) || std::find(options.begin(), options.end(), upper_case(word)) != options.end();
}

const std::vector<std::string>& statement_words() {
  static const std::vector<std::string> words = {"SELECT", "INSERT", "REPLACE",  "UPDATE",    "DELETE",  "BEGIN",
                                                 "START",  "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "SET",
                                                 "LOCK",   "UNLOCK", "CREATE",   "DROP",      "ALTER",   "TRUNCATE"};
  return words;
}

bool begins_other_statement(std::string_view word) {
  static const WordSet words(
      "ABORT ANALYZE ANALYSE BINLOG CACHE CALL CHANGE CHECK CHECKPOINT CHECKSUM CLONE CLOSE CLUSTER COMMENT COPY "
      "DEALLOCATE "
      "DECLARE DESC DESCRIBE DISCARD DO END EXECUTE EXPLAIN FETCH FLUSH GET GRANT HANDLER HELP IMPORT INSTALL KILL "
      "LISTEN "
      "LOAD MERGE MOVE NOTIFY OPTIMIZE PREPARE PURGE REASSIGN REFRESH REINDEX RENAME REPAIR RESET RESIGNAL RESTART "
      "REVOKE "
      "SECURITY SHOW SHUTDOWN SIGNAL STOP TABLE UNINSTALL UNLISTEN USE VACUUM VALUES WITH XA");
  return words.contains(word);
}

}  // namespace gridlock::sql
