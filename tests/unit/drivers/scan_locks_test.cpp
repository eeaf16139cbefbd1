// Which locks a range read takes: the table of MySQL's own test for them (rows 1,3,4,5,6,7,9; REPEATABLE READ, FOR
// UPDATE), as MySQL 9.7.4 shows them in performance_schema.data_locks.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <sstream>

#include "tests/unit/drivers/story.h"

namespace gridlock::reference {
namespace {

/// K next-key, R record without gap, G gap; S the supremum. `K1..K4` counts up through the rows that there are,
/// `K4..K1` down.
std::string locks_of(const std::string& shorthand) {
  static constexpr std::array rows{1, 3, 4, 5, 6, 7, 9};
  std::vector<std::string> all;
  const auto add = [&](char kind, int id) {
    const char* mode = kind == 'K' ? "X" : kind == 'R' ? "X,REC_NOT_GAP" : "X,GAP";
    all.push_back(fmt::format("{} {}", id, mode));
  };
  std::istringstream words(shorthand);
  for (std::string word; words >> word;) {
    if (word == "S") {
      all.emplace_back("supremum X");
    } else if (const auto dots = word.find(".."); dots != std::string::npos) {
      const int from = std::min(word[1], word[dots + 3]) - '0';
      const int to = std::max(word[1], word[dots + 3]) - '0';
      for (const int id : rows) {
        if (id >= from && id <= to) add('K', id);
      }
    } else {
      add(word[0], word[1] - '0');
    }
  }
  std::sort(all.begin(), all.end());
  std::string text = "a has";
  for (const std::string& one : all) text += (one == all.front() ? " " : " | ") + one;
  return text + "\n";
}

struct RangeCase {
  std::string where;
  std::array<std::string, 4> locks;  ///< index ASC scan ASC, ASC DESC, DESC DESC (forward), DESC ASC (backward)
};

class RangeLocks : public testing::TestWithParam<RangeCase> {};

TEST_P(RangeLocks, AreMySqls) {
  const RangeCase& range = GetParam();
  static constexpr std::array<std::array<const char*, 2>, 4> shapes{
      {{"ASC", "ASC"}, {"ASC", "DESC"}, {"DESC", "DESC"}, {"DESC", "ASC"}}};
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    const std::string told = story(fmt::format(R"(
        CREATE TABLE t (id INT, v INT, PRIMARY KEY (id {}));
        INSERT INTO t VALUES (1, 0), (3, 0), (4, 0), (5, 0), (6, 0), (7, 0), (9, 0);
        ---
        a: BEGIN
        a: SELECT * FROM t WHERE {} ORDER BY id {} FOR UPDATE
        locks a)",
                                               shapes[i][0], range.where, shapes[i][1]));
    EXPECT_EQ(told.substr(told.rfind("a has")), locks_of(range.locks[i]))
        << range.where << ", index " << shapes[i][0] << ", scan " << shapes[i][1];
  }
}

INSTANTIATE_TEST_SUITE_P(Section9, RangeLocks,
                         testing::Values(RangeCase{"id<=0", {"G1", "G1", "S", "K1 S"}},
                                         RangeCase{"id<7", {"K1..K6 G7", "K1..K6 G7", "K6..K1 S", "K1..K7 S"}},
                                         RangeCase{"id<=7", {"K1..K7", "K1..K7 G9", "R7 K6..K1 S", "K1..K9 S"}},
                                         RangeCase{"id<=8", {"K1..K7 G9", "K1..K7 G9", "K7..K1 S", "K1..K9 S"}},
                                         RangeCase{"id<=9", {"K1..K9 S", "K1..K9 S", "R9 K7..K1 S", "K1..K9 S"}},
                                         RangeCase{"id>=9", {"R9 S", "K7 K9 S", "K9", "K9 G7"}},
                                         RangeCase{"id>9", {"S", "K9 S", "G9", "G9"}},
                                         RangeCase{"id>3", {"K4..K9 S", "K3..K9 S", "K9..K4 G3", "K9..K4 G3"}},
                                         RangeCase{"id>=3", {"R3 K4..K9 S", "K1..K9 S", "K9..K3", "K9..K3 G1"}}));

struct StatementCase {
  std::string sql;
  std::string repeatable_read;
  std::string read_committed;
};

class StatementLocks : public testing::TestWithParam<StatementCase> {};

TEST_P(StatementLocks, AreMySqls) {
  const auto locks = [](const std::string& sql, const std::string& isolation) {
    const std::string told = story(R"(
        CREATE TABLE t (id INT PRIMARY KEY, u INT, v INT, w INT, UNIQUE KEY u (u), KEY v (v));
        INSERT INTO t VALUES (1, 10, 1, 0), (3, 30, 3, 0), (5, 50, 3, 0), (7, 70, 7, 0);
        ---
        a: BEGIN
        a: )" + sql + "\nlocks a",
                                   {isolation, {}});
    return told.substr(told.rfind("a has") + 5);
  };
  EXPECT_EQ(locks(GetParam().sql, "repeatable read"), GetParam().repeatable_read + "\n");
  EXPECT_EQ(locks(GetParam().sql, "read committed"), GetParam().read_committed + "\n");
}

INSTANTIATE_TEST_SUITE_P(
    Section5, StatementLocks,
    testing::Values(StatementCase{"SELECT * FROM t", "", ""},
                    StatementCase{"SELECT * FROM t WHERE id = 3 FOR UPDATE", " 3 X,REC_NOT_GAP", " 3 X,REC_NOT_GAP"},
                    StatementCase{"SELECT * FROM t WHERE id = 4 FOR UPDATE", " 5 X,GAP", ""},
                    StatementCase{"SELECT * FROM t WHERE id = 9 FOR SHARE", " supremum S", ""},
                    StatementCase{"SELECT * FROM t WHERE u = 30 FOR UPDATE", " 3 X,REC_NOT_GAP | u:30, 3 X,REC_NOT_GAP",
                                  " 3 X,REC_NOT_GAP | u:30, 3 X,REC_NOT_GAP"},
                    StatementCase{"SELECT * FROM t WHERE v = 3 FOR UPDATE",
                                  " 3 X,REC_NOT_GAP | 5 X,REC_NOT_GAP | v:3, 3 X | v:3, 5 X | v:7, 7 X,GAP",
                                  " 3 X,REC_NOT_GAP | 5 X,REC_NOT_GAP | v:3, 3 X,REC_NOT_GAP | v:3, 5 X,REC_NOT_GAP"},
                    StatementCase{"SELECT id FROM t WHERE v = 7 FOR SHARE", " v:7, 7 S | v:supremum S",
                                  " v:7, 7 S,REC_NOT_GAP"},
                    StatementCase{"UPDATE t SET w = 1 WHERE w = 5", " 1 X | 3 X | 5 X | 7 X | supremum X", ""},
                    StatementCase{"DELETE FROM t WHERE u BETWEEN 20 AND 40",
                                  " 3 X,REC_NOT_GAP | 5 X,REC_NOT_GAP | u:30, 3 X | u:50, 5 X",
                                  " 3 X,REC_NOT_GAP | u:30, 3 X,REC_NOT_GAP"},
                    StatementCase{"SELECT * FROM t WHERE id IN (3, 4) FOR UPDATE", " 3 X,REC_NOT_GAP | 5 X,GAP",
                                  " 3 X,REC_NOT_GAP"},
                    StatementCase{"SELECT * FROM t WHERE id > 5 AND id < 5 FOR UPDATE", "", ""},
                    StatementCase{"INSERT INTO t VALUES (4, 40, 4, 0)", "", ""}));

}  // namespace
}  // namespace gridlock::reference
