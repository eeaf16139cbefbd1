#pragma once
/// The reference engines' door: a small real database inside the program, deterministic, in virtual time.
#include <memory>
#include <vector>

#include "drivers/driver.h"

namespace gridlock::reference {

/// A reference engine can say beforehand what it cannot play.
class ReferenceDriver : public Driver {
 public:
  /// REQUIRES: `open` has made the tables.
  virtual Problems check(const Prepared& statement) = 0;
};

/// InnoDB as MySQL 9.7 has it.
std::unique_ptr<Driver> make_innodb();
/// InnoDB as MariaDB 10.11 has it.
std::unique_ptr<Driver> make_mariadb();
/// MyISAM: table locks, no transactions.
std::unique_ptr<Driver> make_table();
/// InnoDB as MariaDB 11.8 has it, by its source.
std::unique_ptr<Driver> make_mariadb118();
/// PostgreSQL 15.
std::unique_ptr<Driver> make_postgres();

/// What of these statements the engine could not play on the setup's schema: unknown statements and functions, tables
/// and columns that are not there. Problems of the schema itself and of settings come first.
/// REQUIRES: `engine` was made by one of the functions above. It is opened.
Problems check_playable(Driver& engine, const Setup& setup,
                        const std::vector<std::shared_ptr<const Prepared>>& statements);

}  // namespace gridlock::reference
