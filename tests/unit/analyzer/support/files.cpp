#include "files.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace gridlock::test {

namespace fs = std::filesystem;

fs::path in_source_tree(const std::string& path) { return fs::path(GRIDLOCK_SOURCE_DIR) / path; }

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::vector<fs::path> files_in(const std::string& folder, const std::string& ending) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(in_source_tree(folder)))
    if (entry.path().string().ends_with(ending)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

void check_golden(const std::string& name, const std::string& got) {
  const fs::path path = in_source_tree(name);
  const char* update = std::getenv("UPDATE_GOLDEN");
  if (update != nullptr && std::string(update) == "1") {
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << got;
    return;
  }
  ASSERT_TRUE(fs::exists(path)) << "there is no " << path << ": UPDATE_GOLDEN=1 makes it; read it before you commit it";
  EXPECT_EQ(got, read_file(path)) << "differs from " << path << "; if it is meant, UPDATE_GOLDEN=1 rewrites it";
}

}  // namespace gridlock::test
