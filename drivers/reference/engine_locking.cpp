// Asking the lock table: implicit locks are made explicit first, waits begin here.
#include <algorithm>

#include "drivers/reference/engine.h"

namespace gridlock::reference {

Slot Engine::implicit_owner(IndexId id, RecordId record) const {
  const Index& index = catalog_.indexes[id];
  const TrxId writer =
      index.clustered ? rows_[index.table].newest_version(record).writer : indexes_[id].note(record).writer;
  return log_.active(writer) ? log_.owner(writer) : none;
}

/// lock_rec_convert_impl_to_expl: whoever wants a record that an active transaction wrote first notes that one's lock.
/// The writer's own wish does so too.
void Engine::make_explicit(IndexId index, RecordId record) {
  if (profile_->whole_tables) return;
  const Slot owner = implicit_owner(index, record);
  if (owner != none) locks_.grant(owner, resource(index, record), innodb::X_record, indexes_[index].page(record));
}

Engine::Got Engine::answer(Slot slot, const Answer& answer, bool metadata) {
  switch (answer.what) {
    case Answer::What::granted: return Got::taken;
    case Answer::What::covered:
    case Answer::What::clear: return Got::held;
    case Answer::What::refused: return Got::refused;
    case Answer::What::waiting: break;
  }
  begin_wait(slot, metadata);
  return Got::waiting;
}

/// MariaDB does not look for the version that wrote an entry where its row's last writer is the asker itself, and the
/// page has been written since the oldest active transaction began (row_vers_impl_x_locked; PAGE_MAX_TRX_ID).
bool Engine::taken_for_own(Slot slot, IndexId id, RecordId record) const {
  const Index& index = catalog_.indexes[id];
  const TrxId own = sessions_[slot].transaction.id;
  if (profile_->makes_own_explicit || index.clustered || own == no_trx_id) return false;
  const RowId row = indexes_[id].note(record).row;
  if (rows_[index.table].newest(row) == none || rows_[index.table].newest_version(row).writer != own) return false;
  TrxId oldest = own;
  for (const Session& session : sessions_)
    if (session.transaction.id != no_trx_id) oldest = std::min(oldest, session.transaction.id);
  return id < last_writers_.size() && last_writers_[id] >= oldest;
}

Engine::Got Engine::lock_record(Slot slot, IndexId index, RecordId record, LockMode mode, bool refuse) {
  touch(resource(index, record), true);
  if (profile_->whole_tables) return Got::held;
  Slot owner = record == supremum ? none : implicit_owner(index, record);
  if (owner == none && record != supremum && taken_for_own(slot, index, record)) owner = slot;
  if (owner == slot && !profile_->makes_own_explicit) {
    if (locks_.rules()[mode].kind == LockKind::record) return Got::held;
  } else if (owner != none) {
    make_explicit(index, record);
  }
  Request request{slot, resource(index, record), mode, indexes_[index].page(record)};
  if (refuse) request.if_blocked = Request::IfBlocked::refuse;
  return answer(slot, locks_.request(request), false);
}

/// lock_clust_rec_modify_check_and_lock, lock_sec_rec_modify_check_and_lock: wait for others, else stay implicit.
Engine::Got Engine::lock_to_modify(Slot slot, IndexId index, RecordId record) {
  touch(resource(index, record), true);
  if (profile_->whole_tables) return Got::held;
  const Slot owner = implicit_owner(index, record);
  if (owner != none && owner != slot) make_explicit(index, record);
  Request request{slot, resource(index, record), innodb::X_record, indexes_[index].page(record)};
  request.record = Request::Record::needed;
  return answer(slot, locks_.request(request), false);
}

/// lock_rec_insert_check_and_lock.
Engine::Got Engine::lock_to_insert(Slot slot, IndexId index, RecordId successor) {
  touch(resource(index, successor), true);
  if (profile_->whole_tables) return Got::held;
  Request request{slot, resource(index, successor), innodb::insert_intention, indexes_[index].page(successor)};
  request.record = Request::Record::needed;
  return answer(slot, locks_.request(request), false);
}

Engine::Got Engine::lock_table(Slot slot, TableId table, LockMode mode) {
  touch({catalog_.tables[table].space, 0}, !(mode == innodb::IS || mode == innodb::IX));
  if (profile_->whole_tables) return Got::held;
  return answer(slot, locks_.request({slot, {catalog_.tables[table].space, 0}, mode}), false);
}

/// MyISAM: of a whole table, for the statement or until UNLOCK TABLES.
Engine::Got Engine::lock_whole_table(Slot slot, TableId table, LockMode mode) {
  touch({catalog_.tables[table].space, 0}, true);
  return answer(slot, locks_.request({slot, {catalog_.tables[table].space, 0}, mode}), false);
}

Engine::Got Engine::lock_metadata(Slot slot, Resource on, LockMode mode) {
  touch_metadata(on, !is_shared_metadata(mode));
  return answer(slot, metadata_.request({slot, on, mode}), true);
}

}  // namespace gridlock::reference
