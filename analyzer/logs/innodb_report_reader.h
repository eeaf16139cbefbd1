#pragma once
/// Reads one InnoDB deadlock report, line by line, from a log's text.
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "analyzer/logs/innodb_report.h"
#include "analyzer/logs/innodb_titles.h"
#include "analyzer/logs/text.h"

namespace gridlock::logs {

/// The cursor is moved behind what was read, and never behind the beginning of another report.
class ReportReader {
 public:
  /// `joined` keeps lines that were put together from wrapped ones; the report's views point into it and into the text.
  ReportReader(Cursor& cursor, std::deque<std::string>& joined) : cursor_(cursor), joined_(joined) {}

  /// With titles (`*** (1) TRANSACTION:`). REQUIRES: the cursor stands at the line of the first title.
  /// `orphan` is a thread line just before, for a log that begins in the middle of a report.
  PrintedReport titled(const std::optional<Cursor>& orphan);

  /// Without titles: transactions and their locks until the cycle closes. REQUIRES: the cursor stands at a TRANSACTION
  /// line.
  PrintedReport raw();

 private:
  enum class Role : std::uint8_t { none, holds, waits, conflicting };

  bool titled_line(const Cursor& before, const Line& line, const std::optional<Cursor>& orphan);
  bool take_title(const Cursor& before, const Title& title, const std::optional<Cursor>& orphan);
  bool begin_member(const Cursor& before, const Title& title);
  void begin_orphan(const Title& title, const std::optional<Cursor>& orphan);
  std::vector<PrintedLock>* locks();

  bool raw_member();
  void read_trx(PrintedMember& member);
  void read_query(PrintedMember& member, const Line& thread_line, bool wrapped);
  bool read_lock_at(const Line& line, std::vector<PrintedLock>& locks);
  std::optional<PrintedLock> whole_lock(const Line& line);
  void read_rows(PrintedLock& lock);
  bool read_row_line(PrintedLock& lock, const Line& line);
  void settle_galera();

  Cursor& cursor_;
  std::deque<std::string>& joined_;
  PrintedReport report_;
  Role role_ = Role::none;
  bool complete_ = false;
};

}  // namespace gridlock::logs
