// The tables of modes, held against the matrices that they come from.
#include "drivers/reference/lock_rules.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "lock_story.h"

namespace gridlock::reference {
namespace {

/// One row per request, one column per existing lock: W waits, - does not.
std::string matrix(const LockRules& rules, const std::vector<Mode>& requests, const std::vector<Mode>& existing,
                   ModeSet ModeRules::*set) {
  std::string text;
  for (const Mode request : requests) {
    for (const Mode other : existing) text += contains(rules[request].*set, other) ? 'W' : '-';
    text += '\n';
  }
  return text;
}

TEST(LockRules, TableModesClashAsTheCompatibilityMatrixSays) {
  using namespace innodb;
  const std::vector<Mode> modes{IS, IX, S, X, AUTO_INC};
  EXPECT_EQ(matrix(innodb_rules(), modes, modes, &ModeRules::conflicts),
            "---W-\n"    // IS
            "--WW-\n"    // IX
            "-W-WW\n"    // S
            "WWWWW\n"    // X
            "--WWW\n");  // AUTO_INC
}

TEST(LockRules, TableModesCoverAsTheStrengthMatrixSays) {
  using namespace innodb;
  const std::vector<Mode> modes{IS, IX, S, X, AUTO_INC};
  EXPECT_EQ(matrix(innodb_rules(), modes, modes, &ModeRules::covers),
            "W----\n"
            "WW---\n"
            "W-W--\n"
            "WWWWW\n"
            "----W\n");
}

// The conflict table of rec_lock_check_conflict, requests in rows; S against S never waits.
TEST(LockRules, RecordModesClashAsTheConflictTableSays) {
  using namespace innodb;
  const std::vector<Mode> requests{S_gap, S_record, S_next_key, X_gap, X_record, X_next_key, insert_intention};
  const std::vector<Mode> existing{S_gap, S_record, S_next_key, X_gap, X_record, X_next_key, insert_intention};
  EXPECT_EQ(matrix(innodb_rules(), requests, existing, &ModeRules::conflicts),
            "-------\n"    // S,GAP
            "----WW-\n"    // S,REC_NOT_GAP
            "----WW-\n"    // S
            "-------\n"    // X,GAP
            "-WW-WW-\n"    // X,REC_NOT_GAP
            "-WW-WW-\n"    // X
            "W-WW-W-\n");  // insert intention
  const std::vector<Mode> end{S_supremum, X_supremum, insert_intention_supremum};
  EXPECT_EQ(matrix(innodb_rules(), end, end, &ModeRules::conflicts), "---\n---\nWW-\n");
}

TEST(LockRules, ANextKeyLockCoversItsPartsAndThePartsOnlyTheirLike) {
  using namespace innodb;
  const std::vector<Mode> modes{S_gap, S_record, S_next_key, X_gap, X_record, X_next_key, insert_intention};
  EXPECT_EQ(matrix(innodb_rules(), modes, modes, &ModeRules::covers),
            "W------\n"    // S,GAP
            "-W-----\n"    // S,REC_NOT_GAP
            "WWW----\n"    // S
            "W--W---\n"    // X,GAP
            "-W--W--\n"    // X,REC_NOT_GAP
            "WWWWWW-\n"    // X
            "-------\n");  // insert intention
}

TEST(LockRules, OnlyAnXThatIsNotOnAGapBypasses) {
  using namespace innodb;
  const std::vector<Mode> modes{S_gap, S_record, S_next_key, X_gap, X_record, X_next_key, insert_intention};
  EXPECT_EQ(matrix(innodb_rules(), modes, modes, &ModeRules::bypasses),
            "-------\n-------\n-------\n-------\n----WW-\n----WW-\n-------\n");
  EXPECT_EQ(matrix(mariadb_rules(), modes, modes, &ModeRules::bypasses),
            "-------\n-------\n-------\n-------\n-WW-WW-\n-WW-WW-\n-------\n");
}

TEST(LockRules, WhatIsBypassedOrCoveredMakesSense) {
  for (const LockRules* rules : {&innodb_rules(), &mariadb_rules()})
    for (std::size_t at = 0; at < rules->size; ++at) {
      const ModeRules& rule = rules->modes[at];
      EXPECT_EQ(rule.bypasses & ~rule.conflicts, 0) << rule.name << " bypasses what it never waits for";
      EXPECT_FALSE(rule.name.empty());
      if (rule.record_part == no_mode) continue;
      EXPECT_TRUE(contains(rule.covers, rule.record_part) && contains(rule.covers, rule.gap_part)) << rule.name;
    }
}

// The same table as two sessions live through it: rows ask, columns were there first.
TEST(LockRules, EveryPairOfModesAsTwoSessionsLiveThroughIt) {
  const std::vector<std::string> modes{"S,GAP", "S,REC_NOT_GAP",         "S", "X,GAP", "X,REC_NOT_GAP",
                                       "X",     "X,GAP,INSERT_INTENTION"};
  std::string text;
  for (const std::string& request : modes) {
    for (const std::string& existing : modes) {
      const std::string told = tell("1 " + existing + " 10\n2 " + request + " 10\n");
      text += told.find("waits for 1") != std::string::npos ? 'W' : '-';
    }
    text += '\n';
  }
  EXPECT_EQ(text,
            "-------\n"
            "----WW-\n"
            "----WW-\n"
            "-------\n"
            "-WW-WW-\n"
            "-WW-WW-\n"
            "W-WW-W-\n");
}

}  // namespace
}  // namespace gridlock::reference
