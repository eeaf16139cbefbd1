#pragma once
/// Serializable Snapshot Isolation: who has read what (SIREAD locks, which never block), which reader overlaps which
/// writer (rw-conflicts), and who must be given up so that no dangerous structure commits.
/// Source: PostgreSQL 15 predicate.c, README-SSI; Ports and Grittner, "Serializable Snapshot Isolation in PostgreSQL".
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "drivers/reference/postgres/sql_error.h"
#include "drivers/reference/postgres/transactions.h"

namespace gridlock::reference::postgres {

/// What was read: a relation, one of its pages, or a tuple on it.
struct ReadTag {
  std::uint32_t relation = 0;
  std::uint32_t page = none;
  std::uint32_t item = none;
  friend bool operator==(const ReadTag&, const ReadTag&) = default;
};

class Serializable {
 public:
  void add_session() { current_.push_back(none); }

  struct Beginning {
    Snapshot snapshot;
    Xid snapshot_xmin = no_xid;  ///< the oldest id that ran when the snapshot was taken
    bool read_only = false;
  };
  void begin(Slot slot, const Beginning& beginning);
  bool tracks(Slot slot) const { return current_[slot] != none; }
  void note_xid(Slot slot, Xid top) {
    if (tracks(slot)) by_xid_[top] = current_[slot];
  }

  /// READ ONLY DEFERRABLE: whether its snapshot is known to be safe, or known not to be.
  enum class Safety : std::uint8_t { unknown, safe, unsafe };
  Safety safety(Slot slot) const;
  /// Gives the transaction up without a trace, for another snapshot.
  void forget(Slot slot);

  void read(Slot slot, const ReadTag& tag);
  /// The reader saw (or ignored) a version that this transaction wrote. `concurrent`: not in the reader's snapshot.
  void conflict_out(Slot reader, Xid writer_top, bool concurrent);
  /// The writer is about to write there. Throws 40001 where it has to give way.
  void conflict_in(Slot writer, const ReadTag& tag);
  void check_doomed(Slot slot) const;
  void before_commit(Slot slot);
  void end(Slot slot, bool committed, Xid next_xid);

  /// SIREAD locks, of committed transactions too, as long as they matter.
  std::vector<ReadTag> locks_of(Slot session) const;

 private:
  using Id = std::uint32_t;
  struct Transaction {
    Slot session = none;
    Snapshot snapshot;
    Xid snapshot_xmin = no_xid;
    Xid finished_before = no_xid;
    std::uint64_t prepared = 0, committed = 0;  ///< sequence numbers; 0: not yet
    std::uint64_t last_commit_before = 0;
    std::uint64_t earliest_out = 0;  ///< of those that it has a conflict out to, the first to be committed
    bool read_only = false, doomed = false, conflict_out = false, wrote = false, finished = false, used = false;
    bool safe = false, unsafe = false;
    std::vector<Id> out, in;              ///< rw-conflicts: this one read what `out` wrote
    std::vector<Id> possibly_unsafe_for;  ///< of a writer: read-only ones; of a read-only one: writers still running
    std::vector<ReadTag> reads;
  };

  Id new_transaction();
  void release(Id id);
  void clear_old();
  bool conflict_exists(Id reader, Id writer) const;
  void flag(Id reader, Id writer, Id self);
  void check_failure(Id reader, Id writer, Id self);
  void drop_conflict(Id reader, Id writer);
  void settle_read_only(Id writer, bool committed);
  bool covered(const Transaction& reader, const ReadTag& tag) const;

  std::vector<Transaction> all_;
  std::vector<Id> free_;
  std::vector<Id> current_;   // by session
  std::vector<Id> finished_;  // committed, in order, still overlapping somebody
  std::unordered_map<Xid, Id> by_xid_;
  std::uint64_t sequence_ = 1;
};

}  // namespace gridlock::reference::postgres
