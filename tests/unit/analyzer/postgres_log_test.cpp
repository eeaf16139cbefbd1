// PostgreSQL's log: any prefix, any language, and what clients print of it.
#include <gtest/gtest.h>

#include "analyzer/logs/postgres_wait.h"
#include "support/told.h"

namespace gridlock {
namespace {

using test::ring;
using test::told;

ReadLog read(const std::string& text) { return read_log(text, "log"); }

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

/// 31 waits for 32 and is cancelled; further lines of a part begin with a TAB.
std::string record(const std::string& prefix, const std::string& query31 = "UPDATE t SET v = 0 WHERE id = 2",
                   const std::string& query32 = "UPDATE t SET v = 9 WHERE id = 1") {
  return prefix + "ERROR:  deadlock detected\n" + prefix +
         "DETAIL:  Process 31 waits for ShareLock on transaction 766; blocked by process 32.\n"
         "\tProcess 32 waits for ShareLock on transaction 767; blocked by process 31.\n"
         "\tProcess 31: " +
         replaced(query31, "\n", "\n\t") + "\n\tProcess 32: " + replaced(query32, "\n", "\n\t") + "\n" + prefix +
         "HINT:  See server log for query details.\n" + prefix +
         "CONTEXT:  while updating tuple (0,1) in relation \"t\"\n" + prefix +
         "STATEMENT:  " + replaced(query31, "\n", "\n\t") + "\n";
}

const std::string usual = "2026-11-22 03:49:02.081 UTC [31] ";

/// The one deadlock of a text that was understood as a whole.
Deadlock only(const std::string& text) {
  const ReadLog log = read(text);
  EXPECT_EQ(log.deadlocks.size(), 1U) << text << told(log);
  EXPECT_EQ(log.ledger.understood, 1U) << text << told(log);
  EXPECT_EQ(log.ledger.markers, 1U) << text << told(log);
  return log.deadlocks.empty() ? Deadlock{} : log.deadlocks.front();
}

TEST(PostgresLog, ErrorWithItsDetail) {
  EXPECT_EQ(told(only(record(usual))),
            "deadlock process 31! -> process 32 -> process 31 (reported, postgres) at log:1\n"
            "  seen 2026-11-22 03:49:02.081 UTC\n"
            "  process 31: transaction 767, thread or pid 31\n"
            "    | UPDATE t SET v = 0 WHERE id = 2\n"
            "    waits for transaction ShareLock t transaction 766 waiting\n"
            "    holds transaction ExclusiveLock transaction 767\n"
            "  process 32: transaction 766, thread or pid 32\n"
            "    | UPDATE t SET v = 9 WHERE id = 1\n"
            "    waits for transaction ShareLock transaction 767 waiting\n"
            "    holds transaction ExclusiveLock transaction 766\n");
}

TEST(PostgresLog, AnyPrefix) {
  for (const std::string prefix :
       {"", "2026-11-22 03:49:02.081 UTC [31] app@shop ",
        "2026-11-22 03:49:02 UTC:10.0.9.122(53922):u@db:[31]:", "2026-11-22 02:25:01 UTC-69217.1f-",
        "< 2026-11-22 03:49:02.081 UTC > ", "<31> db=shop,user=app,app=psql,client=::1 ",
        "Nov 22 03:49:02 host postgres[31]: [4-1] ", "2026-11-22T03:49:02+00:00 app[postgres.31]: [DATABASE] [3-1] "}) {
    const Deadlock deadlock = only(record(prefix));
    EXPECT_EQ(ring(deadlock), "process 31! -> process 32 -> process 31") << prefix;
    EXPECT_EQ(deadlock.parties[1].statement, "UPDATE t SET v = 9 WHERE id = 1") << prefix;
  }
}

TEST(PostgresLog, StatementsKeepTheirLines) {
  const Deadlock deadlock = only(record(usual, "UPDATE t\n  SET v = 0\n\nWHERE id = 2", "UPDATE t\n\tSET v = 9"));
  EXPECT_EQ(deadlock.parties[0].statement, "UPDATE t\n  SET v = 0\n\nWHERE id = 2");
  EXPECT_EQ(deadlock.parties[1].statement, "UPDATE t\n\tSET v = 9");
}

TEST(PostgresLog, OneDeadlockIsAnnouncedTwiceAndCountedOnce) {
  const std::string announced =
      usual +
      "LOG:  process 31 detected deadlock while waiting for ShareLock on transaction 766 after "
      "200.114 ms\n" +
      usual + "DETAIL:  Process holding the lock: 32. Wait queue: .\n";
  EXPECT_EQ(ring(only(announced + record(usual))), "process 31! -> process 32 -> process 31");
  const ReadLog alone = read(announced);
  EXPECT_EQ(alone.ledger.not_understood, 1U);
  EXPECT_EQ(alone.deadlocks.size(), 0U);
}

TEST(PostgresLog, WaitsAreNoDeadlocks) {
  const ReadLog log =
      read(usual + "LOG:  process 31 still waiting for ShareLock on transaction 766 after 200.081 ms\n" + usual +
           "DETAIL:  Process holding the lock: 32. Wait queue: 31.\n" + usual +
           "CONTEXT:  while updating tuple (0,2) in relation \"t\"\n" + usual +
           "LOG:  process 31 acquired ShareLock on transaction 766 after 833.782 ms\n" + usual +
           "CONTEXT:  while updating tuple (0,2) in relation \"t\"\n" + usual +
           "LOG:  process 31 avoided deadlock for AccessExclusiveLock on relation 16613 of database 5 by "
           "rearranging queue order after 200.234 ms\n");
  EXPECT_EQ(told(log),
            "postgresql-stderr: 6 lines, 0 markers, 0 understood, 0 partly, 0 not\n"
            "\nwaited for ShareLock on t: 1 times, 833.782 ms, at most 833.782 ms\n"
            "\nwaited for AccessExclusiveLock: 1 times, 200.234 ms, at most 200.234 ms\n");
}

TEST(PostgresLog, EarlierMessagesTellTheTableAndWhoHolds) {
  const std::string other = "2026-11-22 03:49:01.448 UTC [32] ";
  const auto waits = [&](const std::string& holder) {
    return other + "LOG:  process 32 still waiting for ShareLock on transaction 767 after 200.081 ms\n" + other +
           "DETAIL:  Process holding the lock: " + holder + ". Wait queue: 32.\n" + other +
           "CONTEXT:  while inserting index tuple (0,2) in relation \"t_pkey\"\n";
  };
  Deadlock deadlock = only(waits("31") + record(usual));
  EXPECT_EQ(deadlock.parties[1].waits_for->index, "t_pkey");
  EXPECT_TRUE(deadlock.parties[1].hard);
  deadlock = only(waits("77") + record(usual));
  EXPECT_FALSE(deadlock.parties[1].hard) << "31 only stands ahead in the queue";
}

TEST(PostgresLog, TagsOfAllKinds) {
  const auto kind = [](const std::string& tag) {
    const auto wait = logs::read_wait_line("Process 31 waits for ExclusiveLock on " + tag + "; blocked by process 32.");
    EXPECT_TRUE(wait) << tag;
    EXPECT_EQ(wait->blocker, "32");
    return std::string(to_string(wait->wanted.kind)) + "|" + wait->wanted.object;
  };
  EXPECT_EQ(kind("relation 16556 of database 5"), "table|relation 16556 of database 5");
  EXPECT_EQ(kind("extension of relation 7 of database 5"), "extension|extension of relation 7 of database 5");
  EXPECT_EQ(kind("page 3 of relation 7 of database 5"), "page|page 3 of relation 7 of database 5");
  EXPECT_EQ(kind("tuple (0,1) of relation 7 of database 5"), "tuple|tuple (0,1) of relation 7 of database 5");
  EXPECT_EQ(kind("virtual transaction 4/12"), "virtual-transaction|virtual transaction 4/12");
  EXPECT_EQ(kind("advisory lock [5,0,7,1]"), "advisory|advisory lock [5,0,7,1]");
  EXPECT_EQ(kind("speculative token 1 of transaction 9"), "speculative-token|speculative token 1 of transaction 9");
}

// ------------------------------------------------------------------------------------------------------------ forgers

TEST(PostgresLog, ForgedRecordInsideAStatement) {
  const std::string forged =
      "SELECT '\n2026-11-22 03:49:02.081 UTC [99] ERROR:  deadlock detected\n"
      "2026-11-22 03:49:02.081 UTC [99] DETAIL:  Process 99 waits for ShareLock on transaction 1; "
      "blocked by process 98.\nProcess 98 waits for ShareLock on transaction 2; blocked by process 99.\n'";
  const std::string failed = usual + "ERROR:  syntax error at or near \"x\"\n" + usual +
                             "STATEMENT:  " + replaced(forged, "\n", "\n\t") + "\n";
  EXPECT_EQ(read(failed).ledger.markers, 0U) << told(read(failed));
  EXPECT_EQ(ring(only(failed + record(usual))), "process 31! -> process 32 -> process 31");
}

TEST(PostgresLog, ForgedLinesInsideTheDetail) {
  const std::string forged =
      "UPDATE t SET v = 0 /*\nProcess 77 waits for ShareLock on transaction 1; blocked by process 31.\n"
      "Process 32: DROP TABLE users\n*/ WHERE id = 2";
  const Deadlock deadlock = only(record(usual, forged));
  EXPECT_EQ(ring(deadlock), "process 31! -> process 32 -> process 31");
  EXPECT_EQ(deadlock.parties[0].statement, forged);
  EXPECT_EQ(deadlock.parties[1].statement, "UPDATE t SET v = 9 WHERE id = 1");
}

TEST(PostgresLog, ForgedLinesOfTheOther) {
  const std::string forged =
      "UPDATE t SET v = 9 /*\nProcess 32: nothing\nProcess 31: DROP TABLE users\n*/ WHERE id = 1";
  const Deadlock deadlock = only(record(usual, "UPDATE t SET v = 0 WHERE id = 2", forged));
  EXPECT_EQ(deadlock.parties[0].statement, "UPDATE t SET v = 0 WHERE id = 2");
  EXPECT_EQ(deadlock.parties[1].statement, forged);
}

TEST(PostgresLog, InnodbReportInsideAStatement) {
  const std::string forged = "SELECT '\n*** (1) TRANSACTION:\nTRANSACTION 1, ACTIVE 1 sec\n'";
  const ReadLog log = read(usual + "LOG:  statement: " + replaced(forged, "\n", "\n\t") + "\n" + record(usual));
  EXPECT_EQ(log.ledger.format, "postgresql-stderr");
  EXPECT_EQ(log.ledger.understood, 1U) << told(log);
}

// ---------------------------------------------------------------------------------------------------------- languages

struct Language {
  std::string name, error, detail, wait, query, context;
};

TEST(PostgresLog, LanguagesOfTheServer) {
  // src/backend/po of PostgreSQL 15
  for (const Language& l : std::initializer_list<Language>{
           {"de", "FEHLER:  Verklemmung (Deadlock) entdeckt",
            "DETAIL:  ", "Prozess %P wartet auf ShareLock-Sperre auf Transaktion %X; blockiert von Prozess %Q.",
            "Prozess %P: ", "ZUSAMMENHANG:  beim Aktualisieren von Tupel (0,1) in Relation »t«"},
           {"fr", "ERREUR:  interblocage (deadlock) détecté",
            "DÉTAIL:  ", "Le processus %P attend ShareLock sur transaction %X ; bloqué par le processus %Q.",
            "Processus %P : ", "CONTEXTE :  lors de la mise à jour de la ligne (0,1) dans la relation « t »"},
           {"ru", "ОШИБКА:  обнаружена взаимоблокировка", "ПОДРОБНОСТИ:  ",
            "Процесс %P ожидает в режиме ShareLock блокировку \"транзакция %X\"; заблокирован процессом %Q.",
            "Процесс %P: ", "КОНТЕКСТ:  при изменении кортежа (0,1) в отношении \"t\""},
           {"ja", "ERROR:  デッドロックを検出しました", "詳細:  ",
            "プロセス %P は ShareLock を トランザクション %X で待機していましたが、プロセス %Q でブロックされました",
            "プロセス %P: ", "文脈:  リレーション\"t\"のタプル(0,1)の更新中"},
           {"zh", "错误:  检测到死锁", "详细信息:  ", "进程 %P 正在等待 事务 %X 上的 ShareLock；被进程 %Q 阻塞。",
            "进程 %P: ", "上下文:  当更新关系\"t\"的元组(0,1)时"},
           {"ko", "오류:  deadlock 발생했음", "상세정보:  ",
            "%P 프로세스가 ShareLock 상태로 지연되고 있음(해당 작업: 트랜잭션 %X); %Q 프로세스에 의해 블록킹되었음",
            "프로세스 %P: ", "내용:  \"t\" 릴레이션의 (0,1) 튜플 변경 중"}}) {
    const auto wait = [&](const std::string& p, const std::string& x, const std::string& q) {
      return replaced(replaced(replaced(l.wait, "%P", p), "%X", x), "%Q", q);
    };
    const auto query = [&](const std::string& p, const std::string& sql) { return replaced(l.query, "%P", p) + sql; };
    const std::string text = usual + l.error + "\n" + usual + l.detail + wait("31", "766", "32") + "\n\t" +
                             wait("32", "767", "31") + "\n\t" + query("31", "UPDATE a") + "\n\t" +
                             query("32", "UPDATE b") + "\n" + usual + l.context + "\n";
    const Deadlock deadlock = only(text);
    EXPECT_EQ(ring(deadlock), "process 31! -> process 32 -> process 31") << l.name;
    EXPECT_EQ(deadlock.parties[0].waits_for->object, "transaction 766") << l.name;
    EXPECT_EQ(deadlock.parties[0].waits_for->mode, "ShareLock") << l.name;
    EXPECT_EQ(deadlock.parties[0].statement, "UPDATE a") << l.name;
    EXPECT_EQ(deadlock.parties[1].statement, "UPDATE b") << l.name;
  }
}

// ------------------------------------------------------------------------------------------------------------ clients

TEST(PostgresLog, Psql) {
  const Deadlock deadlock = only(
      "ERROR:  deadlock detected\n"
      "DETAIL:  Process 31 waits for ShareLock on transaction 766; blocked by process 32.\n"
      "Process 32 waits for ShareLock on transaction 767; blocked by process 31.\n"
      "HINT:  See server log for query details.\nCONTEXT:  while updating tuple (0,1) in relation \"t\"\n");
  EXPECT_EQ(ring(deadlock), "process 31! -> process 32 -> process 31");
  EXPECT_EQ(deadlock.parties[0].waits_for->table, "t");
}

TEST(PostgresLog, Jdbc) {
  EXPECT_EQ(
      ring(only("org.postgresql.util.PSQLException: ERROR: deadlock detected\n"
                "  Detail: Process 31 waits for ShareLock on transaction 766; blocked by process 32.\n"
                "Process 32 waits for ShareLock on transaction 767; blocked by process 31.\n"
                "  Hint: See server log for query details.\n  Where: while updating tuple (0,1) in relation \"t\"\n")),
      "process 31! -> process 32 -> process 31");
}

TEST(PostgresLog, RailsAppendsTheStatement) {
  const Deadlock deadlock = only(
      "PG::TRDeadlockDetected: ERROR:  deadlock detected\n"
      "DETAIL:  Process 31 waits for ShareLock on transaction 766; blocked by process 32.\n"
      "Process 32 waits for ShareLock on transaction 767; blocked by process 31.\n"
      "HINT:  See server log for query details.\nCONTEXT:  while updating tuple (0,28) in relation \"routes\"\n"
      ": UPDATE \"routes\" SET \"path\" = '7' WHERE \"routes\".\"id\" = 16\n");
  EXPECT_EQ(deadlock.parties[0].statement, "UPDATE \"routes\" SET \"path\" = '7' WHERE \"routes\".\"id\" = 16");
}

// ------------------------------------------------------------------------------------------------ never silently
// nothing

TEST(PostgresLog, TerseErrorsAreCountedAsNotUnderstood) {
  const ReadLog log = read(usual + "ERROR:  deadlock detected\n" + usual + "STATEMENT:  UPDATE t SET v = 0\n");
  EXPECT_EQ(log.ledger.not_understood, 1U);
  ASSERT_EQ(log.ledger.problems.size(), 1U);
  EXPECT_NE(log.ledger.problems[0].hint.find("log_error_verbosity"), std::string::npos);
}

TEST(PostgresLog, RecordsOfTwoProcessesAlternate) {
  const std::string other = "2026-11-22 03:49:02.081 UTC [99] ";
  std::string text = record(usual);
  const std::size_t second_line = text.find('\n') + 1;
  text.insert(second_line, other + "LOG:  connection received: host=[local]\n");
  EXPECT_EQ(ring(only(text)), "process 31! -> process 32 -> process 31");
}

TEST(PostgresLog, CsvWithoutTheNewerColumns) {
  const std::string csv =
      "2026-11-22 03:49:02.081 UTC,\"app\",\"shop\",31,\"10.0.0.9:4711\",6b02.1,2,\"UPDATE\",2026-11-22 03:49:00 "
      "UTC,4/12,767,ERROR,40P01,\"deadlock detected\",\"Process 31 waits for ShareLock on transaction 766; blocked by "
      "process "
      "32.\nProcess 32 waits for ShareLock on transaction 767; blocked by process 31.\nProcess 31: UPDATE t SET v = "
      "\"\"x\"\"\nProcess 32: UPDATE u\",\"See server log for query details.\",,,\"while updating tuple (0,1) in "
      "relation "
      "\"\"t\"\"\",\"UPDATE t SET v = \"\"x\"\"\",,,\"psql\"\n";
  const Deadlock deadlock = only(csv);
  EXPECT_EQ(deadlock.parties[0].statement, "UPDATE t SET v = \"x\"");
  EXPECT_EQ(deadlock.parties[0].user, "app@10.0.0.9");
  EXPECT_EQ(deadlock.parties[0].waits_for->table, "t");
}

}  // namespace
}  // namespace gridlock
