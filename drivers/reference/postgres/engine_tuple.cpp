// Row versions: who sees them, who may lock or change them, and who waits for whom.
// Sources: PostgreSQL 15 heapam.c (heap_lock_tuple, heap_update, heap_delete), heapam_handler.c (heapam_tuple_lock),
// heapam_visibility.c, README.tuplock.
#include <algorithm>

#include "drivers/reference/postgres/engine_schedule.h"

namespace gridlock::reference::postgres {

/// HeapTupleSatisfiesMVCC.
bool Engine::visible(const Tuple& tuple, Slot slot, const Snapshot& snapshot) const {
  if (log_.current(tuple.xmin, slot)) {
    if (tuple.cmin >= snapshot.command) return false;
  } else if (!log_.sees(snapshot, tuple.xmin)) {
    return false;
  }
  const Member* updater = tuple.updater();
  if (updater == nullptr) return true;
  if (log_.current(updater->xid, slot)) return tuple.cmax >= snapshot.command;
  return !log_.sees(snapshot, updater->xid);
}

/// HeapTupleSatisfiesUpdate.
Touch Engine::satisfies_update(const Tuple& tuple, Slot slot, std::uint32_t command) const {
  if (log_.aborted(tuple.xmin)) return Touch::invisible;
  if (log_.in_progress(tuple.xmin) && (log_.owner(tuple.xmin) != slot || tuple.cmin >= command))
    return Touch::invisible;
  bool others = false;
  for (const Member& member : tuple.members) {
    if (log_.aborted(member.xid)) continue;
    if (member.update && log_.committed(member.xid)) return Touch::updated;
    if (member.update && log_.current(member.xid, slot))
      return tuple.cmax >= command ? Touch::self_modified : Touch::invisible;
    others = others || log_.in_progress(member.xid);
  }
  return others ? Touch::being_modified : Touch::ok;
}

/// Somebody else's lock or change that is not over and conflicts.
bool Engine::live_conflict(const Member& member, Slot slot, RowMode mode) const {
  return log_.in_progress(member.xid) && log_.owner(member.xid) != slot && conflict(member.mode, mode);
}

void Engine::cannot_serialize(bool deleted) const {
  throw SqlError("40001",
                 deleted ? "could not serialize access due to concurrent delete"
                         : "could not serialize access due to concurrent update",
                 Outcome::serialization_failure);
}

/// compute_new_xmax_infomask: who still matters, and this one.
void Engine::add_member(Tuple& tuple, Slot slot, RowMode mode, bool update) {
  const Xid xid = assign_xid(slot);
  std::erase_if(tuple.members, [&](const Member& member) {
    return log_.aborted(member.xid) || (!member.update && !log_.in_progress(member.xid));
  });
  for (Member& member : tuple.members) {
    if (member.xid != xid) continue;
    member.mode = std::max(member.mode, mode);
    member.update = member.update || update;
    return;
  }
  tuple.members.push_back({xid, mode, update});
  std::sort(tuple.members.begin(), tuple.members.end(), [](const Member& a, const Member& b) { return a.xid < b.xid; });
}

namespace {

/// Gives a tuple lock back when the work on the version is over, in whichever way.
struct TupleLock {
  LockManager& locks;
  Slot slot;
  LockTag tag;
  Mode mode;
  Depth depth;
  bool held = false;
  ~TupleLock() {
    if (held) locks.release(slot, tag, mode, depth);
  }
};

}  // namespace

Task<Touch> Engine::await_turn(Exec& exec, Table& table, TupleId id, RowMode mode) {
  const Slot slot = exec.slot;
  assign_xid(slot);
  TupleLock queue{locks_, slot, tag_of(table.id, id), tuple_lock_of(mode), sessions_[slot].depth()};
  while (true) {
    const Touch touch = satisfies_update(table.heap.at(id), slot, exec.snapshot.command);
    if (touch != Touch::being_modified) {
      if (touch == Touch::updated && table.heap.at(id).next == id) co_return Touch::deleted;
      co_return touch;
    }
    std::vector<Xid> in_the_way;
    bool member_myself = false;
    for (const Member& member : table.heap.at(id).members) {
      if (live_conflict(member, slot, mode)) in_the_way.push_back(member.xid);
      member_myself = member_myself || log_.current(member.xid, slot);
    }
    if (in_the_way.empty()) co_return Touch::ok;
    if (!member_myself && !queue.held) {
      if (!take(slot, queue.tag, queue.mode)) co_await lock_wait(slot);
      queue.held = true;
    }
    for (const Xid xid : in_the_way) co_await wait_for_transaction(slot, xid, false);
  }
}

namespace {
[[noreturn]] void no_row_lock(const Table& table) {
  throw SqlError("55P03", "could not obtain lock on row in relation \"" + table.name + "\"");
}
}  // namespace

/// heap_lock_tuple, on this version.
Task<Touch> Engine::lock_version(Exec& exec, Table& table, TupleId id, RowMode mode, sql::WaitPolicy policy) {
  const Slot slot = exec.slot;
  const bool no_wait = policy != sql::WaitPolicy::wait;
  TupleLock queue{locks_, slot, tag_of(table.id, id), tuple_lock_of(mode), sessions_[slot].depth()};
  while (true) {
    Tuple& tuple = table.heap.at(id);
    const Touch touch = satisfies_update(tuple, slot, exec.snapshot.command);
    if (touch == Touch::invisible || touch == Touch::self_modified) co_return touch;
    const Member* updater = tuple.updater();
    const bool replaced = updater != nullptr && log_.committed(updater->xid);
    if (replaced && conflict(updater->mode, mode)) co_return tuple.next == id ? Touch::deleted : Touch::updated;
    std::vector<Xid> in_the_way;
    bool member_myself = false, enough = false;
    for (const Member& member : tuple.members) {
      if (live_conflict(member, slot, mode)) in_the_way.push_back(member.xid);
      if (!log_.current(member.xid, slot)) continue;
      member_myself = true;
      enough = enough || member.mode >= mode;
    }
    if (enough) co_return Touch::ok;
    if (in_the_way.empty()) {
      const bool others_update = updater != nullptr && !log_.aborted(updater->xid);
      if (others_update) {
        const Touch newer = co_await lock_newer_versions(exec, table, id, mode);
        if (newer != Touch::ok) co_return newer;
        const Touch now = satisfies_update(table.heap.at(id), slot, exec.snapshot.command);
        if (now == Touch::invisible) co_return now;
      }
      add_member(table.heap.at(id), slot, mode, false);
      co_return Touch::ok;
    }
    if (!member_myself && !queue.held) {
      if (no_wait) {
        if (locks_.acquire(slot, queue.tag, queue.mode, queue.depth, true) != Acquired::granted) {
          if (policy == sql::WaitPolicy::skip_locked) co_return Touch::would_block;
          no_row_lock(table);
        }
      } else if (!take(slot, queue.tag, queue.mode)) {
        co_await lock_wait(slot);
      }
      queue.held = true;
    }
    for (const Xid xid : in_the_way) {
      const bool over = co_await wait_for_transaction(slot, xid, no_wait);
      if (over) continue;
      if (policy == sql::WaitPolicy::skip_locked) co_return Touch::would_block;
      no_row_lock(table);
    }
  }
}

/// heap_lock_updated_tuple: a weak lock goes onto the newer versions too.
Task<Touch> Engine::lock_newer_versions(Exec& exec, Table& table, TupleId id, RowMode mode) {
  Xid before = table.heap.at(id).updater()->xid;
  id = table.heap.at(id).next;
  while (true) {
    const Tuple& tuple = table.heap.at(id);
    if (tuple.xmin != before || log_.aborted(tuple.xmin)) co_return Touch::ok;
    std::vector<Xid> in_the_way;
    for (const Member& member : tuple.members)
      if (live_conflict(member, exec.slot, mode)) in_the_way.push_back(member.xid);
    if (!in_the_way.empty()) {
      for (const Xid xid : in_the_way) co_await wait_for_transaction(exec.slot, xid, false);
      continue;
    }
    const Member* updater = tuple.updater();
    if (updater != nullptr && log_.committed(updater->xid) && conflict(updater->mode, mode))
      co_return tuple.next == id ? Touch::deleted : Touch::updated;
    add_member(table.heap.at(id), exec.slot, mode, false);
    updater = table.heap.at(id).updater();
    if (updater == nullptr || log_.aborted(updater->xid) || table.heap.at(id).next == id) co_return Touch::ok;
    before = updater->xid;
    id = table.heap.at(id).next;
  }
}

Task<Touch> Engine::lock_row(Exec& exec, Table& table, TupleId& id, RowMode mode, sql::WaitPolicy policy, bool follow) {
  const Slot slot = exec.slot;
  while (true) {
    const Touch touch = co_await lock_version(exec, table, id, mode, policy);
    if (touch != Touch::updated || !follow) co_return touch;
    Xid before = table.heap.at(id).updater()->xid;
    id = table.heap.at(id).next;
    while (true) {  // SnapshotDirty: what is newest, whoever is at work on it
      const Tuple& tuple = table.heap.at(id);
      if (!tuple.used || tuple.xmin != before || log_.aborted(tuple.xmin)) co_return Touch::deleted;
      const Member* updater = tuple.updater();
      if (updater == nullptr || log_.aborted(updater->xid)) break;
      if (log_.current(updater->xid, slot)) co_return Touch::self_modified;
      if (log_.in_progress(updater->xid)) {
        const bool over = co_await wait_for_transaction(slot, updater->xid, policy != sql::WaitPolicy::wait);
        if (over) continue;
        if (policy == sql::WaitPolicy::skip_locked) co_return Touch::would_block;
        no_row_lock(table);
      }
      if (tuple.next == id) co_return Touch::deleted;
      before = updater->xid;
      id = tuple.next;
    }
  }
}

// --------------------------------------------------------------------------------------------- what nobody sees

void Engine::forget_entries(Table& table, TupleId id) {
  const Row& row = table.heap.at(id).values;
  for (const IndexId index_id : table.indexes) {
    Index& index = catalog_.indexes[index_id];
    const auto found = index.entries.find(index.key_of(row));
    if (found == index.entries.end()) continue;
    std::erase(found->second, id);
    if (found->second.empty()) index.entries.erase(found);
  }
}

/// As page pruning and vacuum: versions that no snapshot sees any more.
void Engine::prune(Table& table) {
  if (!table.heap.wants_pruning()) return;
  const std::uint64_t oldest = log_.oldest();
  const auto dead = [&](const Tuple& tuple) {
    if (log_.aborted(tuple.xmin)) return true;
    const Member* updater = tuple.updater();
    return updater != nullptr && log_.committed(updater->xid) && log_.commit_number(updater->xid) <= oldest;
  };
  table.heap.prune(dead, [&](TupleId id) { forget_entries(table, id); });
}

}  // namespace gridlock::reference::postgres
