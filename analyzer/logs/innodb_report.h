#pragma once
/// One deadlock report of InnoDB, as printed, and the Deadlock that it tells of.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analyzer/logs/innodb_lock.h"
#include "analyzer/logs/innodb_trx.h"
#include "model/deadlock.h"

namespace gridlock::logs {

/// One transaction of a report with its locks, by the title above them.
struct PrintedMember {
  PrintedTrx trx;
  std::uint32_t label = 0;  ///< the `(1)` of its titles; 0 without titles
  std::vector<PrintedLock> holds;
  std::vector<PrintedLock> waits;
  std::vector<PrintedLock> conflicting;  ///< MariaDB 10.6 and later: locks in the way, whosever they are
};

struct PrintedReport {
  std::vector<PrintedMember> members;
  std::optional<std::uint32_t> rolled_back;  ///< the number in `*** WE ROLL BACK TRANSACTION (2)`
  std::string time;
  std::uint32_t line = 0;  ///< where it begins
  std::uint32_t last_line = 0;
  bool titled = true;                    ///< false: raw blocks only (error log with log_error_verbosity=2)
  bool ended_by_section = false;         ///< the next section of the status text followed
  bool too_deep = false;                 ///< the search was given up
  bool galera = false;                   ///< a cluster conflict, printed in the same words
  std::vector<std::string> alive_later;  ///< transactions that the same status text lists as running
  std::vector<std::string> doubts;       ///< lines inside the report that were not understood
};

/// Which servers print like this: `MySQL 8.0.18 or later`.
std::string version_of(const PrintedReport& report);

struct ToldDeadlock {
  Deadlock deadlock;
  std::vector<std::string> gaps;  ///< what is missing of a whole report; empty: it was understood
};

/// Nothing when the report does not name the parties of a deadlock.
std::optional<ToldDeadlock> to_deadlock(const PrintedReport& report, const std::string& file);

/// Whether the number of its victim cannot be trusted: MariaDB 10.6 and later (MDEV-29187, MDEV-37977).
bool tells_wrong_victim(const PrintedReport& report);

/// Whether the last member waits for what the first holds: without titles, that is where a deadlock ends.
bool closes(const std::vector<PrintedMember>& members);

}  // namespace gridlock::logs
