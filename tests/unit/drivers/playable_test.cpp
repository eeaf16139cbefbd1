// What the reference engine cannot play is said before anything is played, with what to write instead.
#include <gtest/gtest.h>

#include "drivers/engines.h"
#include "tests/unit/drivers/story.h"

namespace gridlock::reference {
namespace {

gridlock::Setup accounts() {
  gridlock::Setup setup;
  setup.schema = {prepared("CREATE TABLE accounts (id INT PRIMARY KEY, balance INT)")};
  setup.sessions = {{"a", std::nullopt, {}}};
  return setup;
}

std::string told(const Problems& problems) {
  std::string text;
  for (const Problem& problem : problems) text += problem.message + " | " + problem.hint + "\n";
  return text;
}

std::string check(const std::string& sql) {
  return told(check_playable("reference:innodb", accounts(), {prepared(sql)}));
}

TEST(Playable, WhatCanBePlayedIsNoProblem) {
  for (const char* sql : {"SELECT * FROM accounts FOR UPDATE SKIP LOCKED", "BEGIN", "LOCK TABLES accounts WRITE",
                          "INSERT INTO accounts VALUES (1, 2) ON DUPLICATE KEY UPDATE balance = VALUES(balance)",
                          "SELECT GET_LOCK('x', 1)", "SET innodb_lock_wait_timeout = 5"}) {
    EXPECT_EQ(check(sql), "") << sql;
  }
}

TEST(Playable, NamesAreChecked) {
  EXPECT_EQ(check("SELECT * FROM acounts"), "Table 'acounts' doesn't exist | did you mean `accounts`?\n");
  EXPECT_EQ(check("UPDATE accounts SET balanse = 1"),
            "Unknown column 'balanse' in 'field list' | did you mean `balance`?\n");
  EXPECT_EQ(check("SELECT id FROM accounts WHERE ballance > 1"),
            "Unknown column 'ballance' in 'where clause' | did you mean `balance`?\n");
}

TEST(Playable, UnknownStatementsAreNeverIgnored) {
  EXPECT_NE(check("CALL pay(1)").find("the reference engine cannot play"), std::string::npos);
  EXPECT_NE(check("SELECT SHA2(id, 256) FROM accounts").find("the function SHA2()"), std::string::npos);
}

TEST(Playable, SettingsAreChecked) {
  gridlock::Setup setup = accounts();
  setup.settings = {{"innodb_deadlock_detekt", "off"}, {"autocommit", "perhaps"}};
  setup.sessions.front().settings = {{"innodb_lock_wait_timeout", "0"}};
  EXPECT_EQ(told(check_playable("reference:innodb", setup, {})),
            "`autocommit` cannot be `perhaps` here | it takes on or off\n"
            "the reference engine has no setting `innodb_deadlock_detekt` | did you mean `innodb_deadlock_detect`?\n"
            "session a: `innodb_lock_wait_timeout` cannot be `0` here | it takes seconds, from 1\n");
}

TEST(Playable, ASchemaThatFailsIsAProblem) {
  gridlock::Setup setup = accounts();
  setup.schema.push_back(prepared("INSERT INTO accounts VALUES (1, 1), (1, 2)"));
  EXPECT_EQ(told(check_playable("reference:innodb", setup, {})),
            "the schema fails: Duplicate entry '1' for key 'accounts.PRIMARY' (1062) | \n");
}

}  // namespace
}  // namespace gridlock::reference
