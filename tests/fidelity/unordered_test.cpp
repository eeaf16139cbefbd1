// The patterns of deadlocks as unordered stories: which of them can be reached at all, by whatever order, and which
// not.
//
// The stories are those of tests/fidelity/stories, without their orders. What is expected comes from real servers, on
// which each pattern was played by hand in the order that its name tells of; every other order is the reference
// engine's to find. The counts are printed.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>

#include "drivers/engines.h"
#include "workloads/explore/explore.h"
#include "workloads/load.h"

namespace gridlock::explore {
namespace {

enum class Deadlocks : unsigned char {
  yes,
  no,
  any
};  ///< `any`: the servers serialise one order and say nothing of all

struct Pattern {
  const char* story;
  Deadlocks repeatable_read, read_committed;
};

// MySQL 9.7.4, as measured (RR/RC).
constexpr std::array patterns{
    Pattern{"d01", Deadlocks::yes, Deadlocks::yes}, Pattern{"d02", Deadlocks::yes, Deadlocks::yes},
    Pattern{"d03", Deadlocks::yes, Deadlocks::yes}, Pattern{"d04", Deadlocks::yes, Deadlocks::yes},
    Pattern{"d05", Deadlocks::yes, Deadlocks::no},  Pattern{"d06", Deadlocks::yes, Deadlocks::no},
    Pattern{"d07", Deadlocks::yes, Deadlocks::no},  Pattern{"d08", Deadlocks::yes, Deadlocks::no},
    Pattern{"d09", Deadlocks::yes, Deadlocks::no},  Pattern{"d10", Deadlocks::yes, Deadlocks::yes},
    Pattern{"d11", Deadlocks::no, Deadlocks::no},   Pattern{"d12", Deadlocks::any, Deadlocks::yes},
    Pattern{"d13", Deadlocks::yes, Deadlocks::yes}, Pattern{"d14", Deadlocks::yes, Deadlocks::any},
    Pattern{"d15", Deadlocks::any, Deadlocks::any}, Pattern{"d16", Deadlocks::no, Deadlocks::no},
    Pattern{"d17", Deadlocks::yes, Deadlocks::yes}, Pattern{"d18", Deadlocks::yes, Deadlocks::no},
    Pattern{"d19", Deadlocks::any, Deadlocks::any}, Pattern{"d20", Deadlocks::any, Deadlocks::any},
    Pattern{"d21", Deadlocks::yes, Deadlocks::yes}, Pattern{"d22", Deadlocks::yes, Deadlocks::yes},
    Pattern{"d23", Deadlocks::yes, Deadlocks::yes}, Pattern{"d24", Deadlocks::yes, Deadlocks::any},
    Pattern{"d25", Deadlocks::yes, Deadlocks::no},  Pattern{"d26", Deadlocks::any, Deadlocks::yes},
    Pattern{"d27", Deadlocks::any, Deadlocks::yes}, Pattern{"d28", Deadlocks::any, Deadlocks::yes},
    Pattern{"d29", Deadlocks::any, Deadlocks::no},  Pattern{"d30", Deadlocks::yes, Deadlocks::yes},
};

std::string read(const std::string& path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

const std::string folder = std::string(GRIDLOCK_SOURCE_DIR) + "/tests/fidelity/";

/// What exploring the story finds; a session that states its own level keeps it.
Exploration explored(const std::string& name, sql::Isolation level) {
  auto loaded = load_workload(read(folder + "stories/" + name + ".yaml"), name);
  EXPECT_TRUE(loaded.workload) << name;
  if (!loaded.workload) return {};
  for (auto& session : std::get<Story>(loaded.workload->play).sessions)
    if (!session.isolation) session.isolation = level;
  Options options;
  options.play_all = true;
  return explore(*loaded.workload, options);
}

std::string line(const std::string& name, const std::string& level, const Exploration& found) {
  std::size_t deadlocks = 0, others = 0, shortest = 0;
  for (const Witness& witness : found.witnesses) {
    const bool deadlock = witness.finding.what == Anomaly::deadlock;
    (deadlock ? deadlocks : others) += 1;
    if (deadlock && (shortest == 0 || witness.finding.witness.size() < shortest))
      shortest = witness.finding.witness.size();
  }
  return fmt::format(
      "{} {}: {} shapes of deadlock, the shortest in {} statements; {} other findings; {} orders, {} statements{}\n",
      name, level, deadlocks, shortest, others, found.coverage.schedules, found.coverage.turns,
      found.coverage.exhaustive() ? "" : "; NOT EXHAUSTIVE");
}

void expect(Deadlocks expected, const Exploration& found, const std::string& what) {
  bool any = false;
  for (const Witness& witness : found.witnesses) any = any || witness.finding.what == Anomaly::deadlock;
  EXPECT_TRUE(found.coverage.exhaustive()) << what;
  if (expected == Deadlocks::any) return;
  EXPECT_EQ(any, expected == Deadlocks::yes) << what << ", as on a real server";
}

TEST(Unordered, PatternsDeadlockWhereServersDo) {
  std::string text;
  for (const Pattern& pattern : patterns) {
    const Exploration rr = explored(pattern.story, sql::Isolation::repeatable_read);
    const Exploration rc = explored(pattern.story, sql::Isolation::read_committed);
    expect(pattern.repeatable_read, rr, std::string(pattern.story) + " at repeatable read");
    expect(pattern.read_committed, rc, std::string(pattern.story) + " at read committed");
    text += line(pattern.story, "rr", rr) + line(pattern.story, "rc", rc);
  }
  std::cout << text;  // the counts, for who looks
}

/// D11 is a pattern of SERIALIZABLE alone: there a plain SELECT locks what it reads.
TEST(Unordered, PlainReadsDeadlockWhereTheyLock) {
  expect(Deadlocks::yes, explored("d11", sql::Isolation::serializable), "d11 at serializable");
}

/// A witness is played once more, and deadlocks again: on the engine that it was found on.
TEST(Unordered, WitnessesDeadlockAgain) {
  for (const char* name : {"d01", "d03", "d05", "d13", "d17", "d23"}) {
    const Exploration found = explored(name, sql::Isolation::repeatable_read);
    for (const Witness& witness : found.witnesses) {
      const Plan& plan = found.plans[witness.finding.plan];
      const Opened opened = open(plan, "reference:innodb");
      const PlayedOrder again = play_order(plan, *opened.driver, witness.finding.witness);
      EXPECT_EQ(again.trace.events, witness.played.trace.events) << name;
    }
  }
}

}  // namespace
}  // namespace gridlock::explore
