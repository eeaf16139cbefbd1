// Asking the lock table: implicit locks are made explicit first, waits begin here.
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

Engine::Got Engine::lock_record(Slot slot, IndexId index, RecordId record, LockMode mode, bool refuse) {
  touch(resource(index, record), true);
  if (record != supremum) make_explicit(index, record);
  Request request{slot, resource(index, record), mode, indexes_[index].page(record)};
  if (refuse) request.if_blocked = Request::IfBlocked::refuse;
  return answer(slot, locks_.request(request), false);
}

/// lock_clust_rec_modify_check_and_lock, lock_sec_rec_modify_check_and_lock: wait for others, else stay implicit.
Engine::Got Engine::lock_to_modify(Slot slot, IndexId index, RecordId record) {
  touch(resource(index, record), true);
  const Slot owner = implicit_owner(index, record);
  if (owner != none && owner != slot) make_explicit(index, record);
  Request request{slot, resource(index, record), innodb::X_record, indexes_[index].page(record)};
  request.record = Request::Record::needed;
  return answer(slot, locks_.request(request), false);
}

/// lock_rec_insert_check_and_lock.
Engine::Got Engine::lock_to_insert(Slot slot, IndexId index, RecordId successor) {
  touch(resource(index, successor), true);
  Request request{slot, resource(index, successor), innodb::insert_intention, indexes_[index].page(successor)};
  request.record = Request::Record::needed;
  return answer(slot, locks_.request(request), false);
}

Engine::Got Engine::lock_table(Slot slot, TableId table, LockMode mode) {
  touch({catalog_.tables[table].space, 0}, !(mode == innodb::IS || mode == innodb::IX));
  return answer(slot, locks_.request({slot, {catalog_.tables[table].space, 0}, mode}), false);
}

Engine::Got Engine::lock_metadata(Slot slot, Resource on, LockMode mode) {
  touch_metadata(on, !is_shared_metadata(mode));
  return answer(slot, metadata_.request({slot, on, mode}), true);
}

}  // namespace gridlock::reference
