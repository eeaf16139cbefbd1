#pragma once
/// A lock as InnoDB prints it (storage/innobase/lock/lock0lock.cc: lock_rec_print, lock_table_print).
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/logs/innodb_values.h"
#include "model/lock.h"

namespace gridlock::logs {

/// `Record lock, heap no 2 PHYSICAL RECORD: ...` and its fields. A lock can cover several records of one page.
struct PrintedRow {
  std::uint64_t heap = 0;            ///< 1 is the supremum
  std::size_t fields_announced = 0;  ///< `n_fields`; fewer may be there in a cut or edited log
  std::vector<Field> fields;
};

struct PrintedLock {
  bool record = false;  ///< false: a table lock
  std::uint64_t space = 0, page = 0;
  std::string_view index;
  std::string table;  ///< `db.t`
  std::string trx;    ///< whose lock
  std::string base;   ///< `X`, `S`, `IX`, `AUTO-INC`
  bool gap = false, record_only = false, insert_intention = false, waiting = false;
  bool after_waiting = false;  ///< text follows the word `waiting` (MariaDB 10.0 and 10.1)
  bool quoted_index = false;   ///< `index `PRIMARY``: MySQL up to 5.6, MariaDB up to 10.1
  std::vector<PrintedRow> rows;
  std::uint64_t rows_left_off = 0;  ///< rows beyond `rows_kept`
  static constexpr std::size_t rows_kept = 100;
};

/// Whether a lock's line may begin here; it may still be wrapped or cut.
bool begins_lock(std::string_view line);

/// The line of a lock; nothing when it is not whole.
std::optional<PrintedLock> read_lock(std::string_view line);

/// `Record lock, heap no 2 PHYSICAL RECORD: n_fields 4; compact format; info bits 0`
std::optional<PrintedRow> read_row(std::string_view line);

/// `PHYSICAL RECORD: n_fields 4; ...` where the line was wrapped before it.
bool read_row_rest(std::string_view line, PrintedRow& row);

/// The lock on one of its rows (`row` counts from 0), or as far as it is known when no row was printed.
Lock to_lock(const PrintedLock& printed, std::size_t row);

/// Whether two printed locks can be about the same thing: a common record, or the same table.
bool same_resource(const PrintedLock& a, const PrintedLock& b);

}  // namespace gridlock::logs
