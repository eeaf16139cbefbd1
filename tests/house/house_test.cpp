// The house: which room may include which, as one map. See docs/architecture.md.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

// Longest prefix wins. A room may always include itself.
const std::map<std::string, std::set<std::string>> may_include = {
    {"model", {}},
    {"drivers", {"model"}},
    {"drivers/reference", {"model", "drivers"}},
    {"analyzer", {"model"}},
    {"workloads", {"model", "drivers"}},
    {"cli/report", {"model", "analyzer", "workloads"}},
    {"cli", {"model", "analyzer", "workloads", "drivers", "cli/report"}},
};

// A third-party header is included by exactly one room; fmt in .cpp files anywhere.
const std::map<std::string, std::string> owner_of = {
    {"nlohmann/", "model"}, {"yaml-cpp/", "workloads"}, {"CLI/", "cli"},   {"pqxx/", "drivers"}, {"mysql", "drivers"},
    {"hdr/", "workloads"},  {"mysqlx/", "drivers"},     {"zlib.h", "cli"}, {"zstd.h", "cli"},
};

std::string room_of(const std::string& path) {
  std::string best;
  for (const auto& [room, rooms] : may_include)
    if (path.starts_with(room + "/") && room.size() > best.size()) best = room;
  return best;
}

bool allowed(const std::string& from, const std::string& to) {
  if (from == to || from.starts_with(to + "/") || to.starts_with(from + "/")) return true;
  const auto& rooms = may_include.at(from);
  for (const auto& room : rooms)
    if (to == room || to.starts_with(room + "/")) return true;
  return false;
}

/// Each forbidden include of one file's text, as `path:line: why`.
std::vector<std::string> trespasses(const std::string& path, const std::string& text) {
  static const std::regex include_line(R"re(^\s*#\s*include\s*(["<])([^">]+)[">])re");
  std::vector<std::string> found;
  const std::string room = room_of(path);
  std::istringstream lines(text);
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    std::smatch match;
    if (!std::regex_search(line, match, include_line)) continue;
    const std::string header = match[2];
    const std::string at = path + ":" + std::to_string(number) + ": ";
    if (const std::string other = room_of(header); !other.empty() && match[1] == "\"") {
      if (!allowed(room, other)) found.push_back(at + room + " may not include " + header);
      continue;
    }
    if (header.starts_with("fmt/") && !path.ends_with(".cpp")) found.push_back(at + "fmt only in .cpp files");
    for (const auto& [prefix, owner] : owner_of)
      if (header.starts_with(prefix) && room != owner && !room.starts_with(owner + "/"))
        found.push_back(at + header + " belongs to " + owner);
  }
  return found;
}

TEST(House, NoRoomLooksWhereItMayNot) {
  const fs::path root = GRIDLOCK_SOURCE_DIR;
  std::vector<std::string> all;
  int files = 0;
  for (const std::string room : {"model", "drivers", "analyzer", "workloads", "cli"})
    for (const auto& entry : fs::recursive_directory_iterator(root / room)) {
      const auto extension = entry.path().extension();
      if (extension != ".h" && extension != ".cpp") continue;
      std::ifstream in(entry.path());
      std::ostringstream text;
      text << in.rdbuf();
      const auto found = trespasses(fs::relative(entry.path(), root).generic_string(), text.str());
      all.insert(all.end(), found.begin(), found.end());
      ++files;
    }
  EXPECT_GT(files, 10);
  std::string report;
  for (const auto& one : all) report += one + "\n";
  EXPECT_EQ(report, "");
}

TEST(House, TheTestItselfSeesATrespass) {
  EXPECT_EQ(trespasses("analyzer/graph.cpp", "#include \"drivers/driver.h\"\n").size(), 1U);
  EXPECT_EQ(trespasses("drivers/engines.cpp", "#include \"analyzer/analyzer.h\"\n").size(), 1U);
  EXPECT_EQ(trespasses("model/lock.cpp", "#include \"workloads/load.h\"\n").size(), 1U);
  EXPECT_EQ(trespasses("analyzer/rules.cpp", "#include <yaml-cpp/yaml.h>\n").size(), 1U);
  EXPECT_EQ(trespasses("model/lock.h", "#include <fmt/core.h>\n").size(), 1U);
  EXPECT_EQ(trespasses("analyzer/rules.cpp", "#include \"model/lock.h\"\n#include <fmt/core.h>\n").size(), 0U);
}

}  // namespace
