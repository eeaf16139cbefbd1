#pragma once
/// A session of reference:postgres: its transaction, and the statement that it runs.
#include <coroutine>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "drivers/reference/postgres/evaluate.h"
#include "drivers/reference/postgres/lock_manager.h"
#include "drivers/reference/postgres/settings.h"
#include "drivers/reference/postgres/task.h"

namespace gridlock::reference::postgres {

/// A transaction, or a savepoint within it.
struct Level {
  std::string name;  ///< of the savepoint; empty for the transaction itself
  Xid xid = no_xid;
  std::vector<std::function<void()>> undo;  ///< of the catalog, last first
};

enum class Block : std::uint8_t {
  none,     ///< each statement is a transaction by itself
  open,     ///< between BEGIN and COMMIT
  aborted,  ///< an error has ended it: everything but ROLLBACK is refused
};

struct Session {
  std::string name;
  Settings settings;  ///< now
  Settings kept;      ///< after the transaction (SET LOCAL changes only `settings`)
  Settings before;    ///< if it is rolled back

  Block block = Block::none;
  std::uint64_t number = 0;  ///< of the transaction, for events; 0 when none is open
  sql::Isolation isolation = sql::Isolation::read_committed;
  bool read_only = false;
  bool deferrable = false;
  std::vector<Level> levels;
  std::optional<Snapshot> snapshot;  ///< of the transaction, at REPEATABLE READ and above
  std::uint32_t command = 0;
  bool defined = false;         ///< it has changed the catalog
  bool snapshot_taken = false;  ///< too late for SET TRANSACTION

  // the statement
  Call call;
  Task<void> running;
  std::coroutine_handle<> resume;
  std::optional<SqlError> interruption;  ///< thrown where it stands when it goes on
  std::int64_t affected = 0;
  std::vector<Row> rows;
  std::optional<SqlError> error;

  enum class State : std::uint8_t { idle, runnable, waiting };
  State state = State::idle;
  std::int64_t due = 0;
  bool sleeping = false;
  bool waits_for_snapshot = false;  ///< READ ONLY DEFERRABLE
  std::optional<std::int64_t> deadlock_at, lock_timeout_at, statement_timeout_at;
  std::vector<Blocker> blockers_told;

  bool xact_snapshot() const { return isolation >= sql::Isolation::repeatable_read; }
  Depth depth() const { return static_cast<Depth>(levels.size()); }
};

}  // namespace gridlock::reference::postgres
