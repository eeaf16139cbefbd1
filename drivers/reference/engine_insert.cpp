// INSERT, INSERT IGNORE, REPLACE and ON DUPLICATE KEY UPDATE.
// Sources: MySQL 9.7 sql/sql_insert.cc (write_record, fill_record), storage/innobase/row/row0ins.cc.
#include <fmt/format.h>

#include <algorithm>

#include "drivers/reference/engine.h"
#include "drivers/reference/engine_context.h"
#include "drivers/reference/sql_value.h"

namespace gridlock::reference {

Progress Engine::insert_body(Slot slot) {
  switch (sessions_[slot].execution.insert) {
    case Execution::Insert::next: return next_candidate(slot);
    case Execution::Insert::writing: return write_candidate(slot);
    case Execution::Insert::conflict: return lock_conflict(slot);
  }
  return Progress::end;
}

/// Columns that were not given get their defaults, AUTO_INCREMENT its next value, all the type of their column.
std::optional<Row> Engine::candidate_row(Slot slot, const std::vector<Value>& given,
                                         const std::vector<bool>& defaulted) {
  const StatementPlan& plan = *sessions_[slot].execution.plan;
  const Table& table = catalog_.tables[plan.target];
  Row row(table.columns.size(), Null{});
  std::vector<bool> set(table.columns.size());
  for (std::size_t i = 0; i < plan.columns.size(); ++i) {
    if (defaulted[i]) continue;
    row[plan.columns[i]] = given[i];
    set[plan.columns[i]] = true;
  }
  for (ColumnId id = 0; id < row.size(); ++id) {
    const Column& column = table.columns[id];
    if (column.hidden) {
      touch(Shared::counter, table.id, true);
      row[id] = next_row_id_++;
      continue;
    }
    if (!set[id] && column.default_value) row[id] = *column.default_value;
    if (!set[id] && column.default_now) row[id] = DateTime{epoch_micros + now_};
    if (id == table.auto_increment) touch(Shared::counter, table.id, true);
    if (id == table.auto_increment && (is_null(row[id]) || compare_values(row[id], std::int64_t{0}) == 0)) {
      row[id] = next_auto_increment_[table.id]++;
      sessions_[slot].last_insert_id = std::get<std::int64_t>(row[id]);
    } else if (!set[id] && column.not_null && !column.default_value && !column.default_now) {
      fail(slot, "1364", fmt::format("Field '{}' doesn't have a default value", column.name));
      return std::nullopt;
    }
    if (!fit_column(slot, plan.target, id, row[id])) return std::nullopt;
    if (id == table.auto_increment) {
      const std::int64_t used = std::get<std::int64_t>(row[id]);
      next_auto_increment_[table.id] = std::max(next_auto_increment_[table.id], used + 1);
    }
  }
  return row;
}

/// Strict mode: what does not fit is an error (sql/field.cc, Field::set_warning).
bool Engine::fit_column(Slot slot, TableId table, ColumnId id, Value& value) {
  const Column& column = catalog_.tables[table].columns[id];
  if (is_null(value)) {
    if (!column.not_null) return true;
    fail(slot, "1048", fmt::format("Column '{}' cannot be null", column.name));
    return false;
  }
  Coerced coerced = coerce(value, column.type);
  const std::size_t row = sessions_[slot].execution.next;
  switch (coerced.fit) {
    case Coerced::Fit::exact: value = std::move(coerced.value); return true;
    case Coerced::Fit::out_of_range:
      fail(slot, "1264",
           fmt::format("Out of range value for column '{}' at row {}", column.name, std::max<std::size_t>(row, 1)));
      return false;
    case Coerced::Fit::too_long:
      fail(slot, "1406",
           fmt::format("Data too long for column '{}' at row {}", column.name, std::max<std::size_t>(row, 1)));
      return false;
    case Coerced::Fit::incorrect: break;
  }
  const char* kind = column.type.kind == sql::Type::Kind::integer   ? "integer"
                     : column.type.kind == sql::Type::Kind::decimal ? "decimal"
                     : column.type.kind == sql::Type::Kind::date    ? "date"
                                                                    : "datetime";
  const bool date = column.type.kind == sql::Type::Kind::date || column.type.kind == sql::Type::Kind::datetime;
  fail(slot, date ? "1292" : "1366",
       fmt::format("Incorrect {} value: '{}' for column '{}' at row {}", kind, to_text(value), column.name,
                   std::max<std::size_t>(row, 1)));
  return false;
}

Refusal Engine::load(Slot slot, const TableData& data) {
  const Table* table = catalog_.find(data.table);
  if (table == nullptr) return ServerError{"1146", fmt::format("Table '{}' doesn't exist", data.table)};
  auto plan = std::make_shared<StatementPlan>();
  plan->kind = StatementPlan::Kind::insert;
  plan->target = table->id;
  for (const std::string& name : data.columns) {
    const auto column = catalog_.column(table->id, name);
    if (!column) return ServerError{"1054", fmt::format("Unknown column '{}' in 'field list'", name)};
    plan->columns.push_back(*column);
  }
  Execution& execution = sessions_[slot].execution;
  execution = Execution{};
  execution.plan = plan;
  sliced_ = false;
  ensure_transaction(slot);
  const std::vector<bool> given(plan->columns.size());
  for (const auto& values : data.rows) {
    ++execution.next;
    auto row = candidate_row(slot, values, given);
    if (!row) break;
    RowWrite write;
    write.table = plan->target;
    write.after = std::move(*row);
    begin_write(slot, std::move(write));
    if (run_writes(slot) != Progress::ready) {
      if (!execution.error) duplicate_error(slot);
      break;
    }
  }
  commit(slot);
  purge();
  return execution.error;
}

/// Reads until INSERT ... SELECT has a row for us. Rows of the table that is written are all read first, through a
/// temporary table; so are those that are grouped, sorted or counted off.
Progress Engine::read_source(Slot slot) {
  Execution& execution = sessions_[slot].execution;
  const QueryPlan& query = execution.plan->queries[0];
  const bool itself = std::any_of(query.tables.begin(), query.tables.end(),
                                  [&](const TableUse& use) { return use.table == execution.plan->target; });
  const bool whole = itself || !query.aggregates.empty() || !query.group_by.empty() || !query.order_by.empty() ||
                     query.limit != none || query.distinct;
  while (!execution.collected && (whole || execution.next >= execution.queries.front().output.size())) {
    const Progress progress = run_query(slot);
    if (progress == Progress::ready) {
      accept_row(slot, execution.queries.front());
      if (execution.error) return Progress::error;
      if (!enough(slot, execution.queries.front())) continue;
    } else if (progress != Progress::end) {
      return progress;
    }
    execution.collected = true;
    sort_and_cut(slot, execution.queries.front());
  }
  return execution.next < execution.queries.front().output.size() ? Progress::ready : Progress::end;
}

/// Runs the subqueries in VALUES, if there are any, before the first row.
Progress Engine::prepare_values(Slot slot) {
  Execution& execution = sessions_[slot].execution;
  while (execution.queries.front().phase == QueryRun::Phase::prepare) {
    const Progress progress = run_query(slot);
    if (progress != Progress::ready && progress != Progress::end) return progress;
  }
  return execution.next < execution.plan->rows.size() ? Progress::ready : Progress::end;
}

Progress Engine::next_candidate(Slot slot) {
  Execution& execution = sessions_[slot].execution;
  const StatementPlan& plan = *execution.plan;
  if (execution.queries.empty()) {
    push_query(slot, 0, none);
    execution.undo_at_row = execution.undo_at_statement;
    if (plan.upsert || plan.insert_kind == sql::Insert::Kind::replace) inherit_by(slot, profile_->inherits_upsert);
  }
  const Progress progress = plan.has_query ? read_source(slot) : prepare_values(slot);
  if (progress != Progress::ready) return progress;
  std::vector<Value> given;
  std::vector<bool> defaulted(plan.columns.size());
  if (plan.has_query) {
    given = std::move(execution.queries.front().output[execution.next].row);
  } else {
    with_context(slot, [&](const EvalContext& context) {
      for (const ExprId value : plan.rows[execution.next]) {
        defaulted[given.size()] = value == none;
        given.push_back(value == none ? Value(Null{}) : evaluate(context, value));
      }
      return true;
    });
    if (execution.error) return Progress::error;
  }
  ++execution.next;
  auto row = candidate_row(slot, given, defaulted);
  if (!row) return Progress::error;
  execution.candidate = std::move(*row);
  return write_anew(slot);
}

/// Begins to insert the candidate.
Progress Engine::write_anew(Slot slot) {
  Execution& execution = sessions_[slot].execution;
  execution.undo_at_row = sessions_[slot].transaction.undo.size();
  RowWrite write;
  write.table = execution.plan->target;
  write.after = execution.candidate;
  return begin_write(slot, std::move(write));
}

Progress Engine::begin_write(Slot slot, RowWrite write) {
  Execution& execution = sessions_[slot].execution;
  write.takes_exclusive = execution.plan->upsert || execution.plan->insert_kind == sql::Insert::Kind::replace;
  if (write.kind != RowWrite::Kind::insert) {
    const auto values = rows_[write.table].values(rows_[write.table].newest(write.row));
    write.before.assign(values.begin(), values.end());
  }
  execution.writes.clear();
  execution.writes.push_back(std::move(write));
  execution.insert = Execution::Insert::writing;
  return Progress::again;
}

Progress Engine::write_candidate(Slot slot) {
  Execution& execution = sessions_[slot].execution;
  const StatementPlan& plan = *execution.plan;
  const Progress progress = run_writes(slot);
  if (progress == Progress::end) {
    execution.writes.clear();
    if (plan.upsert || plan.insert_kind == sql::Insert::Kind::replace) {
      roll_back_to(slot, execution.undo_at_row, true);
      execution.insert = Execution::Insert::conflict;
      return Progress::again;
    }
    const Progress refused = duplicate_error(slot);
    roll_back_to(slot, execution.undo_at_row, true);
    if (plan.insert_kind != sql::Insert::Kind::insert_ignore) return refused;
    execution.error.reset();
    execution.outcome = Outcome::done;
    execution.insert = Execution::Insert::next;
    return Progress::again;
  }
  const bool no_parent = progress == Progress::error && execution.error && execution.error->code == "1452";
  if (no_parent && plan.insert_kind == sql::Insert::Kind::insert_ignore) {
    execution.writes.clear();
    roll_back_to(slot, execution.undo_at_row, true);
    execution.error.reset();
    execution.outcome = Outcome::done;
    execution.insert = Execution::Insert::next;
    return Progress::again;
  }
  if (progress != Progress::ready) return progress;
  if (execution.replaced) {  // REPLACE has deleted the old row: insert the new one again
    execution.replaced = false;
    return write_anew(slot);
  }
  ++execution.affected;
  execution.insert = Execution::Insert::next;
  return spend(slot, cost::row) ? Progress::pause : Progress::again;
}

Progress Engine::duplicate_error(Slot slot) {
  const Execution& execution = sessions_[slot].execution;
  const Index& index = catalog_.indexes[execution.conflict_index];
  std::string key;
  const Key& values = execution.conflict_key;
  for (std::size_t i = 0; i < index.own_fields; ++i) key += (i > 0 ? "-" : "") + to_text(values[i]);
  return fail(slot, "1062",
              fmt::format("Duplicate entry '{}' for key '{}{}'", key,
                          profile_->duplicate_names_table ? catalog_.tables[index.table].name + "." : "", index.name));
}

/// The row in the way is read with an exclusive lock by the key that it is in the way of (write_record).
Progress Engine::lock_conflict(Slot slot) {
  Execution& execution = sessions_[slot].execution;
  const Index& index = catalog_.indexes[execution.conflict_index];
  const OrderedIndex& entries = indexes_[index.id];
  if (!entries.alive(execution.conflict_record)) return write_anew(slot);
  if (lock_record(slot, index.id, execution.conflict_record, innodb::X_record) == Got::waiting) return Progress::wait;
  const IndexId clustered = catalog_.tables[index.table].clustered();
  if (lock_record(slot, clustered, execution.conflict_row, innodb::X_record) == Got::waiting) return Progress::wait;
  if (entries.note(execution.conflict_record).marked) return write_anew(slot);
  return resolve_conflict(slot);
}

Progress Engine::resolve_conflict(Slot slot) {
  Execution& execution = sessions_[slot].execution;
  const StatementPlan& plan = *execution.plan;
  const auto values = rows_[plan.target].values(rows_[plan.target].newest(execution.conflict_row));
  const Row present(values.begin(), values.end());
  if (plan.upsert) {
    Row after = present;
    with_context(slot, [&](EvalContext context) {
      std::vector<Row> rows{present, execution.candidate};
      context.rows = rows;
      for (const SetColumn& set : plan.on_duplicate) {
        const Column& column = catalog_.tables[plan.target].columns[set.column];
        after[set.column] = set.value != none ? evaluate(context, set.value) : column.default_value.value_or(Null{});
        if (!fit_column(slot, plan.target, set.column, after[set.column])) return false;
        rows[0] = after;  // an assignment sees those before it
        context.rows = rows;
      }
      return true;
    });
    if (execution.error) return Progress::error;
    return update_conflict(slot, std::move(after));
  }
  // REPLACE updates in place when no other key can be in the way and no child would notice
  const Table& table = catalog_.tables[plan.target];
  IndexId last_unique = table.clustered();
  for (const IndexId id : table.indexes) {
    if (catalog_.indexes[id].unique) last_unique = id;
  }
  if (execution.conflict_index == last_unique && table.children.empty()) {
    Row after = execution.candidate;
    for (ColumnId column = 0; column < after.size(); ++column)
      if (table.columns[column].hidden) after[column] = present[column];
    return update_conflict(slot, std::move(after));
  }
  ++execution.affected;
  RowWrite write;
  write.kind = RowWrite::Kind::erase;
  write.table = plan.target;
  write.row = execution.conflict_row;
  execution.replaced = true;
  return begin_write(slot, std::move(write));
}

/// Counts 2 for a row changed, and for one that stays as it is 0 (1 by REPLACE).
Progress Engine::update_conflict(Slot slot, Row after) {
  Execution& execution = sessions_[slot].execution;
  const auto values =
      rows_[execution.plan->target].values(rows_[execution.plan->target].newest(execution.conflict_row));
  if (std::equal(values.begin(), values.end(), after.begin(), after.end())) {
    if (!execution.plan->upsert) ++execution.affected;
    execution.insert = Execution::Insert::next;
    return Progress::again;
  }
  ++execution.affected;
  RowWrite write;
  write.kind = RowWrite::Kind::update;
  write.table = execution.plan->target;
  write.row = execution.conflict_row;
  write.after = std::move(after);
  execution.undo_at_row = sessions_[slot].transaction.undo.size();
  return begin_write(slot, std::move(write));
}

}  // namespace gridlock::reference
