#pragma once
/// Transactions and subtransactions by their ids: which run, which are over, what a snapshot sees of them.
///
/// A snapshot is the number of commits that it saw, which tells the same as PostgreSQL's list of running ids
/// (procarray.c, GetSnapshotData), in constant time. An id is given when a (sub)transaction first writes or locks a
/// row.
#include <cstdint>
#include <map>
#include <vector>

#include "drivers/reference/ids.h"

namespace gridlock::reference::postgres {

using Xid = std::uint32_t;
inline constexpr Xid no_xid = 0;

struct Snapshot {
  std::uint64_t commits = 0;  ///< sees what was committed by then
  std::uint32_t command = 0;  ///< and of its own transaction the commands before this one
};

class Transactions {
 public:
  /// A new id; of a subtransaction with its parent's.
  Xid begin(Slot owner, Xid parent);
  void commit(Xid top);  ///< with all its subtransactions that were not rolled back
  void abort(Xid xid);
  /// RELEASE SAVEPOINT: it lives and dies with its parent now.
  void commit_sub(Xid xid) { states_[xid].released = true; }

  bool in_progress(Xid xid) const { return status(xid) == Status::in_progress; }
  bool committed(Xid xid) const { return status(xid) == Status::committed; }
  bool aborted(Xid xid) const { return status(xid) == Status::aborted; }
  /// Belongs to this session's transaction, and was not rolled back.
  bool current(Xid xid, Slot slot) const {
    return xid != no_xid && states_[xid].owner == slot && states_[xid].status == Status::in_progress;
  }
  Slot owner(Xid xid) const { return states_[xid].owner; }
  Xid top_of(Xid xid) const;
  std::uint64_t commit_number(Xid xid) const { return states_[xid].commit; }
  std::uint64_t commits() const { return commits_; }
  bool sees(const Snapshot& snapshot, Xid xid) const {
    return states_[xid].status == Status::committed && states_[xid].commit <= snapshot.commits;
  }

  void open(const Snapshot& snapshot) { ++open_[snapshot.commits]; }
  void close(const Snapshot& snapshot);
  /// Every open snapshot sees what was committed by then.
  std::uint64_t oldest() const { return open_.empty() ? commits_ : open_.begin()->first; }
  Xid newest() const { return static_cast<Xid>(states_.size() - 1); }

 private:
  enum class Status : std::uint8_t { in_progress, committed, aborted };
  struct State {
    Status status = Status::in_progress;
    bool released = false;
    Slot owner = none;
    Xid parent = no_xid;
    std::uint64_t commit = 0;
    Xid first_child = no_xid, next_sibling = no_xid;
  };
  Status status(Xid xid) const { return xid == no_xid ? Status::aborted : states_[xid].status; }
  void mark_committed(Xid xid);

  std::vector<State> states_{State{Status::aborted, false, none, no_xid, 0, no_xid, no_xid}};
  std::uint64_t commits_ = 1;
  std::map<std::uint64_t, std::uint32_t> open_;
};

}  // namespace gridlock::reference::postgres
