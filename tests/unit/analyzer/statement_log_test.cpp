// Statements out of server logs.
#include "analyzer/statement_log.h"

#include <gtest/gtest.h>

namespace gridlock {
namespace {

using Transactions = std::vector<LoggedTransaction>;

const Transactions two_sessions{{"7.b", {"UPDATE t SET v = 2 WHERE id = 2"}},
                                {"7.a", {"UPDATE t SET v = 1 WHERE id = 1", "DELETE FROM t WHERE id = '3'"}}};

TEST(StatementLog, PostgresJson) {
  const auto read = read_statement_log(
      R"({"session_id":"7.a","message":"statement: BEGIN"})"
      "\n"
      R"({"session_id":"7.a","message":"statement: UPDATE t SET v = 1 WHERE id = 1;"})"
      "\n"
      R"({"session_id":"7.b","message":"statement: UPDATE t SET v = 2 WHERE id = 2"})"
      "\n"
      R"({"session_id":"7.a","message":"execute <unnamed>: DELETE FROM t WHERE id = $1","detail":"parameters: $1 = '3'"})"
      "\n"
      R"({"session_id":"7.a","message":"statement: COMMIT"})"
      "\n",
      "log");
  EXPECT_EQ(read.format, "postgresql-jsonlog");
  EXPECT_EQ(read.transactions, two_sessions);
  EXPECT_EQ(read.dialect, "postgres");
}

TEST(StatementLog, PostgresCsv) {
  const std::string before = "2026-11-25 22:00:00.000 UTC,\"u\",\"d\",1,\"h\",";
  const std::string between = ",1,\"x\",2026-11-25,3/1,0,LOG,00000,";
  const std::string after = ",,,,,,,,,\"psql\",\"client backend\",,0\n";
  const auto line = [&](const std::string& session, const std::string& message, const std::string& detail) {
    return before + session + between + "\"" + message + "\",\"" + detail + "\"" + after;
  };
  const auto read = read_statement_log(
      line("7.a", "statement: BEGIN", "") + line("7.a", "statement: UPDATE t SET v = 1 WHERE id = 1", "") +
          line("7.b", "statement: UPDATE t SET v = 2 WHERE id = 2", "") +
          line("7.a", "execute s1: DELETE FROM t WHERE id = $1", "parameters: $1 = '3'") +
          line("7.a", "statement: COMMIT", ""),
      "log");
  EXPECT_EQ(read.format, "postgresql-csvlog");
  EXPECT_EQ(read.transactions, two_sessions);
}

TEST(StatementLog, PostgresStderr) {
  const auto read = read_statement_log(
      "2026-11-25 22:00:00 UTC [7] LOG:  statement: BEGIN\n"
      "2026-11-25 22:00:00 UTC [7] LOG:  statement: UPDATE t\n\tSET v = 1\n"
      "2026-11-25 22:00:00 UTC [8] LOG:  statement: SELECT 1\n"
      "2026-11-25 22:00:00 UTC [7] LOG:  execute <unnamed>: SELECT $1\n"
      "2026-11-25 22:00:00 UTC [7] DETAIL:  parameters: $1 = 'it''s'\n"
      "2026-11-25 22:00:00 UTC [7] LOG:  statement: ROLLBACK\n",
      "log");
  EXPECT_EQ(read.transactions, (Transactions{{"8", {"SELECT 1"}}, {"7", {"UPDATE t\nSET v = 1", "SELECT 'it''s'"}}}));
}

TEST(StatementLog, MySqlGeneral) {
  const auto read = read_statement_log(
      "/usr/sbin/mysqld, Version: 9.7.4. started with:\nTime                 Id Command    Argument\n"
      "2026-11-25T22:00:00.000001Z\t   12 Connect\troot@localhost on d\n"
      "2026-11-25T22:00:00.000002Z\t   12 Query\tSTART TRANSACTION\n"
      "2026-11-25T22:00:00.000003Z\t   12 Query\tUPDATE t\nSET v = 1\n"
      "2026-11-25T22:00:00.000004Z\t   13 Execute\tSELECT 1\n"
      "2026-11-25T22:00:00.000005Z\t   12 Query\tCOMMIT\n"
      "2026-11-25T22:00:00.000006Z\t   12 Quit\t\n",
      "log");
  EXPECT_EQ(read.format, "mysql-general");
  EXPECT_EQ(read.transactions, (Transactions{{"13", {"SELECT 1"}}, {"12", {"UPDATE t\nSET v = 1"}}}));
}

TEST(StatementLog, UnknownParametersAreCounted) {
  const auto read = read_statement_log("{\"session_id\":\"a\",\"message\":\"execute x: SELECT $1\"}\n", "log");
  EXPECT_EQ(read.skipped, 1U);
  EXPECT_TRUE(read.transactions.empty());
}

TEST(StatementLog, AnythingElseIsNoLog) { EXPECT_TRUE(read_statement_log("hello\nworld\n", "log").format.empty()); }

}  // namespace
}  // namespace gridlock
