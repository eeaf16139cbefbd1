// What each statement does, phase by phase.
#include <fmt/format.h>

#include <algorithm>

#include "drivers/reference/engine.h"
#include "drivers/reference/engine_context.h"
#include "drivers/reference/sql_value.h"
#include "drivers/reference/table_rules.h"

namespace gridlock::reference {
namespace {

bool is_row_statement(StatementPlan::Kind kind) {
  using Kind = StatementPlan::Kind;
  return kind == Kind::select || kind == Kind::insert || kind == Kind::update || kind == Kind::erase;
}

/// SHARED_WRITE of what is written or read FOR UPDATE, SHARED_READ of the rest (sql_yacc.yy, mdl_type).
Mode metadata_mode(const StatementPlan& plan, TableId table) {
  bool writes = table == plan.target;
  for (const QueryPlan& query : plan.queries)
    for (const TableUse& use : query.tables) writes = writes || (use.table == table && use.lock == LockWish::exclusive);
  return writes ? metadata::shared_write : metadata::shared_read;
}

}  // namespace

std::shared_ptr<const StatementPlan> Engine::plan_of(const std::shared_ptr<const Prepared>& statement) {
  auto& [kept, plan] = plans_[statement.get()];
  if (!plan || plan->catalog_version != catalog_.version) {
    kept = statement;
    plan = make_plan(catalog_, *statement);
  }
  return plan;
}

void Engine::start(const Call& call) {
  Session& session = sessions_[call.session];
  session.execution = Execution{};
  touch(Shared::session, call.session, true);
  touch(Shared::everything, 0, false);
  Execution& execution = session.execution;
  execution.statement = call.statement;
  execution.parameters = call.parameters;
  execution.step = call.step;
  execution.transaction = call.transaction;
  execution.plan = plan_of(call.statement);
  std::map<std::string, Value> bound;
  for (std::size_t i = 0; i < call.parameters.size(); ++i) bound[call.statement->parameters[i]] = call.parameters[i];
  std::string text = bound.empty() ? call.statement->text : sql::bind(call.statement->text, sql::Dialect::mysql, bound);
  tell(call.session, StatementStarted{call.step, std::move(text), call.transaction});
  session.due = now_;
  spend(call.session, cost::statement);
  make_runnable(call.session, session.due);
}

Progress Engine::fail(Slot slot, std::string code, std::string message) {
  Execution& execution = sessions_[slot].execution;
  execution.error = ServerError{std::move(code), std::move(message)};
  execution.outcome = Outcome::error;
  return Progress::error;
}

Progress Engine::step_statement(Slot slot) {
  Execution& execution = sessions_[slot].execution;
  switch (execution.phase) {
    case Execution::Phase::metadata: return take_metadata_locks(slot);
    case Execution::Phase::tables: return take_table_locks(slot);
    case Execution::Phase::body:
    case Execution::Phase::write: {
      const Progress progress = body(slot);
      if (progress == Progress::error && execution.outcome == Outcome::done) execution.outcome = Outcome::error;
      return progress == Progress::end ? finish_body(slot) : progress;
    }
    case Execution::Phase::commit:
      commit(slot);
      execution.phase = Execution::Phase::done;
      return Progress::end;
    case Execution::Phase::done: break;
  }
  return Progress::end;
}

/// Tables are opened, and so protected against LOCK TABLES and changes of their definition, before anything is read.
Progress Engine::take_metadata_locks(Slot slot) {
  Session& session = sessions_[slot];
  Execution& execution = session.execution;
  const StatementPlan& plan = *execution.plan;
  if (plan.refusal) return fail(slot, plan.refusal->code, plan.refusal->message);
  if (is_row_statement(plan.kind)) ensure_transaction(slot);
  for (; execution.next < plan.tables_read.size(); ++execution.next) {
    const TableId table = plan.tables_read[execution.next];
    const bool writes = table == plan.target;
    if (!session.locked_tables.empty()) {
      const auto locked = session.locked_tables.find(table);
      const std::string& name = catalog_.tables[table].name;
      if (locked == session.locked_tables.end()) {
        return fail(slot, "1100", fmt::format("Table '{}' was not locked with LOCK TABLES", name));
      }
      if (writes && !locked->second) {
        return fail(slot, "1099", fmt::format("Table '{}' was locked with a READ lock and can't be updated", name));
      }
    }
    if (lock_metadata(slot, metadata_of(table), metadata_mode(plan, table)) == Got::waiting) return Progress::wait;
  }
  execution.next = 0;
  execution.undo_at_statement = session.transaction.undo.size();
  execution.phase = profile_->whole_tables ? Execution::Phase::tables : Execution::Phase::body;
  return Progress::again;
}

/// MyISAM: all tables at once, in one order, whatever the statement's own (mysql_lock_tables, thr_multi_lock).
Progress Engine::take_table_locks(Slot slot) {
  Session& session = sessions_[slot];
  Execution& execution = session.execution;
  const StatementPlan& plan = *execution.plan;
  std::vector<TableId> tables = plan.tables_read;
  std::sort(tables.begin(), tables.end());
  for (; session.locked_tables.empty() && execution.next < tables.size(); ++execution.next) {
    const TableId table = tables[execution.next];
    if (lock_whole_table(slot, table, table_mode(slot, table)) == Got::waiting) return Progress::wait;
  }
  execution.next = 0;
  execution.phase = Execution::Phase::body;
  return Progress::again;
}

/// A plain INSERT goes beside readers while the table has no holes (concurrent_insert=AUTO).
Mode Engine::table_mode(Slot slot, TableId table) const {
  const StatementPlan& plan = *sessions_[slot].execution.plan;
  if (metadata_mode(plan, table) == metadata::shared_read) return table_lock::read;
  const bool plain_insert = plan.kind == StatementPlan::Kind::insert && !plan.upsert &&
                            plan.insert_kind != sql::Insert::Kind::replace && table == plan.target;
  const int beside = settings_.concurrent_insert;
  if (plain_insert && (beside == 2 || (beside == 1 && !has_holes_[table]))) return table_lock::concurrent_insert;
  return sessions_[slot].settings.low_priority_updates ? table_lock::write_low_priority : table_lock::write;
}

/// MyISAM: what the statement wrote is there for good, and its locks go.
void Engine::end_table_statement(Slot slot) {
  Transaction& transaction = sessions_[slot].transaction;
  if (transaction.id != no_trx_id) {
    log_.commit(transaction.id);
    history_.push_back({transaction.id, log_.commit_number(transaction.id), std::move(transaction.undo)});
    transaction.id = no_trx_id;
    transaction.undo.clear();
    undo_entries_[slot] = 0;
  }
  if (sessions_[slot].locked_tables.empty()) locks_.release_all(slot, woken_);
  wake_all();
}

Progress Engine::body(Slot slot) {
  using Kind = StatementPlan::Kind;
  const StatementPlan& plan = *sessions_[slot].execution.plan;
  switch (plan.kind) {
    case Kind::select: return select_body(slot);
    case Kind::insert: {
      const Table& table = catalog_.tables[plan.target];
      const int mode = settings_.autoinc_lock_mode;
      const bool bulk = mode == 0 || (mode == 1 && plan.has_query);
      if (table.auto_increment != none && bulk && lock_table(slot, table.id, innodb::AUTO_INC) == Got::waiting) {
        return Progress::wait;
      }
      return insert_body(slot);
    }
    case Kind::update:
    case Kind::erase: return change_body(slot);
    case Kind::user_lock: return user_lock_body(slot);
    case Kind::lock_tables:
    case Kind::unlock_tables: return lock_tables_body(slot);
    case Kind::set_variable:
    case Kind::set_isolation: return set_variable_body(slot);
    case Kind::define: return define_body(slot);
    case Kind::begin:
    case Kind::commit:
    case Kind::rollback: return transaction_body(slot);
    case Kind::savepoint:
    case Kind::rollback_to:
    case Kind::release_savepoint: return savepoint_body(slot);
    case Kind::nothing: break;
  }
  return Progress::end;
}

/// A statement outside of a transaction is one by itself.
Progress Engine::finish_body(Slot slot) {
  Session& session = sessions_[slot];
  Execution& execution = session.execution;
  execution.phase = Execution::Phase::done;
  const bool alone =
      session.transaction.number != 0 && !session.transaction.explicitly_begun && session.settings.autocommit;
  if (!alone) return Progress::end;
  execution.phase = Execution::Phase::commit;
  const bool wrote = session.transaction.id != no_trx_id;
  return wrote && spend(slot, cost::commit) ? Progress::pause : Progress::again;
}

void Engine::end_statement(Slot slot) {
  Session& session = sessions_[slot];
  Execution& execution = session.execution;
  const StatementPlan& plan = *execution.plan;
  if (plan.kind == StatementPlan::Kind::insert && settings_.autoinc_lock_mode < 2) {
    touch({catalog_.tables[plan.target].space, 0}, true);
    locks_.release(slot, {catalog_.tables[plan.target].space, 0}, innodb::AUTO_INC, woken_);
  }
  touch(Shared::session, slot, true);
  if (profile_->whole_tables) {
    touch_all_of(slot);
    end_table_statement(slot);
  }
  Transaction& transaction = session.transaction;
  if (transaction.number != 0 && transaction.skips_gaps()) {
    if (execution.inherits_otherwise) locks_.set_inheritance(slot, profile_->inherits);
    if (transaction.view) log_.close_view(*transaction.view);  // READ COMMITTED: a new view for each statement
    transaction.view.reset();
  }
  session.state = Session::State::idle;
  now_ = std::max(now_, sliced_ ? now_ : session.due);
  ++ended_;
  tell(slot, StatementEnded{execution.step, execution.outcome, std::move(execution.error), execution.affected,
                            std::move(execution.rows)});
}

/// The statement is undone, the transaction goes on; a statement that was a transaction by itself is over with it.
void Engine::fail_statement(Slot slot) {
  Session& session = sessions_[slot];
  Execution& execution = session.execution;
  if (execution.outcome == Outcome::serialization_failure) {
    roll_back(slot);
  } else if (session.transaction.number != 0) {
    const std::size_t undo = execution.phase == Execution::Phase::metadata ? session.transaction.undo.size()
                             : profile_->whole_tables ? execution.undo_at_row  // the rows before this one stay
                                                      : execution.undo_at_statement;
    roll_back_to(slot, undo, true);
    if (profile_->whole_tables) end_table_statement(slot);
    if (!session.transaction.explicitly_begun && session.settings.autocommit) roll_back(slot);
  }
  execution.affected = 0;
  execution.rows.clear();
  end_statement(slot);
}

// --------------------------------------------------------------------------------------------- reading and changing

Progress Engine::select_body(Slot slot) {
  Execution& execution = sessions_[slot].execution;
  if (execution.queries.empty()) push_query(slot, 0, none);
  while (true) {
    const bool satisfied = execution.queries.size() == 1 && execution.plan->queries[0].limit != none &&
                           execution.queries.front().phase != QueryRun::Phase::prepare &&
                           enough(slot, execution.queries.front());
    const Progress progress = satisfied ? Progress::end : run_query(slot);
    if (progress == Progress::ready) {
      accept_row(slot, execution.queries.front());
      if (execution.error) return Progress::error;
      continue;
    }
    if (progress != Progress::end) return progress;
    sort_and_cut(slot, execution.queries.front());
    if (execution.error) return Progress::error;
    for (QueryRun::Output& output : execution.queries.front().output) execution.rows.push_back(std::move(output.row));
    return Progress::end;
  }
}

/// True when all rows must be found before the first is changed: they are to be sorted, or the change would move them
/// within the index that is read (sql_update.cc, used_key_is_modified).
bool Engine::deferred(Slot slot, const QueryRun& run) const {
  const StatementPlan& plan = *sessions_[slot].execution.plan;
  const QueryPlan& query = plan.queries[0];
  if (sorted_afterwards(query, run) || query.tables.size() > 1) return true;
  if (plan.kind != StatementPlan::Kind::update) return false;
  const Index& index = catalog_.indexes[run.cursors.front().path.index];
  return std::any_of(plan.assignments.begin(), plan.assignments.end(), [&](const SetColumn& set) {
    return std::any_of(index.fields.begin(), index.fields.end(),
                       [&](const IndexField& field) { return field.column == set.column; });
  });
}

Progress Engine::change_body(Slot slot) {
  Execution& execution = sessions_[slot].execution;
  if (execution.queries.empty()) {
    push_query(slot, 0, none);
    execution.undo_at_row = execution.undo_at_statement;
  }
  if (!execution.writes.empty()) {
    const Progress progress = run_writes(slot);
    if (progress == Progress::end) return duplicate_error(slot);
    if (progress != Progress::ready) return progress;
    return spend(slot, cost::row) ? Progress::pause : Progress::again;
  }
  if (execution.collected) return write_next_target(slot);
  return collect_target(slot);
}

/// The row with SET's values, each assignment seeing those before it.
Row Engine::assigned(Slot slot, const QueryRun& run) {
  Execution& execution = sessions_[slot].execution;
  Row after = run.rows.front();
  with_context(slot, [&](EvalContext context) {
    std::vector<Row> rows = run.rows;
    for (const SetColumn& set : execution.plan->assignments) {
      context.rows = rows;
      const Column& column = catalog_.tables[execution.plan->target].columns[set.column];
      after[set.column] = set.value != none ? evaluate(context, set.value) : column.default_value.value_or(Null{});
      if (!fit_column(slot, execution.plan->target, set.column, after[set.column])) return false;
      rows.front() = after;
    }
    return true;
  });
  return after;
}

Progress Engine::collect_target(Slot slot) {
  Execution& execution = sessions_[slot].execution;
  const StatementPlan& plan = *execution.plan;
  const QueryPlan& query = plan.queries[0];
  const auto limit = limit_of(slot, execution.queries.front(), false);
  const bool first = execution.found == 0;
  const bool sorted = !first && sorted_afterwards(query, execution.queries.front());
  const bool satisfied = limit && (*limit == 0 || (!sorted && execution.found >= *limit));
  const Progress progress = satisfied ? Progress::end : run_query(slot);
  if (progress == Progress::end) {
    execution.collected = true;
    if (sorted) sort_and_cut(slot, execution.queries.front());
    execution.targets = std::move(execution.queries.front().output);
    std::reverse(execution.targets.begin(), execution.targets.end());  // they are taken from the end
    return Progress::again;
  }
  if (progress != Progress::ready) return progress;
  ++execution.found;
  ++execution.next;
  QueryRun& run = execution.queries.front();
  QueryRun::Output output;
  output.target = run.cursors.front().row;
  if (plan.kind == StatementPlan::Kind::update) output.row = assigned(slot, run);
  if (execution.error) return Progress::error;
  if (!deferred(slot, run)) {
    execution.targets.clear();
    execution.targets.push_back(std::move(output));
    return write_next_target(slot);
  }
  with_context(slot, [&](const EvalContext& context) {
    for (const OrderKey& key : query.order_by) output.sort_keys.push_back(evaluate(context, key.expression));
    return true;
  });
  run.output.push_back(std::move(output));
  return Progress::again;
}

Progress Engine::write_next_target(Slot slot) {
  Execution& execution = sessions_[slot].execution;
  const StatementPlan& plan = *execution.plan;
  if (execution.targets.empty()) return execution.collected ? Progress::end : Progress::again;
  QueryRun::Output target = std::move(execution.targets.back());
  execution.targets.pop_back();
  const RowStore& store = rows_[plan.target];
  if (store.newest_version(target.target).deleted) return Progress::again;  // a join found it twice, a cascade took it
  const auto values = store.values(store.newest(target.target));
  RowWrite write;
  write.table = plan.target;
  write.row = target.target;
  write.before.assign(values.begin(), values.end());
  write.kind = plan.kind == StatementPlan::Kind::erase ? RowWrite::Kind::erase : RowWrite::Kind::update;
  if (write.kind == RowWrite::Kind::update) {
    if (target.row == write.before) return Progress::again;  // nothing changes: locked, but not counted
    write.after = std::move(target.row);
  }
  ++execution.affected;
  execution.undo_at_row = sessions_[slot].transaction.undo.size();
  execution.writes.push_back(std::move(write));
  return Progress::again;
}

// --------------------------------------------------------------------------------------------- transactions

Progress Engine::transaction_body(Slot slot) {
  Session& session = sessions_[slot];
  Execution& execution = session.execution;
  if (execution.plan->kind == StatementPlan::Kind::begin) {
    const auto& begin = std::get<sql::Begin>(execution.statement->statement.node);
    commit(slot);
    release_metadata(slot, true);  // START TRANSACTION ends LOCK TABLES
    if (begin.isolation) session.next_isolation = begin.isolation;
    begin_transaction(slot, true);
    session.transaction.read_only = begin.read_only.value_or(false);
    const bool keeps_view = session.transaction.isolation >= sql::Isolation::repeatable_read;
    if (begin.consistent_snapshot && keeps_view) session.transaction.view = log_.open_view();
    if (session.transaction.view) touch_commits();
    return Progress::end;
  }
  if (execution.plan->kind == StatementPlan::Kind::rollback) {
    roll_back(slot);
    return Progress::end;
  }
  const bool wrote = session.transaction.id != no_trx_id;
  execution.phase = Execution::Phase::commit;
  return wrote && spend(slot, cost::commit) ? Progress::pause : Progress::again;
}

Progress Engine::savepoint_body(Slot slot) {
  Session& session = sessions_[slot];
  auto& savepoints = session.transaction.savepoints;
  const auto& node = session.execution.statement->statement.node;
  const auto named = [&](const std::string& name) {
    return std::find_if(savepoints.begin(), savepoints.end(),
                        [&](const SavepointMark& mark) { return sql::same_name(mark.name, name); });
  };
  if (const auto* savepoint = std::get_if<sql::Savepoint>(&node)) {
    if (session.transaction.number == 0 && session.settings.autocommit) return Progress::end;
    ensure_transaction(slot);
    if (const auto same = named(savepoint->name.text); same != savepoints.end()) savepoints.erase(same);
    savepoints.push_back({savepoint->name.text, session.transaction.undo.size()});
    return Progress::end;
  }
  const auto* to = std::get_if<sql::RollbackTo>(&node);
  const std::string& name = to != nullptr ? to->name.text : std::get<sql::ReleaseSavepoint>(node).name.text;
  const auto found = named(name);
  if (found == savepoints.end()) return fail(slot, "1305", fmt::format("SAVEPOINT {} does not exist", name));
  if (to != nullptr) {
    roll_back_to(slot, found->undo, true);
    session.execution.undo_at_statement = found->undo;
    savepoints.erase(found + 1, savepoints.end());
  } else {
    savepoints.erase(found, savepoints.end());
  }
  return Progress::end;
}

Progress Engine::set_variable_body(Slot slot) {
  Session& session = sessions_[slot];
  const auto& node = session.execution.statement->statement.node;
  if (const auto* isolation = std::get_if<sql::SetIsolation>(&node)) {
    if (isolation->session) {
      session.settings.isolation = isolation->isolation;
      return Progress::end;
    }
    if (session.transaction.number != 0) {
      return fail(slot, "1568", "Transaction characteristics can't be changed while a transaction is in progress");
    }
    session.next_isolation = isolation->isolation;
    return Progress::end;
  }
  const auto& set = std::get<sql::SetVariable>(node);
  if (session.execution.queries.empty()) push_query(slot, 0, none);
  while (session.execution.queries.front().phase == QueryRun::Phase::prepare) {
    const Progress progress = run_query(slot);
    if (progress == Progress::wait || progress == Progress::pause || progress == Progress::error) return progress;
  }
  const ExprId expression = session.execution.plan->assignments.front().value;
  const Value value = with_context(slot, [&](const EvalContext& context) { return evaluate(context, expression); });
  std::string name = set.name.text;
  if (name.starts_with('@') && !name.starts_with("@@")) {
    session.variables[name.substr(1)] = value;
    return Progress::end;
  }
  while (name.starts_with('@')) name.erase(0, 1);
  for (const std::string_view scope : {"session.", "global.", "local."}) {
    if (name.size() > scope.size() && sql::same_name(name.substr(0, scope.size()), scope)) name.erase(0, scope.size());
  }
  touch(Shared::everything, 0, true);  // it may be the whole engine's
  const bool was_autocommit = session.settings.autocommit;
  if (const auto problem = set_variable(session.settings, &settings_, name, to_text(value))) {
    const bool unknown = problem->message.find("has no setting") != std::string::npos;
    return unknown ? fail(slot, "1193", fmt::format("Unknown system variable '{}'", name))
                   : fail(slot, "1231",
                          fmt::format("Variable '{}' can't be set to the value of '{}'", name, to_text(value)));
  }
  if (!was_autocommit && session.settings.autocommit) commit(slot);
  return Progress::end;
}

// --------------------------------------------------------------------------------------------- locks by name

Progress Engine::lock_tables_body(Slot slot) {
  Session& session = sessions_[slot];
  Execution& execution = session.execution;
  if (execution.next == 0) {
    touch_all_of(slot);
    if (!session.locked_tables.empty() || execution.plan->kind == StatementPlan::Kind::lock_tables) commit(slot);
    release_metadata(slot, true);
    wake_all();
  }
  const auto& wanted = execution.plan->table_locks;
  for (; execution.next < wanted.size(); ++execution.next) {
    const TableLock& one = wanted[execution.next];
    const Mode mode = one.write   ? metadata::shared_no_read_write
                      : one.local ? metadata::shared_read
                                  : metadata::shared_read_only;
    if (lock_metadata(slot, metadata_of(one.table), mode) == Got::waiting) {
      ++execution.next;  // so that the wait's end does not begin anew; the lock is held then
      session.locked_tables[one.table] = one.write;
      return Progress::wait;
    }
    session.locked_tables[one.table] = one.write;
  }
  for (const TableLock& one : wanted) {
    const Mode mode = one.write ? table_lock::write : one.local ? table_lock::read : table_lock::read_no_insert;
    if (profile_->whole_tables && lock_whole_table(slot, one.table, mode) == Got::waiting) return Progress::wait;
  }
  const bool local = std::any_of(wanted.begin(), wanted.end(), [](const TableLock& one) { return one.local; });
  if (local && profile_->whole_tables) session.local_view = log_.open_view();
  return Progress::end;
}

/// User locks are numbered in the order in which their names are first heard; names do not tell case apart.
Resource Engine::user_lock(const std::string& name) {
  auto known = std::find(user_lock_names_.begin(), user_lock_names_.end(), name);
  if (known == user_lock_names_.end()) known = user_lock_names_.insert(known, name);
  return {0,
          static_cast<std::uint32_t>(known - user_lock_names_.begin()) + 1};  // item 0 is a supremum to the lock table
}

/// `ready` if the session held it.
Progress Engine::release_user_lock(Slot slot, const std::string& name) {
  auto& held = sessions_[slot].user_locks;
  const auto found = held.find(name);
  if (found == held.end()) return Progress::end;
  if (--found->second > 0) return Progress::ready;
  held.erase(found);
  touch_metadata(user_lock(name), true);
  metadata_.release(slot, user_lock(name), metadata::user, metadata_woken_);
  return Progress::ready;
}

/// 1: got it; 0: the time was over. A negative timeout, or none, waits for ever.
Progress Engine::get_user_lock(Slot slot, const UserLockCall& call, const std::string& name, Value& result) {
  Session& session = sessions_[slot];
  double seconds = -1;
  if (call.timeout != none) {
    seconds =
        with_context(slot, [&](const EvalContext& context) { return to_double(evaluate(context, call.timeout)); });
  }
  touch_metadata(user_lock(name), true);
  const bool free = metadata_.would_wait_for(slot, user_lock(name), metadata::user) == no_trx;
  result = std::int64_t{0};
  if (!free && (seconds == 0 || session.execution.user_lock_timed_out)) return Progress::ready;
  const std::int64_t usual = session.settings.metadata_timeout_s;
  if (seconds > 0) session.settings.metadata_timeout_s = static_cast<std::int64_t>(seconds);
  const Got got = lock_metadata(slot, user_lock(name), metadata::user);
  session.settings.metadata_timeout_s = usual;
  if (got == Got::waiting) return Progress::wait;
  ++session.user_locks[name];
  result = std::int64_t{1};
  return Progress::ready;
}

Progress Engine::user_lock_call(Slot slot, const UserLockCall& call, Value& result) {
  auto& held = sessions_[slot].user_locks;
  if (call.what == UserLockCall::What::release_all) {
    std::int64_t released = 0;
    while (!held.empty()) {
      const std::string name = held.begin()->first;
      if (release_user_lock(slot, name) == Progress::ready) ++released;
    }
    result = released;
    return Progress::ready;
  }
  const Value value =
      call.name == none ? Value(Null{})
                        : with_context(slot, [&](const EvalContext& context) { return evaluate(context, call.name); });
  if (is_null(value)) return fail(slot, "3057", "Incorrect user-level lock name 'NULL'.");
  std::string name = to_text(value);
  for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  if (call.what == UserLockCall::What::get) return get_user_lock(slot, call, name, result);
  touch_metadata(user_lock(name), false);
  const bool exists = !metadata_.queue_of(user_lock(name)).empty();
  if (call.what == UserLockCall::What::is_free) {
    result = std::int64_t{!exists};
  } else if (exists) {
    result = std::int64_t{release_user_lock(slot, name) == Progress::ready};
  }  // RELEASE_LOCK of what nobody holds is NULL
  return Progress::ready;
}

Progress Engine::user_lock_body(Slot slot) {
  Execution& execution = sessions_[slot].execution;
  if (execution.queries.empty()) {
    push_query(slot, 0, none);
    execution.rows.emplace_back();
  }
  for (; execution.next < execution.plan->user_locks.size(); ++execution.next) {
    Value result = Null{};
    const Progress progress = user_lock_call(slot, execution.plan->user_locks[execution.next], result);
    if (progress != Progress::ready) return progress;
    execution.rows.front().push_back(std::move(result));
  }
  wake_all();
  return Progress::end;
}

}  // namespace gridlock::reference
