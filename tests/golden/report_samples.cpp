#include "report_samples.h"

#include <initializer_list>
#include <utility>

namespace gridlock::samples {
namespace {

Lock record_lock(std::string mode, std::string table, std::int64_t id, LockKind kind = LockKind::record) {
  Lock lock;
  lock.kind = kind;
  lock.mode = std::move(mode);
  lock.table = std::move(table);
  lock.index = "PRIMARY";
  lock.key = {{"id", Value(id)}};
  lock.data = std::to_string(id);
  return lock;
}

Lock table_lock(std::string mode, std::string table) {
  Lock lock;
  lock.kind = LockKind::table;
  lock.mode = std::move(mode);
  lock.table = std::move(table);
  return lock;
}

Lock age_lock(LockKind kind, std::string mode, std::int64_t age, std::int64_t id) {
  Lock lock;
  lock.kind = kind;
  lock.mode = std::move(mode);
  lock.table = "guests";
  lock.index = "age";
  lock.key = {{"age", Value(age)}, {"id", Value(id)}};
  lock.data = std::to_string(age) + ", " + std::to_string(id);
  return lock;
}

Lock waiting(Lock lock) {
  lock.waiting = true;
  return lock;
}

Party party(std::string name, std::string step, std::string statement, Lock waits_for, std::vector<Lock> holds,
            std::size_t blocked_by) {
  Party made;
  made.name = std::move(name);
  made.step = std::move(step);
  made.statement = std::move(statement);
  made.waits_for = waiting(std::move(waits_for));
  made.holds = std::move(holds);
  made.blocked_by = {blocked_by};
  return made;
}

const std::string alice_1 = "UPDATE accounts SET balance = balance - 10 WHERE id = 1";
const std::string alice_2 = "UPDATE accounts SET balance = balance + 10 WHERE id = 2";
const std::string bob_1 = "UPDATE accounts SET balance = balance - 20 WHERE id = 2";
const std::string bob_2 = "UPDATE accounts SET balance = balance + 20 WHERE id = 1";

Deadlock opposite_order() {
  Deadlock deadlock;
  deadlock.engine = "innodb";
  deadlock.parties = {
      party("alice", "a3", alice_2, record_lock("X,REC_NOT_GAP", "accounts", 2),
            {record_lock("X,REC_NOT_GAP", "accounts", 1), table_lock("IX", "accounts")}, 1),
      party("bob", "b3", bob_2, record_lock("X,REC_NOT_GAP", "accounts", 1),
            {record_lock("X,REC_NOT_GAP", "accounts", 2), table_lock("IX", "accounts")}, 0),
  };
  deadlock.parties[0].isolation = deadlock.parties[1].isolation = "REPEATABLE READ";
  deadlock.parties[0].earlier = {{"a1", "BEGIN"}, {"a2", alice_1}};
  deadlock.parties[1].earlier = {{"b1", "BEGIN"}, {"b2", bob_1}};
  deadlock.victim = 1;
  deadlock.schedule = {
      {"alice", "a1", "BEGIN", Outcome::done},  {"bob", "b1", "BEGIN", Outcome::done},
      {"alice", "a2", alice_1, Outcome::done},  {"bob", "b2", bob_1, Outcome::done},
      {"alice", "a3", alice_2, Outcome::waits}, {"bob", "b3", bob_2, Outcome::deadlock},
  };
  return deadlock;
}

Diagnosis opposite_order_diagnosis() {
  Diagnosis diagnosis;
  diagnosis.pattern = "opposite-order";
  diagnosis.title = "Two transactions lock the same rows in opposite order";
  diagnosis.explanation =
      "alice locks row id = 1 of accounts first and then needs id = 2; bob locks id = 2 first and then needs id = 1. "
      "Each holds what the other one needs next, bob for `" +
      bob_2 + "`.";
  Advice order;
  order.rule = "sort-keys";
  order.title = "Touch the rows of accounts in one order everywhere: ascending by id";
  order.detail =
      "Let bob change id = 1 before id = 2. The second transaction then waits at the first row, holding nothing.";
  order.rewrites = {{"bob", bob_1 + "\n" + bob_2, bob_2 + "\n" + bob_1}};
  order.breaks = Condition::circular_wait;
  Advice lock_first;
  lock_first.rule = "lock-all-first";
  lock_first.title = "Lock all rows at once, before the first change";
  lock_first.detail =
      "Where the order of the changes cannot be chosen, lock all their rows in one ordered statement first.";
  lock_first.rewrites = {{"bob", "", "SELECT id FROM accounts WHERE id IN (1, 2) ORDER BY id FOR UPDATE"}};
  lock_first.breaks = Condition::hold_and_wait;
  lock_first.verified = Advice::Verified{"reference:innodb", 6, 0, true};
  diagnosis.advice = {order, lock_first};
  diagnosis.folklore = {"READ COMMITTED: it drops gap locks, but these are record locks."};
  diagnosis.fingerprint = "5f1c9a0be2d34477";
  return diagnosis;
}

Event at(std::int64_t micros, SessionId session, decltype(Event::what) what) {
  return {{micros}, session, std::move(what)};
}

struct Played {
  SessionId session;
  std::string step, sql;
};

Trace trace_of(std::vector<std::string> sessions, const std::vector<Played>& steps) {
  Trace trace;
  trace.workload = "sample";
  trace.engine = "reference:innodb";
  trace.seed = 1;
  trace.sessions = std::move(sessions);
  std::int64_t micros = 0;
  for (const Played& step : steps)
    trace.events.push_back(at(micros += 100, step.session, StatementStarted{step.step, step.sql, "story"}));
  return trace;
}

void add_wait(Trace& trace, SessionId who, const std::string& step, SessionId blocker, Lock lock) {
  trace.events.push_back(at(0, who, WaitState{step, waiting(lock), {{blocker, lock, true}}}));
}

Run story_run(std::string workload) {
  Run run;
  run.summary.engine = "reference:innodb";
  run.summary.workload = std::move(workload);
  run.summary.seed = 1;
  run.summary.duration_s = 0.0008;
  return run;
}

Report run_report(const std::string& file, Run run) {
  Report report;
  report.command = "run";
  report.inputs.push_back({file, "", "workload", "", {}, std::nullopt});
  report.inputs.push_back({"", run.summary.engine, "", "", {}, std::nullopt});
  report.again = "gridlock run " + file + " --seed 1";
  report.runs.push_back(std::move(run));
  return report;
}

PlayedOrder opposite_order_played() {
  PlayedOrder order;
  order.order = {"a1", "b1", "a2", "b2", "a3", "b3", "a4", "b4"};
  order.events = {{"a1", Outcome::done, {}},
                  {"b1", Outcome::done, {}},
                  {"a2", Outcome::done, {}},
                  {"b2", Outcome::done, {}},
                  {"a3", Outcome::waits, {}},
                  {"b3", Outcome::deadlock,
                   ServerError{"1213", "Deadlock found when trying to get lock; try restarting transaction"}},
                  {"a3", Outcome::done, {}},
                  {"a4", Outcome::done, {}},
                  {"b4", Outcome::done, {}}};
  order.results = {{"a2", false, 1, {}}, {"b2", false, 1, {}}, {"a3", false, 1, {}}};
  order.trace = trace_of({"alice", "bob"}, {{0, "a1", "BEGIN"},
                                            {1, "b1", "BEGIN"},
                                            {0, "a2", alice_1},
                                            {1, "b2", bob_1},
                                            {0, "a3", alice_2},
                                            {1, "b3", bob_2},
                                            {0, "a4", "COMMIT"},
                                            {1, "b4", "COMMIT"}});
  add_wait(order.trace, 0, "a3", 1, record_lock("X,REC_NOT_GAP", "accounts", 2));
  return order;
}

DiagnosedDeadlock kind(std::string pattern, std::string title, std::string table, std::uint64_t count) {
  DiagnosedDeadlock one{opposite_order(), opposite_order_diagnosis(), {}, false, {}};
  for (Party& who : one.deadlock.parties) {
    who.waits_for->table = table;
    for (Lock& lock : who.holds) lock.table = table;
  }
  one.deadlock.count = count;
  one.diagnosis.pattern = std::move(pattern);
  one.diagnosis.title = std::move(title);
  return one;
}

}  // namespace

Report opposite_order_story() {
  Run run = story_run("opposite order");
  run.summary.committed = 1;
  run.summary.rolled_back = 1;
  run.summary.deadlocks = 1;
  run.summary.waits = {1, 0.1, 0.1, 0.1, 0.1};
  run.orders.push_back(opposite_order_played());
  Report report = run_report("examples/opposite-order.yaml", std::move(run));
  report.analysis.deadlocks.push_back({opposite_order(), opposite_order_diagnosis()});
  report.analysis.lock_waits.push_back({"accounts", "PRIMARY", "X,REC_NOT_GAP", 1, 0.1, 0.1});
  report.story = {{"a1", {"alice", "BEGIN"}},  {"a2", {"alice", alice_1}}, {"a3", {"alice", alice_2}},
                  {"a4", {"alice", "COMMIT"}}, {"b1", {"bob", "BEGIN"}},   {"b2", {"bob", bob_1}},
                  {"b3", {"bob", bob_2}},      {"b4", {"bob", "COMMIT"}}};
  report.exit_code = 1;
  return report;
}

Report transfers_storm() {
  Run run = story_run("transfers");
  RunSummary& summary = run.summary;
  summary.version.clear();
  summary.seed = 7;
  summary.duration_s = 2.41;
  summary.committed = 1600;
  summary.rolled_back = 25;
  summary.retried = 23;
  summary.failed = 2;
  summary.deadlocks = 23;
  summary.errors = 2;
  summary.waits = {212, 0.8, 3.2, 9.5, 14.2};
  summary.types = {{"transfer", 1200, 23, 1, {}, {}}, {"audit", 400, 0, 1, {}, {}}};
  for (int i = 0; i < 1200; ++i) summary.types[0].service.add(900 + i);
  for (int i = 0; i < 1200; ++i) summary.types[0].response.add(900 + 5 * i);
  for (int i = 0; i < 400; ++i) summary.types[1].service.add(300);
  summary.retries = {{Outcome::deadlock, 23, 0}, {Outcome::error, 0, 2}};
  summary.backoff_s = 0.23;
  summary.most_attempts = 3;
  summary.error_kinds = {{"1062", "Duplicate entry '5' for key 'accounts.PRIMARY'", "transfer 2", 2}};
  summary.warm_up_s = 0.5;
  summary.warm_up_transactions = 312;
  summary.not_begun = 12;
  summary.server_count = ServerCount{24, "lock_deadlocks of information_schema.innodb_metrics"};
  Report report = run_report("examples/transfers.yaml", std::move(run));
  DiagnosedDeadlock one{opposite_order(), opposite_order_diagnosis(), {}, false, {}};
  one.deadlock.count = 23;
  one.deadlock.parties[0].name = "transfer-3";
  one.deadlock.parties[1].name = "transfer-8";
  std::vector<ScheduledStep> schedule;
  for (ScheduledStep& step : one.deadlock.schedule) {
    step.session = step.session == "alice" ? "transfer-3" : "transfer-8";
    step.step = step.step.substr(1);
    schedule.push_back(step);
  }
  for (int i = 0; i < 24; ++i)
    schedule.insert(schedule.begin(),
                    {"transfer-3", "2", "UPDATE accounts SET balance = balance + 10 WHERE id = 77", Outcome::done});
  one.deadlock.parties[0].step = one.deadlock.parties[1].step = "3";
  // A reference engine that tells the closing wait, and the victim only in the deadlock itself.
  schedule.back().outcome = Outcome::waits;
  one.deadlock.schedule = schedule;
  report.analysis.deadlocks.push_back(one);
  report.analysis.lock_waits = {{"accounts", "PRIMARY", "X,REC_NOT_GAP", 212, 402.6, 14.2}};
  report.runs[0].checks = {
      {{"examples/transfers.yaml", 35, 7}, "SELECT SUM(balance) FROM accounts", "100000", "100000", true}};
  report.again = "gridlock run examples/transfers.yaml --seed 7";
  report.exit_code = 1;
  return report;
}

Report three_way_ring() {
  Run run = story_run("three-way ring");
  run.summary.committed = 2;
  run.summary.rolled_back = 1;
  run.summary.deadlocks = 1;
  run.summary.waits = {2, 0.1, 0.2, 0.2, 0.2};
  Report report = run_report("examples/three-way-ring.yaml", std::move(run));
  Deadlock deadlock;
  deadlock.engine = "innodb";
  const auto update = [](int id) { return "UPDATE shelves SET books = books + 1 WHERE id = " + std::to_string(id); };
  const auto held = [](int id) {
    return std::vector<Lock>{record_lock("X,REC_NOT_GAP", "shelves", id), table_lock("IX", "shelves")};
  };
  deadlock.parties = {party("anna", "a3", update(2), record_lock("X,REC_NOT_GAP", "shelves", 2), held(1), 1),
                      party("ben", "b3", update(3), record_lock("X,REC_NOT_GAP", "shelves", 3), held(2), 2),
                      party("cleo", "c3", update(1), record_lock("X,REC_NOT_GAP", "shelves", 1), held(3), 0)};
  deadlock.parties[1].hard = false;
  deadlock.victim = 2;
  deadlock.proof = Proof::observed;
  deadlock.notes = {"ben stands in the queue behind cleo, who does not hold the row itself"};
  deadlock.schedule = {{"anna", "a1", "BEGIN", Outcome::done},       {"ben", "b1", "BEGIN", Outcome::done},
                       {"cleo", "c1", "BEGIN", Outcome::done},       {"anna", "a2", update(1), Outcome::done},
                       {"ben", "b2", update(2), Outcome::done},      {"cleo", "c2", update(3), Outcome::done},
                       {"anna", "a3", update(2), Outcome::waits},    {"ben", "b3", update(3), Outcome::waits},
                       {"cleo", "c3", update(1), Outcome::deadlock}, {"ben", "b3", update(3), Outcome::done}};
  Diagnosis diagnosis = opposite_order_diagnosis();
  diagnosis.pattern = "ring";
  diagnosis.title = "Three transactions wait for each other in a ring";
  diagnosis.explanation = "Each of the three holds one shelf and needs the next one's.";
  diagnosis.advice.resize(1);
  diagnosis.advice[0].title = "Lock the shelves in one order: ascending by id";
  diagnosis.advice[0].detail = "Let cleo take shelf 1 before shelf 3.";
  diagnosis.advice[0].rewrites = {{"cleo", update(3) + "\n" + update(1), update(1) + "\n" + update(3)}};
  diagnosis.folklore.clear();
  report.analysis.deadlocks.push_back({deadlock, diagnosis});
  report.exit_code = 1;
  return report;
}

Report many_deadlocks() {
  Report report = transfers_storm();
  report.runs[0].checks.clear();
  report.runs[0].summary.deadlocks = 1290;
  report.analysis.deadlocks = {
      kind("opposite-order", "Two transactions lock the same rows in opposite order", "accounts", 12),
      kind("gap-insert", "Two transactions lock the same gap, then both insert into it", "bookings", 1204),
      kind("shared-upgrade", "Two transactions read-lock a row, then both want to write it", "stock", 40),
      kind("foreign-key-parent", "A child's insert read-locks its parent, then the parent is written", "orders", 17),
      kind("duplicate-key", "Inserts of the same key wait for one that is rolled back", "users", 9),
      kind("no-index", "An update without a usable index locks every row", "events", 5),
      kind("opposite-order", "Two transactions lock the same rows in opposite order", "carts", 2),
      kind("unknown", "No known pattern", "jobs", 1),
  };
  report.analysis.lock_waits.clear();
  for (int i = 0; i < 7; ++i)
    report.analysis.lock_waits.push_back({"table_" + std::to_string(i), i % 2 == 0 ? "PRIMARY" : "",
                                          i % 2 == 0 ? "X" : "IX", static_cast<std::uint64_t>(12345 >> i),
                                          250'000.0 / (i + 1), 900.0 / (i + 1)});
  return report;
}

Report nothing_found() {
  Report report = transfers_storm();
  report.runs[0].summary.deadlocks = report.runs[0].summary.rolled_back = report.runs[0].summary.retried = 0;
  report.analysis.deadlocks.clear();
  report.exit_code = 0;
  return report;
}

Report failed_expectations() {
  Report report = opposite_order_story();
  const std::string file = "examples/opposite-order.yaml";
  report.runs[0].checks = {{{file, 30, 3}, "deadlocks", "exactly 0", "1", false},
                           {{file, 31, 14}, "outcome of b3", "waits, done", "deadlock", false},
                           {{file, 32, 7}, "SELECT SUM(balance) FROM accounts", "200", "200", true}};
  return report;
}

Report story_with_locks() {
  Run run = story_run("phantom range");
  run.summary.committed = 3;
  run.summary.waits = {1, 0.4, 0.4, 0.4, 0.4};
  PlayedOrder order;
  order.order = {"a1", "a2", "b1", "c1", "a3", "d1"};
  order.events = {{"a1", Outcome::done, {}},
                  {"a2", Outcome::done, {}},
                  {"b1", Outcome::waits, {}},
                  {"c1", Outcome::error, ServerError{"1062", "Duplicate entry '4' for key 'guests.PRIMARY'"}},
                  {"a3", Outcome::done, {}},
                  {"b1", Outcome::done, {}},
                  {"d1", Outcome::lock_timeout, {}}};
  order.results = {
      {"a2",
       true,
       0,
       {{Value(std::int64_t{2}), Value(std::int64_t{22})}, {Value(std::int64_t{3}), Value(std::int64_t{28})}}},
      {"b1", false, 1, {}}};
  order.trace = trace_of({"alice", "bob", "carl", "dora"},
                         {{0, "a1", "BEGIN"},
                          {0, "a2", "SELECT id, age FROM guests WHERE age BETWEEN 20 AND 30 FOR UPDATE"},
                          {1, "b1", "INSERT INTO guests VALUES (5, 25)"},
                          {2, "c1", "INSERT INTO guests VALUES (4, 40)"},
                          {0, "a3", "COMMIT"},
                          {3, "d1", "DELETE FROM guests WHERE id = 5"}});
  Lock intention = age_lock(LockKind::insert_intention, "X,GAP,INSERT_INTENTION", 28, 3);
  add_wait(order.trace, 1, "b1", 0, intention);
  Lock supremum = age_lock(LockKind::next_key, "X", 0, 0);
  supremum.key.clear();
  supremum.supremum = true;
  supremum.data = "supremum pseudo-record";
  const std::vector<std::pair<std::string, Lock>> alices{{"alice", table_lock("IX", "guests")},
                                                         {"alice", age_lock(LockKind::next_key, "X", 22, 2)},
                                                         {"alice", age_lock(LockKind::next_key, "X", 28, 3)},
                                                         {"alice", age_lock(LockKind::gap, "X,GAP", 32, 4)},
                                                         {"alice", supremum},
                                                         {"alice", record_lock("X,REC_NOT_GAP", "guests", 2)}};
  auto with_bob = alices;
  with_bob.push_back({"bob", table_lock("IX", "guests")});
  with_bob.push_back({"bob", waiting(intention)});
  order.locks = {{"a1", {}}, {"a2", alices}, {"b1", with_bob}, {"c1", with_bob}, {"a3", {}}, {"d1", {}}};
  run.orders.push_back(order);
  run.checks = {{{"examples/phantom-range.yaml", 40, 14}, "outcome of b1", "waits, done", "waits, done", true}};
  Report report = run_report("examples/phantom-range.yaml", std::move(run));
  report.analysis.lock_waits = {{"guests", "age", "X,GAP,INSERT_INTENTION", 1, 0.4, 0.4}};
  report.again += " --locks";
  return report;
}

Report skipped_steps() {
  Report report = opposite_order_story();
  report.analysis = {};
  PlayedOrder& order = report.runs[0].orders[0];
  order.order = {"a1", "a2", "b1", "b3", "b4", "a3"};
  order.events = {{"a1", Outcome::done, {}},  {"a2", Outcome::done, {}},    {"b1", Outcome::done, {}},
                  {"b3", Outcome::waits, {}}, {"b4", Outcome::skipped, {}}, {"a3", Outcome::serialization_failure, {}},
                  {"b3", Outcome::done, {}}};
  order.results = {{"a2", false, 0, {}}, {"b3", false, 1, {}}};
  order.trace =
      trace_of({"alice", "bob"},
               {{0, "a1", "BEGIN"}, {0, "a2", alice_1}, {1, "b1", "BEGIN"}, {1, "b3", bob_2}, {0, "a3", alice_2}});
  add_wait(order.trace, 1, "b3", 0, record_lock("X,REC_NOT_GAP", "accounts", 1));
  report.runs[0].summary.deadlocks = 0;
  report.runs[0].summary.stalled = true;
  return report;
}

Report many_orders() {
  Report report = opposite_order_story();
  PlayedOrder quiet = opposite_order_played();
  quiet.order = {"a1", "a2", "a3", "a4", "b1", "b2", "b3", "b4"};
  quiet.events.clear();
  for (const auto& step : quiet.order) quiet.events.push_back({step, Outcome::done, {}});
  PlayedOrder waits = opposite_order_played();
  waits.events[5] = {"b3", Outcome::skipped, {}};
  for (int i = 0; i < 13; ++i) report.runs[0].orders.push_back(i % 2 == 0 ? quiet : waits);
  return report;
}

Report status_text() {
  Report report;
  report.command = "analyze";
  Ledger ledger;
  ledger.bytes = 5210;
  ledger.lines = 142;
  ledger.markers = ledger.understood = 1;
  ledger.format = "innodb-status";
  ledger.version = "8.0";
  report.inputs.push_back({"status.txt", "", "innodb-status", "8.0", {}, ledger});
  DiagnosedDeadlock one{opposite_order(), opposite_order_diagnosis(), {}, false, {}};
  one.deadlock.schedule.clear();
  one.deadlock.first_seen = one.deadlock.last_seen = "2026-11-22 03:14:15 140355";
  one.deadlock.where = "status.txt:8";
  const char* names[] = {"transaction 1811", "transaction 1812"};
  for (std::size_t i = 0; i < 2; ++i) {
    Party& who = one.deadlock.parties[i];
    who.name = names[i];
    who.transaction_id = who.name.substr(12);
    who.thread_or_pid = i == 0 ? "8" : "9";
    who.user = "app@localhost";
    who.isolation.clear();
    who.step.clear();
    who.earlier.clear();
    who.waits_for->key = {{"", Value(std::int64_t{i == 0 ? 2 : 1})}};
    who.holds = {who.holds[0]};
    who.holds[0].key = {{"", Value(std::int64_t{i == 0 ? 1 : 2})}, {"", std::nullopt}};
  }
  one.deadlock.parties[1].waits_for->doubtful = true;
  report.analysis.deadlocks.push_back(one);
  report.exit_code = 1;
  return report;
}

Report partial_logs() {
  Report report;
  report.command = "analyze";
  Ledger good;
  good.bytes = 90'000;
  good.lines = 1204;
  good.markers = 3;
  good.understood = 1;
  good.partly = 1;
  good.not_understood = 1;
  good.format = "postgresql-stderr";
  good.problems = {
      {{"server.log", 812, 0}, "a deadlock report is cut off after \"DETAIL:  Process 12 waits for\"", ""}};
  Ledger blind;
  blind.bytes = 17;
  blind.lines = 1;
  report.inputs.push_back({"server.log", "", "postgresql-stderr", "", {}, good});
  report.inputs.push_back({"notes.txt", "", "", "", {}, blind});
  DiagnosedDeadlock one{opposite_order(), opposite_order_diagnosis(), {}, false, {}};
  one.deadlock.engine = "postgres";
  one.deadlock.schedule.clear();
  one.deadlock.count = 2;
  one.deadlock.first_seen = "2026-11-22 03:14:15.001 UTC";
  one.deadlock.last_seen = "2026-11-22 04:00:00.117 UTC";
  one.deadlock.where = "server.log:801";
  one.deadlock.limit_reached = true;
  one.deadlock.notes = {"the statement of process 13 is not in the log"};
  for (std::size_t i = 0; i < 2; ++i) {
    Party& who = one.deadlock.parties[i];
    who.name = "process " + std::to_string(12 + i);
    who.thread_or_pid = std::to_string(12 + i);
    who.step.clear();
    who.isolation.clear();
    who.earlier.clear();
    Lock lock;
    lock.kind = LockKind::transaction;
    lock.mode = "ShareLock";
    lock.object = "transaction " + std::to_string(771 - i);
    lock.waiting = true;
    who.waits_for = lock;
    who.holds.clear();
  }
  one.deadlock.parties[1].statement.clear();
  report.analysis.deadlocks.push_back(one);
  report.exit_code = 4;
  return report;
}

Report foreign_words() {
  Report report = opposite_order_story();
  report.runs[0].orders.clear();
  auto& deadlock = report.analysis.deadlocks[0].deadlock;
  deadlock.parties[0].name = "東京";
  deadlock.parties[1].name = "Zoë";
  for (ScheduledStep& step : deadlock.schedule) {
    step.session = step.session == "alice" ? "東京" : "Zoë";
    if (step.step == "a2") step.sql = "UPDATE 口座 SET 残高 = 残高 - 10\n   WHERE 名前 = '山田\x1b[31m太郎'";
    if (step.step == "b2") step.sql = "UPDATE t SET v = 'a|b`c' -- \xff\xe2\x80\xae bidi";
  }
  return report;
}

}  // namespace gridlock::samples
