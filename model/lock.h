#pragma once
/// A lock as an engine names it, and as every report prints it.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/value.h"

namespace gridlock {

/// What a lock protects, in words that serve every engine.
enum class LockKind : std::uint8_t {
  record,            // an index record, not the gap before it
  gap,               // the gap before an index record
  next_key,          // record and gap
  insert_intention,  // the wish to insert into a gap
  table,
  auto_increment,
  tuple,        // PostgreSQL: the queue for a row version
  transaction,  // PostgreSQL: another transaction's end
  virtual_transaction,
  advisory,  // PostgreSQL's advisory locks
  user,      // MySQL's GET_LOCK
  metadata,  // MySQL's metadata locks
  page,
  extension,
  object,
  speculative_token,
  other,
};

std::string_view to_string(LockKind kind);
std::optional<LockKind> lock_kind(std::string_view word);

/// One column of a key; the value is empty when it is not known, which is not the same as SQL's NULL.
struct KeyPart {
  std::string column;  ///< empty when not known (a log without the table's definition)
  std::optional<Value> value;
  friend bool operator==(const KeyPart&, const KeyPart&) = default;
};

/// A lock that a session holds or waits for.
struct Lock {
  LockKind kind = LockKind::other;
  std::string mode;          ///< the server's own word: `X,REC_NOT_GAP`, `S,GAP`, `IX`, `ShareLock`
  std::string table;         ///< bare or qualified as the source has it; empty when not known
  std::string index;         ///< empty for table locks and when not known
  std::vector<KeyPart> key;  ///< columns of the index, in index order; empty when not known
  bool supremum = false;     ///< stands at the end of the index: no key, only the gap before "infinity"
  bool waiting = false;      ///< in the queue, not granted
  std::string object;  ///< what has no table: `transaction 771`, `advisory lock [1,0,7,1]`, `user lock "a"`; else empty
  std::string data;    ///< as `performance_schema.data_locks.lock_data` shows it; empty for table locks
  bool doubtful = false;  ///< the source is known to print this wrongly (MySQL Bug #100752)
  friend bool operator==(const Lock&, const Lock&) = default;
};

}  // namespace gridlock
