// Logs in pieces: the same as whole, in any flavour, mixed, wrapped, cut and interleaved.
#include "analyzer/log_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <random>
#include <set>

#include "analyzer/deadlock_folder.h"
#include "support/files.h"
#include "support/told.h"

namespace gridlock {
namespace {

namespace fs = std::filesystem;
using test::read_file;
using test::ring;
using test::told;

const std::string folder = "tests/fidelity/logs/";

std::string captured(const std::string& name) { return read_file(test::in_source_tree(folder + name)); }

class Collector : public DeadlockSink {
 public:
  std::size_t found(Deadlock deadlock) override {
    deadlocks.push_back(std::move(deadlock));
    return deadlocks.size() - 1;
  }
  void again(std::size_t, const std::string&) override {}
  bool folds() const override { return false; }
  std::vector<Deadlock> deadlocks;
};

/// Reads in pieces of at most `piece` bytes, with a pause after each if so wanted.
ReadLog in_pieces(std::string_view text, std::size_t piece, DeadlockSink& sink) {
  LogReader reader("log", sink);
  while (!text.empty()) {
    const auto room = reader.room();
    const std::size_t size = std::min({room.size(), text.size(), piece});
    std::memcpy(room.data(), text.data(), size);
    reader.took(size);
    text.remove_prefix(size);
  }
  return reader.finish();
}

ReadLog in_pieces(std::string_view text, std::size_t piece) {
  Collector collector;
  ReadLog log = in_pieces(text, piece, collector);
  log.deadlocks = std::move(collector.deadlocks);
  return log;
}

std::vector<std::string> all_logs() {
  std::vector<std::string> logs;
  for (const std::string server : {"mysql97", "mariadb1011", "postgres15"})
    for (const std::string ending : {".log", ".txt", ".csv", ".jsonl"})
      for (const auto& file : test::files_in(folder + server, ending))
        logs.push_back(server + "/" + file.filename().string());
  return logs;
}

std::multiset<std::string> rings(const std::vector<Deadlock>& deadlocks) {
  std::multiset<std::string> all;
  for (const Deadlock& deadlock : deadlocks) all.insert(ring(deadlock));
  return all;
}

bool adds_up(const Ledger& ledger) {
  return ledger.markers == ledger.understood + ledger.partly + ledger.not_understood;
}

TEST(LogReader, PiecesTellTheSameAsTheWhole) {
  for (const std::string& name : all_logs()) {
    const std::string text = captured(name);
    const std::string whole = told(read_log(text, "log"));
    for (const std::size_t piece : {std::size_t{97}, std::size_t{4096}})
      EXPECT_EQ(told(in_pieces(text, piece)), whole) << name << " in pieces of " << piece;
  }
}

std::string noise(std::size_t bytes) {
  std::string text;
  for (int i = 0; text.size() < bytes; ++i)
    text +=
        "2026-11-22 03:49:02." + std::to_string(100 + i % 900) + " UTC [77] LOG:  connection authorized: user=app\n";
  return text;
}

TEST(LogReader, FarApartInALongLogWithRightLines) {
  const std::string one = captured("postgres15/d02.default.stderr.log");
  const ReadLog alone = read_log(one, "log");
  ASSERT_EQ(alone.deadlocks.size(), 1U);
  const std::string quiet = noise(700'000);
  const auto lines = static_cast<std::size_t>(std::count(quiet.begin(), quiet.end(), '\n'));
  const ReadLog log = in_pieces(quiet + one + quiet + one + quiet, 65536);
  ASSERT_EQ(log.deadlocks.size(), 2U);
  EXPECT_EQ(rings(log.deadlocks), (std::multiset<std::string>{ring(alone.deadlocks[0]), ring(alone.deadlocks[0])}));
  const auto line = std::stoul(alone.deadlocks[0].where.substr(4));
  EXPECT_EQ(log.deadlocks[0].where, "log:" + std::to_string(lines + line));
  const auto own = static_cast<std::size_t>(std::count(one.begin(), one.end(), '\n'));
  EXPECT_EQ(log.deadlocks[1].where, "log:" + std::to_string(2 * lines + own + line));
  EXPECT_EQ(log.ledger.lines, 3 * lines + 2 * own);
  EXPECT_TRUE(adds_up(log.ledger));
}

TEST(LogReader, ThousandsOfReportsInPartsOfOneExcerpt) {
  for (const std::string name : {"mysql97/error-3-d02.log", "mysql97/error-2-d01.log", "mariadb1011/error-3-d05.log"}) {
    std::string text;
    while (text.size() < 1'500'000) text += captured(name);
    const auto copies = text.size() / captured(name).size();
    const ReadLog log = in_pieces(text, 100'000);
    EXPECT_EQ(log.deadlocks.size(), copies) << name;
    EXPECT_EQ(log.ledger.understood, copies) << name << told(log.ledger);
    EXPECT_TRUE(adds_up(log.ledger)) << name;
  }
}

/// With other numbers and literals, as the next deadlock of the same shape would have.
std::string renumbered(std::string text, int by) {
  std::map<std::string, std::string> new_ids;
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i;
    while (end < text.size() && std::isdigit(static_cast<unsigned char>(text[end])) != 0) ++end;
    if (end - i >= 4 && (i == 0 || std::isalnum(static_cast<unsigned char>(text[i - 1])) == 0)) {
      out +=
          std::to_string(std::stoull(text.substr(i, std::min<std::size_t>(end - i, 15))) + static_cast<unsigned>(by));
    } else {
      out += text.substr(i, std::max<std::size_t>(end - i, 1));
      if (end == i) end = i + 1;
    }
    i = end;
  }
  return out;
}

TEST(LogReader, AReportOfAKnownShapeIsCountedAsIfItHadBeenRead) {
  for (const auto& file : test::files_in(folder + "mysql97", ".log")) {
    const std::string name = "mysql97/" + file.filename().string();
    std::string text;
    for (int i = 0; i < 5; ++i) text += renumbered(captured(name), 7 * i);
    DeadlockFolder counted;
    const ReadLog log = in_pieces(text, 1 << 20, counted);
    DeadlockFolder read;
    for (Deadlock& deadlock : in_pieces(text, 1 << 20).deadlocks) read.found(std::move(deadlock));
    const auto a = counted.take(), b = read.take();
    ASSERT_EQ(a.size(), b.size()) << name;
    for (std::size_t i = 0; i < a.size(); ++i) {
      EXPECT_EQ(a[i].diagnosis.fingerprint, b[i].diagnosis.fingerprint) << name;
      EXPECT_EQ(a[i].deadlock.count, b[i].deadlock.count) << name;
      EXPECT_EQ(a[i].deadlock.last_seen, b[i].deadlock.last_seen) << name;
      EXPECT_EQ(a[i].by_hour, b[i].by_hour) << name;
    }
    EXPECT_TRUE(adds_up(log.ledger)) << name;
  }
}

TEST(LogReader, SeveralKindsOfLogsInOneFile) {
  const std::string mysql = captured("mysql97/error-3-d02.log"),
                    postgres = captured("postgres15/d02.default.stderr.log"), csv = captured("postgres15/d02.csv"),
                    maria = captured("mariadb1011/status-d02.txt");
  const ReadLog log = read_log(postgres + mysql + csv + maria, "log");
  EXPECT_EQ(log.deadlocks.size(), 4U) << told(log);
  EXPECT_TRUE(adds_up(log.ledger));
  EXPECT_EQ(log.ledger.not_understood, 0U) << told(log.ledger);
}

std::string each_line(const std::string& text, const std::string& before, const std::string& after = "") {
  std::string out = before;
  for (const char c : text) {
    if (c == '\n') out += after;
    out += c;
    if (c == '\n') out += before;
  }
  out.resize(out.size() - before.size());
  return out;
}

std::string json_escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\t') {
      out += "\\t";
    } else {
      out += c;
    }
  }
  return out;
}

/// The same deadlocks, in the same words, whatever is around them.
void expect_same(const std::string& plain, const std::string& wrapped, const std::string& what) {
  const ReadLog bare = read_log(plain, "log"), log = read_log(wrapped, "log");
  ASSERT_EQ(log.deadlocks.size(), bare.deadlocks.size()) << what << "\n" << told(log);
  for (std::size_t i = 0; i < bare.deadlocks.size(); ++i) {
    Deadlock one = bare.deadlocks[i], other = log.deadlocks[i];
    for (Deadlock* deadlock : {&one, &other}) deadlock->first_seen = deadlock->last_seen = deadlock->where = "";
    EXPECT_EQ(told(other), told(one)) << what;
  }
  EXPECT_EQ(log.ledger.not_understood, 0U) << what << "\n" << told(log.ledger);
}

TEST(LogReader, WrappedByCollectors) {
  for (const std::string name : {"mysql97/error-3-d02.log", "mysql97/error-2-d02.log",
                                 "postgres15/d02.default.stderr.log", "mariadb1011/status-d02.txt"}) {
    const std::string text = captured(name);
    const std::string json = json_escaped(text);
    expect_same(text,
                each_line(json, "{\"log\":\"", "\\n\",\"stream\":\"stderr\",\"time\":\"2026-11-22T03:49:03.1Z\"}"),
                name + " by Docker");
    expect_same(text, each_line(text, "2026-11-22T03:49:03.123456789Z stderr F "), name + " by Kubernetes");
    expect_same(text,
                each_line(json, "{\"timestamp\":1790000000000,\"message\":\"", "\",\"ingestionTime\":1790000000001}"),
                name + " by CloudWatch");
    expect_same(text, each_line(text, "", "\r"), name + " with CRLF");
    expect_same(text, each_line(text, "    "), name + " indented");
  }
  for (const std::string name : {"mysql97/error-3-d02.log", "mysql97/error-2-d02.log"})
    expect_same(captured(name), each_line(captured(name), "Nov 22 03:49:03 db1 mysqld[812]: "), name + " by syslog");
  const std::string postgres = captured("postgres15/d02.default.stderr.log");
  std::string syslog;
  for (const char c : each_line(postgres, "Nov 22 03:49:03 db1 postgres[13148]: [5-1] "))
    syslog += c == '\t' ? std::string("#011") : std::string(1, c);
  expect_same(postgres, syslog, "PostgreSQL by syslog");
}

TEST(LogReader, TwoContainersLineByLine) {
  const std::string one = captured("mysql97/error-3-d02.log"), two = captured("postgres15/d02.default.stderr.log");
  const auto wrap = [](const std::string& text, const std::string& id) {
    return each_line(json_escaped(text), "{\"container_id\":\"" + id + "\",\"log\":\"", "\\n\",\"stream\":\"stdout\"}");
  };
  std::string a = wrap(one, "a"), b = wrap(two, "b"), mixed;
  while (!a.empty() || !b.empty())
    for (std::string* from : {&a, &b}) {
      const std::size_t end = from->find('\n');
      mixed += from->substr(0, end == std::string::npos ? end : end + 1);
      from->erase(0, end == std::string::npos ? end : end + 1);
    }
  EXPECT_EQ(read_log(mixed, "log").deadlocks.size(), 2U) << told(read_log(mixed, "log"));
}

// -------------------------------------------------------------------------------------------------- a reader that
// cannot lie

/// Cuts, and lines of another log in between: nothing is invented, nothing announced is lost without a word.
TEST(LogReader, CutAndInterleavedLogsInventNothing) {
  const auto logs = all_logs();
  std::mt19937 random(5);
  for (int round = 0; round < 400; ++round) {
    const std::string name = logs[random() % logs.size()], other_name = logs[random() % logs.size()];
    const std::string text = captured(name);
    std::string damaged = text;
    const auto line_at = [&](std::size_t at) { return damaged.find('\n', at % (damaged.size() + 1)) + 1; };
    if (random() % 2 == 0) {
      damaged.resize(random() % (damaged.size() + 1));
    } else if (const std::size_t from = line_at(random()); from > 0) {
      const std::size_t to = line_at(from + random() % 2000);
      if (to > from) damaged.erase(from, to - from);
    }
    if (random() % 3 == 0) {
      const std::size_t at = damaged.find('\n', random() % (damaged.size() + 1));
      if (at != std::string::npos) damaged.insert(at + 1, noise(300));
    }
    std::set<std::string> parties;
    const ReadLog whole = read_log(text, "log");
    for (const Deadlock& deadlock : whole.deadlocks)
      for (const Party& party : deadlock.parties) parties.insert(party.thread_or_pid);
    const ReadLog log = read_log(damaged, "log");
    const std::string where = name + ", round " + std::to_string(round);
    EXPECT_LE(log.deadlocks.size(), whole.deadlocks.size()) << where;
    EXPECT_TRUE(adds_up(log.ledger)) << where << told(log.ledger);
    EXPECT_EQ(log.ledger.understood + log.ledger.partly, log.deadlocks.size()) << where;
    if (log.ledger.partly + log.ledger.not_understood > 0) {
      EXPECT_FALSE(log.ledger.problems.empty()) << where;
    }
    for (const Deadlock& deadlock : log.deadlocks)
      for (const Party& party : deadlock.parties)
        EXPECT_TRUE(party.thread_or_pid.empty() || parties.count(party.thread_or_pid) > 0)
            << where << ": " << party.name;
    const std::size_t announced = damaged.find("ERROR:  deadlock detected");
    if (announced != std::string::npos && announced + 40 < damaged.size()) {
      EXPECT_GE(log.ledger.markers, 1U) << where;
    }
  }
}

TEST(LogReader, NoKnownLog) {
  EXPECT_EQ(read_log("hello\nworld\n", "log").ledger.format, "");
  EXPECT_EQ(read_log("", "log").ledger.format, "");
  EXPECT_EQ(read_log(noise(1000), "log").ledger.format, "postgresql-stderr");
}

TEST(LogReader, AVeryLongLineIsReadInPieces) {
  std::string text = "LATEST DETECTED DEADLOCK ";
  text.resize(20'000'000, 'x');
  const ReadLog log = in_pieces(text + "\n" + captured("postgres15/d02.default.stderr.log"), 1 << 18);
  EXPECT_EQ(log.deadlocks.size(), 1U);
  const std::string needles = [] {
    std::string all;
    while (all.size() < 12'000'000) all += "; asc RECORD LOCKS *** (1) ExclusiveLock ";
    return all;
  }();
  EXPECT_EQ(in_pieces(needles, 1 << 18).deadlocks.size(), 0U);
}

TEST(LogReader, TimeoutsAndSerializationFailuresAreCounted) {
  const std::string head = "2026-11-22 03:49:02.353 UTC [13144] ";
  const ReadLog log =
      read_log(head + "ERROR:  canceling statement due to lock timeout\n" + head + "STATEMENT:  LOCK TABLE t\n" + head +
                   "ERROR:  could not serialize access due to concurrent update\n" + head +
                   "STATEMENT:  UPDATE t SET v = 1\n" + head +
                   "LOG:  process 13144 avoided deadlock for ShareLock on relation 16384 of database 5 by rearranging "
                   "queue order after 1000.123 ms\n",
               "log");
  EXPECT_EQ(log.ledger.lock_timeouts, 1U);
  EXPECT_EQ(log.ledger.serialization_failures, 1U);
  EXPECT_EQ(log.ledger.avoided, 1U);
  EXPECT_EQ(log.ledger.not_understood, 0U);
  EXPECT_EQ(read_log("java.sql.SQLException: Lock wait timeout exceeded; try restarting transaction\n", "log")
                .ledger.lock_timeouts,
            1U);
}

// ------------------------------------------------------------------------------------------------------------ the
// folder

std::vector<DiagnosedDeadlock> folded(Wanted wanted) {
  DeadlockFolder sink(std::move(wanted));
  in_pieces(captured("postgres15/d02.default.stderr.log") + captured("mysql97/error-3-d02.log"), 1 << 18, sink);
  return sink.take();
}

TEST(DeadlockFolder, KeepsWhatIsWanted) {
  EXPECT_EQ(folded({}).size(), 2U);
  Wanted never;
  never.until = 0;
  EXPECT_EQ(folded(never).size(), 0U);
  Wanted table;
  table.table = "T";
  EXPECT_GE(folded(table).size(), 1U);
  table.table = "nowhere";
  EXPECT_EQ(folded(table).size(), 0U);
  Wanted pattern;
  pattern.pattern = "no-such-rule";
  EXPECT_EQ(folded(pattern).size(), 0U);
}

TEST(DeadlockFolder, RedactedMeansNoLiteralAndNoKey) {
  Wanted wanted;
  wanted.redact = true;
  const auto plain = folded({}), redacted = folded(wanted);
  ASSERT_EQ(plain.size(), redacted.size());
  for (std::size_t i = 0; i < redacted.size(); ++i) {
    const DiagnosedDeadlock& one = redacted[i];
    EXPECT_EQ(one.diagnosis.fingerprint, plain[i].diagnosis.fingerprint);
    for (const Party& party : one.deadlock.parties) {
      EXPECT_EQ(party.statement.find("id = 2"), std::string::npos);
      if (!party.waits_for) continue;
      for (const KeyPart& part : party.waits_for->key) EXPECT_FALSE(part.value.has_value());
    }
  }
}

}  // namespace
}  // namespace gridlock
