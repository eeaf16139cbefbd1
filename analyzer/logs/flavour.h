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

struct Flavour {
  std::string_view name;
  /// Whether only this kind of log has such a line. The first line of a text that any flavour knows decides: what
  /// stands later may be quoted in somebody's statement.
  bool (*is_own_line)(std::string_view line);
  ReadLog (*read)(const Source& source);
};

bool is_innodb_line(std::string_view line);
ReadLog read_innodb(const Source& source);

bool is_postgres_line(std::string_view line);
ReadLog read_postgres(const Source& source);

bool is_trace_line(std::string_view line);
ReadLog read_trace_log(const Source& source);

/// Adds a wait to the summary's line of its table, index and mode.
void add_wait(std::vector<LockWaitSummary>& waits, const std::string& table, const std::string& index,
              const std::string& mode, double ms);

}  // namespace gridlock::logs
