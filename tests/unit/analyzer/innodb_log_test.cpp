// InnoDB's deadlock reports: every generation of the format, and what people do to them.
#include <gtest/gtest.h>

#include "support/told.h"

namespace gridlock {
namespace {

using test::ring;
using test::told;

ReadLog read(const std::string& text) { return read_log(text, "log"); }

std::string trx(const std::string& id, const std::string& thread, const std::string& statement,
                const std::string& server = "MySQL") {
  return "TRANSACTION " + id +
         ", ACTIVE 3 sec starting index read\nmysql tables in use 1, locked 1\n"
         "LOCK WAIT 3 lock struct(s), heap size 1128, 2 row lock(s), undo log entries 1\n" +
         server + " thread id " + thread +
         ", OS thread handle 140021353326272, query id 143 localhost 127.0.0.1 app updating\n" + statement + "\n";
}

/// A record lock on the row `key` of `shop`.`t`, and the dump of that row.
std::string lock(const std::string& id, int key, const std::string& suffix, const std::string& table = "`shop`.`t`") {
  return "RECORD LOCKS space id 3 page no 4 n bits 72 index PRIMARY of table " + table + " trx id " + id + " " +
         suffix + "\nRecord lock, heap no " + std::to_string(key + 1) +
         " PHYSICAL RECORD: n_fields 4; compact format; info bits 0\n 0: len 4; hex 8000000" + std::to_string(key) +
         "; asc     ;;\n 1: len 6; hex 000000000650; asc      P;;\n 2: len 7; hex 020000011504ce; asc        ;;\n"
         " 3: len 4; hex 80000000; asc     ;;\n\n";
}

const std::string held = "lock_mode X locks rec but not gap";
const std::string wanted = held + " waiting";

/// MySQL 8.0.18 and later: 71 holds 1 and wants 2, 72 holds 2 and wants 1.
std::string cycle_format(const std::string& first = "UPDATE t SET v = 0 WHERE id = 2",
                         const std::string& second = "UPDATE t SET v = 9 WHERE id = 1") {
  return "*** (1) TRANSACTION:\n" + trx("71", "10", first) + "\n*** (1) HOLDS THE LOCK(S):\n" + lock("71", 1, held) +
         "\n*** (1) WAITING FOR THIS LOCK TO BE GRANTED:\n" + lock("71", 2, wanted) + "\n*** (2) TRANSACTION:\n" +
         trx("72", "11", second) + "\n*** (2) HOLDS THE LOCK(S):\n" + lock("72", 2, held) +
         "\n*** (2) WAITING FOR THIS LOCK TO BE GRANTED:\n" + lock("72", 1, wanted) +
         "*** WE ROLL BACK TRANSACTION (2)\n";
}

/// Up to MySQL 8.0.17 and MariaDB 10.5: nothing of what (1) holds.
std::string pair_format(const std::string& id1, const std::string& id2, const std::string& rest = "") {
  return "*** (1) TRANSACTION:\n" + trx(id1, "10", "UPDATE t SET v = 0 WHERE id = 2") +
         "*** (1) WAITING FOR THIS LOCK TO BE GRANTED:\n" + lock(id1, 2, wanted + rest) + "*** (2) TRANSACTION:\n" +
         trx(id2, "11", "UPDATE t SET v = 9 WHERE id = 1") + "*** (2) HOLDS THE LOCK(S):\n" +
         lock(id2, 2, held + rest) + "*** (2) WAITING FOR THIS LOCK TO BE GRANTED:\n" + lock(id2, 1, wanted + rest) +
         "*** WE ROLL BACK TRANSACTION (2)\n";
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

/// The one deadlock of a text that was understood as a whole.
Deadlock only(const std::string& text) {
  const ReadLog log = read(text);
  EXPECT_EQ(log.deadlocks.size(), 1U) << told(log);
  EXPECT_EQ(log.ledger.understood, 1U) << told(log);
  EXPECT_EQ(log.ledger.markers, 1U) << told(log);
  return log.deadlocks.empty() ? Deadlock{} : log.deadlocks.front();
}

TEST(InnodbLog, ReportOfMySql8) {
  EXPECT_EQ(told(only(cycle_format())),
            "deadlock transaction 71 -> transaction 72! -> transaction 71 (reported, innodb) at log:1\n"
            "  transaction 71: transaction 71, thread or pid 10, app@localhost\n"
            "    | UPDATE t SET v = 0 WHERE id = 2\n"
            "    waits for record X,REC_NOT_GAP shop.t.PRIMARY (2) waiting\n"
            "    holds record X,REC_NOT_GAP shop.t.PRIMARY (1)\n"
            "  transaction 72: transaction 72, thread or pid 11, app@localhost\n"
            "    | UPDATE t SET v = 9 WHERE id = 1\n"
            "    waits for record X,REC_NOT_GAP shop.t.PRIMARY (1) waiting\n"
            "    holds record X,REC_NOT_GAP shop.t.PRIMARY (2)\n");
  const Party party = only(cycle_format()).parties.front();
  EXPECT_EQ(party.lock_structs, 3U);
  EXPECT_EQ(party.undo_entries, 1U);
}

TEST(InnodbLog, PairFormatSaysWhatItLeavesOut) {
  const ReadLog log = read(pair_format("71", "72"));
  EXPECT_EQ(log.ledger.version, "MySQL 5.7 to 8.0.17, or MariaDB 10.2 to 10.5");
  ASSERT_EQ(log.deadlocks.size(), 1U);
  EXPECT_EQ(ring(log.deadlocks.front()), "transaction 71 -> transaction 72! -> transaction 71");
  EXPECT_TRUE(log.deadlocks.front().parties.front().holds.empty());
  ASSERT_EQ(log.deadlocks.front().notes.size(), 1U);
  EXPECT_NE(log.deadlocks.front().notes.front().find("even when it has more"), std::string::npos);
}

TEST(InnodbLog, OlderGenerations) {
  EXPECT_EQ(read(pair_format("4F3D6D24", "4F3D6F33")).ledger.version, "MySQL 5.5");
  const std::string quoted = replaced(pair_format("71", "72"), "index PRIMARY", "index `PRIMARY`");
  EXPECT_EQ(read(quoted).ledger.version, "MySQL 5.6, or MariaDB 10.0 or 10.1");
  EXPECT_EQ(only(quoted).parties[0].waits_for->index, "PRIMARY");
  const std::string xtradb = pair_format("71", "72", " lock hold time 3 wait time before grant 0 ");
  EXPECT_EQ(read(xtradb).ledger.version, "MariaDB 10.0 or 10.1");
  EXPECT_TRUE(only(xtradb).parties[0].waits_for->waiting);
}

TEST(InnodbLog, OldestIdsAreTwoNumbersAndTablesHaveASlash) {
  std::string text = replaced(pair_format("0 3793488", "0 3793489"), "`shop`.`t`", "`shop/t`");
  text = replaced(text, ", ACTIVE 3 sec", ", ACTIVE 3 sec, process no 9, OS thread id 12");
  const Deadlock deadlock = only(text);
  EXPECT_EQ(ring(deadlock), "transaction 0 3793488 -> transaction 0 3793489! -> transaction 0 3793488");
  EXPECT_EQ(deadlock.parties[0].waits_for->table, "shop.t");
  EXPECT_EQ(read(text).ledger.version, "MySQL 5.0 or 5.1");
}

TEST(InnodbLog, NamesInAnyQuotes) {
  EXPECT_EQ(only(replaced(cycle_format(), "`shop`.`t`", "\"shop\".\"t\"")).parties[0].waits_for->table, "shop.t");
  EXPECT_EQ(only(replaced(cycle_format(), "`shop`.`t`", "`my``shop`.`a table`")).parties[0].waits_for->table,
            "my`shop.a table");
  const Deadlock partition = only(replaced(cycle_format(), "`shop`.`t` trx", "`shop`.`t` /* Partition `p004` */ trx"));
  EXPECT_EQ(partition.parties[0].waits_for->table, "shop.t");
  EXPECT_EQ(only(replaced(cycle_format(), "index PRIMARY of", "index i x`y of")).parties[0].waits_for->index, "i x`y");
}

TEST(InnodbLog, ModesInTheWordsOfDataLocks) {
  const auto mode = [](const std::string& suffix) {
    const Deadlock deadlock = only(replaced(cycle_format(), "trx id 71 " + wanted, "trx id 71 " + suffix + " waiting"));
    return told(*deadlock.parties[0].waits_for);
  };
  EXPECT_EQ(mode("lock_mode X"), "next-key X shop.t.PRIMARY (2) waiting");
  EXPECT_EQ(mode("lock mode S"), "next-key S shop.t.PRIMARY (2) waiting");
  EXPECT_EQ(mode("lock mode S locks rec but not gap"), "record S,REC_NOT_GAP shop.t.PRIMARY (2) waiting");
  EXPECT_EQ(mode("lock_mode X locks gap before rec"), "gap X,GAP shop.t.PRIMARY (2) waiting");
  EXPECT_EQ(mode("lock_mode X locks gap before rec insert intention"),
            "insert-intention X,GAP,INSERT_INTENTION shop.t.PRIMARY (2) waiting");
}

TEST(InnodbLog, SupremumIsAGapWhateverTheModeSays) {
  const std::string text = replaced(cycle_format(), "heap no 3", "heap no 1");
  EXPECT_EQ(told(*only(replaced(text, wanted, "lock_mode X insert intention waiting")).parties[0].waits_for),
            "insert-intention X,INSERT_INTENTION shop.t.PRIMARY supremum waiting");
  EXPECT_EQ(told(only(replaced(text, held + "\n", "lock_mode X\n")).parties[1].holds[0]),
            "gap X shop.t.PRIMARY supremum");
}

TEST(InnodbLog, TableLocks) {
  const std::string text = replaced(pair_format("71", "72"), lock("71", 2, wanted),
                                    "TABLE LOCK table `shop`.`t` trx id 71 lock mode AUTO-INC waiting\n");
  EXPECT_EQ(told(*only(text).parties[0].waits_for), "auto-increment AUTO-INC shop.t waiting");
}

TEST(InnodbLog, WhatIsWaitedForButPrintedAsHeldIsDoubtful) {
  // MySQL Bug #100752
  const Deadlock deadlock = only(replaced(cycle_format(), lock("71", 1, held), lock("71", 2, wanted)));
  ASSERT_EQ(deadlock.parties[0].holds.size(), 1U);
  EXPECT_TRUE(deadlock.parties[0].holds[0].doubtful);
  EXPECT_FALSE(deadlock.parties[1].hard);
  EXPECT_NE(told(deadlock).find("Bug #100752"), std::string::npos);
}

TEST(InnodbLog, TheRowInTheWayComesFirst) {
  std::string rows = lock("72", 5, held);
  rows += lock("72", 2, held).substr(lock("72", 2, held).find("Record lock"));
  const Deadlock deadlock = only(replaced(cycle_format(), lock("72", 2, held), rows));
  ASSERT_EQ(deadlock.parties[1].holds.size(), 2U);
  EXPECT_EQ(told(deadlock.parties[1].holds[0]), "record X,REC_NOT_GAP shop.t.PRIMARY (2)");
  EXPECT_EQ(told(deadlock.parties[1].holds[1]), "record X,REC_NOT_GAP shop.t.PRIMARY (5)");
}

// ------------------------------------------------------------------------------------------------------------- MariaDB

/// The victim's number as printed; transactions with these numbers of lock structures.
std::string mariadb(int victim, int structs1, int structs2) {
  const auto party = [](const std::string& id, const std::string& thread, int key, int structs) {
    return replaced(trx(id, thread, "UPDATE t SET v = 0 WHERE id = " + std::to_string(key), "MariaDB"), "WAIT 3 lock",
                    "WAIT " + std::to_string(structs) + " lock");
  };
  return "*** (1) TRANSACTION:\n" + party("71", "10", 2, structs1) + "*** WAITING FOR THIS LOCK TO BE GRANTED:\n" +
         lock("71", 2, wanted) + "*** CONFLICTING WITH:\n" + lock("71", 2, "lock mode S locks rec but not gap") +
         lock("72", 2, held) + lock("99", 2, "lock mode S") + "\n*** (2) TRANSACTION:\n" +
         party("72", "11", 1, structs2) + "*** WAITING FOR THIS LOCK TO BE GRANTED:\n" + lock("72", 1, wanted) +
         "*** CONFLICTING WITH:\n" + lock("71", 1, held) + "*** WE ROLL BACK TRANSACTION (" + std::to_string(victim) +
         ")\n";
}

TEST(InnodbLog, MariaDbListsWhatConflictsWhosoeverItIs) {
  const Deadlock deadlock = only(mariadb(2, 5, 3));
  EXPECT_EQ(told(deadlock),
            "deadlock transaction 71 -> transaction 72! -> transaction 71 (reported, mariadb) at log:1\n"
            "  transaction 71: transaction 71, thread or pid 10, app@localhost\n"
            "    | UPDATE t SET v = 0 WHERE id = 2\n"
            "    waits for record X,REC_NOT_GAP shop.t.PRIMARY (2) waiting\n"
            "    holds record X,REC_NOT_GAP shop.t.PRIMARY (1)\n"
            "    holds record S,REC_NOT_GAP shop.t.PRIMARY (2)\n"
            "  transaction 72: transaction 72, thread or pid 11, app@localhost\n"
            "    | UPDATE t SET v = 0 WHERE id = 1\n"
            "    waits for record X,REC_NOT_GAP shop.t.PRIMARY (1) waiting\n"
            "    holds record X,REC_NOT_GAP shop.t.PRIMARY (2)\n");
}

TEST(InnodbLog, MariaDbsVictimByWeight) {
  EXPECT_EQ(ring(only(mariadb(2, 5, 3))), "transaction 71 -> transaction 72! -> transaction 71");
  // MDEV-37977: rotated by one. MDEV-29187: always 0.
  EXPECT_EQ(ring(only(mariadb(1, 5, 3))), "transaction 71 -> transaction 72! -> transaction 71");
  EXPECT_EQ(ring(only(mariadb(0, 5, 3))), "transaction 71 -> transaction 72! -> transaction 71");
  EXPECT_EQ(only(mariadb(1, 5, 3)).notes.size(), 1U);
}

TEST(InnodbLog, MariaDbsVictimIsWhoIsGoneFromTheList) {
  const auto status = [](const std::string& alive) {
    return "------------------------\nLATEST DETECTED DEADLOCK\n------------------------\n2026-11-22 03:50:00 "
           "0x7fae\n" +
           mariadb(1, 3, 3) +
           "------------\nTRANSACTIONS\n------------\nLIST OF TRANSACTIONS FOR EACH SESSION:\n---TRANSACTION " + alive +
           ", ACTIVE 2 sec\n";
  };
  EXPECT_EQ(ring(only(status("71"))), "transaction 71 -> transaction 72! -> transaction 71");
  EXPECT_EQ(ring(only(status("72"))), "transaction 71! -> transaction 72 -> transaction 71");
  EXPECT_EQ(only(status("72")).notes.size(), 0U);
}

// -------------------------------------------------------------------------------------------------------- error logs

std::string error_log(const std::string& report, const std::string& prefix) {
  return replaced(replaced(report, "\n*** ", "\n" + prefix + "*** "), "\n\n" + prefix, "\n" + prefix);
}

TEST(InnodbLog, ErrorLogWithPrefixes) {
  const std::string prefix = "2026-11-22T03:48:45.939802Z 0 [Note] [MY-012469] [InnoDB]  ";
  const std::string banner =
      "2026-11-22T03:48:45.939765Z 0 [Note] [MY-012468] [InnoDB] Transactions deadlock detected, dumping detailed "
      "information.\n";
  const Deadlock deadlock = only(banner + error_log("\n" + cycle_format(), prefix));
  EXPECT_EQ(ring(deadlock), "transaction 71 -> transaction 72! -> transaction 71");
  EXPECT_EQ(deadlock.first_seen, "2026-11-22T03:48:45.939765Z");
  EXPECT_EQ(deadlock.parties[0].statement, "UPDATE t SET v = 0 WHERE id = 2");
  EXPECT_EQ(read(banner).ledger.not_understood, 1U);
}

TEST(InnodbLog, DefaultVerbosityPrintsNoTitles) {
  // MySQL 8 at log_error_verbosity=2; other threads' messages may come between.
  const std::string message =
      "2026-11-22T03:48:45.939802Z 9 [Warning] [MY-010055] [Server] IP address could not be resolved\n";
  const auto report = [&](const std::string& a, const std::string& b) {
    return trx(a, "10", "UPDATE t SET v = 0 WHERE id = 2") + lock(a, 1, held) + lock(a, 2, wanted) + message +
           trx(b, "11", "UPDATE t SET v = 9 WHERE id = 1") + lock(b, 2, held) + lock(b, 1, wanted);
  };
  const ReadLog log = read(report("71", "72") + report("73", "74"));
  EXPECT_EQ(log.ledger.format, "innodb-error-log");
  EXPECT_EQ(log.ledger.understood, 2U) << told(log);
  ASSERT_EQ(log.deadlocks.size(), 2U);
  EXPECT_EQ(ring(log.deadlocks[0]), "transaction 71 -> transaction 72 -> transaction 71");
  EXPECT_EQ(ring(log.deadlocks[1]), "transaction 73 -> transaction 74 -> transaction 73");
}

TEST(InnodbLog, SeveralReportsInARow) {
  const ReadLog log = read(cycle_format() + "\n" + replaced(replaced(cycle_format(), "71", "81"), "72", "82"));
  ASSERT_EQ(log.deadlocks.size(), 2U);
  EXPECT_EQ(ring(log.deadlocks[1]), "transaction 81 -> transaction 82! -> transaction 81");
  EXPECT_EQ(log.deadlocks[1].where, "log:52");
}

// --------------------------------------------------------------------------------------------- statements are raw text

TEST(InnodbLog, StatementsKeepTheirLines) {
  const Deadlock deadlock = only(cycle_format("UPDATE t\n\n   SET v = 0 -- why\n WHERE id = 2"));
  EXPECT_EQ(deadlock.parties[0].statement, "UPDATE t\n\n   SET v = 0 -- why\n WHERE id = 2");
}

TEST(InnodbLog, ForgedReportInsideAStatement) {
  // The forger knows the format, not the number of the own transaction.
  const std::string forged = "UPDATE t SET v = 0 /*\n\n*** (1) HOLDS THE LOCK(S):\n" + lock("666", 1, held) +
                             "\n*** (2) TRANSACTION:\n" + trx("667", "99", "DROP TABLE users") +
                             "\n*** WE ROLL BACK TRANSACTION (1)\n*/ WHERE id = 2";
  const Deadlock deadlock = only(cycle_format(forged));
  EXPECT_EQ(ring(deadlock), "transaction 71 -> transaction 72! -> transaction 71");
  EXPECT_EQ(deadlock.parties[0].statement, forged);
  EXPECT_EQ(deadlock.parties[1].statement, "UPDATE t SET v = 9 WHERE id = 1");
}

TEST(InnodbLog, ForgerWhoKnowsTheOwnTransaction) {
  const std::string forged =
      "UPDATE t SET v = 0 /*\n\n*** (1) HOLDS THE LOCK(S):\nTABLE LOCK table `x`.`y` trx id 71 lock mode X\n*/ WHERE "
      "id = 2";
  const Deadlock deadlock = only(cycle_format(forged));
  EXPECT_EQ(deadlock.parties[0].statement, forged);
  EXPECT_EQ(told(deadlock.parties[0].holds[0]), "record X,REC_NOT_GAP shop.t.PRIMARY (1)");
}

TEST(InnodbLog, TitlesInsideALineAreNoTitles) {
  const std::string sly = "UPDATE t SET v = '*** (2) TRANSACTION:' /* *** WE ROLL BACK TRANSACTION (1) */ WHERE id = 2";
  EXPECT_EQ(only(cycle_format(sly)).parties[0].statement, sly);
}

TEST(InnodbLog, NoStatementAtAll) {
  const Deadlock deadlock = only(replaced(cycle_format(), "updating\nUPDATE t SET v = 0 WHERE id = 2\n", "\n"));
  EXPECT_EQ(deadlock.parties[0].statement, "");
  EXPECT_EQ(deadlock.parties[1].statement, "UPDATE t SET v = 9 WHERE id = 1");
}

TEST(InnodbLog, StatementCutByTheServer) {
  const std::string thread_line =
      "MySQL thread id 10, OS thread handle 140021353326272, query id 143 localhost 127.0.0.1 app updating";
  const std::string statement = "UPDATE t SET v = '" + std::string(1023 - 1 - thread_line.size() - 18, 'x');
  const Deadlock deadlock = only(cycle_format(statement));
  EXPECT_EQ(deadlock.parties[0].statement, statement);
  EXPECT_NE(told(deadlock).find("cut"), std::string::npos);
}

// -------------------------------------------------------------------------------------------------- what people paste

TEST(InnodbLog, IndentedAndQuoted) {
  const std::string lines = "\n" + cycle_format("UPDATE t\n  SET v = 0\n WHERE id = 2");
  for (const std::string margin : {"    ", "\t", "> "}) {
    const Deadlock deadlock = only(replaced(lines, "\n", "\n" + margin));
    EXPECT_EQ(ring(deadlock), "transaction 71 -> transaction 72! -> transaction 71") << margin;
  }
  EXPECT_EQ(only(replaced(lines, "\n", "\n    ")).parties[0].statement, "UPDATE t\n  SET v = 0\n WHERE id = 2");
}

TEST(InnodbLog, WindowsLineEnds) {
  EXPECT_EQ(told(only(replaced(cycle_format(), "\n", "\r\n"))), told(only(cycle_format())));
}

TEST(InnodbLog, EscapedInOneLine) {
  const std::string escaped = "Output: [('InnoDB', '', \"" + replaced("\n" + cycle_format(), "\n", "\\n") + "\")]\n";
  const Deadlock deadlock = only("first line\n" + escaped);
  EXPECT_EQ(ring(deadlock), "transaction 71 -> transaction 72! -> transaction 71");
  EXPECT_EQ(deadlock.where, "log:2");
}

TEST(InnodbLog, CopiedFromAWebPage) {
  const std::string html = "<pre><span class=\"line\">" + replaced(cycle_format("UPDATE t SET v = 0 WHERE id &lt; 3"),
                                                                   "\n", "</span><br><span class=\"line\">");
  EXPECT_EQ(only(html).parties[0].statement, "UPDATE t SET v = 0 WHERE id < 3");
}

TEST(InnodbLog, LineBreaksLost) {
  std::string text = replaced(cycle_format(), "TRANSACTION:\n", "TRANSACTION:");
  text = replaced(replaced(text, "GRANTED:\n", "GRANTED:"), "LOCK(S):\n", "LOCK(S):");
  for (const std::string word : {"mysql tables", "LOCK WAIT", "MySQL thread", "Record lock"})
    text = replaced(text, "\n" + word, word);
  EXPECT_EQ(ring(only(text)), "transaction 71 -> transaction 72! -> transaction 71");
}

TEST(InnodbLog, LinesWrappedByAnEditor) {
  std::string text = replaced(cycle_format(), " n bits 72 index", " n bits 72\nindex");
  text = replaced(text, " trx id", "\ntrx id");
  text = replaced(text, "query id 143 localhost", "query id 143\nlocalhost");
  text = replaced(text, "\nUPDATE", "\n\nSQL:\nUPDATE");
  EXPECT_EQ(told(only(text)), told(only(cycle_format())));
}

TEST(InnodbLog, BlankLineBetweenAll) {
  const Deadlock deadlock = only(replaced(cycle_format(), "\n", "\n\n"));
  EXPECT_EQ(ring(deadlock), "transaction 71 -> transaction 72! -> transaction 71");
}

// ------------------------------------------------------------------------------------------------- never silently
// nothing

TEST(InnodbLog, ForeignKeyErrorsAreNoDeadlocks) {
  const std::string text =
      "------------------------\nLATEST FOREIGN KEY ERROR\n------------------------\n2026-11-22 03:48:46 "
      "140030035609280 "
      "Transaction:\n" +
      trx("55", "9", "INSERT INTO c VALUES (1)") +
      "Foreign key constraint fails\n------------\nTRANSACTIONS\n------------\n";
  EXPECT_EQ(read(replaced(text, "280 Transaction", "280\nTransaction")).ledger.markers, 0U);
}

TEST(InnodbLog, HeadingWithoutReport) {
  const ReadLog log = read(
      "------------------------\nLATEST DETECTED DEADLOCK\n------------------------\n------------\nTRANSACTIONS\n");
  EXPECT_EQ(log.ledger.markers, 1U);
  EXPECT_EQ(log.ledger.not_understood, 1U);
  ASSERT_EQ(log.ledger.problems.size(), 1U);
  EXPECT_EQ(to_string(log.ledger.problems[0].where), "log:2");
}

TEST(InnodbLog, StatusWithoutDeadlock) {
  const ReadLog log =
      read("=====\n2026-11-22 03:48:46 140 INNODB MONITOR OUTPUT\n=====\n------------\nTRANSACTIONS\n------------\n");
  EXPECT_EQ(log.ledger.format, "innodb-status");
  EXPECT_EQ(log.ledger.markers, 0U);
  EXPECT_TRUE(log.ledger.problems.empty());
}

TEST(InnodbLog, SearchGivenUp) {
  const std::string text =
      "2026-11-22 03:48:46 0x7fae TOO DEEP OR LONG SEARCH IN THE LOCK TABLE WAITS-FOR GRAPH, WE WILL ROLL BACK "
      "FOLLOWING "
      "TRANSACTION \n\n*** TRANSACTION:\n" +
      trx("71", "10", "UPDATE t SET v = 0 WHERE id = 2") + "*** WAITING FOR THIS LOCK TO BE GRANTED:\n" +
      lock("71", 2, wanted);
  const ReadLog log = read(text);
  ASSERT_EQ(log.deadlocks.size(), 1U) << told(log);
  EXPECT_TRUE(log.deadlocks[0].limit_reached);
  EXPECT_EQ(log.deadlocks[0].parties.size(), 1U);
}

TEST(InnodbLog, WhatAClientWasTold) {
  const ReadLog log = read("ERROR 1213 (40001): Deadlock found when trying to get lock; try restarting transaction\n");
  EXPECT_EQ(log.ledger.format, "mysql-client");
  EXPECT_EQ(log.ledger.not_understood, 1U);
  EXPECT_FALSE(log.ledger.problems.empty());
}

TEST(InnodbLog, NothingKnown) {
  const ReadLog log = read("once upon a time\nthere was a log\n");
  EXPECT_EQ(log.ledger.format, "");
  EXPECT_EQ(log.ledger.lines, 2U);
  EXPECT_TRUE(log.deadlocks.empty());
}

}  // namespace
}  // namespace gridlock
