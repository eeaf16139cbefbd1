#pragma once
/// What statements lock: played one after the other in one session, in one transaction, on one engine.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "drivers/driver.h"

namespace gridlock {

struct LocksQuestion {
  std::vector<std::shared_ptr<const Prepared>> schema;  ///< makes the tables and their rows
  std::vector<std::shared_ptr<const Prepared>> statements;
  std::optional<sql::Isolation> isolation;  ///< none: the engine's own
  std::uint64_t seed = 1;
};

/// One statement and what its session holds when it has ended (or waits).
struct StatementLocks {
  std::string statement;
  Outcome outcome = Outcome::done;
  std::optional<ServerError> error;
  std::vector<Lock> locks;  ///< those that it added, in the order of acquisition
  std::vector<Lock> held;   ///< all that are held now
};

/// An index with the entries that it had before the statements, in its own order.
struct IndexEntries {
  std::string table, index;
  std::vector<std::vector<Value>> keys;
  std::vector<bool> descending;  ///< by column
};

struct LocksAnswer {
  std::string engine, version;
  Problems problems;  ///< why nothing was played
  std::vector<StatementLocks> statements;
  std::vector<IndexEntries> indexes;
};

/// Opens the driver, asks, closes it. Throws EngineLost as the driver does.
LocksAnswer statement_locks(Driver& driver, const LocksQuestion& question);

/// A lock that one of two engines takes and the other does not: what `gridlock compare --locks` tells of a step.
/// Locks are the same if table, index, mode, data and whether they are granted agree.
struct LockDifference {
  std::vector<Lock> only_first, only_second;
  bool empty() const { return only_first.empty() && only_second.empty(); }
};
LockDifference lock_difference(const std::vector<Lock>& first, const std::vector<Lock>& second);

}  // namespace gridlock
