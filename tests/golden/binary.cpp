#include "binary.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace gridlock::golden {
namespace {

namespace fs = std::filesystem;

std::string content(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

/// A folder of this test alone: ctest runs many at a time.
class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "gridlock-golden-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) ADD_FAILURE() << "no temporary folder";
    path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

}  // namespace

Ended shell(const std::string& command) {
  const Folder folder;
  std::ofstream(folder.path() / "script")
      << "cd '" << GRIDLOCK_SOURCE_DIR << "' || exit 99\n"
      << "unset NO_COLOR; export TERM=xterm TMP_FOLDER='" << folder.path().string() << "'\n"
      << "gridlock() { '" << GRIDLOCK_BINARY << "' \"$@\"; }\n"
      << command << "\n";
  const std::string at = "'" + folder.path().string();
  const int status = std::system(("bash " + at + "/script' </dev/null >" + at + "/out' 2>" + at + "/err'").c_str());
  Ended ended;
  ended.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  ended.out = content(folder.path() / "out");
  ended.err = content(folder.path() / "err");
  return ended;
}

}  // namespace gridlock::golden
