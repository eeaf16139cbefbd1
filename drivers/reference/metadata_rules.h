#pragma once
/// MySQL's metadata locks and user-level locks, as rules for a lock table.
///
/// A request waits for what is granted by one matrix and for what is queued by another: a queued EXCLUSIVE stops those
/// who come after it, a queued SHARED_WRITE does not stop an EXCLUSIVE. Sources: MySQL 9.7 sql/mdl.cc (MDL_lock::
/// m_object_lock_strategy), sql/mdl.h (get_deadlock_weight); MariaDB's are the same for these modes.
#include "drivers/reference/lock_rules.h"

namespace gridlock::reference {

namespace metadata {
inline constexpr Mode shared{0}, shared_high_prio{1};
inline constexpr Mode shared_read{2};            ///< SELECT
inline constexpr Mode shared_write{3};           ///< INSERT, UPDATE, DELETE, SELECT ... FOR UPDATE
inline constexpr Mode shared_write_low_prio{4};  ///< likewise with LOW_PRIORITY
inline constexpr Mode shared_upgradable{5};      ///< ALTER TABLE and CREATE INDEX, while they prepare
inline constexpr Mode shared_read_only{6};       ///< LOCK TABLES ... READ
inline constexpr Mode shared_no_write{7};        ///< ALTER TABLE, while it copies
inline constexpr Mode shared_no_read_write{8};   ///< LOCK TABLES ... WRITE
inline constexpr Mode exclusive{9};              ///< DROP, RENAME, TRUNCATE, the end of ALTER TABLE
inline constexpr Mode user{10};                  ///< GET_LOCK
}  // namespace metadata

const LockRules& metadata_rules();

/// Readers and writers of rows: they go together, in whatever order they come.
constexpr bool is_shared_metadata(Mode mode) { return mode <= metadata::shared_write_low_prio; }

/// In a deadlock the lightest pays, among equals the one that began to wait last.
int deadlock_weight(Mode mode);

}  // namespace gridlock::reference
