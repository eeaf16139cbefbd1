// What every driver promises (drivers/driver.h), whatever engine is behind it. A new driver is a new line in `engines`.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <map>

#include "drivers/engines.h"
#include "drivers/explorable.h"
#include "model/sql/parse.h"

namespace gridlock {
namespace {

std::shared_ptr<const Prepared> prepared(const std::string& sql, sql::Dialect dialect) {
  auto result = std::make_shared<Prepared>();
  result->text = sql;
  result->parameters = sql::parameters(sql, dialect);
  const auto parsed = sql::parse_statement(sql, dialect);
  EXPECT_TRUE(parsed.problems.empty()) << sql;
  if (!parsed.statements.empty()) result->statement = parsed.statements.front();
  return result;
}

class DriverContract : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    auto made = make_driver(GetParam());
    ASSERT_TRUE(made.driver) << made.problems.front().message;
    driver_ = std::move(made.driver);
    dialect_ = dialect_of(GetParam()) == "postgres" ? sql::Dialect::postgres : sql::Dialect::mysql;
    gridlock::Setup setup;
    setup.workload = "contract";
    setup.locks = true;
    for (const char* sql : {"CREATE TABLE t (id INT PRIMARY KEY, v INT)", "INSERT INTO t VALUES (1, 10), (2, 20)"}) {
      setup.schema.push_back(prepared(sql, dialect_));
    }
    setup.data.push_back({"t", {"id", "v"}, {{Value(std::int64_t{3}), Value(std::int64_t{30})}}});
    setup.sessions = {{"a", std::nullopt, {}}, {"b", std::nullopt, {}}};
    const Problems problems = driver_->open(setup);
    ASSERT_TRUE(problems.empty()) << problems.front().message;
  }

  void TearDown() override {
    if (driver_) driver_->close();
  }

  void play(SessionId session, const std::string& sql, std::vector<Value> parameters = {}) {
    driver_->start({session, sql, "contract", prepared(sql, dialect_), std::move(parameters)});
    driver_->settle({});
  }

  std::vector<StatementEnded> ends() {
    std::vector<StatementEnded> ended;
    for (Event& event : driver_->observe()) {
      if (auto* end = std::get_if<StatementEnded>(&event.what)) ended.push_back(std::move(*end));
    }
    return ended;
  }

  std::unique_ptr<Driver> driver_;
  sql::Dialect dialect_ = sql::Dialect::mysql;
};

Value number(std::int64_t value) { return value; }

TEST_P(DriverContract, OpensWithSchemaAndData) {
  EXPECT_EQ(
      driver_->query("SELECT id, v FROM t ORDER BY id"),
      (std::vector<std::vector<Value>>{{number(1), number(10)}, {number(2), number(20)}, {number(3), number(30)}}));
  EXPECT_TRUE(ends().empty()) << "making the tables is nothing that happened in the run";
}

TEST_P(DriverContract, NamesItself) {
  EXPECT_EQ(driver_->name(), GetParam()) << "an engine without a password is named as it was asked for";
  EXPECT_FALSE(driver_->version().empty());
}

TEST_P(DriverContract, ACopyGoesOnAlone) {
  play(0, "BEGIN");
  play(0, "UPDATE t SET v = 11 WHERE id = 1");
  const auto copy = copy_of(*driver_);
  if (!copy) GTEST_SKIP() << "this engine's state is no value";
  play(1, "UPDATE t SET v = 12 WHERE id = 1");
  EXPECT_TRUE(driver_->busy(1));
  EXPECT_FALSE(copy->busy(1));
  copy->start({0, "commit", "contract", prepared("COMMIT", dialect_), {}});
  copy->settle({});
  EXPECT_EQ(copy->query("SELECT v FROM t WHERE id = 1"), (std::vector<std::vector<Value>>{{number(11)}}));
  EXPECT_TRUE(driver_->busy(1)) << "the original knows nothing of its copy's commit";
  play(0, "ROLLBACK");
  EXPECT_EQ(driver_->query("SELECT v FROM t WHERE id = 1"), (std::vector<std::vector<Value>>{{number(12)}}));
}

TEST_P(DriverContract, KnowsWhichStepsCommute) {
  if (!touched_by(*driver_)) GTEST_SKIP() << "this engine does not say what a step touches";
  const auto touched = [&](SessionId session, const std::string& sql) {
    play(session, sql);
    return *touched_by(*driver_);
  };
  const auto commute = [](const std::vector<Touch>& a, const std::vector<Touch>& b) {
    return std::none_of(a.begin(), a.end(), [&](const Touch& one) {
      return std::any_of(b.begin(), b.end(), [&](const Touch& other) {
        return one.object == other.object && (one.changed || other.changed);
      });
    });
  };
  EXPECT_TRUE(commute(touched(0, "BEGIN"), touched(1, "BEGIN")));
  const auto first = touched(0, "UPDATE t SET v = 11 WHERE id = 1");
  const auto second = touched(1, "UPDATE t SET v = 22 WHERE id = 2");
  EXPECT_TRUE(commute(first, second)) << "different rows";
  const auto waits = touched(1, "UPDATE t SET v = 12 WHERE id = 1");
  EXPECT_FALSE(commute(first, waits)) << "the same row";
  const auto commit = touched(0, "COMMIT");
  EXPECT_FALSE(commute(commit, waits)) << "it lets the waiter go on";
}

TEST_P(DriverContract, AStepBeginsAndEnds) {
  play(0, "UPDATE t SET v = v + 1 WHERE id <= 2");
  EXPECT_FALSE(driver_->busy(0));
  const auto events = driver_->observe();
  const auto started = std::find_if(events.begin(), events.end(), [](const Event& event) {
    return std::holds_alternative<StatementStarted>(event.what);
  });
  const auto ended = std::find_if(events.begin(), events.end(), [](const Event& event) {
    return std::holds_alternative<StatementEnded>(event.what);
  });
  ASSERT_NE(started, events.end());
  ASSERT_NE(ended, events.end());
  EXPECT_LT(started, ended);
  EXPECT_EQ(std::get<StatementEnded>(ended->what).affected, 2);
  EXPECT_EQ(std::get<StatementEnded>(ended->what).step, "UPDATE t SET v = v + 1 WHERE id <= 2");
  EXPECT_TRUE(driver_->observe().empty()) << "an event is told once";
}

TEST_P(DriverContract, ParametersAreBound) {
  play(0, "SELECT v FROM t WHERE id = :key", {number(2)});
  const auto events = driver_->observe();
  for (const Event& event : events) {
    if (const auto* started = std::get_if<StatementStarted>(&event.what)) {
      EXPECT_EQ(started->sql, "SELECT v FROM t WHERE id = 2");
    }
    if (const auto* ended = std::get_if<StatementEnded>(&event.what)) {
      EXPECT_EQ(ended->rows, (std::vector<std::vector<Value>>{{number(20)}}));
    }
  }
}

TEST_P(DriverContract, AWaitIsSeenAndEnds) {
  play(0, "BEGIN");
  play(0, "UPDATE t SET v = 0 WHERE id = 1");
  driver_->observe();
  play(1, "UPDATE t SET v = 5 WHERE id = 1");
  EXPECT_TRUE(driver_->busy(1));
  bool seen = false;
  for (const Event& event : driver_->observe()) {
    const auto* wait = std::get_if<WaitState>(&event.what);
    if (wait == nullptr || event.session != 1) continue;
    seen = true;
    ASSERT_EQ(wait->blockers.size(), 1U);
    EXPECT_EQ(wait->blockers.front().session, 0U);
    EXPECT_TRUE(wait->blockers.front().hard);
    EXPECT_TRUE(wait->wanted.waiting);
  }
  EXPECT_TRUE(seen);
  play(0, "COMMIT");
  EXPECT_FALSE(driver_->busy(1));
  EXPECT_EQ(ends().size(), 2U);
  EXPECT_EQ(driver_->query("SELECT v FROM t WHERE id = 1").front().front(), number(5));
}

TEST_P(DriverContract, ADeadlockIsAnOutcome) {
  for (const SessionId session : {0U, 1U}) play(session, "BEGIN");
  play(0, "UPDATE t SET v = 0 WHERE id = 1");
  play(1, "UPDATE t SET v = 0 WHERE id = 2");
  play(0, "UPDATE t SET v = 0 WHERE id = 2");
  driver_->observe();
  play(1, "UPDATE t SET v = 0 WHERE id = 1");
  std::map<Outcome, int> outcomes;
  int deadlocks = 0;
  for (const Event& event : driver_->observe()) {
    if (const auto* ended = std::get_if<StatementEnded>(&event.what)) ++outcomes[ended->outcome];
    if (const auto* found = std::get_if<DeadlockFound>(&event.what)) {
      ++deadlocks;
      EXPECT_EQ(found->cycle.size(), 2U);
    }
    // A live server tells in its own words, before the victim's statement ends.
    if (const auto* account = std::get_if<DeadlockAccount>(&event.what)) {
      ++deadlocks;
      EXPECT_FALSE(account->text.empty());
      EXPECT_EQ(outcomes[Outcome::deadlock], 0);
    }
  }
  EXPECT_EQ(deadlocks, 1);
  EXPECT_EQ(outcomes[Outcome::deadlock], 1);
  EXPECT_EQ(outcomes[Outcome::done], 1);
  EXPECT_FALSE(driver_->busy(0));
  EXPECT_FALSE(driver_->busy(1));
}

TEST_P(DriverContract, AnErrorIsAnOutcome) {
  play(0, "INSERT INTO t VALUES (1, 1)");
  const auto ended = ends();
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_EQ(ended.front().outcome, Outcome::error);
  ASSERT_TRUE(ended.front().error);
  EXPECT_FALSE(ended.front().error->code.empty());
}

TEST_P(DriverContract, TimePassesBySleeping) {
  const Time before = driver_->now();
  driver_->sleep_until({before.micros + 2'000});
  EXPECT_GE(driver_->now(), (Time{before.micros + 2'000}));
}

TEST_P(DriverContract, ClosingRollsBack) {
  play(0, "BEGIN");
  play(0, "UPDATE t SET v = 0 WHERE id = 1");
  play(1, "UPDATE t SET v = 1 WHERE id = 1");
  driver_->close();
  EXPECT_FALSE(driver_->busy(0));
  EXPECT_FALSE(driver_->busy(1));
}

/// The reference engines; those of the environment, where a live test says which server it has started.
std::vector<std::string> engines() {
  if (const char* url = std::getenv("GRIDLOCK_CONTRACT_URL")) return {url};
  return {"reference:innodb", "reference:mariadb", "reference:mariadb-11.8", "reference:postgres"};
}

std::string test_name(const testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Engines, DriverContract, testing::ValuesIn(engines()), test_name);

TEST(Engines, AnUnknownOneIsAProblemWithAHint) {
  const MadeDriver made = make_driver("refrence:innodb");
  EXPECT_FALSE(made.driver);
  ASSERT_EQ(made.problems.size(), 1U);
  EXPECT_EQ(made.problems.front().hint, "did you mean `reference:innodb`?");
}

TEST(Engines, APasswordIsNeverTold) {
  const MadeDriver made = make_driver("mysql://joe:secret@db.example:3306/shop");
  ASSERT_TRUE(made.driver);
  EXPECT_EQ(made.driver->name(), "mysql://joe@db.example:3306/shop");
  // Nobody listens there: what the client library says of it is told without the password.
  for (const char* engine : {"mysql://joe:secret@127.0.0.1:1/shop", "postgresql://joe:secret@127.0.0.1:1/shop"}) {
    try {
      make_driver(engine).driver->open({});
      ADD_FAILURE() << engine;
    } catch (const EngineLost& lost) {
      EXPECT_EQ(std::string(lost.what()).find("secret"), std::string::npos) << lost.what();
      EXPECT_NE(std::string(lost.what()).find("://joe@127.0.0.1:1/shop"), std::string::npos) << lost.what();
    }
  }
}

TEST(Engines, AMistakeInAUrlIsAProblemWithoutThePassword) {
  const MadeDriver made = make_driver("postgresql://joe:secret@db.example/shop?sslmod=require");
  EXPECT_FALSE(made.driver);
  ASSERT_EQ(made.problems.size(), 1U);
  EXPECT_EQ(made.problems.front().hint, "did you mean `sslmode`?");
  EXPECT_EQ(made.problems.front().message.find("secret"), std::string::npos);
}

}  // namespace
}  // namespace gridlock
