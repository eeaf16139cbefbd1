// Files appear whole or stay as they were.
#include "cli/files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace gridlock {
namespace {

namespace fs = std::filesystem;

class Files : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "gridlock-files-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  static std::string content(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
  }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
  }

  fs::path folder_;
};

TEST_F(Files, AFileIsWrittenAndReadBack) {
  EXPECT_EQ(write_file(path("a"), std::string_view("one\0two\n", 8)), std::nullopt);
  EXPECT_EQ(read_file(path("a")).text, std::string("one\0two\n", 8));
  EXPECT_EQ(read_file(path("a")).name, path("a"));
  EXPECT_EQ(files(), 1U) << "nothing temporary may stay behind";
}

TEST_F(Files, AnExistingFileKeepsItsModeAndALinkStaysALink) {
  std::ofstream(path("a")) << "old";
  fs::permissions(path("a"), fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read);
  fs::create_symlink("a", path("link"));
  EXPECT_EQ(write_file(path("link"), "new"), std::nullopt);
  EXPECT_TRUE(fs::is_symlink(path("link")));
  EXPECT_EQ(content(path("a")), "new");
  EXPECT_EQ(fs::status(path("a")).permissions(),
            fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read);
}

TEST_F(Files, AMissingDirectoryIsOneClearMessage) {
  const std::string target = path("no/such/report.json");
  const std::string message = "cannot write " + target + ": there is no directory " + path("no/such");
  EXPECT_EQ(why_not_writable(target), message);
  EXPECT_EQ(write_file(target, "x"), message);
}

TEST_F(Files, ADirectoryIsNoFile) {
  EXPECT_EQ(why_not_writable(folder_.string()), "cannot write " + folder_.string() + ": it is a directory");
  EXPECT_EQ(read_file(folder_.string()).problem, "cannot read " + folder_.string() + ": Is a directory");
}

TEST_F(Files, AMissingFileSaysWhy) {
  EXPECT_EQ(read_file(path("none")).problem, "cannot read " + path("none") + ": No such file or directory");
}

TEST_F(Files, ADeviceIsWrittenToDirectly) {
  EXPECT_EQ(write_file("/dev/null", "x"), std::nullopt);
  const auto full = write_file("/dev/full", "x");
  ASSERT_TRUE(full);
  EXPECT_EQ(*full, "cannot write /dev/full: No space left on device");
}

}  // namespace
}  // namespace gridlock
