#pragma once
/// The bytes of a log, whatever they are packed in: a file, a pipe, gzip, Zstandard. Read in pieces, never whole.
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace gridlock {

class LogInput {
 public:
  /// `-` is standard input. Says with `problem` when it cannot be opened.
  explicit LogInput(const std::string& path);
  ~LogInput();
  LogInput(LogInput&&) noexcept;
  LogInput& operator=(LogInput&&) = delete;
  LogInput(const LogInput&) = delete;
  LogInput& operator=(const LogInput&) = delete;

  /// The next bytes into `room`: how many; 0 at the end of what is there, and after a problem. A signal ends the wait.
  std::size_t read(std::span<char> room);

  /// What went wrong: `cannot read LOG: ...`; empty: nothing.
  const std::string& problem() const;

  /// Whether the path now names another file, or one that became shorter: the log was rotated.
  bool rotated() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// A log to read, as the command line named it.
struct LogPath {
  std::string path;
  bool listed = false;  ///< found in a directory: what is no known log there is none of the user's business
};

/// Directories to the files in them (hidden ones left out), patterns that the shell left alone to what they match; in
/// order of names. What is neither stays as it is.
std::vector<LogPath> expand_paths(const std::vector<std::string>& paths);

}  // namespace gridlock
