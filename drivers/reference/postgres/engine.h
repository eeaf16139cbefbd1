#pragma once
/// reference:postgres: a small real database that locks as PostgreSQL 15 does.
///
/// Sessions run one at a time, in the order of their virtual time; a statement is a coroutine that stands still where
/// it must wait. No thread, no clock, nothing that depends on addresses or hash order: the same calls give the same
/// events.
///
/// Its rooms: storage (catalog, heap), ids and snapshots (transactions), locks (lock_manager, deadlock_search), rows
/// and their versions (engine_tuple), reading (engine_query), writing (engine_write, engine_insert,
/// engine_foreign_key), definitions (engine_define), transactions (engine_transaction), SSI (serializable), time
/// (engine_schedule), telling (engine_events).
#include <cstdint>
#include <deque>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "drivers/reference/postgres/serializable.h"
#include "drivers/reference/postgres/session.h"

namespace gridlock::reference::postgres {

/// What things take in virtual time, in microseconds; see drivers/reference/engine.h.
namespace cost {
inline constexpr std::int64_t statement = 100;
inline constexpr std::int64_t row = 10;
inline constexpr std::int64_t commit = 500;
}  // namespace cost

/// A running query or write: whose, which plan, what it sees.
struct Exec {
  Slot slot = none;
  const Plan* plan = nullptr;
  std::span<const Value> parameters;
  Snapshot snapshot;
  Results results;
  std::vector<bool> ready;  ///< of each query: its result, which needs no outer row, is there
  /// Written rows whose foreign keys are looked at when the statement's own work is done.
  struct Trigger {
    std::uint32_t key = none;
    bool child = false;  ///< the child was written: is there a parent? Else the parent went: what of its children?
    TupleId tuple = none;
    Row before, after;  ///< `after` is empty for a deletion
  };
  std::vector<Trigger> triggers;
};

/// What came of the wish to lock or change a row version. PostgreSQL's TM_Result.
enum class Touch : std::uint8_t { ok, invisible, self_modified, updated, deleted, being_modified, would_block };

class Engine {
 public:
  Engine(const Settings& settings, std::uint64_t seed);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // --- making the world
  Slot add_session(const SessionSetup& setup);
  /// Fills a table as an INSERT of all rows would, as fast as it can. Throws SqlError.
  void load(Slot session, const TableData& data);
  void begin_at_zero() { now_ = 0; }
  Catalog& catalog() { return catalog_; }

  // --- playing. Time moves only here.
  void start(const Call& call);
  void run_all();
  void run_until_one_ends(std::optional<std::int64_t> deadline);
  std::int64_t now() const { return now_; }
  bool busy(Slot session) const { return sessions_[session].state != Session::State::idle; }
  void close();

  // --- telling
  std::vector<Event> take_events() { return std::exchange(events_, {}); }
  void give_back(std::vector<Event> events);
  void tell_locks(Slot end);
  void tell_waits();

  /// Throws SqlError when this statement cannot be played on these tables.
  void check(Slot session, const Prepared& statement);

 private:
  // --- time (engine_schedule.cpp)
  enum class Timer : std::uint8_t { statement_timeout, lock_timeout, deadlock };
  struct LockWait;
  struct Pause;
  std::uint64_t random();
  bool spend(Slot slot, std::int64_t micros);
  Pause pause(Slot slot);
  Pause sleep(Slot slot, std::int64_t micros);
  LockWait lock_wait(Slot slot);
  void make_runnable(Slot slot, std::int64_t due);
  void run_slice(Slot slot);
  void wake_all();
  void begin_wait(Slot slot);
  void end_wait(Slot slot);
  void set_timer(Slot slot, Timer timer, std::optional<std::int64_t>& place, std::int64_t at);
  void clear_timer(Slot slot, Timer timer, std::optional<std::int64_t>& place);
  void fire_next_timer();
  void interrupt(Slot slot, SqlError error);
  void check_deadlock(Slot slot);
  bool play_quiet_timers();
  [[noreturn]] void refuse_upgrade(Slot slot, const LockTag& tag, Mode mode);

  // --- locks
  /// True: granted. False: `co_await lock_wait(slot)` next. Throws when it would be a deadlock at once.
  bool take(Slot slot, const LockTag& tag, Mode mode);
  bool take_at(Slot slot, const LockTag& tag, Mode mode, Depth depth);
  void give(Slot slot, const LockTag& tag, Mode mode);
  LockTag tag_of(const Table& table) const { return {LockTag::Kind::relation, table.relation, 0, 0}; }
  LockTag tag_of(const Index& index) const { return {LockTag::Kind::relation, index.relation, 0, 0}; }
  LockTag tag_of(TableId table, TupleId tuple) const { return {LockTag::Kind::tuple, table, tuple, 0}; }
  static LockTag tag_of(Xid xid) { return {LockTag::Kind::transaction, xid, 0, 0}; }
  /// Opens a table by name: waits for its lock, looks again whether it is still the same.
  Task<TableId> open_table(Slot slot, std::string name, Mode mode, bool no_wait = false);
  Task<void> lock_indexes(Slot slot, TableId table, Mode mode);
  /// XactLockTableWait: until the transaction is over; of a released savepoint's, its parent too. False: `no_wait`.
  Task<bool> wait_for_transaction(Slot slot, Xid xid, bool no_wait);

  // --- transactions (engine_transaction.cpp)
  void ensure_transaction(Slot slot);
  Xid assign_xid(Slot slot);
  Snapshot take_snapshot(Slot slot, bool latest = false);
  Task<void> take_transaction_snapshot(Slot slot);
  void commit(Slot slot);
  void abort(Slot slot);
  void abort_level(Slot slot);
  void fail_transaction(Slot slot);
  void end_transaction(Slot slot);
  void check_commit(Slot slot);
  Task<void> transaction_statement(Slot slot, const sql::StatementNode& node);
  void savepoint_statement(Slot slot, const sql::StatementNode& node);
  void set_statement(Slot slot, const sql::StatementNode& node);
  std::size_t find_savepoint(Slot slot, const std::string& name) const;

  // --- statements (engine_statement.cpp)
  Task<void> run_statement(Slot slot);
  Task<void> statement(Slot slot);
  Task<void> row_statement(Slot slot);
  Task<void> select_statement(Exec& exec);
  Task<void> lock_statement(Slot slot, const sql::LockTables& lock);
  void end_statement(Slot slot);
  std::shared_ptr<const Plan> plan_of(Slot slot, const std::shared_ptr<const Prepared>& statement);
  Context context_of(const Exec& exec, const Context* outer = nullptr);
  void return_row(Exec& exec, const std::vector<ExprId>& items, const Context& context);

  // --- reading (engine_query.cpp)
  struct Joined {
    std::vector<TupleId> tuples;  ///< one of each table; none: the left join's row of nulls
    Row sort_keys;
    std::int64_t series = 0;
  };
  Task<void> prepare(Exec& exec, ExprId id, const Context& context);
  Task<std::vector<Row>> call_function(Exec& exec, const ExprNode& node, const Context& context);
  Task<bool> all_hold(Exec& exec, const std::vector<ExprId>& filters, const Context& context);
  Task<std::vector<Row>> run_query(Exec& exec, std::uint32_t query, const Context* outer);
  Task<std::vector<Joined>> join(Exec& exec, const QueryPlan& query, Context& context);
  Task<void> join_level(Exec& exec, const QueryPlan& query, Context& context, Joined& row, std::vector<Joined>& out);
  double cost_of_whole(const Table& table, std::size_t filters) const;
  std::vector<TupleId> candidates(Exec& exec, const TableUse& use, const Context& context, bool& by_index);
  bool see(Exec& exec, Table& table, TupleId id, bool by_index);
  void bind_rows(const QueryPlan& query, const Joined& row, Context& context);
  Task<bool> lock_joined(Exec& exec, const QueryPlan& query, Context& context, Joined& row);
  std::vector<Row> grouped(Exec& exec, const QueryPlan& query, Context& context, const std::vector<Joined>& rows);
  Task<std::optional<std::int64_t>> count_of(Exec& exec, ExprId id, const Context& context, const char* clause);
  std::vector<TupleId> rows_with_key(Exec& exec, Table& table, const std::vector<ColumnId>& columns, const Row& key);

  // --- row versions (engine_tuple.cpp)
  bool visible(const Tuple& tuple, Slot slot, const Snapshot& snapshot) const;
  Touch satisfies_update(const Tuple& tuple, Slot slot, std::uint32_t command) const;
  bool live_conflict(const Member& member, Slot slot, RowMode mode) const;
  Task<Touch> lock_version(Exec& exec, Table& table, TupleId id, RowMode mode, sql::WaitPolicy policy);
  Task<Touch> lock_newer_versions(Exec& exec, Table& table, TupleId id, RowMode mode);
  /// heapam_tuple_lock: follows the row to its last version if `follow`; `id` becomes the one locked.
  Task<Touch> lock_row(Exec& exec, Table& table, TupleId& id, RowMode mode, sql::WaitPolicy policy, bool follow);
  /// The first half of heap_update and heap_delete: waits until nobody's lock is in the way.
  Task<Touch> await_turn(Exec& exec, Table& table, TupleId id, RowMode mode);
  void add_member(Tuple& tuple, Slot slot, RowMode mode, bool update);
  void prune(Table& table);
  void forget_entries(Table& table, TupleId id);
  [[noreturn]] void cannot_serialize(bool deleted) const;

  // --- writing (engine_write.cpp, engine_insert.cpp)
  using MakeRow = std::function<Row(TupleId)>;
  using Recheck = std::function<Task<bool>(TupleId)>;
  Task<void> update_statement(Exec& exec);
  Task<void> delete_statement(Exec& exec);
  Task<void> insert_statement(Exec& exec);
  void close_indexes(Slot slot, TableId table);
  /// The new version's id; none when the row was not written after all.
  Task<TupleId> update_row(Exec& exec, Table& table, TupleId id, const MakeRow& make, const Recheck& recheck);
  Task<bool> delete_row(Exec& exec, Table& table, TupleId& id, const Recheck& recheck);
  Task<TupleId> follow_update(Exec& exec, Table& table, TupleId id, RowMode mode, Touch touch);
  Task<TupleId> insert_row(Exec& exec, Table& table, Row row);
  Task<void> insert_or_resolve(Exec& exec, Table& table, const Row& row);
  Task<TupleId> conflicting(Exec& exec, Table& table, const Index& index, const Row& row, TupleId self);
  Task<void> enter_indexes(Exec& exec, Table& table, TupleId id, const Row* before);
  Task<bool> update_conflicting(Exec& exec, Table& table, TupleId id, const Row& excluded);
  void check_not_null(const Table& table, const Row& row) const;
  Row new_row(Exec& exec, const Table& table, const std::vector<Value>& values, const std::vector<bool>& given);
  Row assigned(Exec& exec, const std::vector<Assignment>& set, const Table& table, const Context& context,
               const Row& old);
  bool changes_key(const Table& table, const Row& before, const Row& after) const;

  // --- foreign keys (engine_foreign_key.cpp)
  void queue_triggers(Exec& exec, const Table& table, TupleId id, const Row* before, const Row* after);
  Task<void> run_triggers(Exec& exec);
  Task<void> check_parent(Exec& exec, const ForeignKey& key, const Exec::Trigger& trigger);
  Task<void> treat_children(Exec& exec, const ForeignKey& key, const Exec::Trigger& trigger);
  Task<void> change_children(Exec& exec, const ForeignKey& key, sql::FkAction action, const Row& old_key,
                             const Exec::Trigger& trigger);
  Task<bool> any_row_locked(Exec& exec, TableId table, const std::vector<ColumnId>& columns, const Row& key,
                            bool latest);

  // --- definitions (engine_define.cpp)
  Task<void> define(Slot slot, const sql::StatementNode& node);
  Task<void> create_table(Slot slot, const sql::CreateTable& create);
  Task<void> create_index(Slot slot, const sql::CreateIndex& create);
  Task<void> drop_table(Slot slot, const sql::DropTable& drop);
  Task<void> drop_index(Slot slot, const sql::DropIndex& drop);
  Task<void> truncate(Slot slot, const sql::Truncate& truncate);
  Task<void> alter_table(Slot slot, const sql::AlterTable& alter);
  void fill_index(Slot slot, IndexId index);
  void validate_foreign_key(Slot slot, const ForeignKey& key);
  void undo_with(Slot slot, std::function<void()> undo);

  // --- telling (engine_events.cpp)
  void tell(Slot slot, decltype(Event::what) what);
  Lock decode(const LockShown& shown) const;
  WaitState wait_state(Slot slot) const;
  void tell_transaction(Slot slot, TransactionState::Ended ended);
  void tell_deadlock(Slot victim, const std::vector<DeadlockCheck::Edge>& cycle);

  Settings settings_;
  std::uint64_t random_state_;
  std::int64_t now_ = 0;
  bool sliced_ = false;
  std::uint64_t ended_ = 0;
  std::uint64_t next_number_ = 1;
  std::uint32_t next_token_ = 1;
  Catalog catalog_;
  Transactions log_;
  LockManager locks_;
  Serializable ssi_;
  std::deque<Session> sessions_;
  std::set<std::pair<std::int64_t, Slot>> runnable_;
  std::set<std::tuple<std::int64_t, Timer, Slot>> timers_;
  std::set<std::pair<std::uint64_t, Slot>> waiters_;  // in the order in which they began to wait
  std::vector<std::uint64_t> wait_numbers_;
  std::uint64_t next_wait_ = 1;
  std::unordered_map<const Prepared*, std::pair<std::shared_ptr<const Prepared>, std::shared_ptr<const Plan>>> plans_;
  std::vector<Event> events_;
};

}  // namespace gridlock::reference::postgres
