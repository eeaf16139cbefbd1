#include "cli/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace gridlock {
namespace {

std::string why() { return std::strerror(errno); }

/// Closes what it holds.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(); }

  int get() const { return fd_; }
  bool close() {
    const int fd = std::exchange(fd_, -1);
    return fd <= STDERR_FILENO || ::close(fd) == 0;
  }

 private:
  int fd_;
};

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

bool read_all(int fd, std::string& text) {
  struct stat info {};
  const std::size_t expected =
      ::fstat(fd, &info) == 0 && S_ISREG(info.st_mode) ? static_cast<std::size_t>(info.st_size) : 0;
  std::size_t filled = 0;
  text.resize(expected + 1);
  while (true) {
    if (filled == text.size()) text.resize(text.size() * 2 + 65536);
    const ssize_t got = ::read(fd, text.data() + filled, text.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return false;
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  text.resize(filled);
  return true;
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

/// A symbolic link is written through, not replaced.
std::string resolved(const std::string& path) {
  char* real = ::realpath(path.c_str(), nullptr);
  if (real == nullptr) return path;
  std::string out = real;
  std::free(real);
  return out;
}

bool is_special(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode);
}

mode_t mode_for(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0) return info.st_mode & 07777;
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return 0666 & ~mask;
}

std::optional<std::string> write_directly(const std::string& path, std::string_view bytes) {
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (file.get() < 0 || !write_all(file.get(), bytes) || !file.close())
    return fmt::format("cannot write {}: {}", path, why());
  return std::nullopt;
}

}  // namespace

ReadFile read_file(const std::string& path) {
  ReadFile read;
  read.name = path == "-" ? "<stdin>" : path;
  Descriptor file(path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0 || !read_all(file.get(), read.text))
    read.problem = fmt::format("cannot read {}: {}", read.name, why());
  return read;
}

std::optional<std::string> why_not_writable(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode))
    return fmt::format("cannot write {}: it is a directory", path);
  if (is_special(path)) return std::nullopt;
  const std::string folder = folder_of(resolved(path));
  if (::stat(folder.c_str(), &info) != 0 || !S_ISDIR(info.st_mode))
    return fmt::format("cannot write {}: there is no directory {}", path, folder);
  if (::access(folder.c_str(), W_OK | X_OK) != 0)
    return fmt::format("cannot write {}: no right to write into {}", path, folder);
  return std::nullopt;
}

std::optional<std::string> write_file(const std::string& path, std::string_view bytes) {
  if (auto problem = why_not_writable(path)) return problem;
  if (is_special(path)) return write_directly(path, bytes);
  const std::string target = resolved(path);
  std::string name = folder_of(target) + "/.gridlock-XXXXXX";
  Descriptor file(::mkstemp(name.data()));
  if (file.get() < 0) return fmt::format("cannot write {}: {}", path, why());
  const bool written = write_all(file.get(), bytes) && ::fchmod(file.get(), mode_for(target)) == 0 &&
                       ::fsync(file.get()) == 0 && file.close() && ::rename(name.c_str(), target.c_str()) == 0;
  if (written) return std::nullopt;
  const std::string reason = why();
  ::unlink(name.c_str());
  return fmt::format("cannot write {}: {}", path, reason);
}

std::optional<std::string> write_stdout(std::string_view bytes) {
  // SIGPIPE is ignored by `main`: a reader that has gone shows as EPIPE.
  if (write_all(STDOUT_FILENO, bytes) || errno == EPIPE) return std::nullopt;
  return fmt::format("cannot write the report: {}", why());
}

void write_stderr(std::string_view bytes) { (void)write_all(STDERR_FILENO, bytes); }

}  // namespace gridlock
