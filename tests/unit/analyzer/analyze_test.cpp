// Deadlocks folded by their shape.
#include <gtest/gtest.h>

#include "analyzer/fingerprint.h"
#include "support/deadlock_text.h"
#include "support/told.h"
#include "support/trace_text.h"

namespace gridlock {
namespace {

Deadlock opposite_order(const std::string& a, const std::string& b, int first, int second,
                        const std::string& table = "t") {
  const std::string one = std::to_string(first), two = std::to_string(second);
  const auto party = [&](const std::string& name, const std::string& holds, const std::string& wants) {
    return "party " + name + "\n did UPDATE " + table + " SET v = 0 WHERE id = " + holds + "\n runs UPDATE " + table +
           " SET v = 0 WHERE id = " + wants + "\n holds record X,REC_NOT_GAP " + table + ".PRIMARY id=" + holds +
           "\n wants record X,REC_NOT_GAP " + table + ".PRIMARY id=" + wants + "\n";
  };
  return test::deadlock_from("engine innodb\n" + party(a, one, two) + party(b, two, one));
}

TEST(Fingerprint, DoesNotDependOnKeysNamesOrOrder) {
  const std::string one = fingerprint(opposite_order("a", "b", 1, 2));
  EXPECT_EQ(one.size(), 16U);
  EXPECT_EQ(one, fingerprint(opposite_order("x", "y", 71, 72)));
  EXPECT_EQ(one, fingerprint(opposite_order("b", "a", 2, 1)));
}

TEST(Fingerprint, DependsOnTablesStatementsAndModes) {
  const std::string one = fingerprint(opposite_order("a", "b", 1, 2));
  EXPECT_NE(one, fingerprint(opposite_order("a", "b", 1, 2, "u")));
  Deadlock other = opposite_order("a", "b", 1, 2);
  other.parties[0].statement = "DELETE FROM t WHERE id = 2";
  EXPECT_NE(one, fingerprint(other));
  other = opposite_order("a", "b", 1, 2);
  other.parties[0].waits_for->mode = "S,REC_NOT_GAP";
  EXPECT_NE(one, fingerprint(other));
}

TEST(Fingerprint, IsTheSameInARunAndInTheServersLog) {
  Deadlock log = opposite_order("transaction 71", "transaction 72", 1, 2);
  for (Party& party : log.parties) {
    party.earlier.clear();
    party.waits_for->table = party.holds[0].table = "shop.t";
    party.waits_for->key[0].column = party.holds[0].key[0].column = "";
  }
  EXPECT_EQ(fingerprint(log), fingerprint(opposite_order("a", "b", 5, 6)));
}

TEST(Fingerprint, OfAWholeRingWhicheverPartyComesFirst) {
  Deadlock ring = test::deadlock_from(
      "party a\n runs UPDATE t SET v = 1\n wants table X t\nparty b\n runs UPDATE u SET v = 1\n wants table X u\n"
      "party c\n runs UPDATE w SET v = 1\n wants table X w\n");
  const std::string one = fingerprint(ring);
  std::rotate(ring.parties.begin(), ring.parties.begin() + 1, ring.parties.end());
  EXPECT_EQ(one, fingerprint(ring));
  std::swap(ring.parties[0], ring.parties[1]);
  EXPECT_NE(one, fingerprint(ring)) << "the other way round is another ring";
}

TEST(Analyze, FoldsWhatIsAlike) {
  Deadlock first = opposite_order("a", "b", 1, 2), again = opposite_order("c", "d", 8, 9),
           other = opposite_order("a", "b", 1, 2, "u");
  first.first_seen = first.last_seen = "10:00";
  again.first_seen = again.last_seen = "11:00";
  again.notes = {"doubt"};
  const Analysis analysis = analyze(std::vector<Deadlock>{first, other, again});
  ASSERT_EQ(analysis.deadlocks.size(), 2U);
  const Deadlock& folded = analysis.deadlocks[0].deadlock;
  EXPECT_EQ(folded.count, 2U);
  EXPECT_EQ(folded.first_seen, "10:00");
  EXPECT_EQ(folded.last_seen, "11:00");
  EXPECT_EQ(folded.notes, std::vector<std::string>{"doubt"});
  EXPECT_EQ(folded.parties[0].name, "a") << "the first stands for all";
  EXPECT_EQ(analysis.deadlocks[0].diagnosis.pattern, "opposite-order");
  EXPECT_EQ(analysis.deadlocks[1].deadlock.count, 1U);
}

TEST(Analyze, MergesParts) {
  Analysis one = analyze({opposite_order("a", "b", 1, 2)}),
           two = analyze({opposite_order("c", "d", 3, 4), opposite_order("a", "b", 1, 2, "u")});
  one.lock_waits = {{"t", "PRIMARY", "X", 1, 5, 5}};
  two.lock_waits = {{"u", "PRIMARY", "X", 1, 50, 50}, {"t", "PRIMARY", "X", 2, 7, 6}};
  const Analysis whole = merge({one, two});
  ASSERT_EQ(whole.deadlocks.size(), 2U);
  EXPECT_EQ(whole.deadlocks[0].deadlock.count, 2U);
  ASSERT_EQ(whole.lock_waits.size(), 2U);
  EXPECT_EQ(whole.lock_waits[0].table, "u") << "most total time first";
  EXPECT_EQ(whole.lock_waits[1].count, 3U);
  EXPECT_DOUBLE_EQ(whole.lock_waits[1].total_ms, 12);
  EXPECT_DOUBLE_EQ(whole.lock_waits[1].max_ms, 6);
}

TEST(Analyze, ATraceIsALogToo) {
  const Trace trace = test::trace_from(R"(
    a starts a1: UPDATE t SET v = 0 WHERE id = 2
    a waits a1 record X,REC_NOT_GAP t.PRIMARY id=2 | b
    b starts b1: UPDATE t SET v = 0 WHERE id = 1
    b waits b1 record X,REC_NOT_GAP t.PRIMARY id=1 | a
    deadlock a, b!
  )");
  const ReadLog log = read_log(to_json_lines(trace), "run.jsonl");
  EXPECT_EQ(log.ledger.format, "gridlock-trace");
  EXPECT_EQ(log.deadlocks, deadlocks(trace));
  EXPECT_EQ(log.lock_waits.size(), 1U);
}

TEST(Analyze, DiagnosisOfAnythingAtAll) {
  EXPECT_EQ(diagnose(Deadlock{}).pattern, "unknown");
  Deadlock bare;
  bare.parties.resize(2);
  EXPECT_EQ(diagnose(bare).pattern, "unknown");
  bare.parties.resize(3);
  bare.parties[1].statement = "not SQL at all '";
  bare.engine = "postgres";
  EXPECT_EQ(diagnose(bare).pattern, "unknown");
}

}  // namespace
}  // namespace gridlock
