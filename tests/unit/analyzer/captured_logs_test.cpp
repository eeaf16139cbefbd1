// Logs that real servers wrote (tests/fidelity/logs), with what the sessions that caused them went through beside each.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "model/json.h"
#include "support/files.h"
#include "support/told.h"

namespace gridlock {
namespace {

namespace fs = std::filesystem;
using test::read_file;
using test::ring;
using test::told;

const std::string folder = "tests/fidelity/logs/";

ReadLog read(const fs::path& file) { return read_log(read_file(file), file.filename().string()); }

/// Captured logs of one kind, told one behind the other.
void check_golden(const std::string& server, const std::string& beginning, const std::string& ending) {
  std::string text;
  for (const auto& file : test::files_in(folder + server, ending)) {
    const std::string name = file.filename().string();
    if (!name.starts_with(beginning) || name.find("-all.") != std::string::npos) continue;
    text += "==== " + name + "\n" + told(read(file)) + "\n";
  }
  EXPECT_NE(text, "");
  std::string kind = beginning.empty() ? ending.substr(1) : beginning;
  while (kind.ends_with('-')) kind.pop_back();
  test::check_golden("tests/golden/logs/" + server + "-" + kind + ".expected", text);
}

TEST(CapturedLogs, MySqlStatus) { check_golden("mysql97", "status-", ".txt"); }
TEST(CapturedLogs, MySqlErrorLogOfTheDefaultVerbosity) { check_golden("mysql97", "error-2-", ".log"); }
TEST(CapturedLogs, MySqlErrorLogOfVerbosity3) { check_golden("mysql97", "error-3-", ".log"); }
TEST(CapturedLogs, MariaDbStatus) { check_golden("mariadb1011", "status-", ".txt"); }
TEST(CapturedLogs, MariaDbErrorLog) { check_golden("mariadb1011", "error-3-", ".log"); }
TEST(CapturedLogs, PostgresDefaultPrefix) { check_golden("postgres15", "", ".default.stderr.log"); }
TEST(CapturedLogs, PostgresDebianPrefix) { check_golden("postgres15", "", ".debian.stderr.log"); }
TEST(CapturedLogs, PostgresCsv) { check_golden("postgres15", "", ".csv"); }
TEST(CapturedLogs, PostgresJson) { check_golden("postgres15", "", ".jsonl"); }

// ------------------------------------------------------------------------------- against what the sessions went
// through

class Captured : public testing::TestWithParam<fs::path> {};

std::string text_of(const Json& value) {
  return value.is_null() ? "" : value.is_string() ? value.get<std::string>() : value.dump();
}

const Party* party_of(const Deadlock& deadlock, const std::string& id) {
  const auto found = std::find_if(deadlock.parties.begin(), deadlock.parties.end(),
                                  [&](const Party& party) { return party.thread_or_pid == id; });
  return found == deadlock.parties.end() ? nullptr : &*found;
}

TEST_P(Captured, TellsWhatTheSessionsWentThrough) {
  const Json truth = Json::parse(read_file(GetParam()));
  std::string file = GetParam().string();
  file.resize(file.size() - std::string(".json").size());
  const ReadLog log = read(file);
  EXPECT_EQ(log.ledger.partly + log.ledger.not_understood, 0U) << told(log.ledger);
  ASSERT_EQ(log.deadlocks.size(), truth["deadlocks"].size());
  for (std::size_t i = 0; i < log.deadlocks.size(); ++i) {
    const Deadlock& deadlock = log.deadlocks[i];
    const Json& expected = truth["deadlocks"][i];
    // MySQL's error log at its default verbosity does not name the victim.
    const bool silent = file.find("mysql97/error-2-") != std::string::npos;
    ASSERT_EQ(deadlock.victim.has_value(), !silent);
    if (!silent) {
      EXPECT_EQ(deadlock.parties[*deadlock.victim].thread_or_pid, text_of(expected["victim"]));
    }
    if (expected["certain_cycle"].get<bool>()) {
      EXPECT_EQ(deadlock.parties.size(), expected["waiting"].size());
    }
    for (const Json& waiting : expected["waiting"]) {
      const Party* party = party_of(deadlock, text_of(waiting["thread_or_pid"]));
      ASSERT_NE(party, nullptr) << waiting.dump();
      if (!waiting["statement"].is_null()) {
        EXPECT_EQ(party->statement, text_of(waiting["statement"]));
      }
      EXPECT_TRUE(party->waits_for.has_value());
    }
  }
}

std::vector<fs::path> truths() {
  std::vector<fs::path> all;
  for (const std::string server : {"mysql97", "mariadb1011", "postgres15"})
    for (const auto& file : test::files_in(folder + server, ".json")) {
      const std::string name = file.string();
      if (fs::exists(name.substr(0, name.size() - 5))) all.push_back(file);
    }
  return all;
}

std::string name_of(const testing::TestParamInfo<fs::path>& one) {
  std::string name = one.param.parent_path().filename().string() + "_" + one.param.filename().string();
  for (char& c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  return name;
}

INSTANTIATE_TEST_SUITE_P(All, Captured, testing::ValuesIn(truths()), name_of);

/// Deadlocks one directly after another, told as each alone was.
void check_all(const std::string& server, const std::string& beginning) {
  std::multiset<std::string> single, together;
  for (const auto& file : test::files_in(folder + server, ".log")) {
    const std::string name = file.filename().string();
    if (!name.starts_with(beginning)) continue;
    for (const Deadlock& deadlock : read(file).deadlocks)
      (name.ends_with("-all.log") ? together : single).insert(ring(deadlock));
  }
  EXPECT_GT(together.size(), 5U);
  EXPECT_EQ(together, single);
}

TEST(CapturedLogs, DeadlocksOneDirectlyAfterAnother) {
  check_all("mysql97", "error-2-");
  check_all("mysql97", "error-3-");
  check_all("mariadb1011", "error-3-");
}

// -------------------------------------------------------------------------------------------------------- cut off logs

/// Parties of a report that was cut off: fewer, perhaps, but each as in the whole one.
void expect_part_of(const Deadlock& part, const Deadlock& whole, const std::string& where) {
  for (const Party& party : part.parties) {
    const Party* known = party_of(whole, party.thread_or_pid);
    if (party.thread_or_pid.empty()) {
      known = nullptr;
      for (const Party& other : whole.parties)
        if (other.transaction_id == party.transaction_id) known = &other;
    }
    ASSERT_NE(known, nullptr) << where << ": no such party: " << party.name;
    EXPECT_EQ(party.transaction_id.empty() ? known->transaction_id : party.transaction_id, known->transaction_id)
        << where;
    EXPECT_TRUE(known->statement.starts_with(party.statement)) << where << ": " << party.statement;
    if (!party.waits_for) continue;
    EXPECT_EQ(party.waits_for->mode, known->waits_for->mode) << where;
    EXPECT_EQ(party.waits_for->object, known->waits_for->object) << where;
    if (!party.waits_for->key.empty()) {
      EXPECT_EQ(party.waits_for->key, known->waits_for->key) << where;
    }
  }
  if (part.victim && whole.victim) {
    EXPECT_EQ(part.parties[*part.victim].thread_or_pid, whole.parties[*whole.victim].thread_or_pid) << where;
  }
}

/// Every beginning of a good log: it never crashes, invents nothing, and never loses an announced deadlock silently.
void check_prefixes(const std::string& name, std::size_t announced_at, std::size_t step) {
  const std::string text = read_file(test::in_source_tree(folder + name));
  const ReadLog whole = read_log(text, name);
  ASSERT_EQ(whole.deadlocks.size(), 1U);
  for (std::size_t length = 0; length < text.size(); length += step) {
    const std::string where = name + " cut at " + std::to_string(length);
    const ReadLog part = read_log(std::string_view(text).substr(0, length), name);
    ASSERT_LE(part.deadlocks.size(), 1U) << where;
    EXPECT_EQ(part.ledger.markers, part.ledger.understood + part.ledger.partly + part.ledger.not_understood) << where;
    EXPECT_EQ(part.ledger.understood + part.ledger.partly, part.deadlocks.size()) << where;
    if (length >= announced_at) {
      EXPECT_EQ(part.ledger.markers, 1U) << where << "\n" << told(part.ledger);
    }
    if (part.ledger.partly + part.ledger.not_understood > 0) {
      EXPECT_FALSE(part.ledger.problems.empty()) << where;
    }
    if (part.deadlocks.empty()) continue;
    expect_part_of(part.deadlocks.front(), whole.deadlocks.front(), where);
    if (part.ledger.understood == 1) {
      EXPECT_EQ(part.deadlocks.front().parties.size(), whole.deadlocks.front().parties.size()) << where;
    }
  }
}

std::size_t end_of(const std::string& name, const std::string& words) {
  const std::string text = read_file(test::in_source_tree(folder + name));
  const std::size_t at = text.find(words);
  EXPECT_NE(at, std::string::npos);
  return at + words.size();
}

TEST(CutLogs, MySqlStatus) {
  for (const std::string name : {"mysql97/status-d02.txt", "mysql97/status-d14.txt", "mysql97/status-keys.txt"})
    check_prefixes(name, end_of(name, "LATEST DETECTED DEADLOCK\n"), 7);
}

TEST(CutLogs, MySqlErrorLog) {
  check_prefixes("mysql97/error-3-d02.log", end_of("mysql97/error-3-d02.log", "dumping detailed information."), 3);
  check_prefixes("mysql97/error-2-d02.log", end_of("mysql97/error-2-d02.log", ", ACTIVE 0 sec"), 2);
}

TEST(CutLogs, MariaDb) {
  check_prefixes("mariadb1011/status-d02.txt", end_of("mariadb1011/status-d02.txt", "LATEST DETECTED DEADLOCK\n"), 7);
  check_prefixes("mariadb1011/error-3-d05.log", end_of("mariadb1011/error-3-d05.log", "dumping detailed information."),
                 1);
}

TEST(CutLogs, Postgres) {
  for (const std::string name : {"postgres15/p12.default.stderr.log", "postgres15/p01_multi.debian.stderr.log"})
    check_prefixes(name, end_of(name, "detected deadlock while waiting"), 2);
  check_prefixes("postgres15/d02.csv", end_of("postgres15/d02.csv", "ERROR,40P01,"), 3);
  check_prefixes("postgres15/d02.jsonl", end_of("postgres15/d02.jsonl", "\"state_code\":\"40P01\""), 3);
}

}  // namespace
}  // namespace gridlock
