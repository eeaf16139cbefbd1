#include "drivers/reference/profile.h"

#include "drivers/reference/table_rules.h"

namespace gridlock::reference {

const Profile& innodb_profile() {
  static const Profile value = [] {
    Profile profile;
    profile.engine = "reference:innodb";
    profile.version = "MySQL 9.7";
    profile.locks = &innodb_rules();
    return profile;
  }();
  return value;
}

namespace {

Profile make_mariadb_profile() {
  Profile profile;
  profile.engine = "reference:mariadb";
  profile.version = "MariaDB 10.11";
  profile.locks = &mariadb1011_rules();
  profile.range_end = false;
  profile.unique_secondary_record = false;
  profile.skips_committed_deletes = true;
  profile.releases_secondary = false;
  profile.backward_index_condition = false;
  profile.makes_own_explicit = false;
  profile.first_unequal = innodb::S_next_key;
  profile.foreign_keys = ForeignKeyChecks::by_index;
  profile.inherits = Inherits::on_insert | Inherits::on_removal_shared;
  profile.inherits_checked = profile.inherits;
  profile.inherits_upsert = Inherits::on_insert | Inherits::on_removal_exclusive;
  profile.duplicate_names_table = false;
  profile.nowait_times_out = true;
  profile.user_lock_deadlock = "1213";
  profile.autoinc_lock_mode = 1;
  profile.snapshot_isolation = false;
  profile.lock_wait_timeout_min = 0;
  profile.partial_rollback_keeps_locks = false;
  return profile;
}

}  // namespace

const Profile& mariadb_profile() {
  static const Profile value = make_mariadb_profile();
  return value;
}

const Profile& table_profile() {
  static const Profile value = [] {
    Profile profile;
    profile.engine = "reference:table";
    profile.version = "MyISAM of MySQL 9.7";
    profile.locks = &table_rules();
    profile.whole_tables = true;
    return profile;
  }();
  return value;
}

const Profile& mariadb118_profile() {
  static const Profile value = [] {
    Profile profile = make_mariadb_profile();
    profile.engine = "reference:mariadb-11.8";
    profile.version = "MariaDB 11.8";
    profile.locks = &mariadb_rules();
    profile.snapshot_isolation = true;
    return profile;
  }();
  return value;
}

}  // namespace gridlock::reference
