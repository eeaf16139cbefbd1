#include "model/trace.h"

#include <gtest/gtest.h>

#include "model/event_json.h"
#include "model/lock_json.h"

namespace gridlock {
namespace {

Lock row_lock() {
  Lock lock;
  lock.kind = LockKind::next_key;
  lock.mode = "X";
  lock.table = "accounts";
  lock.index = "PRIMARY";
  lock.key = {
      {"id", Value{std::int64_t{7}}}, {"name", Value{std::string("it's")}}, {"", std::nullopt}, {"x", Value{Null{}}}};
  lock.waiting = true;
  lock.data = "7, 'it\\'s'";
  return lock;
}

Lock odd_lock() {
  Lock lock;
  lock.kind = LockKind::transaction;
  lock.mode = "ShareLock";
  lock.supremum = true;
  lock.object = "transaction 771";
  lock.doubtful = true;
  return lock;
}

Trace full_trace() {
  Trace trace;
  trace.workload = "bank \"transfer\"";
  trace.engine = "reference:innodb";
  trace.version = "9.7.0";
  trace.seed = 18446744073709551615U;
  trace.sessions = {"alice", "bob"};
  trace.schema = "CREATE TABLE t (id INT);\nINSERT INTO t VALUES (1);";
  const ServerError error{"1213", "Deadlock found when trying to get lock; try restarting transaction"};
  const std::vector<std::vector<Value>> rows = {
      {std::int64_t{1}, Null{}}, {Decimal{150, 2}, std::string("x"), 0.5}, {}};
  trace.events = {
      {{0}, 0, StatementStarted{"a1", "UPDATE t SET v = 1 WHERE id = 1", "transfer"}},
      {{1}, 0, TransactionState{"1843", "repeatable read", TransactionState::Ended::no}},
      {{1}, 0, StatementEnded{"a1", Outcome::done, std::nullopt, 3, rows}},
      {{2}, 1, WaitState{"b1", row_lock(), {{0, odd_lock(), true}, {1, row_lock(), false}}}},
      {{2}, 1, WaitState{"b1", row_lock(), {}}},
      {{3}, 0, LocksState{{row_lock(), odd_lock()}}},
      {{3}, 0, LocksState{}},
      {{4},
       1,
       DeadlockFound{
           {{0, "1843", "a3", row_lock(), {odd_lock()}}, {1, "1844", "b3", odd_lock(), {}}}, 1, Proof::observed}},
      {{5}, 1, StatementEnded{"b3", Outcome::deadlock, error, 0, {}}},
      {{5}, 1, TransactionState{"1844", "serializable", TransactionState::Ended::rolled_back}},
      {{6}, 0, TransactionState{"", "", TransactionState::Ended::committed}},
      {{6}, 1, Connected{"4711"}},
      {{7}, 1, DeadlockAccount{DeadlockAccount::Source::innodb_status, "*** (1) TRANSACTION:\n"}},
      {{7}, 0, DeadlockAccount{DeadlockAccount::Source::client_error, "ERROR:  deadlock detected"}},
      {{7}, 1, DeadlockAccount{}},
  };
  return trace;
}

TEST(Trace, EveryFieldComesBack) {
  const Trace trace = full_trace();
  const ReadTrace read = read_trace(to_json_lines(trace), "run.jsonl");
  EXPECT_TRUE(read.problems.empty());
  EXPECT_EQ(read.skipped, 0U);
  EXPECT_EQ(read.trace, trace);
}

TEST(Trace, IsOneLineForEachEvent) {
  Trace trace;
  trace.workload = "w";
  trace.engine = "reference:innodb";
  trace.sessions = {"alice"};
  trace.events = {{{1500}, 0, StatementEnded{"a1", Outcome::lock_timeout, ServerError{"1205", "timeout"}, 0, {}}}};
  EXPECT_EQ(to_json_lines(trace),
            R"({"schema":"gridlock-trace/1","workload":"w","engine":"reference:innodb","version":"","seed":0,)"
            R"("sessions":["alice"],"tables":""})"
            "\n"
            R"({"at":1500,"session":0,"event":"statement-ended","step":"a1","outcome":"lock timeout",)"
            R"("error":{"code":"1205","message":"timeout"}})"
            "\n");
}

constexpr std::string_view header = R"({"schema":"gridlock-trace/1","seed":5,"sessions":["a","b"],"new field":[1]})"
                                    "\n";

TEST(ReadTrace, PassesOverWhatANewerGridlockWrote) {
  const ReadTrace read =
      read_trace(std::string(header) + R"({"at":1,"session":0,"event":"moon-phase","phase":"full"})"
                                       "\n\n"
                                       R"({"at":2,"session":1,"event":"locks-state","locks":[],"mood":"good"})"
                                       "\r\n",
                 "run.jsonl");
  EXPECT_TRUE(read.problems.empty());
  EXPECT_EQ(read.skipped, 1U);
  ASSERT_EQ(read.trace.events.size(), 1U);
  EXPECT_EQ(read.trace.seed, 5U);
  EXPECT_EQ(read.trace.events[0], (Event{{2}, 1, LocksState{}}));
}

struct BadLine {
  std::string line, problem;
};

TEST(ReadTrace, SaysWhatIsWrongAndReadsOn) {
  const std::vector<BadLine> lines = {
      {R"({"at":1,"session":0,"ev)", "run.jsonl:2:23: this line is no JSON"},
      {R"([1, 2])", "run.jsonl:2: an event is a JSON object"},
      {R"({"at":1,"session":0})", "run.jsonl:2: `event` is missing"},
      {R"({"session":0,"event":"locks-state"})", "run.jsonl:2: `at` is missing"},
      {R"({"at":"1","session":0,"event":"locks-state"})", "run.jsonl:2: `at` is no whole number"},
      {R"({"at":1,"session":2,"event":"locks-state"})", "run.jsonl:2: `session` is no session of this trace"},
      {R"({"at":1,"session":-1,"event":"locks-state"})", "run.jsonl:2: `session` is no session of this trace"},
      {R"({"at":1,"session":0,"event":"locks-state","locks":{}})", "run.jsonl:2: `locks` is no list"},
      {R"({"at":1,"session":0,"event":"locks-state","locks":[5]})", "run.jsonl:2: a lock is no object"},
      {R"({"at":1,"session":0,"event":"statement-ended","outcome":"tired"})", "run.jsonl:2: `outcome` says `tired`"},
      {R"({"at":1,"session":0,"event":"statement-ended","outcome":"waits"})",
       "run.jsonl:2: a statement that has ended does not wait"},
      {R"({"at":1,"session":0,"event":"statement-ended","outcome":"done","rows":[1]})",
       "run.jsonl:2: a row is no list"},
      {R"({"at":1,"session":0,"event":"statement-ended","outcome":"done","rows":[[[]]]})",
       "run.jsonl:2: a value of a row is of no known kind"},
      {R"({"at":1,"session":0,"event":"statement-started","sql":7})", "run.jsonl:2: `sql` is no text"},
      {R"({"at":1,"session":0,"event":"wait-state"})", "run.jsonl:2: `wanted` is missing"},
      {R"({"at":1,"session":0,"event":"wait-state","wanted":{},"blockers":[{"session":9,"lock":{}}]})",
       "run.jsonl:2: `session` is no session of this trace"},
      {R"({"at":1,"session":0,"event":"wait-state","wanted":{},"blockers":[1]})",
       "run.jsonl:2: a blocker is no object"},
      {R"({"at":1,"session":0,"event":"deadlock-found","cycle":[1],"victim":0,"proof":"reported"})",
       "run.jsonl:2: a member of the cycle is no object"},
      {R"({"at":1,"session":0,"event":"deadlock-found","cycle":[],"victim":3,"proof":"reported"})",
       "run.jsonl:2: `victim` is no session of this trace"},
      {R"({"at":1,"session":0,"event":"deadlock-found","cycle":[],"victim":0,"proof":"sworn"})",
       "run.jsonl:2: `proof` says `sworn`"},
  };
  const std::string good = R"({"at":2,"session":1,"event":"locks-state","locks":[]})";
  for (const auto& [line, problem] : lines) {
    const ReadTrace read = read_trace(std::string(header) + line + "\n" + good + "\n", "run.jsonl");
    ASSERT_EQ(read.problems.size(), 1U) << line;
    EXPECT_EQ(to_string(read.problems[0].where) + ": " + read.problems[0].message, problem);
    EXPECT_EQ(read.trace.events.size(), 1U) << line;
  }
}

TEST(ReadTrace, RefusesAnotherFileWithOneProblem) {
  for (const char* text : {"", "\n\n", "hello\nworld\n", "{\"a\":1}\n{\"b\":2}\n", "[1]\n", "5", "{\"schema\":3}"}) {
    const ReadTrace read = read_trace(text, "x");
    ASSERT_EQ(read.problems.size(), 1U) << text;
    EXPECT_EQ(read.problems[0].message, "this is no trace of gridlock");
  }
}

TEST(ReadTrace, WarnsOfANewerVersionAndReadsWhatItKnows) {
  const ReadTrace read = read_trace(R"({"schema":"gridlock-trace/2","sessions":["a"]})"
                                    "\n"
                                    R"({"at":2,"session":0,"event":"locks-state"})",
                                    "x");
  ASSERT_EQ(read.problems.size(), 1U);
  EXPECT_EQ(read.problems[0].message, "this trace is of version `gridlock-trace/2`");
  EXPECT_EQ(read.trace.events.size(), 1U);
}

TEST(ReadTrace, StandsDeepNesting) {
  const std::string deep = std::string(header) + R"({"at":1,"session":0,"event":"locks-state","locks":)" +
                           std::string(200'000, '[') + std::string(200'000, ']') + "}\n";
  EXPECT_EQ(read_trace(deep, "x").problems.size(), 1U);
}

TEST(Words, GoThereAndBack) {
  for (int i = 0; i <= static_cast<int>(LockKind::other); ++i) {
    const auto kind = static_cast<LockKind>(i);
    EXPECT_EQ(lock_kind(to_string(kind)), kind);
  }
  for (int i = 0; i <= static_cast<int>(Outcome::skipped); ++i) {
    const auto one = static_cast<Outcome>(i);
    EXPECT_EQ(outcome(to_string(one)), one);
  }
  for (const auto one : {Proof::reported, Proof::observed, Proof::inferred}) EXPECT_EQ(proof(to_string(one)), one);
  EXPECT_EQ(to_string(LockKind::insert_intention), "insert-intention");
  EXPECT_EQ(to_string(Outcome::serialization_failure), "serialization failure");
  EXPECT_EQ(lock_kind("Gap"), std::nullopt);
  EXPECT_EQ(outcome("lock_timeout"), std::nullopt);
  EXPECT_EQ(proof(""), std::nullopt);
}

TEST(LockJson, HasTheContractsShapeInReports) {
  EXPECT_EQ(report_json(row_lock()).dump(), R"({"kind":"next-key","mode":"X","table":"accounts","index":"PRIMARY",)"
                                            R"("key":{"id":7,"name":"it's","3":null,"x":null},"waiting":true})");
  EXPECT_EQ(report_json(odd_lock()).dump(),
            R"({"kind":"transaction","mode":"ShareLock","table":null,"index":null,"key":null,"supremum":true,)"
            R"("object":"transaction 771","doubtful":true})");
}

TEST(LockJson, TakesAnUnknownKindForOther) {
  EXPECT_EQ(lock_of(Json::parse(R"({"kind":"quantum","mode":"X"})")).value().kind, LockKind::other);
  EXPECT_EQ(lock_of(Json::parse("[]")), std::nullopt);
}

}  // namespace
}  // namespace gridlock
