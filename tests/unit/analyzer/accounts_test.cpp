// Deadlocks of a live server's trace: by the server's own account, and what is told where there is none.
#include <gtest/gtest.h>

#include "analyzer/analyzer.h"

namespace gridlock {
namespace {

constexpr auto two_rows =
    "ERROR:  deadlock detected\n"
    "DETAIL:  Process 71 waits for ShareLock on transaction 768; blocked by process 70.\n"
    "Process 70 waits for ShareLock on transaction 769; blocked by process 71.\n"
    "HINT:  See server log for query details.\n"
    "CONTEXT:  while updating tuple (0,1) in relation \"t\"";

/// Sessions a and b lock rows 1 and 2, and then the other's; b is told 40P01 with this account.
Trace opposite_order(const std::string& account) {
  Trace trace;
  trace.engine = "postgresql://app@db1/shop";
  trace.sessions = {"a", "b"};
  trace.schema = "CREATE TABLE t (id INT PRIMARY KEY, v INT)";
  const auto add = [&](SessionId session, decltype(Event::what) what) {
    trace.events.push_back({{static_cast<std::int64_t>(trace.events.size())}, session, std::move(what)});
  };
  const auto play = [&](SessionId session, const std::string& step, const std::string& sql, bool ends) {
    add(session, StatementStarted{step, sql, ""});
    if (ends) add(session, StatementEnded{step, Outcome::done, std::nullopt, 1, {}});
  };
  add(0, Connected{"70"});
  add(1, Connected{"71"});
  play(0, "a1", "BEGIN", true);
  play(1, "b1", "BEGIN", true);
  play(0, "a2", "UPDATE t SET v = 0 WHERE id = 1", true);
  play(1, "b2", "UPDATE t SET v = 0 WHERE id = 2", true);
  play(0, "a3", "UPDATE t SET v = 0 WHERE id = 2", false);
  play(1, "b3", "UPDATE t SET v = 0 WHERE id = 1", false);
  add(1, DeadlockAccount{account.empty() ? DeadlockAccount::Source::none : DeadlockAccount::Source::client_error,
                         account});
  add(1, StatementEnded{"b3", Outcome::deadlock, ServerError{"40P01", "deadlock detected"}, 0, {}});
  add(1, TransactionState{"", "", TransactionState::Ended::rolled_back});
  add(0, StatementEnded{"a3", Outcome::done, std::nullopt, 1, {}});
  return trace;
}

TEST(Accounts, TheServersOwnIsReported) {
  const auto found = deadlocks(opposite_order(two_rows));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].proof, Proof::reported);
  ASSERT_EQ(found[0].parties.size(), 2U);
  EXPECT_EQ(found[0].parties[0].name, "a");
  EXPECT_EQ(found[0].parties[0].statement, "UPDATE t SET v = 0 WHERE id = 2");
  EXPECT_EQ(found[0].parties[0].thread_or_pid, "70");
  EXPECT_EQ(found[0].parties[1].name, "b");
  EXPECT_EQ(found[0].parties[1].earlier.size(), 1U);
  EXPECT_EQ(found[0].victim, 1U);
  EXPECT_FALSE(found[0].limit_reached);
}

TEST(Accounts, OneOfSomebodyElseIsNot) {
  std::string other = two_rows;
  other.replace(other.find("process 70"), 10, "process 72");
  other.replace(other.find("Process 70"), 10, "Process 72");
  const auto found = deadlocks(opposite_order(other));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].proof, Proof::inferred);
}

TEST(Accounts, WithoutOneTheStatementsTell) {
  const auto found = deadlocks(opposite_order(""));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].proof, Proof::inferred);
  ASSERT_EQ(found[0].parties.size(), 2U);
  EXPECT_EQ(found[0].victim, 1U);
  EXPECT_FALSE(found[0].notes.empty());
}

TEST(Accounts, AWaitSeenTellsBetterThanTheStatements) {
  Trace trace = opposite_order("");
  Lock wanted;
  wanted.kind = LockKind::transaction;
  wanted.object = "transaction 769";
  const auto account = trace.events.end() - 4;
  const WaitState a{"a3", wanted, {{1, {}, true}}}, b{"b3", wanted, {{0, {}, true}}};
  trace.events.insert(account, {{{20}, 0, a}, {{20}, 1, b}, {{21}, 0, a}, {{21}, 1, b}});
  const auto found = deadlocks(trace);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].proof, Proof::observed);
  EXPECT_EQ(found[0].victim, 1U);
}

}  // namespace
}  // namespace gridlock
