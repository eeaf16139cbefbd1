#include "model/deadlock.h"

#include <gtest/gtest.h>

#include <sstream>

namespace gridlock {
namespace {

Party party(const std::string& name, std::vector<std::size_t> blocked_by = {}) {
  Party result;
  result.name = name;
  result.blocked_by = std::move(blocked_by);
  return result;
}

/// `bob -> carol, alice; carol -> alice; alice -> bob; victim carol`
std::string told(const Deadlock& deadlock) {
  std::ostringstream out;
  for (const auto& one : deadlock.parties) {
    out << one.name << one.transaction_id << one.thread_or_pid << " ->";
    for (std::size_t i = 0; i < one.blocked_by.size(); ++i) {
      const auto& blocker = deadlock.parties.at(one.blocked_by[i]);
      out << (i == 0 ? " " : ", ") << blocker.name << blocker.transaction_id << blocker.thread_or_pid;
    }
    out << "; ";
  }
  out << (deadlock.victim ? "victim " + deadlock.parties.at(*deadlock.victim).name : "no victim");
  return out.str();
}

std::string canon(std::vector<Party> parties, std::optional<std::size_t> victim = std::nullopt) {
  Deadlock deadlock;
  deadlock.parties = std::move(parties);
  deadlock.victim = victim;
  return told(canonical(std::move(deadlock)));
}

TEST(Canonical, TellsTheSmallestFirstAndKeepsTheDirection) {
  EXPECT_EQ(canon({party("bob", {1}), party("carol", {2}), party("alice", {0})}, 1),
            "alice -> bob; bob -> carol; carol -> alice; victim carol");
  EXPECT_EQ(canon({party("bob", {1}), party("alice", {0})}, 0), "alice -> bob; bob -> alice; victim bob");
}

TEST(Canonical, ComparesNumbersAsNumbers) {
  EXPECT_EQ(canon({party("process 12"), party("process 9")}),
            "process 9 -> process 12; process 12 -> process 9; no victim");
  EXPECT_EQ(canon({party("s010"), party("s9"), party("s11")}), "s9 -> s11; s11 -> s010; s010 -> s9; no victim");
  EXPECT_EQ(canon({party("transaction 99999999999999999999"), party("transaction 5")}),
            "transaction 5 -> transaction 99999999999999999999; transaction 99999999999999999999 -> transaction 5; no "
            "victim");
  EXPECT_EQ(canon({party("b"), party("a10"), party("a")}), "a -> b; b -> a10; a10 -> a; no victim");
}

TEST(Canonical, FallsBackOnTransactionAndThread) {
  Party first = party(""), second = party("");
  first.transaction_id = "1843";
  second.transaction_id = "907";
  EXPECT_EQ(canon({first, second}), "907 -> 1843; 1843 -> 907; no victim");
  Party third = party("x"), fourth = party("x");
  third.thread_or_pid = "12";
  fourth.thread_or_pid = "8";
  EXPECT_EQ(canon({third, fourth}), "x8 -> x12; x12 -> x8; no victim");
}

TEST(Canonical, PutsTheNextPartyFirstAmongTheBlockers) {
  EXPECT_EQ(canon({party("c", {2, 1}), party("a", {0, 2}), party("b", {0, 1})}),
            "a -> b, c; b -> c, a; c -> a, b; no victim");
  EXPECT_EQ(canon({party("a", {7, 1, 1}), party("b", {0})}), "a -> b; b -> a; no victim");
}

TEST(Canonical, FollowsTheBlockersWhenTheOrderIsAnother) {
  // Listed as the log has them; a waits for c, c for b, b for a.
  EXPECT_EQ(canon({party("a", {2}), party("b", {0}), party("c", {1})}, 2), "a -> c; c -> b; b -> a; victim c");
}

TEST(Canonical, TwoTellingsOfOneCycleAreEqual) {
  Deadlock one, other;
  one.parties = {party("a", {1}), party("b", {2}), party("c", {0})};
  one.victim = 2;
  other.parties = {party("c", {1}), party("a", {2}), party("b", {0})};
  other.victim = 0;
  EXPECT_EQ(canonical(one), canonical(other));
  EXPECT_EQ(canonical(canonical(one)), canonical(one));
  std::swap(other.parties[1].name, other.parties[2].name);
  EXPECT_NE(canonical(one), canonical(other));
}

TEST(Canonical, LeavesWhatIsNoCycleAlone) {
  EXPECT_EQ(canon({}), "no victim");
  EXPECT_EQ(canon({party("a")}, 0), "a -> a; victim a");
  EXPECT_EQ(canon({party("b"), party("a")}, 5), "a -> b; b -> a; no victim");
  EXPECT_EQ(canon({party("b", {9}), party("a", {9})}), "a -> b; b -> a; no victim");
}

}  // namespace
}  // namespace gridlock
