#pragma once
/// What one server's InnoDB does where another's does otherwise, as data. One value per reference engine; the engine
/// asks the value and never the server's name.
///
/// Sources: MySQL 9.7.2 and MariaDB 10.11, storage/innobase and sql; each row names the function it was read from, and
/// tests/fidelity holds what the servers were seen to do.
#include <string_view>

#include "drivers/reference/lock_rules.h"
#include "drivers/reference/lock_table.h"

namespace gridlock::reference {

/// Who looks after foreign keys.
enum class ForeignKeyChecks : std::uint8_t {
  by_server,  ///< above the storage engine, by ordinary reads, all of them before the row is written (MySQL 9.7)
  by_index,   ///< inside InnoDB, with the index that the key stands on (row_ins_check_foreign_constraint)
};

struct Profile {
  std::string_view engine;   ///< `reference:mariadb`
  std::string_view version;  ///< of the server whose rules these are
  const LockRules* locks = nullptr;

  /// MyISAM: statements lock whole tables, there are no transactions, what a statement wrote stays.
  bool whole_tables = false;

  // --- reading (row_search_mvcc)
  /// A scan knows where its range ends: no next-key lock on the first record behind it (m_stop_tuple).
  bool range_end = true;
  /// Equality on a whole unique secondary key locks a living entry without its gap.
  bool unique_secondary_record = true;
  /// Conditions on an index's columns are tested inside InnoDB in backward scans too.
  bool backward_index_condition = true;
  /// READ COMMITTED gives back what a scan of a secondary index locked for nothing, as that of a clustered one.
  bool releases_secondary = true;
  /// READ COMMITTED does not lock what was delete-marked and committed (MySQL locks it and gives it back).
  bool skips_committed_deletes = false;

  // --- writing
  /// Who reads with a lock what it wrote itself first makes that lock explicit (lock_rec_convert_impl_to_expl).
  bool makes_own_explicit = true;
  /// A duplicate check of a unique secondary index locks the first unequal entry: S,GAP or S next-key.
  Mode first_unequal = innodb::S_gap;
  ForeignKeyChecks foreign_keys = ForeignKeyChecks::by_server;

  /// What a statement wrote and undoes itself stays locked, at REPEATABLE READ (row_convert_impl_to_expl_if_needed).
  bool partial_rollback_keeps_locks = true;

  // --- inheritance at READ COMMITTED (lock_rec_inherit_to_gap)
  Inherits inherits = Inherits::on_insert;           ///< usually
  Inherits inherits_checked = Inherits::everything;  ///< from a uniqueness check to the end of its statement
  Inherits inherits_upsert = Inherits::on_insert;    ///< in a REPLACE or ON DUPLICATE KEY UPDATE

  // --- words
  bool duplicate_names_table = true;  ///< error 1062 says `t.PRIMARY`, not `PRIMARY`
  bool nowait_times_out = false;      ///< NOWAIT fails with 1205 as a lock wait timeout does, not with 3572

  std::string_view user_lock_deadlock = "3058";  ///< the error of GET_LOCK in a deadlock

  // --- defaults of settings
  int autoinc_lock_mode = 2;
  bool snapshot_isolation = false;  ///< innodb_snapshot_isolation
  int lock_wait_timeout_min = 1;    ///< the least innodb_lock_wait_timeout; 0 is NOWAIT
};

/// MySQL 9.7.
const Profile& innodb_profile();
/// MyISAM and MEMORY.
const Profile& table_profile();
/// MariaDB 10.11.
const Profile& mariadb_profile();
/// MariaDB 11.8, as its source says; no goldens.
const Profile& mariadb118_profile();

}  // namespace gridlock::reference
