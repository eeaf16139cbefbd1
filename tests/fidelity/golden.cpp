#include "tests/fidelity/golden.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace gridlock::fidelity {
namespace {

namespace fs = std::filesystem;

const std::string fidelity = std::string(GRIDLOCK_SOURCE_DIR) + "/tests/fidelity/";
const std::string name_key = R"("story":{"name":")";

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

/// The story's name in a line of the generated goldens, found without reading the line as JSON.
std::string name_in(const std::string& line) {
  const std::size_t at = line.find(name_key);
  if (at == std::string::npos) return "";
  const std::size_t begin = at + name_key.size();
  return line.substr(begin, line.find('"', begin) - begin);
}

/// Whether a line of the generated goldens holds this level.
bool has_level(const std::string& line, const std::string& level) {
  return line.find("\"" + level + "\":[{") != std::string::npos;
}

/// The captures' database was called gl; the reference engine has none.
std::string without_database(std::string text) {
  const std::string database = "`gl`.";
  for (std::size_t at = text.find(database); at != std::string::npos; at = text.find(database, at))
    text.erase(at, database.size());
  return text;
}

std::string level_words(const std::string& level) {
  if (level == "rr") return "repeatable read";
  if (level == "rc") return "read committed";
  return level == "ru" ? "read uncommitted" : "serializable";
}

std::string file_of(const std::string& folder, const std::string& name) {
  return fidelity + folder + "/" + name + ".json";
}

std::string generated(const std::string& folder) { return fidelity + "generated/" + folder + ".jsonl"; }

/// The story's file: those for PostgreSQL alone, and those of MyISAM, stand apart.
std::string story_file(const std::string& story) {
  for (const char* folder : {"stories/", "stories/table/"})
    if (std::string file = fidelity + folder + story + ".yaml"; fs::exists(file)) return file;
  return fidelity + "stories/pg/" + story + ".yaml";
}

/// A boolean in a result is the text that psql shows.
void show_booleans(Json& json) {
  if (json.is_boolean()) json = json.get<bool>() ? "t" : "f";
  if (!json.is_structured()) return;
  for (auto& part : json) show_booleans(part);
}

Golden from_file(const std::string& folder, const std::string& name) {
  Json json = Json::parse(without_database(read_file(file_of(folder, name))));
  show_booleans(json);
  const std::string story = name.substr(0, name.rfind('.'));
  return {name, read_file(story_file(story)), json.at("isolation").get<std::string>(), json.at("orders")};
}

Golden from_line(const std::string& line, const std::string& name, const std::string& level) {
  Json json = Json::parse(without_database(line));
  show_booleans(json.at("golden"));
  return {name, json.at("story").dump(1), level_words(level), json.at("golden").at(level)};
}

}  // namespace

std::vector<std::string> golden_names(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(fidelity + folder))
    if (entry.path().extension() == ".json") names.push_back(entry.path().stem().string());
  std::ifstream in(generated(folder));
  for (std::string line; std::getline(in, line);)
    if (const std::string name = name_in(line); !name.empty())
      for (const char* level : {"rc", "rr", "ru", "ser"})
        if (has_level(line, level)) names.push_back(name + "." + level);
  std::sort(names.begin(), names.end());
  return names;
}

Golden read_golden(const std::string& folder, const std::string& name) {
  if (fs::exists(file_of(folder, name))) return from_file(folder, name);
  const std::size_t dot = name.rfind('.');
  std::ifstream in(generated(folder));
  for (std::string line; std::getline(in, line);)
    if (name_in(line) == name.substr(0, dot)) return from_line(line, name, name.substr(dot + 1));
  return {};
}

std::vector<std::pair<std::string, std::string>> known_differences() {
  std::vector<std::pair<std::string, std::string>> result;
  std::istringstream in(read_file(fidelity + "known-differences.txt"));
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line.substr(0, line.find('#')));
    std::string name, reason;
    if (!(words >> name)) continue;
    std::getline(words >> std::ws, reason);
    result.emplace_back(name, reason);
  }
  return result;
}

}  // namespace gridlock::fidelity
