// Writes one row with all its index entries, clustered index first, index by index.
// Sources: MySQL 9.7 storage/innobase/row/row0ins.cc, row0upd.cc, lock/lock0lock.cc.
#include <algorithm>

#include "drivers/reference/engine.h"
#include "drivers/reference/sql_value.h"

namespace gridlock::reference {
namespace {

bool same_values(const Value& a, const Value& b) { return a.index() == b.index() && a == b; }

}  // namespace

TrxId Engine::writer_id(Slot slot) {
  Transaction& transaction = sessions_[slot].transaction;
  if (transaction.id == no_trx_id) transaction.id = log_.begin(slot);
  return transaction.id;
}

void Engine::note_undo(Slot slot, const Undo& undo) {
  if (undo.index >= last_writers_.size()) last_writers_.resize(undo.index + 1, no_trx_id);
  last_writers_[undo.index] = std::max(last_writers_[undo.index], writer_id(slot));
  sessions_[slot].transaction.undo.push_back(undo);
  const bool row = undo.what == Undo::What::row_inserted || undo.what == Undo::What::row_changed;
  if (row) ++undo_entries_[slot];
}

/// At READ COMMITTED a lock of a uniqueness check may be inherited like any other, until its statement ends
/// (trx->lock.inherit_all).
void Engine::uniqueness_checked(Slot slot) {
  const StatementPlan& plan = *sessions_[slot].execution.plan;
  const bool upsert = plan.upsert || plan.insert_kind == sql::Insert::Kind::replace;
  if (!upsert || profile_->inherits_upsert == profile_->inherits) inherit_by(slot, profile_->inherits_checked);
}

/// Until its statement ends a READ COMMITTED transaction's locks are inherited by this rule.
void Engine::inherit_by(Slot slot, Inherits rule) {
  if (!sessions_[slot].transaction.skips_gaps() || rule == profile_->inherits) return;
  locks_.set_inheritance(slot, rule);
  sessions_[slot].execution.inherits_otherwise = true;
}

bool Engine::entry_changes(const RowWrite& write, const Index& index) const {
  if (write.kind != RowWrite::Kind::update) return true;
  return std::any_of(index.fields.begin(), index.fields.end(), [&](const IndexField& field) {
    return !same_values(write.before[field.column], write.after[field.column]);
  });
}

bool Engine::key_changes(const RowWrite& write) const {
  return write.kind == RowWrite::Kind::update && entry_changes(write, catalog_.clustered(write.table));
}

/// Runs the row being written, and first the cascades that stand above it.
Progress Engine::run_writes(Slot slot) {
  Execution& execution = sessions_[slot].execution;
  while (!execution.writes.empty()) {
    const Progress progress = step_write(slot, execution.writes.back());
    if (progress == Progress::again) continue;
    if (progress != Progress::ready) return progress;
    execution.writes.pop_back();
  }
  return Progress::ready;
}

/// May grow the stack of writes: the reference is not to be used after it returned `again`.
Progress Engine::step_write(Slot slot, RowWrite& write) {
  switch (write.phase) {
    case RowWrite::Phase::begin:
      write.phase = profile_->foreign_keys == ForeignKeyChecks::by_server ? RowWrite::Phase::parents
                                                                          : RowWrite::Phase::table_lock;
      return Progress::again;
    case RowWrite::Phase::parents: return check_parents(slot, write);
    case RowWrite::Phase::children: return check_children(slot, write);
    case RowWrite::Phase::table_lock:
      if (lock_table(slot, write.table, innodb::IX) == Got::waiting) return Progress::wait;
      write.phase = first_phase(write);
      return Progress::again;
    case RowWrite::Phase::leave_old: return leave_old(slot, write);
    case RowWrite::Phase::duplicates: return check_duplicates(slot, write);
    case RowWrite::Phase::enter_new: return enter_new(slot, write);
    case RowWrite::Phase::next_index: break;
  }
  ++write.index;
  if (write.index == catalog_.tables[write.table].indexes.size()) return Progress::ready;
  write.phase = first_phase(write);
  return spend(slot, cost::row) ? Progress::pause : Progress::again;
}

/// Where the work on an index begins.
RowWrite::Phase Engine::first_phase(const RowWrite& write) const {
  if (write.kind == RowWrite::Kind::insert) return before_entering();
  return RowWrite::Phase::leave_old;
}

RowWrite::Phase Engine::before_entering() const {
  return profile_->foreign_keys == ForeignKeyChecks::by_index ? RowWrite::Phase::parents : RowWrite::Phase::duplicates;
}

/// What comes when the old state is left: where InnoDB itself looks after foreign keys, those of children first.
RowWrite::Phase Engine::after_leaving(const RowWrite& write) const {
  if (profile_->foreign_keys == ForeignKeyChecks::by_index) return RowWrite::Phase::children;
  const bool enters = enters_anew(write);
  return enters ? RowWrite::Phase::duplicates : RowWrite::Phase::next_index;
}

/// The row gets a new entry in the present index.
bool Engine::enters_anew(const RowWrite& write) const {
  const Index& index = catalog_.indexes[catalog_.tables[write.table].indexes[write.index]];
  return write.kind == RowWrite::Kind::update && entry_changes(write, index);
}

// --------------------------------------------------------------------------------------------- leaving the old state

Progress Engine::leave_old(Slot slot, RowWrite& write) {
  return write.index == 0 ? leave_old_row(slot, write) : leave_old_entry(slot, write);
}

/// row_upd_clust_step: a new version in place, or a delete-mark when the row goes or its key changes.
Progress Engine::leave_old_row(Slot slot, RowWrite& write) {
  const IndexId clustered = catalog_.tables[write.table].clustered();
  if (lock_to_modify(slot, clustered, write.row) == Got::waiting) return Progress::wait;
  RowStore& store = rows_[write.table];
  const bool moves = key_changes(write);
  if (write.kind == RowWrite::Kind::erase) has_holes_[write.table] = true;
  const bool goes = write.kind == RowWrite::Kind::erase || moves;
  note_undo(slot, {Undo::What::row_changed, write.table, clustered, write.row, no_trx_id});
  store.push(write.row, writer_id(slot), goes, goes ? write.before : write.after);
  indexes_[clustered].note(write.row).marked = goes;
  write.phase = after_leaving(write);
  return Progress::again;
}

/// row_upd_sec_index_entry: the old entry is delete-marked where its columns change.
Progress Engine::leave_old_entry(Slot slot, RowWrite& write) {
  const Index& info = catalog_.indexes[catalog_.tables[write.table].indexes[write.index]];
  if (!entry_changes(write, info)) {
    write.phase = RowWrite::Phase::next_index;
    return Progress::again;
  }
  OrderedIndex& index = indexes_[info.id];
  const RecordId entry = index.lower_bound(entry_key(info, write.before));
  if (lock_to_modify(slot, info.id, entry) == Got::waiting) return Progress::wait;
  OrderedIndex::Note& note = index.note(entry);
  note_undo(slot, {Undo::What::entry_marked, write.table, info.id, entry, note.writer});
  note.marked = true;
  note.writer = writer_id(slot);
  write.phase = after_leaving(write);
  return Progress::again;
}

// --------------------------------------------------------------------------------------------- uniqueness

Progress Engine::check_duplicates(Slot slot, RowWrite& write) {
  write.reusable = none;
  if (write.index == 0) return check_primary(slot, write);
  return check_secondary(slot, write);
}

/// Remembers the row that is in the way, for ON DUPLICATE KEY UPDATE, and the key that met it, for the error message.
Progress Engine::conflict(Slot slot, const RowWrite& write, const Index& index, RecordId record) {
  Execution& execution = sessions_[slot].execution;
  execution.conflict_index = index.id;
  execution.conflict_key = entry_key(index, write.after);
  execution.conflict_record = record;
  execution.conflict_row = index.clustered ? record : indexes_[index.id].note(record).row;
  return Progress::end;
}

/// row_ins_duplicate_error_in_clust: an equal key, living or delete-marked, is locked without its gap.
Progress Engine::check_primary(Slot slot, RowWrite& write) {
  const Index& info = catalog_.clustered(write.table);
  OrderedIndex& index = indexes_[info.id];
  const Key key = entry_key(info, write.after);
  const RecordId there = index.lower_bound(key);
  write.phase = RowWrite::Phase::enter_new;
  if (there == supremum || index.compare(key, there) != 0) return Progress::again;
  write.phase = RowWrite::Phase::duplicates;
  uniqueness_checked(slot);
  const Mode mode = write.takes_exclusive ? innodb::X_record : innodb::S_record;
  if (lock_record(slot, info.id, there, mode) == Got::waiting) return Progress::wait;
  if (!index.note(there).marked) return conflict(slot, write, info, there);
  write.reusable = there;
  write.phase = RowWrite::Phase::enter_new;
  return Progress::again;
}

/// row_ins_scan_sec_index_for_duplicate: next-key locks on all equal entries and, if none of them lives, a lock on the
/// first unequal one.
Progress Engine::check_secondary(Slot slot, RowWrite& write) {
  const Index& info = catalog_.indexes[catalog_.tables[write.table].indexes[write.index]];
  OrderedIndex& index = indexes_[info.id];
  const Key key = entry_key(info, write.after);
  const KeyView own(key.data(), info.own_fields);
  const bool has_null = std::any_of(own.begin(), own.end(), [](const Value& value) { return is_null(value); });
  write.phase = RowWrite::Phase::enter_new;
  RecordId at = index.lower_bound(own);
  if (!info.unique || has_null || at == supremum || index.compare(own, at) != 0) {
    const RecordId same = index.lower_bound(key);
    if (same != supremum && index.compare(key, same) == 0) write.reusable = same;
    return Progress::again;
  }
  write.phase = RowWrite::Phase::duplicates;
  uniqueness_checked(slot);
  const Mode mode = write.takes_exclusive ? innodb::X_next_key : innodb::S_next_key;
  for (; at != supremum && index.compare(own, at) == 0; at = index.next(at)) {
    if (lock_record(slot, info.id, at, mode) == Got::waiting) return Progress::wait;
    if (!index.note(at).marked) return conflict(slot, write, info, at);
    if (index.compare(key, at) == 0) write.reusable = at;
  }
  const Mode end = write.takes_exclusive ? innodb::X_next_key : profile_->first_unequal;
  if (lock_record(slot, info.id, at, end) == Got::waiting) return Progress::wait;
  write.phase = RowWrite::Phase::enter_new;
  return Progress::again;
}

// --------------------------------------------------------------------------------------------- entering the new state

Progress Engine::enter_new(Slot slot, RowWrite& write) {
  const Table& table = catalog_.tables[write.table];
  const Index& info = catalog_.indexes[table.indexes[write.index]];
  OrderedIndex& index = indexes_[info.id];
  RecordId record = write.reusable;
  if (record != none && (!index.alive(record) || !index.note(record).marked)) {
    write.phase = RowWrite::Phase::duplicates;  // it changed while we waited
    return Progress::again;
  }
  if (record != none) {
    if (lock_to_modify(slot, info.id, record) == Got::waiting) return Progress::wait;
    OrderedIndex::Note& note = index.note(record);
    note_undo(slot, {info.clustered ? Undo::What::row_changed : Undo::What::entry_revived, write.table, info.id, record,
                     note.writer});
    note.marked = false;
  } else {
    const Key key = entry_key(info, write.after);
    const RecordId successor = index.lower_bound(key);
    if (successor != supremum && index.compare(key, successor) == 0) {
      write.phase = RowWrite::Phase::duplicates;  // somebody was quicker while we waited for the gap
      return Progress::again;
    }
    if (lock_to_insert(slot, info.id, successor) == Got::waiting) {
      write.phase = RowWrite::Phase::duplicates;  // row_ins_step begins this index again
      return Progress::wait;
    }
    record = index.insert(key);
    touch(resource(info.id, record), true);
    if (!profile_->whole_tables)
      locks_.record_inserted(resource(info.id, record), resource(info.id, successor), index.page(record));
    note_undo(slot, {info.clustered ? Undo::What::row_inserted : Undo::What::entry_inserted, write.table, info.id,
                     record, no_trx_id});
  }
  index.note(record).writer = writer_id(slot);
  if (info.clustered) {
    rows_[write.table].push(record, writer_id(slot), false, write.after);
    write.row = record;
  }
  index.note(record).row = write.row;
  write.phase = RowWrite::Phase::next_index;
  return Progress::again;
}

}  // namespace gridlock::reference
