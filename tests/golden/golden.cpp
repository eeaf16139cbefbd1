#include "golden.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace gridlock::golden {
namespace {

namespace fs = std::filesystem;

bool updating() {
  const char* update = std::getenv("UPDATE_GOLDEN");
  return update != nullptr && std::string(update) == "1";
}

void rewrite(const fs::path& path, const std::string& got) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << got;
}

}  // namespace

void check(const std::string& name, const std::string& got) {
  const fs::path path = fs::path(GRIDLOCK_SOURCE_DIR) / "tests/golden" / name;
  if (updating()) {
    ASSERT_FALSE(testing::Test::HasFailure()) << "what has failed already is not written to " << path;
    rewrite(path, got);
    return;
  }
  std::ifstream in(path, std::ios::binary);
  ASSERT_TRUE(in) << "there is no " << path << ": UPDATE_GOLDEN=1 makes it; read it before you commit it";
  std::ostringstream expected;
  expected << in.rdbuf();
  EXPECT_EQ(got, expected.str()) << "differs from " << path << "; if it is meant, UPDATE_GOLDEN=1 rewrites it";
}

}  // namespace gridlock::golden
