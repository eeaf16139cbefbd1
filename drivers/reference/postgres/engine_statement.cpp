// What happens to a statement from its sending to its end.
#include <fmt/format.h>

#include <algorithm>

#include "drivers/reference/postgres/engine_schedule.h"
#include "model/sql/parse.h"

namespace gridlock::reference::postgres {
namespace {

/// Virtual time 0 is 2026-01-01 00:00:00 to NOW().
constexpr std::int64_t epoch_micros = 1'767'225'600'000'000;

template <class T>
bool is(const sql::StatementNode& node) {
  return std::holds_alternative<T>(node);
}

bool is_row_statement(const sql::StatementNode& node) {
  return is<sql::Select>(node) || is<sql::Insert>(node) || is<sql::Update>(node) || is<sql::Delete>(node);
}

bool ends_aborted(const sql::StatementNode& node) {
  return is<sql::Commit>(node) || is<sql::Rollback>(node) || is<sql::RollbackTo>(node);
}

bool writes(const sql::StatementNode& node) {
  if (is_row_statement(node)) return !is<sql::Select>(node);
  return is<sql::CreateTable>(node) || is<sql::CreateIndex>(node) || is<sql::DropTable>(node) ||
         is<sql::DropIndex>(node) || is<sql::AlterTable>(node) || is<sql::Truncate>(node);
}

}  // namespace

std::shared_ptr<const Plan> Engine::plan_of(Slot slot, const std::shared_ptr<const Prepared>& statement) {
  auto& [kept, plan] = plans_[statement.get()];
  if (!plan || plan->catalog_version != catalog_.version) {
    kept = statement;
    plan = make_plan(catalog_, slot, *statement);
  }
  return plan;
}

void Engine::start(const Call& call) {
  Session& session = sessions_[call.session];
  session.call = call;
  session.affected = 0;
  session.rows.clear();
  session.error.reset();
  session.interruption.reset();
  std::string text = call.statement->text;
  if (!call.parameters.empty()) {
    std::map<std::string, Value> bound;
    for (std::size_t i = 0; i < call.parameters.size(); ++i) bound[call.statement->parameters[i]] = call.parameters[i];
    text = sql::bind(text, sql::Dialect::postgres, bound);
  }
  tell(call.session, StatementStarted{call.step, std::move(text), call.transaction});
  session.running = run_statement(call.session);
  session.resume = session.running.handle();
  session.due = now_;
  spend(call.session, cost::statement);
  if (session.settings.statement_timeout > 0)
    set_timer(call.session, Timer::statement_timeout, session.statement_timeout_at,
              now_ + session.settings.statement_timeout);
  make_runnable(call.session, session.due);
}

Task<void> Engine::run_statement(Slot slot) {
  Session& session = sessions_[slot];
  bool committed_alone = false;
  try {
    co_await statement(slot);
    if (session.number != 0 && session.block == Block::none) {
      check_commit(slot);
      committed_alone = true;
      const bool wrote = session.levels[0].xid != no_xid;
      if (wrote && spend(slot, cost::commit)) co_await pause(slot);
    }
  } catch (const SqlError& error) {
    session.error = error;
  }
  session.waits_for_snapshot = false;
  if (!session.error && committed_alone) commit(slot);
  if (!session.error) co_return;
  session.affected = 0;
  session.rows.clear();
  const bool over = is<sql::Commit>(session.call.statement->statement.node);
  if (session.error->error.code == "25P02") co_return;
  if (over) session.block = Block::none;
  fail_transaction(slot);
}

Task<void> Engine::statement(Slot slot) {
  Session& session = sessions_[slot];
  const sql::StatementNode& node = session.call.statement->statement.node;
  if (session.block == Block::aborted && !ends_aborted(node))
    throw SqlError("25P02", "current transaction is aborted, commands ignored until end of transaction block");
  if (is<sql::Begin>(node) || is<sql::Commit>(node) || is<sql::Rollback>(node)) {
    co_await transaction_statement(slot, node);
  } else if (is<sql::Savepoint>(node) || is<sql::RollbackTo>(node) || is<sql::ReleaseSavepoint>(node)) {
    savepoint_statement(slot, node);
  } else if (is<sql::SetIsolation>(node) || is<sql::SetVariable>(node)) {
    set_statement(slot, node);
  } else if (const auto* unknown = std::get_if<sql::Unknown>(&node)) {
    const std::string& word = unknown->construct.empty() ? unknown->first_word : unknown->construct;
    if (word != "ANALYZE" && word != "VACUUM")
      throw SqlError("0A000", fmt::format("reference:postgres cannot play {}", word));
  } else {
    ensure_transaction(slot);
    if (session.read_only && writes(node))
      throw SqlError("25006", "cannot execute this statement in a read-only transaction");
    ++session.command;
    if (is_row_statement(node)) {
      co_await row_statement(slot);
    } else if (const auto* lock = std::get_if<sql::LockTables>(&node)) {
      co_await lock_statement(slot, *lock);
    } else {
      co_await define(slot, node);
    }
  }
}

Context Engine::context_of(const Exec& exec, const Context* outer) {
  Context context;
  context.plan = exec.plan;
  context.parameters = exec.parameters;
  context.results = &exec.results;
  context.outer = outer;
  context.now_micros = epoch_micros + now_;
  context.backend = exec.slot;
  context.settings = &sessions_[exec.slot].settings;
  return context;
}

Task<void> Engine::row_statement(Slot slot) {
  Session& session = sessions_[slot];
  const std::shared_ptr<const Prepared> prepared = session.call.statement;
  const sql::StatementNode& node = prepared->statement.node;
  if (session.xact_snapshot() && !session.snapshot) co_await take_transaction_snapshot(slot);
  const std::vector<TableWish> wishes = tables_of(node);
  const bool insert = is<sql::Insert>(node);
  std::vector<TableId> opened;
  for (const TableWish& wish : wishes) {
    const TableId id = co_await open_table(slot, wish.table, wish.mode);
    opened.push_back(id);
  }
  const std::shared_ptr<const Plan> plan = plan_of(slot, prepared);
  const bool arbiters = plan->conflict && !plan->conflict->arbiters.empty();
  for (std::size_t i = 0; i < opened.size(); ++i)
    if (i > 0 || !insert || arbiters) co_await lock_indexes(slot, opened[i], wishes[i].mode);
  Exec exec;
  exec.slot = slot;
  exec.plan = plan.get();
  exec.parameters = session.call.parameters;
  exec.results.resize(plan->results);
  exec.ready.assign(plan->queries.size(), false);
  exec.snapshot = take_snapshot(slot);
  struct Opened {  // the snapshot stays as long as the statement may look at what it sees
    Transactions& log;
    Snapshot snapshot;
    ~Opened() { log.close(snapshot); }
  } snapshot{log_, exec.snapshot};
  log_.open(exec.snapshot);
  switch (plan->what) {
    case Plan::What::select: co_await select_statement(exec); break;
    case Plan::What::insert: co_await insert_statement(exec); break;
    case Plan::What::update: co_await update_statement(exec); break;
    case Plan::What::erase: co_await delete_statement(exec); break;
    case Plan::What::other: break;
  }
  co_await run_triggers(exec);
  if (insert) close_indexes(slot, plan->target);
}

Task<void> Engine::select_statement(Exec& exec) {
  Session& session = sessions_[exec.slot];
  std::vector<Row> rows = co_await run_query(exec, 0, nullptr);
  for (Row& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) row[i] = shown(row[i], exec.plan->item_types[i]);
  session.rows = std::move(rows);
}

void Engine::return_row(Exec& exec, const std::vector<ExprId>& items, const Context& context) {
  Session& session = sessions_[exec.slot];
  ++session.affected;
  if (items.empty()) return;
  Row row;
  for (std::size_t i = 0; i < items.size(); ++i)
    row.push_back(shown(evaluate(context, items[i]), exec.plan->item_types[i]));
  session.rows.push_back(std::move(row));
}

Task<void> Engine::lock_statement(Slot slot, const sql::LockTables& lock) {
  if (sessions_[slot].block == Block::none)
    throw SqlError("25P01", "LOCK TABLE can only be used in transaction blocks");
  for (const auto& item : lock.items) {
    const auto mode = mode_of_words(item.mode);
    if (!mode) throw SqlError("0A000", "reference:postgres cannot play LOCK TABLES");
    if (catalog_.find(item.table.table.text, slot) != nullptr && *mode == Mode::access_exclusive) assign_xid(slot);
    co_await open_table(slot, item.table.table.text, *mode, lock.nowait);
  }
}

void Engine::end_statement(Slot slot) {
  Session& session = sessions_[slot];
  clear_timer(slot, Timer::statement_timeout, session.statement_timeout_at);
  session.running = {};
  session.state = Session::State::idle;
  now_ = std::max(now_, sliced_ ? now_ : session.due);
  ++ended_;
  StatementEnded ended;
  ended.step = session.call.step;
  if (session.error) {
    ended.outcome = session.error->outcome;
    ended.error = session.error->error;
  }
  ended.affected = session.affected;
  ended.rows = std::move(session.rows);
  session.rows.clear();
  tell(slot, std::move(ended));
}

/// With the tables that it names; what else can be wrong is found when it runs.
void Engine::check(Slot session, const Prepared& statement) {
  const sql::StatementNode& node = statement.statement.node;
  if (is_row_statement(node)) make_plan(catalog_, session, statement);
}

void Engine::load(Slot slot, const TableData& data) {
  Table* table = catalog_.find(data.table, slot);
  if (table == nullptr) throw SqlError("42P01", fmt::format("relation \"{}\" does not exist", data.table));
  std::vector<ColumnId> columns;
  for (const std::string& name : data.columns) {
    const auto column = catalog_.column(table->id, name);
    if (!column)
      throw SqlError("42703", fmt::format("column \"{}\" of relation \"{}\" does not exist", name, data.table));
    columns.push_back(*column);
  }
  ensure_transaction(slot);
  const Xid xid = assign_xid(slot);
  try {
    for (const auto& values : data.rows) {
      Row row(table->columns.size(), Value(Null{}));
      for (std::size_t i = 0; i < columns.size(); ++i)
        row[columns[i]] = coerce(values[i], table->columns[columns[i]].type);
      for (std::size_t c = 0; c < row.size(); ++c)
        if (is_null(row[c]) && table->columns[c].serial) row[c] = table->columns[c].next_serial++;
      check_not_null(*table, row);
      const TupleId id = table->heap.insert(row, xid, 0);
      for (const IndexId index_id : table->indexes) {
        Index& index = catalog_.indexes[index_id];
        Row key = index.key_of(row);
        const bool has_null = std::any_of(key.begin(), key.end(), [](const Value& value) { return is_null(value); });
        auto& entry = index.entries[std::move(key)];
        if (index.unique && !has_null && !entry.empty())
          throw SqlError("23505", fmt::format("duplicate key value violates unique constraint \"{}\"", index.name));
        entry.push_back(id);
      }
    }
  } catch (const SqlError&) {
    abort(slot);
    throw;
  }
  commit(slot);
}

}  // namespace gridlock::reference::postgres
