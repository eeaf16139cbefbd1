#pragma once
/// The reference engine: a small real database that locks as InnoDB does.
///
/// A value: tables, indexes, row versions, locks, sessions, time. It plays sessions one slice at a time, in the order
/// of their virtual time, and notes what happens as events. No thread, no clock, no pointer between its parts, nothing
/// that depends on addresses or hash order: the same calls give the same events, and a copy goes on alone.
///
/// Its rooms: storage (catalog, ordered_index, row_store), locks (lock_table), reading (engine_scan, engine_query),
/// writing (engine_write, engine_foreign_key), statements (engine_statement, engine_insert), transactions and purge
/// (engine_transaction), time (engine_schedule), telling (engine_events).
#include <cstdint>
#include <deque>
#include <limits>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "drivers/driver.h"
#include "drivers/explorable.h"
#include "drivers/reference/deadlock_detector.h"
#include "drivers/reference/metadata_rules.h"
#include "drivers/reference/profile.h"
#include "drivers/reference/row_store.h"
#include "drivers/reference/session.h"
#include "model/sql/parse.h"

namespace gridlock::reference {

/// What things take in virtual time, in microseconds. Not a model of any machine: they set the rhythm in which
/// statements of different sessions meet. Each is varied by up to a quarter, by the seed.
namespace cost {
inline constexpr std::int64_t statement = 100;  ///< to the server and back
inline constexpr std::int64_t row = 10;         ///< one record read or one index entry written
inline constexpr std::int64_t commit = 500;     ///< the log reaches the disk
}  // namespace cost

class Engine {
 public:
  /// REQUIRES: `profile` outlives the engine and its copies (the servers' own do).
  Engine(const Profile& profile, const EngineSettings& settings, std::uint64_t seed);
  const Profile& profile() const { return *profile_; }

  // --- making the world
  Slot add_session(const SessionSetup& setup);
  /// Fills a table as an INSERT of all rows would, as fast as it can. Says why not.
  Refusal load(Slot session, const TableData& data);
  /// The workload begins: virtual time is 0.
  void begin_at_zero() { now_ = 0; }
  const Catalog& catalog() const { return catalog_; }

  // --- playing. Time moves only here.
  void start(const Call& call);
  /// Runs until every session has ended its step or waits.
  void run_all();
  /// Runs, by slices, until a session has ended its step or `deadline` is reached. With no deadline and nobody able to
  /// go on, time is advanced to the next lock wait timeout.
  void run_until_one_ends(std::optional<std::int64_t> deadline);
  std::int64_t now() const { return now_; }
  bool busy(Slot session) const { return sessions_[session].state != Session::State::idle; }
  /// Removes what no read view and no transaction needs any more.
  void purge();
  /// Ends all sessions, rolling back.
  void close();

  // --- telling
  std::vector<Event> take_events() { return std::exchange(events_, {}); }
  void tell_waits();
  /// The locks of the sessions before `end`.
  void tell_locks(Slot end);
  /// Puts events back in front that were taken but are not meant to be lost.
  void give_back(std::vector<Event> events);
  std::size_t sessions() const { return sessions_.size(); }
  const LockTable& locks() const { return locks_; }

  // --- watching what steps touch (engine_touch.cpp)
  std::vector<Touch> take_touches();

 private:
  using LockMode = Mode;

  // --- engine_schedule.cpp: whose turn it is
  void make_runnable(Slot slot, std::int64_t due);
  void run_slice(Slot slot);
  void after_change();
  bool spend(Slot slot, std::int64_t micros);
  void begin_wait(Slot slot, bool metadata);
  void end_wait(Slot slot);
  void wake(const std::vector<Woken>& woken);
  void wake_all();
  void fire_timeout(Slot slot);
  void resolve_deadlocks();
  void resolve_deadlock(const DeadlockCycle& cycle);
  void resolve_metadata_deadlock(Slot slot);
  std::vector<Slot> metadata_cycle(Slot slot) const;
  std::optional<std::int64_t> next_timeout() const;
  std::uint64_t random();

  // --- engine_touch.cpp: what a step looks at and changes
  void touch(Resource on, bool changed);
  void touch_metadata(Resource on, bool changed);
  enum class Shared : std::uint8_t { everything, waits, commits, counter, session, wait };
  void touch(Shared what, std::uint32_t which, bool changed);
  void touch_all_of(Slot slot);
  void touch_commits();

  // --- engine_locking.cpp: asking the lock table
  enum class Got : std::uint8_t { taken, held, waiting, refused };
  Got lock_record(Slot slot, IndexId index, RecordId record, LockMode mode, bool refuse = false);
  Got lock_to_modify(Slot slot, IndexId index, RecordId record);
  Got lock_to_insert(Slot slot, IndexId index, RecordId successor);
  Got lock_table(Slot slot, TableId table, LockMode mode);
  Got lock_whole_table(Slot slot, TableId table, LockMode mode);
  Got lock_metadata(Slot slot, Resource on, LockMode mode);
  Got answer(Slot slot, const Answer& answer, bool metadata);
  void make_explicit(IndexId index, RecordId record);
  bool taken_for_own(Slot slot, IndexId index, RecordId record) const;
  Slot implicit_owner(IndexId index, RecordId record) const;
  Resource resource(IndexId index, RecordId record) const { return {catalog_.indexes[index].space, record}; }
  static Resource metadata_of(TableId table) { return {table + 1, 0}; }

  // --- engine_scan.cpp: one table
  Progress read_next(Slot slot, const TableUse& use, LockWish wish, Cursor& cursor);
  Progress open_range(Cursor& cursor);
  Progress lock_gap_behind(Slot slot, LockWish wish, Cursor& cursor);
  Progress examine(Slot slot, const TableUse& use, LockWish wish, Cursor& cursor);
  Progress examine_locking(Slot slot, const TableUse& use, LockWish wish, Cursor& cursor);
  Progress examine_snapshot(Slot slot, const TableUse& use, Cursor& cursor);
  Progress look_at_committed(Slot slot, Cursor& cursor);
  Progress fetch_row(Slot slot, const TableUse& use, LockWish wish, Cursor& cursor);
  Progress found(Slot slot, Cursor& cursor, bool checked);
  Progress next_record(Cursor& cursor);
  Progress next_range(Cursor& cursor);
  static bool reads_forward(const Cursor& cursor);
  struct Relation {
    bool row_in_range = true;
    bool gap_in_range = true;
    bool row_at_end = false;
  };
  Relation relation_to_range(Slot slot, const Cursor& cursor) const;
  bool past_end(const Cursor& cursor) const;
  bool committed_delete(const Cursor& cursor) const;
  bool changed_since_read(Slot slot, TableId table, RowId row) const;
  Progress fail_changed(Slot slot, TableId table);
  Progress fail_nowait(Slot slot);
  bool ended_before_supremum(const Cursor& cursor) const;
  bool index_condition_holds(Slot slot, const TableUse& use, const Cursor& cursor);
  void restore_position(Cursor& cursor);
  void save_position(Cursor& cursor);
  bool may_release(const Cursor& cursor) const;
  void unlock_row(Slot slot, Cursor& cursor);
  void unlock_entry(Slot slot, Cursor& cursor);
  VersionId visible_version(Slot slot, TableId table, RowId row);

  // --- engine_query.cpp: joins, subqueries, groups, order
  void push_query(Slot slot, std::uint32_t query, std::uint32_t parent_slot);
  Progress run_query(Slot slot);
  Progress step_query(Slot slot, QueryRun& run);
  Progress prepare_query(Slot slot, QueryRun& run);
  Progress open_table(Slot slot, QueryRun& run);
  Progress read_table(Slot slot, QueryRun& run);
  Progress correlate(Slot slot, QueryRun& run);
  Progress filter_row(Slot slot, QueryRun& run);
  void finish_subquery(Slot slot);
  void accept_row(Slot slot, QueryRun& run);
  void accept_into_group(Slot slot, QueryRun& run);
  void finish_groups(Slot slot, QueryRun& run);
  void sort_and_cut(Slot slot, QueryRun& run);
  bool enough(Slot slot, const QueryRun& run);
  std::optional<std::uint64_t> limit_of(Slot slot, const QueryRun& run, bool with_offset);
  bool sorted_afterwards(const QueryPlan& query, const QueryRun& run) const;
  LockWish wish_of(Slot slot, const TableUse& use) const;
  template <class Use>
  auto with_context(Slot slot, Use use);

  // --- engine_statement.cpp: what each statement does
  Progress step_statement(Slot slot);
  Progress take_metadata_locks(Slot slot);
  Progress take_table_locks(Slot slot);
  LockMode table_mode(Slot slot, TableId table) const;
  void end_table_statement(Slot slot);
  Progress body(Slot slot);
  Progress select_body(Slot slot);
  Progress change_body(Slot slot);
  Progress collect_target(Slot slot);
  Progress write_next_target(Slot slot);
  Progress user_lock_body(Slot slot);
  Progress user_lock_call(Slot slot, const UserLockCall& call, Value& result);
  Progress get_user_lock(Slot slot, const UserLockCall& call, const std::string& name, Value& result);
  Resource user_lock(const std::string& name);
  Progress release_user_lock(Slot slot, const std::string& name);
  Progress lock_tables_body(Slot slot);
  Progress set_variable_body(Slot slot);
  Progress define_body(Slot slot);
  Refusal define(const sql::StatementNode& node);
  Refusal rename(const std::vector<std::pair<std::string, std::string>>& names);
  Refusal add_column(TableId table, const sql::ColumnDef& definition);
  void empty_table(TableId table);
  void add_storage();
  Progress transaction_body(Slot slot);
  Progress savepoint_body(Slot slot);
  Progress finish_body(Slot slot);
  bool deferred(Slot slot, const QueryRun& run) const;
  Row assigned(Slot slot, const QueryRun& run);
  Progress fail(Slot slot, std::string code, std::string message);
  void end_statement(Slot slot);
  void fail_statement(Slot slot);
  std::shared_ptr<const StatementPlan> plan_of(const std::shared_ptr<const Prepared>& statement);

  // --- engine_insert.cpp: INSERT, REPLACE, ON DUPLICATE KEY UPDATE
  Progress insert_body(Slot slot);
  Progress next_candidate(Slot slot);
  Progress read_source(Slot slot);
  Progress prepare_values(Slot slot);
  Progress write_anew(Slot slot);
  Progress write_candidate(Slot slot);
  Progress lock_conflict(Slot slot);
  Progress resolve_conflict(Slot slot);
  Progress update_conflict(Slot slot, Row after);
  std::optional<Row> candidate_row(Slot slot, const std::vector<Value>& given, const std::vector<bool>& defaulted);
  bool fit_column(Slot slot, TableId table, ColumnId column, Value& value);
  Progress duplicate_error(Slot slot);
  Progress begin_write(Slot slot, RowWrite write);

  // --- engine_write.cpp: one row with all its index entries
  Progress run_writes(Slot slot);
  Progress step_write(Slot slot, RowWrite& write);
  RowWrite::Phase first_phase(const RowWrite& write) const;
  RowWrite::Phase before_entering() const;
  RowWrite::Phase after_leaving(const RowWrite& write) const;
  bool enters_anew(const RowWrite& write) const;
  Progress leave_old(Slot slot, RowWrite& write);
  Progress leave_old_row(Slot slot, RowWrite& write);
  Progress leave_old_entry(Slot slot, RowWrite& write);
  Progress check_duplicates(Slot slot, RowWrite& write);
  Progress check_primary(Slot slot, RowWrite& write);
  Progress check_secondary(Slot slot, RowWrite& write);
  Progress enter_new(Slot slot, RowWrite& write);
  Progress conflict(Slot slot, const RowWrite& write, const Index& index, RecordId record);
  bool entry_changes(const RowWrite& write, const Index& index) const;
  bool key_changes(const RowWrite& write) const;
  TrxId writer_id(Slot slot);
  void note_undo(Slot slot, const Undo& undo);
  void uniqueness_checked(Slot slot);
  void inherit_by(Slot slot, Inherits rule);

  // --- engine_foreign_key.cpp
  Progress check_parents(Slot slot, RowWrite& write);
  Progress check_parent(Slot slot, RowWrite& write, const ForeignKey& key);
  Progress check_children(Slot slot, RowWrite& write);
  Progress check_child(Slot slot, RowWrite& write, std::uint32_t number);
  Progress look_up(Slot slot, RowWrite& write, IndexId index, Key wanted, LockWish wish);
  bool is_due(const RowWrite& write, IndexId stands_on) const;
  Progress find_referenced(Slot slot, RowWrite& write, IndexId index, const Key& wanted);
  bool comes_back(Slot slot, const RowWrite& write, const ForeignKey& key) const;
  Got lock_child(Slot slot, const ForeignKey& key, RowId row);
  void push_cascade(Slot slot, std::uint32_t number);

  // --- engine_transaction.cpp
  void begin_transaction(Slot slot, bool explicitly);
  void ensure_transaction(Slot slot);
  void commit(Slot slot);
  void roll_back(Slot slot);
  void roll_back_to(Slot slot, std::size_t undo, bool partial);
  void undo_one(Slot slot, const Undo& undo, bool partial);
  void end_transaction(Slot slot, bool committed);
  void remove_record(IndexId index, RecordId record);
  bool revived(const Undo& undo) const;
  void purge_again(const Undo& undo);
  void purge_entry(TrxId writer, const Undo& undo);
  void release_metadata(Slot slot, bool tables_too);

  // --- engine_events.cpp
  Lock decode(const LockView& view) const;
  Lock decode_metadata(const LockView& view) const;
  void tell(Slot slot, decltype(Event::what) what);
  void tell_wait(Slot slot);
  void tell_transaction(Slot slot, TransactionState::Ended ended);
  WaitState wait_state(Slot slot) const;
  DeadlockFound deadlock_found(const DeadlockCycle& cycle, bool metadata) const;
  std::string data_of(const Index& index, KeyView key) const;

  struct History {
    TrxId writer = no_trx_id;
    std::uint64_t commit = 0;
    std::vector<Undo> changes;
  };

  const Profile* profile_;
  EngineSettings settings_;
  std::uint64_t random_state_;
  Catalog catalog_;
  std::vector<OrderedIndex> indexes_;  // by IndexId
  std::vector<RowStore> rows_;         // by TableId
  std::vector<std::int64_t> next_auto_increment_;
  std::vector<TrxId> last_writers_;   // by IndexId: PAGE_MAX_TRX_ID, of a secondary index taken as one page
  std::vector<bool> has_holes_;       // by TableId: a row was deleted, so that MyISAM's inserts are not at the end
  std::int64_t next_row_id_ = 0x200;  // the first one that a new server gives
  LockTable locks_;
  LockTable metadata_;  // space 0 is user locks, 1 + n is table n
  std::vector<std::string> user_lock_names_;
  TransactionLog log_;
  std::vector<Session> sessions_;
  std::vector<std::uint64_t> undo_entries_;  // by Slot
  std::deque<History> history_;
  std::vector<Woken> woken_;
  std::vector<Woken> metadata_woken_;
  std::set<std::pair<std::int64_t, Slot>> runnable_;
  std::set<std::pair<std::int64_t, Slot>> timeouts_;
  std::map<const Prepared*, std::pair<std::shared_ptr<const Prepared>, std::shared_ptr<const StatementPlan>>> plans_;
  std::uint64_t transactions_ = 0;
  std::uint64_t ended_ = 0;  ///< statements that ended
  std::int64_t now_ = 0;
  bool sliced_ = false;
  std::vector<Event> events_;
  bool watched_ = false;  ///< touches are noted
  std::vector<Touch> touches_;
};

}  // namespace gridlock::reference
