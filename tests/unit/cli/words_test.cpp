// Locks in words: what a newcomer reads instead of the server's mode words.
#include "cli/report/words.h"

#include <gtest/gtest.h>

namespace gridlock::report {
namespace {

Lock lock(LockKind kind, std::string mode, std::string table, std::string index = "", std::vector<KeyPart> key = {}) {
  Lock made;
  made.kind = kind;
  made.mode = std::move(mode);
  made.table = std::move(table);
  made.index = std::move(index);
  made.key = std::move(key);
  return made;
}

const std::vector<KeyPart> id_20 = {{"id", Value(std::int64_t{20})}};

TEST(LockInWords, InnoDbRows) {
  EXPECT_EQ(in_words(lock(LockKind::record, "X,REC_NOT_GAP", "t", "PRIMARY", id_20)),
            "exclusive lock on row id = 20 of t (index PRIMARY)");
  EXPECT_EQ(in_words(lock(LockKind::record, "S,REC_NOT_GAP", "t", "by_name",
                          {{"name", Value(std::string("O'Neil"))}, {"id", std::nullopt}})),
            "shared lock on index entry name = 'O''Neil', id = ? of t (index by_name)");
  EXPECT_EQ(in_words(lock(LockKind::next_key, "X", "t", "PRIMARY", id_20)),
            "exclusive lock on row id = 20 of t and the gap before it (index PRIMARY)");
  EXPECT_EQ(in_words(lock(LockKind::gap, "S,GAP", "t", "PRIMARY", id_20)),
            "shared lock on the gap before row id = 20 of t (index PRIMARY)");
  EXPECT_EQ(in_words(lock(LockKind::insert_intention, "X,GAP,INSERT_INTENTION", "t", "PRIMARY", id_20)),
            "permission to insert into the gap before row id = 20 of t (index PRIMARY)");
}

TEST(LockInWords, TheEndOfAnIndex) {
  Lock end = lock(LockKind::next_key, "X", "t", "PRIMARY");
  end.supremum = true;
  end.data = "supremum pseudo-record";
  EXPECT_EQ(in_words(end), "exclusive lock on the gap after the last row of t (index PRIMARY)");
  end.kind = LockKind::insert_intention;
  EXPECT_EQ(in_words(end), "permission to insert into the gap after the last row of t (index PRIMARY)");
}

TEST(LockInWords, AKeyWithoutItsColumns) {
  EXPECT_EQ(in_words(lock(LockKind::record, "X,REC_NOT_GAP", "t", "PRIMARY", {{"", Value(std::int64_t{5})}})),
            "exclusive lock on row 5 of t (index PRIMARY)");
  EXPECT_EQ(in_words(lock(LockKind::record, "X,REC_NOT_GAP", "t", "PRIMARY",
                          {{"", Value(std::int64_t{5})}, {"", Value(Null{})}, {"", std::nullopt}})),
            "exclusive lock on row (5, NULL, ?) of t (index PRIMARY)");
  Lock shown = lock(LockKind::record, "X,REC_NOT_GAP", "t", "PRIMARY");
  shown.data = "5";
  EXPECT_EQ(in_words(shown), "exclusive lock on row 5 of t (index PRIMARY)");
  EXPECT_EQ(in_words(lock(LockKind::record, "X", "", "", {})), "exclusive lock on row");
}

TEST(LockInWords, Tables) {
  EXPECT_EQ(in_words(lock(LockKind::table, "IX", "t")), "the intention to lock rows of table t exclusively");
  EXPECT_EQ(in_words(lock(LockKind::table, "X", "t")), "exclusive lock on the whole table t");
  EXPECT_EQ(in_words(lock(LockKind::table, "AccessExclusiveLock", "t")),
            "exclusive lock on the whole table t (not even reads pass)");
  EXPECT_EQ(in_words(lock(LockKind::table, "something new", "t")), "lock on table t");
  EXPECT_EQ(in_words(lock(LockKind::auto_increment, "AUTO_INC", "t")), "AUTO_INCREMENT lock of table t");
}

TEST(LockInWords, PostgreSqlsOwn) {
  Lock transaction = lock(LockKind::transaction, "ShareLock", "");
  transaction.object = "transaction 771";
  transaction.waiting = true;
  EXPECT_EQ(in_words(transaction), "the end of transaction 771");
  transaction.table = "accounts";
  transaction.key = id_20;
  EXPECT_EQ(in_words(transaction), "the end of transaction 771, which changed row id = 20 of accounts");
  Lock own = lock(LockKind::transaction, "ExclusiveLock", "");
  own.object = "transaction 771";
  EXPECT_EQ(in_words(own), "its own open transaction 771");
  Lock tuple = lock(LockKind::tuple, "ExclusiveLock", "");
  tuple.object = "tuple (0,5) of relation 16384";
  EXPECT_EQ(in_words(tuple), "the first place in line for tuple (0,5) of relation 16384");
  Lock advisory = lock(LockKind::advisory, "ExclusiveLock", "");
  advisory.object = "advisory lock [1,0,7,1]";
  EXPECT_EQ(in_words(advisory), "advisory lock [1,0,7,1]");
}

TEST(LockInWords, TheServersOwnWordStandsBeside) {
  Lock doubtful = lock(LockKind::record, "X,REC_NOT_GAP", "t", "PRIMARY", id_20);
  doubtful.doubtful = true;
  EXPECT_EQ(
      described(doubtful).str(false),
      "exclusive lock on row id = 20 of t (index PRIMARY) [X,REC_NOT_GAP] (doubtful: the server is known to print "
      "this wrongly)");
}

TEST(Terms, EachIsExplainedOnce) {
  std::vector<std::string_view> explained;
  const Lock next_key = lock(LockKind::next_key, "X", "t", "PRIMARY", id_20);
  const auto first = explain_terms({next_key}, explained);
  ASSERT_EQ(first.size(), 2U);
  EXPECT_TRUE(first[0].starts_with("Exclusive lock (X): "));
  EXPECT_TRUE(first[1].starts_with("Next-key lock: "));
  const auto second =
      explain_terms({next_key, lock(LockKind::insert_intention, "X,GAP,INSERT_INTENTION", "t")}, explained);
  ASSERT_EQ(second.size(), 1U);
  EXPECT_TRUE(second[0].starts_with("Insert intention: "));
}

TEST(Numbers, AsPeopleReadThem) {
  EXPECT_EQ(thousands(0), "0");
  EXPECT_EQ(thousands(999), "999");
  EXPECT_EQ(thousands(1000), "1,000");
  EXPECT_EQ(thousands(1234567), "1,234,567");
  EXPECT_EQ(counted(1, "deadlock"), "1 deadlock");
  EXPECT_EQ(counted(1204, "lock wait"), "1,204 lock waits");
  EXPECT_EQ(milliseconds(0.04), "0.0 ms");
  EXPECT_EQ(milliseconds(9.94), "9.9 ms");
  EXPECT_EQ(milliseconds(999), "999 ms");
  EXPECT_EQ(milliseconds(2500), "2.5 s");
  EXPECT_EQ(milliseconds(200'000), "3 min 20 s");
  EXPECT_EQ(listed({"a"}), "a");
  EXPECT_EQ(listed({"a", "b", "c"}), "a, b and c");
}

}  // namespace
}  // namespace gridlock::report
