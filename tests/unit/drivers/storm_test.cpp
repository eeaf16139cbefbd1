// Many sessions in virtual time: interleaved row by row, the same bytes for the same seed, timeouts when their time
// comes.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "drivers/engines.h"
#include "tests/unit/drivers/story.h"

namespace gridlock::reference {
namespace {

/// Each session moves money between two of ten accounts, so many times, each statement when the one before it ended.
std::string storm(std::uint64_t seed, std::uint32_t sessions, int rounds) {
  std::vector<std::string> names;
  for (std::uint32_t i = 0; i < sessions; ++i) names.push_back(fmt::format("s{}", i));
  const auto driver = opened(R"(
      CREATE TABLE a (id INT PRIMARY KEY, v INT);
      INSERT INTO a VALUES (0, 9), (1, 9), (2, 9), (3, 9), (4, 9), (5, 9), (6, 9), (7, 9), (8, 9), (9, 9))",
                             names, {}, seed);
  std::vector<int> at(sessions);
  std::string told;
  const auto begin_next = [&](SessionId session) {
    const int step = at[session]++;
    if (step == 4 * rounds) return false;
    const auto from = (session * 7U + static_cast<std::uint32_t>(step) / 4 * 3U) % 10;
    const std::vector<std::string> sql{"BEGIN", fmt::format("UPDATE a SET v = v - 1 WHERE id = {}", from),
                                       fmt::format("UPDATE a SET v = v + 1 WHERE id = {}", (from * 3 + 1) % 10),
                                       "COMMIT"};
    driver->start({session, std::to_string(step), "", prepared(sql[static_cast<std::size_t>(step) % 4]), {}});
    return true;
  };
  std::uint32_t running = 0;
  for (SessionId session = 0; session < sessions; ++session) running += begin_next(session) ? 1 : 0;
  while (running > 0) {
    driver->settle({Patience::Until::any, std::nullopt});
    for (const Event& event : driver->observe()) {
      const auto* ended = std::get_if<StatementEnded>(&event.what);
      if (std::holds_alternative<DeadlockFound>(event.what)) told += "deadlock ";
      if (ended == nullptr) continue;
      told += fmt::format("{} {} {} {}\n", event.at.micros, event.session, ended->step, to_string(ended->outcome));
      if (!begin_next(event.session)) --running;
    }
  }
  EXPECT_EQ(driver->query("SELECT COUNT(*) FROM a"), (std::vector<std::vector<Value>>{{Value(std::int64_t{10})}}));
  return told;
}

TEST(Storm, SameSeedSameBytes) { EXPECT_EQ(storm(1, 8, 20), storm(1, 8, 20)); }

TEST(Storm, AnotherSeedInterleavesDifferently) { EXPECT_NE(storm(1, 8, 20), storm(2, 8, 20)); }

TEST(Storm, HasDeadlocks) { EXPECT_NE(storm(1, 8, 20).find("deadlock"), std::string::npos); }

TEST(Storm, BulkStatementsInterleaveRowByRow) {
  const auto driver = opened(
      "CREATE TABLE t (id INT PRIMARY KEY, v INT, KEY v (v));"
      "INSERT INTO t VALUES (1,1),(2,2),(3,3),(4,4),(5,5),(6,6),(7,7),(8,8),(9,9)",
      {"a", "b"});
  for (const SessionId session : {0U, 1U}) {
    driver->start({session, "b", "", prepared("BEGIN"), {}});
    driver->settle({});
  }
  driver->observe();
  driver->start({0, "up", "", prepared("UPDATE t SET v = v + 100 ORDER BY id"), {}});
  driver->start({1, "down", "", prepared("UPDATE t SET v = v + 100 ORDER BY id DESC"), {}});
  driver->settle({Patience::Until::any, std::nullopt});
  bool deadlock = false;
  for (const Event& event : driver->observe()) deadlock = deadlock || std::holds_alternative<DeadlockFound>(event.what);
  EXPECT_TRUE(deadlock) << "two bulk updates in opposite order met";
}

TEST(Storm, LockWaitTimeoutComesInVirtualTime) {
  const auto driver = opened("CREATE TABLE t (id INT PRIMARY KEY, v INT); INSERT INTO t VALUES (1, 1), (2, 2)",
                             {"a", "b"}, {"repeatable read", {{"innodb_lock_wait_timeout", "5"}}});
  const auto play = [&](SessionId session, const std::string& sql) {
    driver->start({session, sql, "", prepared(sql), {}});
    driver->settle({});
  };
  play(0, "BEGIN");
  play(0, "UPDATE t SET v = 0 WHERE id = 1");
  play(1, "BEGIN");
  play(1, "UPDATE t SET v = 0 WHERE id = 2");
  play(1, "UPDATE t SET v = 0 WHERE id = 1");
  EXPECT_TRUE(driver->busy(1)) << "lock-step play waits for ever";
  const Time before = driver->now();
  driver->observe();
  driver->sleep_until({before.micros + 4'000'000});
  EXPECT_TRUE(driver->busy(1));
  driver->sleep_until({before.micros + 9'000'000});
  EXPECT_FALSE(driver->busy(1));
  EXPECT_NEAR(static_cast<double>(driver->now().micros - before.micros), 5e6, 1e5);
  std::string outcome;
  for (const Event& event : driver->observe()) {
    if (const auto* ended = std::get_if<StatementEnded>(&event.what)) outcome = ended->error->code;
  }
  EXPECT_EQ(outcome, "1205");
  play(1, "COMMIT");
  play(0, "ROLLBACK");
  // only the statement was rolled back
  EXPECT_EQ(driver->query("SELECT v FROM t WHERE id = 2"), (std::vector<std::vector<Value>>{{Value(std::int64_t{0})}}));
}

TEST(Storm, TenThousandSessionsOnOneRow) {
  gridlock::Setup setup;
  constexpr SessionId sessions = 10'000;
  for (SessionId i = 0; i < sessions; ++i) setup.sessions.push_back({fmt::format("s{}", i), std::nullopt, {}});
  setup.schema = {prepared("CREATE TABLE t (id INT PRIMARY KEY, v INT)"), prepared("INSERT INTO t VALUES (1, 0)")};
  auto driver = make_driver("reference:innodb").driver;
  ASSERT_TRUE(driver->open(setup).empty());
  driver->start({0, "begin", "", prepared("BEGIN"), {}});
  driver->settle({});
  const auto update = prepared("UPDATE t SET v = v + 1 WHERE id = 1");
  for (SessionId session = 0; session < sessions; ++session) driver->start({session, "u", "", update, {}});
  driver->settle({});
  EXPECT_FALSE(driver->busy(0));
  EXPECT_TRUE(driver->busy(1) && driver->busy(sessions - 1));
  driver->start({0, "commit", "", prepared("COMMIT"), {}});
  driver->settle({});
  EXPECT_EQ(driver->query("SELECT v FROM t"), (std::vector<std::vector<Value>>{{Value(std::int64_t{sessions})}}));
}

}  // namespace
}  // namespace gridlock::reference
