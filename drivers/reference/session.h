#pragma once
/// A session: its transaction, and the statement that it runs as an explicit machine.
///
/// A statement that must wait is left as it stands: which rows it has read, which index entry it looks at, which phase
/// of which step comes next. All of it is plain data, so a suspended session is a value that can be copied, and a
/// thousand of them cost no threads. A step that had to wait is done again from its phase's beginning when the session
/// is woken: it then finds that it holds the lock (as row_search_mvcc and row_ins_step do).
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "drivers/reference/access_path.h"
#include "drivers/reference/lock_table.h"
#include "drivers/reference/settings.h"
#include "drivers/reference/transaction_log.h"

namespace gridlock::reference {

/// What a step of a machine came to.
enum class Progress : std::uint8_t {
  ready,  ///< it has a result
  end,    ///< there is nothing more
  again,  ///< go on
  wait,   ///< a lock is in the way: call again when woken
  pause,  ///< its slice of time is over: call again
  error,  ///< Execution::error says what
};

// ------------------------------------------------------------------------------------------------ what was written

/// One thing to undo. Rows count for a victim's weight (undo_no counts clustered writes only).
struct Undo {
  enum class What : std::uint8_t { row_inserted, row_changed, entry_inserted, entry_marked, entry_revived } what;
  TableId table = none;
  IndexId index = none;
  RecordId record = none;
  TrxId writer_before = no_trx_id;  ///< of a secondary entry
};

struct SavepointMark {
  std::string name;
  std::size_t undo = 0;
};

struct Transaction {
  std::uint64_t number = 0;  ///< for events; 0 when none is open
  TrxId id = no_trx_id;      ///< from its first write
  bool explicitly_begun = false;
  bool read_only = false;
  sql::Isolation isolation = sql::Isolation::repeatable_read;
  std::optional<ReadView> view;
  std::vector<Undo> undo;
  std::vector<SavepointMark> savepoints;
  bool skips_gaps() const { return isolation <= sql::Isolation::read_committed; }
};

// ------------------------------------------------------------------------------------------------ machines

/// Reads one table along an access path: row_search_mvcc.
struct Cursor {
  enum class Phase : std::uint8_t { open_range, gap_behind, examine, fetch_row, step, exhausted };
  AccessPath path;
  Phase phase = Phase::exhausted;
  std::size_t range = 0;
  RecordId at = none;
  bool first_in_range = true;    ///< InnoDB's direction == 0
  bool stop_found = false;       ///< the closed end of the range was met exactly (m_stop_tuple_found)
  bool semi_consistent = false;  ///< may look at the last committed version instead of waiting
  bool did_semi_consistent = false;
  bool must_wait = false;            ///< the semi-consistent look matched: now wait for it
  std::optional<Mode> new_lock;      ///< taken for the present record, may be given back (READ COMMITTED)
  std::optional<Mode> new_row_lock;  ///< likewise on the clustered record
  RecordId locked_entry = none;
  // where it stood when it had to wait, should the record go away meanwhile
  Key stood_at;
  std::uint64_t removals = 0;
  bool position_saved = false;
  // the result
  RowId row = none;
  VersionId version = none;
};

/// Writes one row with all its index entries: row_ins_step, row_upd_step.
struct RowWrite {
  enum class Kind : std::uint8_t { insert, update, erase } kind = Kind::insert;
  /// The order is the engine's: `Profile::foreign_keys` says when parents and children are looked for.
  enum class Phase : std::uint8_t {
    begin,
    parents,
    children,
    table_lock,
    leave_old,
    duplicates,
    enter_new,
    next_index,
  };
  Phase phase = Phase::begin;
  TableId table = none;
  RowId row = none;  ///< update, erase: the row; insert: set when its clustered record is in
  Row before, after;
  std::size_t index = 0;            ///< position in Table::indexes
  bool takes_exclusive = false;     ///< REPLACE and ON DUPLICATE KEY UPDATE lock duplicates exclusively
  std::uint32_t cascade_of = none;  ///< the foreign key that made this write, whose parent need not be looked for
  std::size_t foreign_key = 0;      ///< which of the table's foreign keys is looked at
  Cursor referenced;                ///< and where, in the other table
  RecordId reusable = none;         ///< a delete-marked record of the same key, to be revived
};

/// SUM, COUNT, MIN, MAX, AVG of one group.
struct Accumulator {
  std::int64_t count = 0;
  Value value;
  std::vector<Value> seen;  ///< DISTINCT
};

struct Group {
  Row keys;
  std::vector<Row> rows;  ///< a row of each table, for items that are no aggregates
  std::vector<Accumulator> accumulators;
};

/// Runs one query: nested loops over its tables in FROM order.
struct QueryRun {
  enum class Phase : std::uint8_t { prepare, open, read, correlate, filter, finished };
  std::uint32_t query = 0;
  Phase phase = Phase::prepare;
  std::size_t depth = 0;
  std::vector<Cursor> cursors;
  std::vector<Row> rows;
  std::vector<bool> matched;  ///< left join: the outer row has had a partner
  std::vector<SubqueryResult> subqueries;
  std::size_t next_subquery = 0;
  std::uint32_t parent_slot = none;  ///< of a subquery: where its result goes in the run below
  std::vector<Group> groups;
  struct Output {
    Row sort_keys;
    Row row;
    RowId target = none;
  };
  std::vector<Output> output;
};

/// A statement on its way.
struct Execution {
  std::shared_ptr<const Prepared> statement;
  std::shared_ptr<const StatementPlan> plan;
  std::vector<Value> parameters;
  std::string step;
  std::string transaction;
  enum class Phase : std::uint8_t { metadata, tables, body, write, commit, done } phase = Phase::metadata;
  std::size_t next = 0;                   ///< phase's position: table, row to insert, target, ...
  std::vector<QueryRun> queries;          ///< the running query and, above it, its running subquery
  std::vector<QueryRun::Output> targets;  ///< rows to update or delete
  bool collected = false;                 ///< all targets are known
  std::deque<RowWrite> writes;            ///< the row being written; behind it the cascades that it caused
  Row candidate;                          ///< INSERT: the row to be written
  enum class Insert : std::uint8_t { next, writing, conflict } insert = Insert::next;
  RowId conflict_row = none;
  IndexId conflict_index = none;
  RecordId conflict_record = none;
  Key conflict_key;
  bool replaced = false;            ///< REPLACE has deleted the old row and is to insert the new one again
  std::uint64_t found = 0;          ///< UPDATE, DELETE: rows that WHERE kept
  bool inherits_otherwise = false;  ///< its locks are inherited by another rule until it ends
  std::size_t undo_at_statement = 0;
  std::size_t undo_at_row = 0;
  std::int64_t affected = 0;
  std::vector<Row> rows;
  std::optional<ServerError> error;
  Outcome outcome = Outcome::done;
  bool user_lock_timed_out = false;
};

// ------------------------------------------------------------------------------------------------ the session

struct Session {
  enum class State : std::uint8_t { idle, runnable, waiting };
  std::string name;
  SessionSettings settings;
  std::optional<sql::Isolation> next_isolation;  ///< SET TRANSACTION: for the next transaction only
  Transaction transaction;
  Execution execution;
  State state = State::idle;
  bool waits_for_metadata = false;
  std::int64_t due = 0;            ///< virtual microseconds: when a runnable session goes on
  std::int64_t wait_deadline = 0;  ///< when a waiting one gives up
  std::uint64_t wait_epoch = 0;    ///< tells this wait from earlier ones in the timer queue
  std::map<std::string, Value> variables;
  std::int64_t last_insert_id = 0;
  std::map<TableId, bool> locked_tables;            ///< LOCK TABLES: table and whether for writing
  std::optional<ReadView> local_view;               ///< READ LOCAL of MyISAM: rows put in since are not seen
  std::map<std::string, std::uint32_t> user_locks;  ///< GET_LOCK: how often held
  std::vector<Lock> locks_told;                     ///< last LocksState
  std::vector<Blocker> blockers_told;               ///< last WaitState
};

}  // namespace gridlock::reference
