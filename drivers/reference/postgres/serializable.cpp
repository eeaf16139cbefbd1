#include "drivers/reference/postgres/serializable.h"

#include <algorithm>

namespace gridlock::reference::postgres {
namespace {

/// How many tuples of a page, and pages and tuples of a relation, are remembered singly (max_predicate_locks_per_page,
/// max_predicate_locks_per_relation).
constexpr std::ptrdiff_t tuples_per_page_max = 2;
constexpr std::ptrdiff_t reads_per_relation_max = 31;

[[noreturn]] void fail() {
  throw SqlError("40001", "could not serialize access due to read/write dependencies among transactions",
                 Outcome::serialization_failure);
}

template <class T>
void remove(std::vector<T>& list, const T& value) {
  list.erase(std::remove(list.begin(), list.end(), value), list.end());
}

bool covers(const ReadTag& coarse, const ReadTag& fine) {
  return coarse.relation == fine.relation && (coarse.page == none || coarse.page == fine.page) &&
         (coarse.item == none || coarse.item == fine.item);
}

}  // namespace

Serializable::Id Serializable::new_transaction() {
  if (free_.empty()) {
    all_.emplace_back();
    free_.push_back(static_cast<Id>(all_.size() - 1));
  }
  const Id id = free_.back();
  free_.pop_back();
  all_[id] = Transaction{};
  all_[id].used = true;
  return id;
}

/// GetSerializableTransactionSnapshotInt: a read-only one beside no writer is safe and needs no tracking.
void Serializable::begin(Slot slot, const Beginning& beginning) {
  const auto writes = [](const Transaction& one) { return one.used && !one.finished && !one.read_only; };
  if (beginning.read_only && std::none_of(all_.begin(), all_.end(), writes)) return;
  const Id id = new_transaction();
  Transaction& mine = all_[id];
  mine.session = slot;
  mine.snapshot = beginning.snapshot;
  mine.snapshot_xmin = beginning.snapshot_xmin;
  mine.last_commit_before = sequence_;
  mine.read_only = beginning.read_only;
  current_[slot] = id;
  if (!beginning.read_only) return;
  for (Id other = 0; other < all_.size(); ++other) {
    if (!writes(all_[other])) continue;
    all_[other].possibly_unsafe_for.push_back(id);
    all_[id].possibly_unsafe_for.push_back(other);
  }
}

Serializable::Safety Serializable::safety(Slot slot) const {
  if (!tracks(slot)) return Safety::safe;
  const Transaction& mine = all_[current_[slot]];
  return mine.unsafe ? Safety::unsafe : mine.safe ? Safety::safe : Safety::unknown;
}

void Serializable::forget(Slot slot) {
  if (!tracks(slot)) return;
  const Id id = current_[slot];
  current_[slot] = none;
  release(id);
  clear_old();
}

// ------------------------------------------------------------------------------------------------ reading

bool Serializable::covered(const Transaction& reader, const ReadTag& tag) const {
  return std::any_of(reader.reads.begin(), reader.reads.end(), [&](const ReadTag& held) { return covers(held, tag); });
}

/// PredicateLockAcquire, with its promotion to coarser locks.
void Serializable::read(Slot slot, const ReadTag& tag) {
  if (!tracks(slot)) return;
  Transaction& mine = all_[current_[slot]];
  if (mine.safe || covered(mine, tag)) return;
  ReadTag kept = tag;
  if (tag.item != none) {
    const auto same_page = std::count_if(mine.reads.begin(), mine.reads.end(), [&](const ReadTag& held) {
      return held.relation == tag.relation && held.page == tag.page;
    });
    if (same_page >= tuples_per_page_max) kept.item = none;
  }
  if (kept.page != none) {
    const auto same = std::count_if(mine.reads.begin(), mine.reads.end(),
                                    [&](const ReadTag& held) { return held.relation == tag.relation; });
    if (same > reads_per_relation_max) kept = {tag.relation, none, none};
  }
  std::erase_if(mine.reads, [&](const ReadTag& held) { return covers(kept, held); });
  mine.reads.push_back(kept);
}

bool Serializable::conflict_exists(Id reader, Id writer) const {
  const auto& out = all_[reader].out;
  return std::find(out.begin(), out.end(), writer) != out.end();
}

void Serializable::check_doomed(Slot slot) const {
  if (tracks(slot) && all_[current_[slot]].doomed) fail();
}

/// CheckForSerializableConflictOut.
void Serializable::conflict_out(Slot slot, Xid writer_top, bool concurrent) {
  if (!tracks(slot)) return;
  const Id reader = current_[slot];
  if (all_[reader].safe) return;
  check_doomed(slot);
  const auto found = by_xid_.find(writer_top);
  if (found == by_xid_.end() || found->second == reader || !concurrent) return;
  const Id writer = found->second;
  const Transaction& other = all_[writer];
  if (other.doomed) return;
  if (all_[reader].read_only && other.committed != 0 &&
      (!other.conflict_out || all_[reader].last_commit_before < other.earliest_out))
    return;
  if (!conflict_exists(reader, writer)) flag(reader, writer, reader);
}

// ------------------------------------------------------------------------------------------------ writing

/// CheckForSerializableConflictIn: the tuple, its page, its relation.
void Serializable::conflict_in(Slot slot, const ReadTag& tag) {
  if (!tracks(slot)) return;
  const Id writer = current_[slot];
  check_doomed(slot);
  all_[writer].wrote = true;
  for (Id reader = 0; reader < all_.size(); ++reader) {
    const Transaction& other = all_[reader];
    if (!other.used || reader == writer || other.doomed) continue;
    if (other.committed != 0 && all_[writer].snapshot_xmin >= other.finished_before) continue;
    if (!covered(other, tag) || conflict_exists(reader, writer)) continue;
    flag(reader, writer, writer);
  }
  if (tag.item != none) remove(all_[writer].reads, tag);  // what it writes it need not remember as read
}

void Serializable::flag(Id reader, Id writer, Id self) {
  check_failure(reader, writer, self);
  all_[reader].out.push_back(writer);
  all_[writer].in.push_back(reader);
}

/// OnConflict_CheckForSerializationFailure: T0 -> pivot -> T2 with T2 the first to be committed.
void Serializable::check_failure(Id reader_id, Id writer_id, Id self) {
  const Transaction& reader = all_[reader_id];
  Transaction& writer = all_[writer_id];
  bool failure = writer.committed != 0 && writer.conflict_out;
  for (const Id id : writer.out) {
    const Transaction& t2 = all_[id];
    failure = failure || (t2.prepared != 0 && (reader.committed == 0 || t2.prepared <= reader.committed) &&
                          (writer.committed == 0 || t2.prepared <= writer.committed) &&
                          (!reader.read_only || t2.prepared <= reader.last_commit_before));
  }
  if (!failure && writer.prepared != 0 && !reader.read_only) {
    for (const Id id : reader.in) {
      const Transaction& t0 = all_[id];
      failure = failure || (!t0.doomed && (t0.committed == 0 || t0.committed >= writer.prepared) &&
                            (!t0.read_only || t0.last_commit_before >= writer.prepared));
    }
  }
  if (!failure) return;
  if (self == writer_id || writer.prepared != 0) fail();
  writer.doomed = true;
}

// ------------------------------------------------------------------------------------------------ the end

/// PreCommit_CheckForSerializationFailure.
void Serializable::before_commit(Slot slot) {
  if (!tracks(slot)) return;
  check_doomed(slot);
  const Id self = current_[slot];
  for (const Id near : all_[self].in) {
    if (all_[near].committed != 0 || all_[near].doomed) continue;
    for (const Id far : all_[near].in) {
      const Transaction& other = all_[far];
      if (far != self && (other.committed != 0 || other.read_only || other.doomed)) continue;
      if (all_[near].prepared != 0) fail();
      all_[near].doomed = true;
      break;
    }
  }
  all_[self].prepared = ++sequence_;
}

void Serializable::drop_conflict(Id reader, Id writer) {
  remove(all_[reader].out, writer);
  remove(all_[writer].in, reader);
}

/// A writer has ended: what does that tell those who only read?
void Serializable::settle_read_only(Id writer, bool committed) {
  const Transaction& mine = all_[writer];
  for (const Id id : mine.possibly_unsafe_for) {
    Transaction& reader = all_[id];
    remove(reader.possibly_unsafe_for, writer);
    const bool spoils = committed && mine.wrote && mine.conflict_out && mine.earliest_out <= reader.last_commit_before;
    if (spoils) reader.unsafe = true;
    if (reader.unsafe || !reader.possibly_unsafe_for.empty()) continue;
    reader.safe = true;
    reader.reads.clear();
  }
  all_[writer].possibly_unsafe_for.clear();
}

/// ReleasePredicateLocks.
void Serializable::end(Slot slot, bool committed, Xid next_xid) {
  if (!tracks(slot)) return;
  const Id self = current_[slot];
  current_[slot] = none;
  Transaction& mine = all_[self];
  const bool declared_read_only = mine.read_only;
  mine.finished = true;
  mine.finished_before = next_xid;
  if (committed) {
    mine.committed = ++sequence_;
    if (!mine.wrote) mine.read_only = true;
  } else {
    mine.doomed = true;
  }
  for (const Id id : std::vector<Id>(mine.out)) {
    const Transaction& writer = all_[id];
    if (committed && !mine.read_only && writer.committed != 0) {
      if (!mine.conflict_out || writer.prepared < mine.earliest_out) mine.earliest_out = writer.prepared;
      mine.conflict_out = true;
    }
    if (!committed || writer.committed != 0 || writer.last_commit_before >= sequence_) drop_conflict(self, id);
  }
  for (const Id id : std::vector<Id>(mine.in))
    if (!committed || all_[id].committed != 0 || all_[id].read_only) drop_conflict(id, self);
  if (declared_read_only) {
    for (const Id writer : mine.possibly_unsafe_for) remove(all_[writer].possibly_unsafe_for, self);
    mine.possibly_unsafe_for.clear();
  } else {
    settle_read_only(self, committed);
  }
  // only the last of those with the oldest snapshot lets old ones be forgotten (SxactGlobalXminCount)
  bool clears = true;
  for (const Id id : current_) clears = clears && (id == none || all_[id].snapshot_xmin > all_[self].snapshot_xmin);
  if (committed)
    finished_.push_back(self);
  else
    release(self);
  if (clears) clear_old();
}

void Serializable::release(Id id) {
  for (const Id writer : std::vector<Id>(all_[id].out)) drop_conflict(id, writer);
  for (const Id reader : std::vector<Id>(all_[id].in)) drop_conflict(reader, id);
  for (const Id other : all_[id].possibly_unsafe_for) remove(all_[other].possibly_unsafe_for, id);
  std::erase_if(by_xid_, [&](const auto& entry) { return entry.second == id; });
  all_[id] = Transaction{};
  free_.push_back(id);
}

/// ClearOldPredicateLocks: what overlaps nobody who still runs.
void Serializable::clear_old() {
  Xid oldest = no_xid;
  bool writers = false;
  for (const Id id : current_) {
    if (id == none) continue;
    if (oldest == no_xid || all_[id].snapshot_xmin < oldest) oldest = all_[id].snapshot_xmin;
    writers = writers || !all_[id].read_only;
  }
  std::vector<Id> kept;
  for (const Id id : finished_) {
    if (oldest == no_xid || all_[id].finished_before <= oldest) {
      release(id);
    } else {
      if (!writers) all_[id].reads.clear();  // nobody is left who could write what it has read
      kept.push_back(id);
    }
  }
  finished_ = std::move(kept);
}

std::vector<ReadTag> Serializable::locks_of(Slot session) const {
  std::vector<ReadTag> tags;
  for (const Transaction& one : all_)
    if (one.used && one.session == session) tags.insert(tags.end(), one.reads.begin(), one.reads.end());
  return tags;
}

}  // namespace gridlock::reference::postgres
