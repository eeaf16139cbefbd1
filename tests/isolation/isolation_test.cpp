// PostgreSQL's isolation tests on reference:postgres: its own specs, where their folder is given, and ours.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "tests/isolation/tester.h"

namespace gridlock::isolation {
namespace {

namespace fs = std::filesystem;

const fs::path here = fs::path(GRIDLOCK_SOURCE_DIR) / "tests/isolation";

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

/// Where it first differs from every one of the expected outputs; empty when it is one of them.
std::string difference(const fs::path& folder, const std::string& name, const std::string& got) {
  std::string first;
  for (const std::string end : {".out", "_1.out", "_2.out", "_3.out"}) {
    const fs::path file = folder / "expected" / (name + end);
    if (!fs::exists(file)) continue;
    std::istringstream expected(normalized(read_file(file))), came(normalized(got));
    std::string wanted, line;
    int number = 0;
    while (true) {
      const bool more_wanted = static_cast<bool>(std::getline(expected, wanted));
      const bool more_came = static_cast<bool>(std::getline(came, line));
      ++number;
      if (!more_wanted && !more_came) return "";
      if (more_wanted && more_came && wanted == line) continue;
      if (first.empty())
        first = "line " + std::to_string(number) + "\n  expected " + (more_wanted ? wanted : "nothing") +
                "\n  came     " + (more_came ? line : "nothing");
      break;
    }
  }
  return first.empty() ? "there is no expected output" : first;
}

std::string played(const fs::path& folder, const std::string& name) {
  const auto read = read_isolation_spec(read_file(folder / "specs" / (name + ".spec")), name + ".spec");
  if (!read.problems.empty()) return "cannot be read: " + read.problems.front().message;
  const Outcome outcome = play(read.spec, "reference:postgres");
  if (!outcome.problem.empty()) return "cannot be played: " + outcome.problem;
  return difference(folder, name, outcome.text);
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder / "specs"))
    if (entry.path().extension() == ".spec") names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

TEST(IsolationSpecs, OursGiveWhatIsExpected) {
  const auto names = names_in(here);
  EXPECT_GE(names.size(), 3U);
  for (const std::string& name : names) EXPECT_EQ(played(here, name), "") << name;
}

/// `passing.txt` has the names of PostgreSQL 15's specs that are known to give the expected output.
TEST(IsolationSpecs, PostgreSQLsOwnGiveWhatIsExpected) {
  const char* folder = std::getenv("GRIDLOCK_ISOLATION_SPECS");
  if (folder == nullptr) GTEST_SKIP() << "GRIDLOCK_ISOLATION_SPECS names no src/test/isolation of PostgreSQL";
  std::istringstream list(read_file(here / "passing.txt"));
  std::set<std::string> passing;
  for (std::string name; std::getline(list, name);)
    if (!name.empty() && name[0] != '#') passing.insert(name);
  int good = 0, played_specs = 0;
  for (const std::string& name : names_in(folder)) {
    const std::string text = played(folder, name);
    const bool unplayable = text.starts_with("cannot be");
    played_specs += !unplayable;
    good += text.empty();
    if (passing.count(name) != 0)
      EXPECT_EQ(text, "") << name;
    else
      std::cout << name << (text.empty() ? ": passes, is not in passing.txt" : ": " + text) << "\n";
  }
  std::cout << good << " of " << played_specs << " that can be played give the expected output\n";
}

}  // namespace
}  // namespace gridlock::isolation
