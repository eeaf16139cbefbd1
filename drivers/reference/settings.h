#pragma once
/// The server variables that the reference engine understands.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "drivers/driver.h"

namespace gridlock::reference {

/// Of one session.
struct SessionSettings {
  std::int64_t lock_wait_timeout_s = 50;         ///< innodb_lock_wait_timeout: row locks
  std::int64_t metadata_timeout_s = 31'536'000;  ///< lock_wait_timeout: LOCK TABLES
  bool autocommit = true;
  bool low_priority_updates = false;  ///< MyISAM: writes wait for queued reads
  bool snapshot_isolation = false;    ///< innodb_snapshot_isolation (MariaDB; on by default from 11.6.2)
  sql::Isolation isolation = sql::Isolation::repeatable_read;
};

/// Of the whole engine.
struct EngineSettings {
  bool deadlock_detect = true;       ///< innodb_deadlock_detect
  bool rollback_on_timeout = false;  ///< innodb_rollback_on_timeout
  int autoinc_lock_mode = 2;         ///< innodb_autoinc_lock_mode; MySQL 8 and later: interleaved
  int concurrent_insert = 1;         ///< MyISAM: 0 never, 1 where the table has no holes, 2 always
  SessionSettings sessions;          ///< what a session begins with
};

/// Sets one variable; the problem says what is wrong with the name or the value. A `global` one may be an engine's own.
std::optional<Problem> set_variable(SessionSettings& session, EngineSettings* engine, const std::string& name,
                                    const std::string& value);

std::vector<std::string> variable_names();
std::string isolation_words(sql::Isolation isolation);  ///< `repeatable read`

}  // namespace gridlock::reference
