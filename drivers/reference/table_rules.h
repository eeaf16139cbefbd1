#pragma once
/// Table locks of MyISAM and MEMORY, as rules for a lock table.
///
/// A statement takes all its locks when it begins, in one order, so there is no deadlock. Queued writes go before
/// queued reads, save low-priority ones, which go after; an insert at the table's end goes beside reads. Sources: MySQL
/// manual, "Internal Locking Methods"; mysys/thr_lock.cc (MySQL 9.7 and MariaDB 10.11 are the same here).
#include "drivers/reference/lock_rules.h"

namespace gridlock::reference {

namespace table_lock {
inline constexpr Mode read{0}, read_high_priority{1};
inline constexpr Mode read_no_insert{2};  ///< LOCK TABLES ... READ
inline constexpr Mode concurrent_insert{3};
inline constexpr Mode write_low_priority{4}, write{5};
}  // namespace table_lock

const LockRules& table_rules();

}  // namespace gridlock::reference
