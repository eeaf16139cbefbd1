#pragma once
/// Which index a table is read by, and which parts of it: what decides which records are locked.
///
/// The choice follows MySQL's for these statements: a whole unique key first; else the cheapest of equality prefix,
/// range and full scan by the server's own cost figures (sql/opt_costconstants.cc, handler.cc, ha_innodb.cc read_time).
/// That is why a small table is often scanned although an index would serve, here as there.
#include <vector>

#include "drivers/reference/ordered_index.h"
#include "drivers/reference/plan.h"

namespace gridlock::reference {

/// A stretch of an index, in the index's own order. An empty bound is open.
struct ScanRange {
  Key low, high;
  bool low_inclusive = true;
  bool high_inclusive = true;
  bool exact = false;   ///< low = high: HA_READ_KEY_EXACT, ROW_SEL_EXACT
  bool unique = false;  ///< at most one live entry: a whole unique key without NULL
};

struct AccessPath {
  IndexId index = none;
  std::vector<ScanRange> ranges;  ///< in scan order; a full scan is one range without bounds
  bool impossible = false;        ///< no row can match whatever the table has: it is not even opened for locking
  bool constant = false;          ///< a SELECT by a whole unique key of constants: read once, before all else
  bool forward = true;
  bool covering = false;         ///< the index entry has every column that the statement looks at
  bool index_condition = false;  ///< conditions on the index's columns are tested before the row is fetched (ICP)
  std::vector<ExprId> pushed;    ///< those conditions
  bool in_order = false;         ///< rows come as ORDER BY wants them
};

/// What the choice looks at beside the table's own conditions.
struct AccessRequest {
  const Catalog* catalog = nullptr;
  const std::vector<OrderedIndex>* indexes = nullptr;
  const TableUse* use = nullptr;
  std::uint32_t position = 0;  ///< of the table in FROM
  const EvalContext* context = nullptr;
  const std::vector<OrderKey>* order_by = nullptr;  ///< of the query, if this is its first table
  const std::string* wanted = nullptr;              ///< the index to use, or `scan`, whatever the cost
  bool backward_condition = true;                   ///< index conditions are tested in backward scans too (MySQL)
  bool limited = false;                             ///< LIMIT is given
  bool select = true;                               ///< false: UPDATE, DELETE (no ref access, no ICP)
};

AccessPath choose_access(const AccessRequest& request);

/// The entry of this index for a row's values.
Key entry_key(const Index& index, std::span<const Value> row);

}  // namespace gridlock::reference
