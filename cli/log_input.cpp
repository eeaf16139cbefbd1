#include "cli/log_input.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <glob.h>
#include <sys/stat.h>
#include <unistd.h>
#define ZLIB_CONST  // zlib's input is not written to
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <utility>

#include "cli/signals.h"

namespace gridlock {
namespace {

/// Unpacks a stream: packed bytes in, plain bytes out.
class Unpacker {
 public:
  struct Step {
    std::size_t used = 0, made = 0;
    bool broken = false;
  };
  Unpacker() = default;
  Unpacker(const Unpacker&) = delete;
  Unpacker& operator=(const Unpacker&) = delete;
  virtual ~Unpacker() = default;
  virtual Step unpack(std::string_view packed, std::span<char> room) = 0;
  virtual bool at_end() const = 0;  ///< no member is open: the packed bytes may end here
};

/// gzip, also of several members one behind the other.
class Gzip : public Unpacker {
 public:
  Gzip() { inflateInit2(&stream_, 15 + 16); }
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;
  ~Gzip() override { inflateEnd(&stream_); }

  Step unpack(std::string_view packed, std::span<char> room) override {
    if (ended_ && packed.empty()) return {};
    if (ended_) {
      inflateReset(&stream_);
      ended_ = false;
    }
    stream_.next_in = reinterpret_cast<const Bytef*>(packed.data());
    stream_.avail_in = static_cast<uInt>(packed.size());
    stream_.next_out = reinterpret_cast<Bytef*>(room.data());
    stream_.avail_out = static_cast<uInt>(room.size());
    const int result = inflate(&stream_, Z_NO_FLUSH);
    ended_ = result == Z_STREAM_END;
    return {packed.size() - stream_.avail_in, room.size() - stream_.avail_out,
            result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR};
  }
  bool at_end() const override { return ended_; }

 private:
  z_stream stream_{};
  bool ended_ = false;
};

class Zstandard : public Unpacker {
 public:
  Zstandard() : stream_(ZSTD_createDStream()) {}
  Zstandard(const Zstandard&) = delete;
  Zstandard& operator=(const Zstandard&) = delete;
  ~Zstandard() override { ZSTD_freeDStream(stream_); }

  Step unpack(std::string_view packed, std::span<char> room) override {
    if (ended_ && packed.empty()) return {};
    ZSTD_inBuffer in{packed.data(), packed.size(), 0};
    ZSTD_outBuffer out{room.data(), room.size(), 0};
    const std::size_t result = ZSTD_decompressStream(stream_, &out, &in);
    ended_ = result == 0;
    return {in.pos, out.pos, ZSTD_isError(result) != 0};
  }
  bool at_end() const override { return ended_; }

 private:
  ZSTD_DStream* stream_;
  bool ended_ = true;
};

std::unique_ptr<Unpacker> unpacker_for(std::string_view head) {
  if (head.starts_with("\x1f\x8b")) return std::make_unique<Gzip>();
  if (head.starts_with("\x28\xb5\x2f\xfd")) return std::make_unique<Zstandard>();
  return nullptr;
}

}  // namespace

class LogInput::Impl {
 public:
  explicit Impl(std::string path) : path_(std::move(path)), name_(path_ == "-" ? "<stdin>" : path_) {
    fd_ = path_ == "-" ? STDIN_FILENO : ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd_ < 0) {
      fail(std::strerror(errno));
      return;
    }
    struct stat info {};
    if (::fstat(fd_, &info) == 0 && S_ISDIR(info.st_mode)) fail(std::strerror(EISDIR));
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    if (fd_ > STDERR_FILENO) ::close(fd_);
  }

  std::size_t read(std::span<char> room) {
    if (!problem_.empty()) return 0;
    if (!begun_) look_at_head();
    if (unpacker_) return unpacked(room);
    if (!head_.empty()) {
      const std::size_t size = std::min(room.size(), head_.size());
      head_.copy(room.data(), size);
      head_.erase(0, size);
      return size;
    }
    return read_some(room);
  }

  bool rotated() const {
    struct stat now {
    }, then{};
    if (path_ == "-" || ::stat(path_.c_str(), &now) != 0 || ::fstat(fd_, &then) != 0) return false;
    return now.st_ino != then.st_ino || now.st_dev != then.st_dev || static_cast<std::uint64_t>(now.st_size) < read_;
  }

  const std::string& problem() const { return problem_; }

 private:
  void fail(const std::string& why) { problem_ = fmt::format("cannot read {}: {}", name_, why); }

  std::size_t read_some(std::span<char> room) {
    for (;;) {
      const ssize_t got = ::read(fd_, room.data(), room.size());
      if (got < 0 && errno == EINTR && signal_caught() == 0) continue;
      if (got < 0 && errno != EINTR) fail(std::strerror(errno));
      if (got <= 0) return 0;
      read_ += static_cast<std::uint64_t>(got);
      return static_cast<std::size_t>(got);
    }
  }

  /// The first bytes tell how the log is packed; a pipe may give them one by one.
  void look_at_head() {
    constexpr std::size_t magic = 4;
    head_.resize(magic);
    std::size_t size = 0;
    while (size < magic) {
      const std::size_t got = read_some({head_.data() + size, magic - size});
      if (got == 0) break;
      size += got;
    }
    head_.resize(size);
    begun_ = size > 0;
    unpacker_ = unpacker_for(head_);
    if (unpacker_) packed_ = std::exchange(head_, {});
  }

  std::size_t unpacked(std::span<char> room) {
    for (;;) {
      const auto step = unpacker_->unpack(std::string_view(packed_).substr(used_), room);
      used_ += step.used;
      if (step.broken) {
        fail("its compressed data are damaged");
        return step.made;
      }
      if (step.made > 0) return step.made;
      if (step.used > 0 && used_ < packed_.size()) continue;
      constexpr std::size_t piece = std::size_t{128} << 10;
      packed_.erase(0, used_);
      used_ = 0;
      const std::size_t old = packed_.size();
      packed_.resize(old + piece);
      const std::size_t got = read_some({packed_.data() + old, piece});
      packed_.resize(old + got);
      if (got > 0) continue;
      if (!unpacker_->at_end() && problem_.empty() && signal_caught() == 0) fail("its compressed data end too early");
      return 0;
    }
  }

  std::string path_, name_, problem_;
  int fd_ = -1;
  bool begun_ = false;
  std::string head_;  ///< read to recognise the packing, not yet given on
  std::unique_ptr<Unpacker> unpacker_;
  std::string packed_;
  std::size_t used_ = 0;
  std::uint64_t read_ = 0;
};

LogInput::LogInput(const std::string& path) : impl_(std::make_unique<Impl>(path)) {}
LogInput::~LogInput() = default;
LogInput::LogInput(LogInput&&) noexcept = default;
std::size_t LogInput::read(std::span<char> room) { return impl_->read(room); }
const std::string& LogInput::problem() const { return impl_->problem(); }
bool LogInput::rotated() const { return impl_->rotated(); }

namespace {

namespace fs = std::filesystem;

void add_directory(const std::string& path, std::vector<LogPath>& out) {
  std::error_code error;
  std::vector<std::string> found;
  fs::recursive_directory_iterator at(path, fs::directory_options::skip_permission_denied, error), end;
  for (; !error && at != end; at.increment(error)) {
    const bool hidden = at->path().filename().string().starts_with(".");
    if (hidden && at->is_directory(error)) at.disable_recursion_pending();
    if (!hidden && at->is_regular_file(error)) found.push_back(at->path().string());
  }
  std::sort(found.begin(), found.end());
  for (std::string& file : found) out.push_back({std::move(file), true});
}

void add_matches(const std::string& pattern, std::vector<LogPath>& out) {
  glob_t matches{};
  if (::glob(pattern.c_str(), 0, nullptr, &matches) == 0)
    for (std::size_t i = 0; i < matches.gl_pathc; ++i) out.push_back({matches.gl_pathv[i], false});
  if (matches.gl_pathc == 0) out.push_back({pattern, false});
  ::globfree(&matches);
}

}  // namespace

std::vector<LogPath> expand_paths(const std::vector<std::string>& paths) {
  std::vector<LogPath> out;
  for (const std::string& path : paths) {
    std::error_code error;
    if (path != "-" && fs::is_directory(path, error)) {
      add_directory(path, out);
    } else if (path != "-" && path.find_first_of("*?[") != std::string::npos && !fs::exists(path, error)) {
      add_matches(path, out);
    } else {
      out.push_back({path, false});
    }
  }
  return out;
}

}  // namespace gridlock
