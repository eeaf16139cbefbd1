#pragma once
/// The lines that say what the lines below them are (storage/innobase/lock/lock0lock.cc: Deadlock_notifier, MariaDB's
/// Deadlock::report), and the wrappings that error logs put around them.
#include <cstdint>
#include <optional>
#include <string_view>

namespace gridlock::logs {

struct Title {
  enum class Kind : std::uint8_t { transaction, holds, waits, conflicting, roll_back, priority, victim, too_deep } kind;
  std::uint32_t number = 0;  ///< 0: printed without one
};

/// A line's own words: without margin, quotation marks of mails and forums, and the prefix of an error log.
std::string_view body_of(std::string_view line);

/// Whether the line carries an error log's prefix (`2026-11-22T03:48:45.939765Z 0 [Note] [MY-012469] [InnoDB] `).
bool has_error_log_prefix(std::string_view line);

/// A title, if the whole body is one. Anything looser would believe what users write into their statements.
std::optional<Title> read_title(std::string_view body);

/// A line of dashes, as the status text draws above and below its headings.
bool is_ruler(std::string_view body);

}  // namespace gridlock::logs
