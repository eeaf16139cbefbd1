// Reads one table along an access path and locks what InnoDB locks on the way.
// Source: MySQL 9.7 storage/innobase/row/row0sel.cc, row_search_mvcc and row_compare_row_to_range.
#include <fmt/format.h>

#include <algorithm>

#include "drivers/reference/engine.h"

namespace gridlock::reference {
namespace {

/// The modes of one wish.
struct Modes {
  Mode next_key, gap, record;
};

Modes modes_of(LockWish wish) {
  if (wish == LockWish::share) return {innodb::S_next_key, innodb::S_gap, innodb::S_record};
  return {innodb::X_next_key, innodb::X_gap, innodb::X_record};
}

const ScanRange& range_of(const Cursor& cursor) { return cursor.path.ranges[cursor.range]; }

}  // namespace

Progress Engine::read_next(Slot slot, const TableUse& use, LockWish wish, Cursor& cursor) {
  if (cursor.position_saved) restore_position(cursor);
  Progress progress = Progress::again;
  while (progress == Progress::again) {
    switch (cursor.phase) {
      case Cursor::Phase::open_range: progress = open_range(cursor); break;
      case Cursor::Phase::gap_behind: progress = lock_gap_behind(slot, wish, cursor); break;
      case Cursor::Phase::examine: progress = examine(slot, use, wish, cursor); break;
      case Cursor::Phase::fetch_row: progress = fetch_row(slot, use, wish, cursor); break;
      case Cursor::Phase::step:
        progress = next_record(cursor);
        if (progress == Progress::again && spend(slot, cost::row)) progress = Progress::pause;
        break;
      case Cursor::Phase::exhausted: return Progress::end;
    }
  }
  if (progress == Progress::wait || progress == Progress::pause) save_position(cursor);
  // a whole unique key has one living row at most: the next call need not look at the next record
  if (progress == Progress::ready && range_of(cursor).unique) next_range(cursor);
  return progress;
}

void Engine::save_position(Cursor& cursor) {
  const OrderedIndex& index = indexes_[cursor.path.index];
  cursor.removals = index.removals();
  cursor.position_saved = true;
  if (cursor.at == none || cursor.at == supremum) return;
  const KeyView key = index.key(cursor.at);
  cursor.stood_at.assign(key.begin(), key.end());
}

/// The record may have gone while we waited; then the scan goes on where it would stand (sel_restore_position).
void Engine::restore_position(Cursor& cursor) {
  cursor.position_saved = false;
  const OrderedIndex& index = indexes_[cursor.path.index];
  if (cursor.at == none || cursor.at == supremum || cursor.removals == index.removals()) return;
  const RecordId there = index.lower_bound(cursor.stood_at);
  if (there == cursor.at && index.compare(cursor.stood_at, there) == 0) return;
  const bool same_key = there != supremum && index.compare(cursor.stood_at, there) == 0;
  cursor.at = reads_forward(cursor) || same_key ? there : index.previous(there);
  cursor.phase = Cursor::Phase::examine;
  cursor.new_lock.reset();
  cursor.new_row_lock.reset();
}

Progress Engine::open_range(Cursor& cursor) {
  if (cursor.range == cursor.path.ranges.size()) {
    cursor.phase = Cursor::Phase::exhausted;
    return Progress::again;
  }
  const ScanRange& range = range_of(cursor);
  const OrderedIndex& index = indexes_[cursor.path.index];
  cursor.first_in_range = true;
  cursor.stop_found = false;
  cursor.new_lock.reset();
  cursor.new_row_lock.reset();
  cursor.phase = Cursor::Phase::examine;
  if (reads_forward(cursor)) {
    cursor.at = range.low.empty()     ? index.first()
                : range.low_inclusive ? index.lower_bound(range.low)
                                      : index.upper_bound(range.low);
  } else if (range.high.empty()) {
    cursor.at = supremum;
  } else {
    const RecordId behind = range.high_inclusive ? index.upper_bound(range.high) : index.lower_bound(range.high);
    cursor.at = index.previous(behind);
    cursor.phase = Cursor::Phase::gap_behind;
  }
  return Progress::again;
}

/// A backward scan first locks the gap behind its start, against phantoms at the end of the range.
Progress Engine::lock_gap_behind(Slot slot, LockWish wish, Cursor& cursor) {
  if (wish != LockWish::snapshot && !sessions_[slot].transaction.skips_gaps()) {
    const OrderedIndex& index = indexes_[cursor.path.index];
    const RecordId behind = cursor.at == none ? index.first() : index.next(cursor.at);
    if (lock_record(slot, cursor.path.index, behind, modes_of(wish).gap) == Got::waiting) return Progress::wait;
  }
  cursor.phase = Cursor::Phase::examine;
  return Progress::again;
}

/// One row at most is found alike from both ends.
bool Engine::reads_forward(const Cursor& cursor) { return cursor.path.forward || range_of(cursor).unique; }

Progress Engine::next_range(Cursor& cursor) {
  ++cursor.range;
  cursor.phase = Cursor::Phase::open_range;
  return Progress::again;
}

Progress Engine::next_record(Cursor& cursor) {
  const OrderedIndex& index = indexes_[cursor.path.index];
  cursor.first_in_range = false;
  cursor.did_semi_consistent = false;
  cursor.must_wait = false;
  cursor.new_lock.reset();
  cursor.new_row_lock.reset();
  cursor.phase = Cursor::Phase::examine;
  if (reads_forward(cursor)) {
    if (cursor.at == supremum) return next_range(cursor);
    cursor.at = index.next(cursor.at);
  } else {
    cursor.at = index.previous(cursor.at);
    if (cursor.at == none) return next_range(cursor);
  }
  return Progress::again;
}

Progress Engine::examine(Slot slot, const TableUse& use, LockWish wish, Cursor& cursor) {
  if (cursor.at == none) return next_range(cursor);  // before the first record
  const bool locking = wish != LockWish::snapshot;
  const bool gaps = locking && !sessions_[slot].transaction.skips_gaps();
  const ScanRange& range = range_of(cursor);
  const OrderedIndex& index = indexes_[cursor.path.index];
  if (cursor.at == supremum) {
    if (ended_before_supremum(cursor)) return next_range(cursor);
    if (gaps && lock_record(slot, cursor.path.index, supremum, modes_of(wish).next_key) == Got::waiting) {
      return Progress::wait;
    }
    cursor.phase = Cursor::Phase::step;
    return Progress::again;
  }
  if (range.exact && reads_forward(cursor) && index.compare(range.low, cursor.at) != 0) {
    if (gaps && lock_record(slot, cursor.path.index, cursor.at, modes_of(wish).gap) == Got::waiting) {
      return Progress::wait;
    }
    return next_range(cursor);
  }
  return locking ? examine_locking(slot, use, wish, cursor) : examine_snapshot(slot, use, cursor);
}

/// At the end of the index InnoDB compares the last entry, delete-marked as it was, with the end of the range before it
/// locks the supremum; not where an index condition does the comparing.
bool Engine::ended_before_supremum(const Cursor& cursor) const {
  const ScanRange& range = range_of(cursor);
  if (!profile_->range_end) return false;
  if (!cursor.path.forward || cursor.path.index_condition || range.exact || range.high.empty()) return false;
  const OrderedIndex& index = indexes_[cursor.path.index];
  const RecordId last = index.previous(supremum);
  if (last == none) return false;
  const int order = index.compare(range.high, last);
  return order < 0 || (order == 0 && !range.high_inclusive);
}

/// row_compare_row_to_range: does the row, does the gap before it, belong to what is read?
Engine::Relation Engine::relation_to_range(Slot slot, const Cursor& cursor) const {
  const Index& info = catalog_.indexes[cursor.path.index];
  const OrderedIndex& index = indexes_[cursor.path.index];
  const ScanRange& range = range_of(cursor);
  const bool whole_key_hit = info.clustered && cursor.path.forward && range.low_inclusive && cursor.first_in_range &&
                             range.low.size() == info.unique_fields && index.compare(range.low, cursor.at) == 0;
  const bool unique = range.unique && (info.clustered || profile_->unique_secondary_record);
  if (sessions_[slot].transaction.skips_gaps() || (unique && !index.note(cursor.at).marked) || whole_key_hit) {
    return {true, false, false};
  }
  if (!profile_->range_end || !info.clustered || !cursor.path.forward || range.exact || range.high.empty()) return {};
  const int order = index.compare(range.high, cursor.at);
  if (order < 0) return {false, !cursor.stop_found, false};
  if (order == 0) return {range.high_inclusive, true, range.high.size() == info.unique_fields};
  return {};
}

Progress Engine::fail_nowait(Slot slot) {
  if (!profile_->nowait_times_out) {
    return fail(slot, "3572", "Statement aborted because lock(s) could not be acquired immediately and NOWAIT is set.");
  }
  fail(slot, "1205", "Lock wait timeout exceeded; try restarting transaction");
  sessions_[slot].execution.outcome = Outcome::lock_timeout;
  return Progress::error;
}

/// innodb_snapshot_isolation: the row's last writer has committed, and the transaction's read view does not see it.
bool Engine::changed_since_read(Slot slot, TableId table, RowId row) const {
  const Transaction& transaction = sessions_[slot].transaction;
  if (!sessions_[slot].settings.snapshot_isolation || !transaction.view) return false;
  const TrxId writer = rows_[table].newest_version(row).writer;
  return !log_.active(writer) && !log_.sees(*transaction.view, transaction.id, writer);
}

/// DB_RECORD_CHANGED: the whole transaction is rolled back.
Progress Engine::fail_changed(Slot slot, TableId table) {
  fail(slot, "1020", fmt::format("Record has changed since last read in table '{}'", catalog_.tables[table].name));
  sessions_[slot].execution.outcome = Outcome::serialization_failure;
  return Progress::error;
}

/// Delete-marked by a transaction that is over: nobody's any more, only purge has not come yet.
bool Engine::committed_delete(const Cursor& cursor) const {
  return indexes_[cursor.path.index].note(cursor.at).marked && implicit_owner(cursor.path.index, cursor.at) == none;
}

Progress Engine::examine_locking(Slot slot, const TableUse& use, LockWish wish, Cursor& cursor) {
  const Relation relation = relation_to_range(slot, cursor);
  if (!relation.row_in_range && !relation.gap_in_range) return next_range(cursor);
  const Modes modes = modes_of(wish);
  if (catalog_.indexes[cursor.path.index].clustered && changed_since_read(slot, use.table, cursor.at)) {
    return fail_changed(slot, use.table);
  }
  if (profile_->skips_committed_deletes && sessions_[slot].transaction.skips_gaps() && committed_delete(cursor)) {
    if (range_of(cursor).unique && catalog_.indexes[cursor.path.index].clustered) return next_range(cursor);
    cursor.phase = Cursor::Phase::step;
    return Progress::again;
  }
  const Mode mode = !relation.row_in_range ? modes.gap : relation.gap_in_range ? modes.next_key : modes.record;
  const bool clustered = catalog_.indexes[cursor.path.index].clustered;
  const bool look_only = cursor.semi_consistent && clustered && !range_of(cursor).unique && !cursor.must_wait;
  const bool refuse = look_only || use.wait != sql::WaitPolicy::wait;
  switch (lock_record(slot, cursor.path.index, cursor.at, mode, refuse)) {
    case Got::waiting: return Progress::wait;
    case Got::taken: cursor.new_lock = mode; break;
    case Got::held: break;
    case Got::refused:
      if (look_only) return look_at_committed(slot, cursor);
      if (use.wait == sql::WaitPolicy::nowait) {
        return fail_nowait(slot);
      }
      cursor.phase = Cursor::Phase::step;
      return Progress::again;
  }
  cursor.locked_entry = cursor.at;
  if (relation.row_at_end) cursor.stop_found = true;
  if (!relation.row_in_range) return next_range(cursor);
  if (indexes_[cursor.path.index].note(cursor.at).marked) {
    if (sessions_[slot].transaction.skips_gaps()) unlock_entry(slot, cursor);
    if (clustered && range_of(cursor).unique) return next_range(cursor);
    cursor.phase = Cursor::Phase::step;
    return Progress::again;
  }
  if (clustered) {
    cursor.row = cursor.at;
    cursor.version = rows_[use.table].newest(cursor.at);
    return found(slot, cursor, false);
  }
  return fetch_row(slot, use, wish, cursor);
}

/// The row is locked by another: judge its last committed version, and wait only if that one matches
/// (row_sel_build_committed_vers_for_mysql).
Progress Engine::look_at_committed(Slot, Cursor& cursor) {
  const TableId table = catalog_.indexes[cursor.path.index].table;
  VersionId version = rows_[table].newest(cursor.at);
  while (version != none && log_.active(rows_[table].version(version).writer)) {
    version = rows_[table].version(version).older;
  }
  if (version == none || rows_[table].version(version).deleted) {
    cursor.phase = Cursor::Phase::step;
    return Progress::again;
  }
  cursor.did_semi_consistent = true;
  cursor.row = cursor.at;
  cursor.version = version;
  cursor.phase = Cursor::Phase::step;
  return past_end(cursor) ? next_range(cursor) : Progress::ready;
}

/// From a secondary entry to its row. An exclusive wish locks the row; a shared one only when the entry does not have
/// all that is wanted.
Progress Engine::fetch_row(Slot slot, const TableUse& use, LockWish wish, Cursor& cursor) {
  const OrderedIndex& index = indexes_[cursor.path.index];
  cursor.phase = Cursor::Phase::fetch_row;
  if (cursor.path.index_condition) {
    if (past_end(cursor)) {
      if (sessions_[slot].transaction.skips_gaps()) unlock_entry(slot, cursor);
      return next_range(cursor);
    }
    if (!index_condition_holds(slot, use, cursor)) {
      if (sessions_[slot].transaction.skips_gaps()) unlock_entry(slot, cursor);
      cursor.phase = Cursor::Phase::step;
      return Progress::again;
    }
  }
  cursor.row = index.note(cursor.at).row;
  const IndexId clustered = catalog_.tables[use.table].clustered();
  if (wish == LockWish::exclusive || !cursor.path.covering) {
    if (changed_since_read(slot, use.table, cursor.row)) return fail_changed(slot, use.table);
    switch (lock_record(slot, clustered, cursor.row, modes_of(wish).record, use.wait != sql::WaitPolicy::wait)) {
      case Got::waiting: return Progress::wait;
      case Got::taken: cursor.new_row_lock = modes_of(wish).record; break;
      case Got::held: break;
      case Got::refused:
        if (use.wait == sql::WaitPolicy::nowait) {
          return fail_nowait(slot);
        }
        cursor.phase = Cursor::Phase::step;
        return Progress::again;
    }
  }
  cursor.version = rows_[use.table].newest(cursor.row);
  if (rows_[use.table].version(cursor.version).deleted) {
    cursor.phase = Cursor::Phase::step;
    return Progress::again;
  }
  return found(slot, cursor, cursor.path.index_condition);
}

/// The end of the range as the server's upper layer sees it: after the row was read, unless InnoDB tested it before.
/// READ COMMITTED gives the row behind the end back (handler::read_range_next, unlock_row).
Progress Engine::found(Slot slot, Cursor& cursor, bool checked) {
  cursor.phase = Cursor::Phase::step;
  if (checked || !past_end(cursor)) return Progress::ready;
  if (cursor.path.forward) unlock_row(slot, cursor);
  return next_range(cursor);
}

bool Engine::past_end(const Cursor& cursor) const {
  const ScanRange& range = range_of(cursor);
  if (range.exact && reads_forward(cursor)) return false;
  const OrderedIndex& index = indexes_[cursor.path.index];
  if (cursor.path.forward) {
    if (range.high.empty()) return false;
    const int order = index.compare(range.high, cursor.at);
    return order < 0 || (order == 0 && !range.high_inclusive);
  }
  if (range.low.empty()) return false;
  const int order = index.compare(range.low, cursor.at);
  return order > 0 || (order == 0 && !range.low_inclusive);
}

VersionId Engine::visible_version(Slot slot, TableId table, RowId row) {
  Transaction& transaction = sessions_[slot].transaction;
  VersionId version = rows_[table].newest(row);
  touch_commits();
  if (transaction.isolation == sql::Isolation::read_uncommitted || profile_->whole_tables) {
    touch(resource(catalog_.tables[table].clustered(), row), false);
  }
  const auto& local_view = sessions_[slot].local_view;
  while (local_view && version != none &&
         !log_.sees(*local_view, transaction.id, rows_[table].version(version).writer)) {
    version = rows_[table].version(version).older;
  }
  if (transaction.isolation == sql::Isolation::read_uncommitted || profile_->whole_tables) return version;
  if (!transaction.view) transaction.view = log_.open_view();
  while (version != none && !log_.sees(*transaction.view, transaction.id, rows_[table].version(version).writer)) {
    version = rows_[table].version(version).older;
  }
  return version;
}

Progress Engine::examine_snapshot(Slot slot, const TableUse& use, Cursor& cursor) {
  const Index& info = catalog_.indexes[cursor.path.index];
  const OrderedIndex& index = indexes_[cursor.path.index];
  if (past_end(cursor)) return next_range(cursor);
  cursor.phase = Cursor::Phase::step;
  cursor.row = info.clustered ? cursor.at : index.note(cursor.at).row;
  cursor.version = visible_version(slot, use.table, cursor.row);
  if (cursor.version == none || rows_[use.table].version(cursor.version).deleted) return Progress::again;
  if (info.clustered) return Progress::ready;
  // the entry may belong to another version of the row than the visible one (row_sel_sec_rec_is_for_clust_rec)
  const Key expected = entry_key(info, rows_[use.table].values(cursor.version));
  return index.compare(expected, cursor.at) == 0 ? Progress::ready : Progress::again;
}

bool Engine::may_release(const Cursor& cursor) const {
  return profile_->releases_secondary || catalog_.indexes[cursor.path.index].clustered;
}

/// READ COMMITTED gives back what it locked for a row that WHERE refuses, but only locks that were new and that nobody
/// waited for (row_unlock_for_mysql).
void Engine::unlock_row(Slot slot, Cursor& cursor) {
  if (!sessions_[slot].transaction.skips_gaps() || cursor.did_semi_consistent || !may_release(cursor)) return;
  const TableId table = catalog_.indexes[cursor.path.index].table;
  const bool clustered = catalog_.indexes[cursor.path.index].clustered;
  const TrxId own = sessions_[slot].transaction.id;
  const bool wrote_it = own != no_trx_id && rows_[table].newest_version(cursor.row).writer == own;
  if (clustered && wrote_it) return;
  unlock_entry(slot, cursor);
  if (clustered || wrote_it || !cursor.new_row_lock) return;
  locks_.release(slot, resource(catalog_.tables[table].clustered(), cursor.row), *cursor.new_row_lock, woken_);
  cursor.new_row_lock.reset();
  wake_all();
}

void Engine::unlock_entry(Slot slot, Cursor& cursor) {
  if (!cursor.new_lock || !may_release(cursor)) return;
  locks_.release(slot, resource(cursor.path.index, cursor.locked_entry), *cursor.new_lock, woken_);
  cursor.new_lock.reset();
  wake_all();
}

}  // namespace gridlock::reference
