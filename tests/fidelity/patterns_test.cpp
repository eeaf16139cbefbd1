// The deadlock patterns D1 to D37: what each comes to on each engine, in one table. Goldens hold the steps and the
// locks; this says the outcome, as the servers were seen to do it.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "drivers/engines.h"
#include "workloads/load.h"
#include "workloads/runner/runner.h"

namespace gridlock {
namespace {

/// Y: a deadlock is found. s: somebody waits, and goes on. n: nobody waits. H: they wait for ever, undetected.
struct Pattern {
  const char* story;
  const char* innodb;   ///< REPEATABLE READ, READ COMMITTED
  const char* mariadb;  ///< likewise
};

constexpr Pattern patterns[] = {
    {"d01", "YY", "YY"},        {"d02", "YY", "YY"},     {"d02_four", "YY", "YY"}, {"d03", "YY", "YY"},
    {"d03_commit", "ss", "ss"}, {"d04", "YY", "YY"},     {"d05", "Yn", "Yn"},      {"d06", "Yn", "Yn"},
    {"d07", "Yn", "Yn"},        {"d08", "Yn", "Yn"},     {"d09", "Yn", "Yn"},      {"d10", "YY", "YY"},
    {"d11", "ss", "ss"},        {"d12", "sY", "YY"},     {"d12_pk", "YY", "YY"},   {"d13", "YY", "YY"},
    {"d14", "Ys", "Ys"},        {"d15", "ss", "ss"},     {"d15_pk", "ss", "ss"},   {"d16", "ss", "ss"},
    {"d17", "YY", "YY"},        {"d17_two", "YY", "YY"}, {"d18", "Yn", "Yn"},      {"d20", "ss", "YY"},
    {"d21", "YY", "YY"},        {"d22", "YY", "YY"},     {"d23", "YY", "YY"},      {"d24", "Ys", "Ys"},
    {"d25", "Yn", "Yn"},        {"d26", "sY", "YY"},     {"d27", "sY", "YY"},      {"d28", "sY", "YY"},
    {"d28_pk", "YY", "YY"},     {"d29", "nn", "nn"},     {"d30", "YY", "YY"},      {"d30_pk", "YY", "YY"},
    {"d32", "ss", "ss"},        {"d33", "nn", "nn"},     {"d34", "YY", "YY"},      {"d35", "YY", "YY"},
    {"d36", "HH", "HH"},        {"d37", "HH", "HH"},
};

std::string story_text(const std::string& name) {
  std::ifstream in(std::string(GRIDLOCK_SOURCE_DIR) + "/tests/fidelity/stories/" + name + ".yaml");
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

char outcome_of(const PlayedOrder& order) {
  std::set<std::string> waiting;
  bool waited = false;
  for (const auto& event : order.events) {
    if (event.outcome == Outcome::deadlock) return 'Y';
    if (event.outcome == Outcome::waits) {
      waiting.insert(event.step);
      waited = true;
    } else {
      waiting.erase(event.step);
    }
  }
  if (!waiting.empty()) return 'H';
  return waited ? 's' : 'n';
}

/// The first order's outcome.
char played(const Pattern& pattern, const std::string& engine, sql::Isolation level) {
  const Loaded loaded = load_workload(story_text(pattern.story), pattern.story);
  if (!loaded.workload) return '?';
  RunOptions options;
  options.isolation = level;
  const Run run = gridlock::run(*loaded.workload, *make_driver(engine).driver, options);
  return run.orders.empty() ? '?' : outcome_of(run.orders.front());
}

TEST(Patterns, ComeOutAsOnTheServers) {
  for (const Pattern& pattern : patterns) {
    for (const auto& [engine, expected] :
         {std::pair{"reference:innodb", pattern.innodb}, std::pair{"reference:mariadb", pattern.mariadb}}) {
      EXPECT_EQ(played(pattern, engine, sql::Isolation::repeatable_read), expected[0])
          << pattern.story << ' ' << engine;
      EXPECT_EQ(played(pattern, engine, sql::Isolation::read_committed), expected[1]) << pattern.story << ' ' << engine;
    }
  }
}

}  // namespace
}  // namespace gridlock
