#pragma once
/// A kind of log that gridlock reads. A new one is a file with these two functions and a line of the table in
/// read_log.cpp.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/analyzer.h"

namespace gridlock::logs {

/// A text to read, and where it comes from.
struct Source {
  std::string_view text;
  std::string file;
  const std::vector<std::uint32_t>* numbers =
      nullptr;  ///< the file's line numbers, where the text was unwrapped from it
};

constexpr std::size_t not_recognised = static_cast<std::size_t>(-1);

struct Flavour {
  std::string_view name;
  /// The offset of the first thing that only this kind of log has, or `not_recognised`. The earliest one wins: what
  /// stands later may be quoted in somebody's statement.
  std::size_t (*recognise)(std::string_view text);
  ReadLog (*read)(const Source& source);
};

std::size_t recognise_innodb(std::string_view text);
ReadLog read_innodb(const Source& source);

std::size_t recognise_postgres(std::string_view text);
ReadLog read_postgres(const Source& source);

std::size_t recognise_trace(std::string_view text);
ReadLog read_trace_log(const Source& source);

/// Adds a wait to the summary's line of its table, index and mode.
void add_wait(std::vector<LockWaitSummary>& waits, const std::string& table, const std::string& index,
              const std::string& mode, double ms);

}  // namespace gridlock::logs
