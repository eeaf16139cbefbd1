#include "model/problem.h"

#include <gtest/gtest.h>

namespace gridlock {
namespace {

TEST(Where, LeavesOutWhatIsNotKnown) {
  EXPECT_EQ(to_string(Where{"w.yaml", 3, 7}), "w.yaml:3:7");
  EXPECT_EQ(to_string(Where{"w.yaml", 3, 0}), "w.yaml:3");
  EXPECT_EQ(to_string(Where{"w.yaml", 0, 7}), "w.yaml");
  EXPECT_EQ(to_string(Where{"", 3, 7}), "3:7");
}

struct Slip {
  std::string word, meant;
};

TEST(DidYouMean, FindsTheNearestWordOrNone) {
  const std::vector<std::string> candidates = {"SELECT",    "UPDATE",   "SET",         "ON",
                                               "isolation", "sessions", "transactions"};
  const std::vector<Slip> slips = {
      {"UDPATE", "UPDATE"},  // two letters exchanged
      {"UPDTAE", "UPDATE"},
      {"selct", "SELECT"},    // one left out; letters in either case
      {"SELECTT", "SELECT"},  // one too many
      {"SE", "SET"},
      {"isolaton", "isolation"},
      {"trasnactions", "transactions"},
      {"session", "sessions"},
      {"ONE", ""},  // a word of two letters has no slip
      {"id", ""},
      {"x", ""},
      {"", ""},
      {"DELETE", ""},  // three away from UPDATE
      {"completely", ""},
      {"SELECT", "SELECT"},
      {std::string(100'000, 'a'), ""},  // and at once
  };
  for (const auto& [word, meant] : slips) EXPECT_EQ(did_you_mean(word, candidates), meant) << word.substr(0, 40);
}

TEST(DidYouMean, TakesTheFirstOfTwoAlike) { EXPECT_EQ(did_you_mean("tab", {"tabs", "tabu"}), "tabs"); }

}  // namespace
}  // namespace gridlock
