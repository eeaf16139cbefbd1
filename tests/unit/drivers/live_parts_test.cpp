// The parts of the live drivers that need no server: URLs and their secrets, bound statements, words for locks, looks.
#include <gtest/gtest.h>

#include "drivers/live/looks.h"
#include "drivers/live/statement_text.h"
#include "drivers/live/url.h"
#include "drivers/mysql/client_files.h"
#include "drivers/mysql/errors.h"
#include "drivers/mysql/lock_words.h"
#include "drivers/postgres/postgres.h"
#include "model/sql/parse.h"

namespace gridlock::live {
namespace {

TEST(LiveUrl, HasItsParts) {
  const ReadUrl read = read_url("postgresql://joe:p%40ss@db.example:5433/shop?sslmode=require", {"sslmode"});
  ASSERT_TRUE(read.problems.empty());
  EXPECT_EQ(read.url.scheme, "postgresql");
  EXPECT_EQ(read.url.user, "joe");
  EXPECT_EQ(read.url.password, "p@ss");
  EXPECT_EQ(read.url.host, "db.example");
  EXPECT_EQ(read.url.port, 5433);
  EXPECT_EQ(read.url.database, "shop");
  EXPECT_EQ(read.url.parameters.at("sslmode"), "require");
}

TEST(LiveUrl, MayLeaveOutAlmostEverything) {
  const ReadUrl read = read_url("mysql://[::1]", {});
  EXPECT_EQ(read.url.host, "::1");
  EXPECT_FALSE(read.url.password);
  EXPECT_FALSE(read.url.port);
}

TEST(LiveUrl, AMistakeIsAProblem) {
  EXPECT_EQ(read_url("mysql://h:99999/", {}).problems.size(), 1U);
  const ReadUrl read = read_url("mysql://joe:secret@h/?ssl-mod=required", {"ssl-mode", "socket"});
  ASSERT_EQ(read.problems.size(), 1U);
  EXPECT_EQ(read.problems.front().hint, "did you mean `ssl-mode`?");
}

TEST(LiveUrl, IsShownWithoutItsSecrets) {
  EXPECT_EQ(without_secrets("mysql://joe:secret@h:1/d"), "mysql://joe@h:1/d");
  EXPECT_EQ(without_secrets("mysql://joe:se@cr/et@h/d"), "mysql://joe@h/d");
  EXPECT_EQ(without_secrets("postgresql://joe@h/d?sslpassword=x&sslmode=require"),
            "postgresql://joe@h/d?sslpassword=***&sslmode=require");
  EXPECT_EQ(without_secrets("reference:innodb"), "reference:innodb");
  EXPECT_EQ(censored("no entry for joe/secret at secret", "secret"), "no entry for joe/*** at ***");
}

TEST(StatementTexts, BindsEveryTimeAnew) {
  auto prepared = std::make_shared<Prepared>();
  prepared->text = "UPDATE t SET v = ':no' WHERE id = :id OR name = :name OR id = :id";
  prepared->parameters = sql::parameters(prepared->text, sql::Dialect::postgres);
  const auto server = postgres::make_server({}, "postgresql://h");
  StatementTexts texts(*server);
  Call call;
  call.statement = prepared;
  call.parameters = {Value(std::int64_t{1}), Value(std::string("it's"))};
  EXPECT_EQ(texts.bound(call), "UPDATE t SET v = ':no' WHERE id = 1 OR name = 'it''s' OR id = 1");
  call.parameters = {Value(Null{}), Value(std::string("b"))};
  EXPECT_EQ(texts.bound(call), "UPDATE t SET v = ':no' WHERE id = NULL OR name = 'b' OR id = NULL");
}

TEST(MysqlPassword, StandsInTheClientGroup) {
  EXPECT_EQ(mysql::password_in("[mysqld]\npassword=no\n[client]\nuser = joe\npassword = \"s e\"\n"), "s e");
  EXPECT_FALSE(mysql::password_in("[mysql]\npassword=no\n"));
}

TEST(MysqlErrors, AreOutcomes) {
  EXPECT_EQ(mysql::outcome_of({"1213", ""}), Outcome::deadlock);
  EXPECT_EQ(mysql::outcome_of({"3058", ""}), Outcome::deadlock);
  EXPECT_EQ(mysql::outcome_of({"1205", ""}), Outcome::lock_timeout);
  EXPECT_EQ(mysql::outcome_of({"1020", ""}), Outcome::serialization_failure);
  EXPECT_EQ(mysql::outcome_of({"3572", ""}), Outcome::error);
  EXPECT_TRUE(mysql::rolls_back({"1213", ""}));
  EXPECT_FALSE(mysql::rolls_back({"1205", ""}));
}

TEST(MysqlLockWords, HaveKindsAndKeys) {
  const Lock record = mysql::row_lock("RECORD", "X,REC_NOT_GAP", "t", "PRIMARY", "1, 'it''s, so'");
  EXPECT_EQ(record.kind, LockKind::record);
  ASSERT_EQ(record.key.size(), 2U);
  EXPECT_EQ(record.key[0].value, Value(std::int64_t{1}));
  EXPECT_EQ(record.key[1].value, Value(std::string("it's, so")));
  EXPECT_EQ(mysql::row_lock("RECORD", "X", "t", "PRIMARY", "2").kind, LockKind::next_key);
  EXPECT_EQ(mysql::row_lock("RECORD", "X,GAP,INSERT_INTENTION", "t", "PRIMARY", "2").kind, LockKind::insert_intention);
  EXPECT_TRUE(mysql::row_lock("RECORD", "X", "t", "PRIMARY", "supremum pseudo-record").supremum);
  EXPECT_EQ(mysql::row_lock("TABLE", "IX", "t", "", "").kind, LockKind::table);
  EXPECT_EQ(mysql::metadata_lock("USER LEVEL LOCK", "EXCLUSIVE", "a").object, "user lock \"a\"");
}

TEST(MysqlLockWords, KnowWhichMetadataLocksConflict) {
  EXPECT_TRUE(mysql::metadata_conflict("EXCLUSIVE", "SHARED_READ"));
  EXPECT_TRUE(mysql::metadata_conflict("SHARED_WRITE", "SHARED_READ_ONLY"));
  EXPECT_FALSE(mysql::metadata_conflict("SHARED_WRITE", "SHARED_READ"));
  EXPECT_FALSE(mysql::metadata_conflict("INTENTION_EXCLUSIVE", "INTENTION_EXCLUSIVE"));
}

TEST(MariadbWords, HaveNoForShare) {
  EXPECT_EQ(mysql::without_for_share("SELECT 'FOR SHARE' FROM t for share"),
            "SELECT 'FOR SHARE' FROM t LOCK IN SHARE MODE");
  EXPECT_EQ(mysql::without_for_share("SELECT id FROM t FOR UPDATE"), "SELECT id FROM t FOR UPDATE");
}

std::vector<LiveSession> two_busy_sessions() {
  std::vector<LiveSession> sessions(2);
  for (LiveSession& session : sessions) session.busy = true;
  return sessions;
}

TEST(Looks, SeeACycleAndStrangers) {
  const auto sessions = two_busy_sessions();
  const SessionIds ids{{70, 0}, {71, 1}};
  const SeenWait first{70, {}, {{71, {}, true}, {99, {}, true}}, true};
  const SeenWait second{71, {}, {{70, {}, true}}, false};
  const Look one = look_of({first}, sessions, ids);
  EXPECT_FALSE(one.cyclic());
  EXPECT_EQ(one.waits[0]->strangers, std::vector<ConnectionId>{99});
  EXPECT_TRUE(one.waits[0]->state.wanted.waiting);
  const Look both = look_of({first, second}, sessions, ids);
  EXPECT_TRUE(both.cyclic());
  EXPECT_FALSE(both.waits[1]->ripe);
}

}  // namespace
}  // namespace gridlock::live
