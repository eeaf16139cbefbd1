// Transactions: begin, commit, rollback, savepoints; and purge, which removes what is delete-marked.
// Sources: MySQL 9.7 storage/innobase/trx/trx0trx.cc, trx0roll.cc, row/row0uins.cc, row0umod.cc, row0purge.cc.
#include "drivers/reference/engine.h"

namespace gridlock::reference {

void Engine::begin_transaction(Slot slot, bool explicitly) {
  Session& session = sessions_[slot];
  Transaction& transaction = session.transaction;
  transaction.number = ++transactions_;
  transaction.explicitly_begun = explicitly;
  transaction.isolation = session.next_isolation.value_or(session.settings.isolation);
  session.next_isolation.reset();
  if (transaction.skips_gaps()) locks_.set_inheritance(slot, profile_->inherits);
  tell_transaction(slot, TransactionState::Ended::no);
}

void Engine::ensure_transaction(Slot slot) {
  if (sessions_[slot].transaction.number == 0) begin_transaction(slot, false);
}

void Engine::commit(Slot slot) {
  Transaction& transaction = sessions_[slot].transaction;
  if (transaction.number == 0) return;
  touch_all_of(slot);
  if (transaction.id != no_trx_id) {
    log_.commit(transaction.id);
    history_.push_back({transaction.id, log_.commit_number(transaction.id), std::move(transaction.undo)});
  }
  end_transaction(slot, true);
}

void Engine::roll_back(Slot slot) {
  Transaction& transaction = sessions_[slot].transaction;
  if (transaction.number == 0) return;
  touch_all_of(slot);
  roll_back_to(slot, 0, false);
  if (transaction.id != no_trx_id) log_.roll_back(transaction.id);
  end_transaction(slot, false);
}

void Engine::end_transaction(Slot slot, bool committed) {
  Transaction& transaction = sessions_[slot].transaction;
  if (transaction.view) log_.close_view(*transaction.view);
  tell_transaction(slot, committed ? TransactionState::Ended::committed : TransactionState::Ended::rolled_back);
  transaction = Transaction{};
  undo_entries_[slot] = 0;
  if (!profile_->whole_tables) locks_.release_all(slot, woken_);
  release_metadata(slot, false);
  wake_all();
}

/// Metadata locks of the transaction go; those of LOCK TABLES stay until UNLOCK TABLES, user locks until released.
void Engine::release_metadata(Slot slot, bool tables_too) {
  Session& session = sessions_[slot];
  if (tables_too && profile_->whole_tables && !session.locked_tables.empty()) locks_.release_all(slot, woken_);
  if (tables_too && session.local_view) {
    log_.close_view(*session.local_view);
    session.local_view.reset();
  }
  if (tables_too) session.locked_tables.clear();
  for (const LockView& view : metadata_.locks_of(slot)) {
    touch_metadata(view.on, !is_shared_metadata(view.mode));
    if (view.on.space == 0 || view.waiting || session.locked_tables.contains(view.on.space - 1)) continue;
    metadata_.release(slot, view.on, view.mode, metadata_woken_);
  }
}

/// `partial`: of a statement or to a savepoint; the transaction and its locks go on.
void Engine::roll_back_to(Slot slot, std::size_t undo, bool partial) {
  auto& entries = sessions_[slot].transaction.undo;
  while (entries.size() > undo) {
    const Undo last = entries.back();
    entries.pop_back();
    const bool row = last.what == Undo::What::row_inserted || last.what == Undo::What::row_changed;
    if (row) --undo_entries_[slot];  // trx->undo_no goes back with the records (trx_roll_pop_top_rec_of_trx)
    undo_one(slot, last, partial);
  }
  if (partial) wake_all();
}

void Engine::undo_one(Slot slot, const Undo& undo, bool partial) {
  // row_convert_impl_to_expl_if_needed: in a partial rollback at REPEATABLE READ and above, what was implicitly locked
  // stays locked, and when the record goes its successor's gap inherits the lock
  const bool keep = partial && profile_->partial_rollback_keeps_locks && !sessions_[slot].transaction.skips_gaps();
  OrderedIndex& index = indexes_[undo.index];
  OrderedIndex::Note& note = index.note(undo.record);
  touch(resource(undo.index, undo.record), true);
  switch (undo.what) {
    case Undo::What::row_inserted:
      if (keep) make_explicit(undo.index, undo.record);
      remove_record(undo.index, undo.record);
      rows_[undo.table].erase(undo.record);
      break;
    case Undo::What::row_changed:
      if (keep && revived(undo)) make_explicit(undo.index, undo.record);
      rows_[undo.table].pop(undo.record);
      note.marked = rows_[undo.table].newest_version(undo.record).deleted;
      break;
    case Undo::What::entry_inserted:
      if (keep) make_explicit(undo.index, undo.record);
      remove_record(undo.index, undo.record);
      break;
    case Undo::What::entry_marked:
      note.marked = false;
      note.writer = undo.writer_before;
      break;
    case Undo::What::entry_revived:
      if (keep) make_explicit(undo.index, undo.record);
      note.marked = true;
      note.writer = undo.writer_before;
      break;
  }
  if (undo.what == Undo::What::entry_revived || undo.what == Undo::What::row_changed) purge_again(undo);
}

/// The change put a row in where a deleted one stood (row_ins_clust_index_entry_by_modify).
bool Engine::revived(const Undo& undo) const {
  const RowStore& store = rows_[undo.table];
  const Version& newest = store.newest_version(undo.record);
  return !newest.deleted && newest.older != none && store.version(newest.older).deleted;
}

/// What was delete-marked by an earlier transaction, and escaped its purge while it lived again, is due once more.
void Engine::purge_again(const Undo& undo) {
  const bool row = undo.what == Undo::What::row_changed;
  const OrderedIndex::Note& note = indexes_[undo.index].note(undo.record);
  const TrxId writer = row ? rows_[undo.table].newest_version(undo.record).writer : note.writer;
  if (!note.marked || log_.active(writer)) return;
  Undo change = undo;
  change.what = row ? Undo::What::row_changed : Undo::What::entry_marked;
  history_.push_back({writer, log_.commit_number(writer), {change}});
}

/// The record goes for good: its successor inherits its locks, its waiters look again.
void Engine::remove_record(IndexId id, RecordId record) {
  OrderedIndex& index = indexes_[id];
  const RecordId successor = index.next(record);
  touch(resource(id, record), true);
  touch(resource(id, successor), true);
  if (!profile_->whole_tables)
    locks_.record_removed(resource(id, record), resource(id, successor), index.page(record), woken_);
  index.remove(record);
}

/// What no read view can need any more goes, oldest transaction first: its secondary entries, then its rows
/// (row_purge_record).
void Engine::purge() {
  while (!history_.empty() && history_.front().commit <= log_.oldest_view()) {
    const History done = std::move(history_.front());
    history_.pop_front();
    for (const bool rows : {false, true}) {
      for (const Undo& change : done.changes) {
        if ((change.what == Undo::What::row_changed) == rows) purge_entry(done.writer, change);
      }
    }
  }
  wake_all();
}

void Engine::purge_entry(TrxId writer, const Undo& change) {
  OrderedIndex& index = indexes_[change.index];
  if (change.what == Undo::What::entry_marked) {
    const bool ours =
        index.alive(change.record) && index.note(change.record).marked && index.note(change.record).writer == writer;
    if (ours) remove_record(change.index, change.record);
    return;
  }
  if (change.what != Undo::What::row_changed || !index.alive(change.record)) return;
  RowStore& store = rows_[change.table];
  VersionId version = store.newest(change.record);
  while (version != none && store.version(version).writer != writer) version = store.version(version).older;
  if (version == none) return;
  store.forget_older(version);
  if (version != store.newest(change.record) || !store.version(version).deleted) return;
  remove_record(change.index, change.record);
  store.erase(change.record);
}

}  // namespace gridlock::reference
