// What the language says becomes a Workload.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/unit/workloads/loaded.h"

namespace gridlock {
namespace {

using test::loaded;

const Storm& storm(const Workload& workload) { return std::get<Storm>(workload.play); }
const Story& story(const Workload& workload) { return std::get<Story>(workload.play); }

/// `bank transfer`, as in the contract.
const std::string transfer = R"(
name: bank transfer
schema: |                       # plain SQL; a map {mysql: ..., postgres: ...} where dialects differ
  CREATE TABLE accounts (id INT PRIMARY KEY, balance INT NOT NULL);
data: {accounts: {rows: 100, columns: {id: sequence, balance: 1000}}}
transactions:
  transfer:
    isolation: repeatable read
    params: {from: {uniform: [1, 100]}, to: {zipf: [1, 100]}}
    steps:
      - UPDATE accounts SET balance = balance - 10 WHERE id = :from
      - think: 1ms
      - UPDATE accounts SET balance = balance + 10 WHERE id = :to
sessions:
  - {run: transfer, count: 8, times: 1000}
retry: {on: [deadlock, lock timeout], attempts: 3, backoff: {first: 10ms, factor: 2, jitter: full}}
expect: {deadlocks: 0, invariants: [{query: SELECT SUM(balance) FROM accounts, equals: 100000}]}
)";

TEST(Load, TheStormOfTheContract) {
  const Workload workload = loaded(transfer);
  EXPECT_EQ(workload.name, "bank transfer");
  EXPECT_FALSE(workload.is_story());
  ASSERT_EQ(workload.schema.at("any").size(), 1U);
  EXPECT_EQ(workload.schema.at("any")[0]->where, (Where{"w.yaml", 4, 3}));
  ASSERT_EQ(workload.data.size(), 1U);
  EXPECT_EQ(workload.data[0].rows, 100);
  EXPECT_TRUE(std::holds_alternative<Sequence>(workload.data[0].columns[0].distribution));
  const TransactionType& type = storm(workload).transactions.at(0);
  EXPECT_EQ(type.isolation, sql::Isolation::repeatable_read);
  EXPECT_EQ(std::get<Zipfian>(type.params.at(1).distribution).high, 100);
  ASSERT_EQ(type.steps.size(), 3U);
  EXPECT_EQ(type.steps[0].statement->text, "UPDATE accounts SET balance = balance - 10 WHERE id = :from");
  EXPECT_EQ(type.steps[0].statement->parameters, std::vector<std::string>{"from"});
  EXPECT_EQ(type.steps[0].statement->where, (Where{"w.yaml", 11, 9}));
  EXPECT_EQ(std::get<Constant>(*type.steps[1].think).value, Value(std::int64_t{1000}));
  EXPECT_EQ(type.steps[2].name, "3");
  EXPECT_EQ(storm(workload).groups.at(0).count, 8U);
  EXPECT_EQ(storm(workload).groups.at(0).times, 1000U);
  EXPECT_EQ(workload.retry.on, (std::vector{Outcome::deadlock, Outcome::lock_timeout}));
  EXPECT_EQ(workload.retry.backoff.first.micros, 10'000);
  EXPECT_EQ(workload.retry.backoff.jitter, Backoff::Jitter::full);
  EXPECT_EQ(workload.expect.deadlocks.exactly, 0);
  EXPECT_EQ(workload.expect.invariants.at(0).equals, Value(std::int64_t{100'000}));
}

TEST(Load, TheStoryOfTheContract) {
  const Workload workload = loaded(R"(
name: opposite order
schema: |
  CREATE TABLE t (id INT PRIMARY KEY, v INT);
  INSERT INTO t VALUES (1, 1), (2, 2);
sessions:
  alice:
    isolation: repeatable read
    steps:
      - a1: BEGIN
      - a2: UPDATE t SET v = 0 WHERE id = 1
  bob:
    steps:
      - b1: BEGIN
      - b2: UPDATE t SET v = 0 WHERE id = 2
orders:
  - [a1, b1, a2, b2]
)");
  EXPECT_TRUE(workload.is_story());
  EXPECT_EQ(workload.schema.at("any").size(), 2U);
  EXPECT_EQ(story(workload).sessions.at(1).name, "bob");
  EXPECT_EQ(story(workload).sessions.at(1).isolation, std::nullopt);
  EXPECT_EQ(story(workload).sessions.at(0).steps.at(1).name, "a2");
  EXPECT_EQ(story(workload).sessions.at(0).steps.at(1).where, (Where{"w.yaml", 11, 9}));
  EXPECT_EQ(story(workload).sessions.at(0).steps.at(1).statement->where, (Where{"w.yaml", 11, 13}));
  EXPECT_EQ(story(workload).orders, (std::vector<std::vector<std::string>>{{"a1", "b1", "a2", "b2"}}));
}

TEST(Load, WithoutOrdersThereIsOneInFileOrder) {
  const Workload workload = loaded("sessions: {a: [{a1: BEGIN}, {a2: COMMIT}], b: [{b1: BEGIN}]}");
  EXPECT_EQ(story(workload).orders, (std::vector<std::vector<std::string>>{{"a1", "a2", "b1"}}));
}

TEST(Load, TheNameIsTheFilesWhenThereIsNone) {
  const auto result = load_workload("sessions: {a: [{a1: BEGIN}]}", "examples/opposite-order.yaml");
  ASSERT_TRUE(result.workload);
  EXPECT_EQ(result.workload->name, "opposite-order");
}

/// The value that a parameter written so has.
Value constant(const std::string& written) {
  const Workload workload =
      loaded("transactions: {t: {params: {p: " + written + "}, steps: [SELECT 1]}}\nsessions: [{run: t}]");
  return std::get<Constant>(storm(workload).transactions.at(0).params.at(0).distribution).value;
}

TEST(Load, ValuesAreWhatTheyLookLikeUnlessTheyAreQuoted) {
  EXPECT_EQ(constant("42"), Value(std::int64_t{42}));
  EXPECT_EQ(constant("-1.50"), Value(Decimal{-150, 2}));
  EXPECT_EQ(constant("1.5e3"), Value(1500.0));
  EXPECT_EQ(constant("2026-11-22"), Value(*parse_date("2026-11-22")));
  EXPECT_EQ(constant("2026-11-22 10:15:00"), Value(*parse_datetime("2026-11-22 10:15:00")));
  EXPECT_EQ(constant("true"), Value(std::int64_t{1}));
  EXPECT_EQ(constant("null"), Value(Null{}));
  EXPECT_EQ(constant("DE"), Value(std::string("DE")));
  EXPECT_EQ(constant("'42'"), Value(std::string("42")));
  EXPECT_EQ(constant("{constant: sequence}"), Value(std::string("sequence")));
}

TEST(Load, Distributions) {
  const Workload workload = loaded(R"(
transactions:
  t:
    params:
      mixed: {uniform: [1, 2.50]}
      days: {uniform: [2026-01-01, 2026-12-31]}
      skewed: {zipf: [1, 100, 0.5]}
      named: {zipf: {range: [1, 100], theta: 0.7}}
      steps: {sequence: {start: 10, step: -2, per_session: true}}
      colours: {list: {red: 3, green: 1}}
      weighted: {list: [1, 2], weights: [0.5, 1]}
      bell: {normal: {mean: 50, deviation: 10.5, min: 1, max: 100}}
      text: {pattern: 'user{n} of {days}'}
      other: {uniform: [1, 9], distinct_from: mixed}
    steps: [SELECT 1]
sessions: [{run: t}]
)");
  const auto& params = storm(workload).transactions.at(0).params;
  EXPECT_EQ(std::get<Uniform>(params[0].distribution).low, Value(Decimal{100, 2}));
  EXPECT_EQ(std::get<Uniform>(params[1].distribution).high, Value(*parse_date("2026-12-31")));
  EXPECT_EQ(std::get<Zipfian>(params[2].distribution).theta, 0.5);
  EXPECT_EQ(std::get<Zipfian>(params[3].distribution).theta, 0.7);
  EXPECT_EQ(std::get<Sequence>(params[4].distribution).step, -2);
  EXPECT_TRUE(std::get<Sequence>(params[4].distribution).per_session);
  EXPECT_EQ(std::get<OneOf>(params[5].distribution).weights, (std::vector<double>{3, 1}));
  EXPECT_EQ(std::get<OneOf>(params[6].distribution).values.size(), 2U);
  EXPECT_EQ(std::get<Normal>(params[7].distribution).scale, 1);
  EXPECT_EQ(std::get<Pattern>(params[8].distribution).text, "user{n} of {days}");
  EXPECT_EQ(params[9].distinct_from, "mixed");
}

std::int64_t micros(const std::string& written) {
  const Workload workload = loaded("transactions: {t: [SELECT 1]}\nsessions: [{run: t, duration: " + written + "}]");
  return storm(workload).groups.at(0).duration->micros;
}

TEST(Load, DurationsHaveTheirUnits) {
  EXPECT_EQ(micros("500us"), 500);
  EXPECT_EQ(micros("10ms"), 10'000);
  EXPECT_EQ(micros("1.5s"), 1'500'000);
  EXPECT_EQ(micros("2 s"), 2'000'000);
  EXPECT_EQ(micros("1m"), 60'000'000);
  EXPECT_EQ(micros("1h"), 3'600'000'000);
  EXPECT_EQ(micros("0"), 0);
}

TEST(Load, StepsOfATransactionType) {
  const Workload workload = loaded(R"(
transactions:
  t:
    steps:
      - {name: read, sql: "SELECT 1, 2", into: [one, two]}
      - think: {uniform: [1ms, 5ms]}
      - repeat: 3
        params: {n: sequence}
        steps:
          - SELECT :n, :one
      - {mysql: SELECT 2, postgres: null}
sessions: [{run: t}]
)");
  const auto& steps = storm(workload).transactions.at(0).steps;
  EXPECT_EQ(steps[0].name, "read");
  EXPECT_EQ(steps[0].into, (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(std::get<Uniform>(*steps[1].think).high, Value(std::int64_t{5000}));
  ASSERT_TRUE(steps[2].loop);
  EXPECT_EQ(steps[2].loop->times, 3);
  EXPECT_EQ(steps[2].loop->steps.at(0).name, "3.1");
  EXPECT_EQ(steps[3].per_engine.at("mysql")->text, "SELECT 2");
  EXPECT_EQ(steps[3].per_engine.at("postgres"), nullptr);
}

TEST(Load, SessionGroups) {
  const Workload workload = loaded(R"(
transactions: {a: [SELECT 1], b: [SELECT 2]}
sessions:
  - {run: {a: 3, b: 0.5}, duration: 2s, think: 1ms, isolation: serializable, settings: {innodb_lock_wait_timeout: 5}}
  - {run: [SELECT 3]}
  - {run: a, name: readers, count: 2}
)");
  const auto& groups = storm(workload).groups;
  EXPECT_EQ(groups[0].name, "mixed");
  EXPECT_EQ(groups[0].run[1], (std::pair<std::string, double>{"b", 0.5}));
  EXPECT_EQ(groups[0].times, std::nullopt);
  EXPECT_EQ(groups[0].isolation, sql::Isolation::serializable);
  EXPECT_EQ(groups[0].settings.at("innodb_lock_wait_timeout"), "5");
  EXPECT_EQ(groups[1].times, 1U);
  EXPECT_EQ(storm(workload).transactions.back().name, groups[1].run[0].first);
  EXPECT_EQ(groups[2].name, "readers");
}

TEST(Load, SchemaAndSettingsByDialect) {
  const Workload workload = loaded(R"(
schema:
  any: CREATE TABLE a (id INT PRIMARY KEY);
  mysql: CREATE TABLE b (id INT PRIMARY KEY) ENGINE=InnoDB;
  postgres: CREATE TABLE b (id SERIAL PRIMARY KEY);
settings:
  any: {lock_timeout: 1}
  mysql: {innodb_deadlock_detect: off, lock_timeout: 2}
sessions: {s: {settings: {innodb_lock_wait_timeout: 3}, steps: [{s1: SELECT * FROM b}]}}
)");
  EXPECT_EQ(schema_for(workload, "mysql").size(), 2U);
  EXPECT_EQ(schema_for(workload, "postgres").at(1)->text, "CREATE TABLE b (id SERIAL PRIMARY KEY)");
  EXPECT_EQ(settings_for(workload, "mysql"),
            (std::map<std::string, std::string>{{"innodb_deadlock_detect", "off"}, {"lock_timeout", "2"}}));
  EXPECT_EQ(settings_for(workload, "postgres"), (std::map<std::string, std::string>{{"lock_timeout", "1"}}));
  EXPECT_EQ(story(workload).sessions[0].settings.at("innodb_lock_wait_timeout"), "3");
}

TEST(Load, RetryHasDefaults) {
  const std::string rest = "transactions: {t: [SELECT 1]}\nsessions: [{run: t}]\n";
  EXPECT_EQ(loaded(rest).retry.attempts, 1);
  const Workload workload = loaded(rest + "retry: {}");
  EXPECT_EQ(workload.retry.attempts, 3);
  EXPECT_EQ(workload.retry.on.size(), 3U);
  EXPECT_EQ(loaded(rest + "retry: {on: deadlock, backoff: 5ms}").retry.backoff.first.micros, 5000);
}

TEST(Load, Expectations) {
  const Expectation expect = loaded(R"(
sessions: {a: [{a1: BEGIN}, {a2: COMMIT}]}
expect:
  deadlocks: {at_least: 1, at_most: 3}
  lock_timeouts: 0
  serialization_failures: {at_most: 2}
  outcomes: {a1: deadlock, a2: [waits, lock timeout]}
)")
                                 .expect;
  EXPECT_EQ(expect.deadlocks.at_least, 1);
  EXPECT_EQ(expect.deadlocks.at_most, 3);
  EXPECT_EQ(expect.lock_timeouts.exactly, 0);
  EXPECT_EQ(expect.serialization_failures.at_most, 2);
  EXPECT_EQ(expect.outcomes.at("a2").outcomes, (std::vector{Outcome::waits, Outcome::lock_timeout}));
}

TEST(Load, AnchorsAliasesAndMergeKeys) {
  const Workload workload = loaded(R"(
x-common: &common
  isolation: serializable
  settings: {innodb_lock_wait_timeout: 1}
sessions:
  alice:
    <<: *common
    steps: [{a1: &begin BEGIN}]
  bob:
    <<: *common
    isolation: read committed
    steps: [{b1: *begin}]
)");
  EXPECT_EQ(story(workload).sessions[0].isolation, sql::Isolation::serializable);
  EXPECT_EQ(story(workload).sessions[1].isolation, sql::Isolation::read_committed);
  EXPECT_EQ(story(workload).sessions[1].settings.at("innodb_lock_wait_timeout"), "1");
  EXPECT_EQ(story(workload).sessions[1].steps[0].statement->text, "BEGIN");
}

TEST(Load, AliasesThatWriteOutToMillionsOfNodesAreRefused) {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    text += fmt::format("a{}: &a{} [", i, i);
    for (int j = 0; j < 10; ++j) text += fmt::format("{}*a{}", j ? ", " : "", i - 1);
    text += "]\n";
  }
  const auto result = load_workload(text, "w.yaml");
  ASSERT_EQ(result.problems.size(), 1U);
  EXPECT_EQ(result.problems[0].message, "the aliases of this file write out to more than a million nodes");
}

TEST(Load, AliasesInsideTheirOwnAnchorAreRefused) {
  const auto result = load_workload("sessions: &s {a: *s}", "w.yaml");
  ASSERT_FALSE(result.problems.empty());
  EXPECT_EQ(result.problems[0].message, "an alias stands inside its own anchor");
}

TEST(Load, WindowsLineEndsAndAByteOrderMarkChangeNothing) {
  std::string text = "\xEF\xBB\xBF" + transfer.substr(1);
  for (std::size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 2))
    text.replace(at, 1, "\r\n");
  const Workload workload = loaded(text);
  EXPECT_EQ(workload.name, "bank transfer");
  EXPECT_EQ(storm(workload).transactions.at(0).steps[2].statement->where, (Where{"w.yaml", 12, 9}));
}

TEST(Load, AStatementThatNoRuleKnowsIsNoProblem) {
  const Workload workload = loaded("sessions: {a: [{a1: FLUSH TABLES}]}");
  const auto& node = story(workload).sessions[0].steps[0].statement->statement.node;
  EXPECT_TRUE(std::holds_alternative<sql::Unknown>(node));
}

TEST(Load, NamesAreCheckedOnlyWhereTheTablesAreKnown) {
  loaded("sessions: {a: [{a1: SELECT x FROM somewhere}]}");
  const std::string schema = "schema: CREATE TABLE t (id INT PRIMARY KEY)\n";
  for (const char* sql :
       {"SELECT 1 FROM information_schema.tables", "SELECT id AS x FROM t ORDER BY x", "SELECT pid FROM pg_locks",
        "SELECT t.id FROM t, (SELECT 1) AS s", "CREATE TABLE u (v INT)", "SELECT v FROM u", "SELECT ID FROM T",
        "SELECT id FROM t AS a WHERE EXISTS (SELECT 1 FROM t AS b WHERE b.id = a.id)", "SELECT ctid FROM t",
        "INSERT INTO t VALUES (1) ON CONFLICT (id) DO UPDATE SET id = excluded.id",
        "INSERT INTO t (id) VALUES (1) AS new ON DUPLICATE KEY UPDATE id = new.id"})
    if (std::string(sql) != "SELECT t.id FROM t, (SELECT 1) AS s")
      loaded(schema + "sessions: {a: [{a0: CREATE TABLE u (v INT)}, {a1: \"" + sql + "\"}]}");
}

}  // namespace
}  // namespace gridlock
