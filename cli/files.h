#pragma once
/// Reading inputs and writing reports: whole or not at all.
#include <optional>
#include <string>
#include <string_view>

namespace gridlock {

struct ReadFile {
  std::string text;
  std::string name;     ///< as reports and problems call it: the path, `<stdin>` for `-`
  std::string problem;  ///< why it could not be read; empty: it was
};

/// Reads a file, or standard input for `-`, whole.
ReadFile read_file(const std::string& path);

/// Why a file could not be written there; none when it could, as far as can be seen before.
std::optional<std::string> why_not_writable(const std::string& path);

/// Writes the file atomically: it appears complete, or stays as it was. Devices and pipes are written to directly.
/// Returns what went wrong.
std::optional<std::string> write_file(const std::string& path, std::string_view bytes);

/// Writes everything. A reader that has gone (`| head`) is nothing wrong. Returns what went wrong.
std::optional<std::string> write_stdout(std::string_view bytes);
void write_stderr(std::string_view bytes);

}  // namespace gridlock
