#pragma once
/// The lock manager of a reference engine: who holds which lock on what, who waits for whom, and who is served next.
///
/// It is a value: copy it and both copies go on alone. It has no clock, no thread, no chance and no pointers; the same
/// calls in the same order give the same answers. The rules (modes, conflicts, grant order) are a `LockRules` value.
///
/// Invariants
/// - A record's queue is its granted locks, the newest first, then its waiting requests, the oldest first; a granted
///   lock never follows a waiting one (lock0lock.cc, RecLock::lock_add). A table's queue is in order of arrival
///   (lock_table_create), and so is every queue of an engine whose `Discipline` grants in queue order.
/// - "Newest" means the age of the lock's *struct*: InnoDB keeps one struct with a bitmap per transaction, page and
///   mode, and a lock that joins an old struct stands where that struct stands. `lock_structs` counts them.
/// - A transaction waits for one lock at a time, and has one waits-for edge then: to the owner of one of the locks that
///   it conflicts with, chosen by `Discipline::edge`. The edge is re-pointed when that owner lets go.
/// - Locks are never dropped but by `release`, `release_all`, `cancel_wait`, `record_removed`. ROLLBACK TO SAVEPOINT
///   keeps every lock, as in InnoDB.
///
/// Cost: an uncontended request or release touches one queue head and the transaction's own list. What a queue holds is
/// summed up in a set of modes, so a request that clashes with none of them does not walk it: the 10,000th IX on a
/// table costs what the first does.
///
/// Sources: MySQL 9.7.2 storage/innobase/lock/lock0lock.cc and lock0wait.cc; MariaDB 11.8.6 lock0lock.cc. Each
/// operation names its function.
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "drivers/reference/lock_rules.h"
#include "drivers/reference/lock_structs.h"

namespace gridlock::reference {

/// A transaction's slot: small, dense, chosen and reused by the engine. REQUIRES on reuse: `release_all` came before.
using Trx = std::uint32_t;
inline constexpr Trx no_trx = 0xffffffff;

/// What a lock protects. Spaces are numbered densely from 0 by the engine: one per table (its item is 0) and one per
/// index (its items are record handles from 1, dense, reused after removal; item 0 is the supremum).
struct Resource {
  std::uint32_t space = 0;
  std::uint32_t item = 0;
  friend bool operator==(Resource, Resource) = default;
};

/// A lock as the table knows it.
struct LockView {
  Trx trx = no_trx;
  Resource on;
  Mode mode = no_mode;
  bool waiting = false;
  std::uint32_t page = 0;
  friend bool operator==(const LockView&, const LockView&) = default;
};

/// A request for one lock.
struct Request {
  Trx trx = no_trx;
  Resource on;
  Mode mode = no_mode;
  /// The index page of the record: locks of one transaction, mode and page share a lock struct, which is what a
  /// deadlock victim's weight counts. Ignored for tables.
  std::uint32_t page = 0;
  /// In the way of something: wait, or be refused (NOWAIT and SKIP LOCKED alike; the engine tells them apart).
  enum class IfBlocked : std::uint8_t { wait, refuse } if_blocked = IfBlocked::wait;
  /// `needed`: a lock that is not needed to stop others is not recorded when granted at once. For insert intention
  /// (lock_rec_insert_check_and_lock), which must ask this way, and for what stays implicit on a written record
  /// (lock_rec_lock with impl).
  enum class Record : std::uint8_t { always, needed } record = Record::always;
};

/// What a request came to.
struct Answer {
  enum class What : std::uint8_t {
    granted,  ///< a new lock, `mode`, is held (for a next-key lock it may be only its gap)
    covered,  ///< nothing new: a lock already held is as strong
    clear,    ///< nothing is in the way and nothing was recorded (Record::needed)
    waiting,  ///< queued behind `blocker`
    refused,  ///< `blocker` is in the way and IfBlocked is refuse; nothing changed
  } what = What::granted;
  Mode mode = no_mode;   ///< granted, waiting: the mode recorded, as `locks_of` will show it
  Trx blocker = no_trx;  ///< waiting, refused: the waits-for edge
  bool ok() const { return what < What::waiting; }
};

/// A waiter that can go on.
struct Woken {
  Trx trx = no_trx;
  bool granted = true;  ///< false: its record is gone and so is its request; the statement looks again
  friend bool operator==(Woken, Woken) = default;
};

/// A waiter's one waits-for edge.
struct WaitEdge {
  std::uint64_t number = 0;  ///< grows by one with each wait that begins: of two waiters the larger joined later
  Trx blocker = no_trx;      ///< `no_trx`: it does not wait
  bool moved = false;        ///< points elsewhere than when the wait began
};

/// Somebody in a waiter's way.
struct InTheWay {
  LockView lock;
  bool hard = true;      ///< it holds the lock; false: it only stands ahead in the queue
  bool is_edge = false;  ///< its owner is the one waits-for edge that deadlock search follows
  friend bool operator==(const InTheWay&, const InTheWay&) = default;
};

/// Which locks of a transaction another record may inherit: bits, see `set_inheritance`.
enum class Inherits : std::uint8_t {
  nothing = 0,
  on_insert = 1,          ///< gaps split by an insert
  on_removal_shared = 2,  ///< S locks of a removed record
  on_removal_exclusive = 4,
  everything = 7,
};
constexpr Inherits operator|(Inherits a, Inherits b) {
  return static_cast<Inherits>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}
constexpr bool has(Inherits set, Inherits one) {
  return (static_cast<unsigned>(set) & static_cast<unsigned>(one)) != 0;
}

class LockTable {
 public:
  /// REQUIRES: `rules` outlives the table and its copies (the engines' own do).
  explicit LockTable(const LockRules& rules = innodb_rules());

  const LockRules& rules() const { return *rules_; }

  // --- asking

  /// Asks for a lock (lock_rec_lock_slow, lock_table, lock_rec_insert_check_and_lock).
  /// In this order: a lock already held that covers the mode settles it; a next-key lock whose record is held already
  /// asks only for the gap; whatever conflicts first in queue order, granted or waiting, is waited for, save a waiting
  /// request that may be bypassed; else the lock is granted. On the supremum the mode becomes the supremum's.
  /// REQUIRES: `trx` waits for nothing.
  Answer request(const Request& request);

  /// Records a lock that the transaction has already, without asking: an implicit lock that another transaction found
  /// is made explicit for its owner before that one queues (lock_rec_convert_impl_to_expl_for_trx). Nothing if covered.
  void grant(Trx trx, Resource on, Mode mode, std::uint32_t page);

  /// What `request` would run into: the first conflicting transaction in queue order, or `no_trx`. Changes nothing.
  /// (The semi-consistent read of an UPDATE at READ COMMITTED asks this.)
  Trx would_wait_for(Trx trx, Resource on, Mode mode) const;

  /// A strong enough lock is held, possibly by two parts (record and gap).
  bool holds(Trx trx, Resource on, Mode mode) const;

  // --- letting go. Each appends to `woken`, in the order of being served, the waiters that can go on.

  /// Lets go of one granted lock, the newest of exactly this mode (the plain mode names the supremum's too); false if
  /// there is none. For a row that READ COMMITTED read and did not match (lock_rec_unlock) and for AUTO_INC at the end
  /// of its statement (lock_unlock_table_autoinc). A record's lock struct stays and counts on, even when empty.
  bool release(Trx trx, Resource on, Mode mode, std::vector<Woken>& woken);

  /// The transaction ends: its waiting request goes if there is one, then its record locks, the newest struct first
  /// and in it by item, then its table locks, the oldest first; its slot is as new (locksys::try_release_all_locks).
  void release_all(Trx trx, std::vector<Woken>& woken);

  /// A waiter gives up (timeout, victim, killed): its request goes, its locks stay (lock_cancel_waiting_and_release).
  /// Nothing if it does not wait.
  void cancel_wait(Trx trx, std::vector<Woken>& woken);

  // --- records come and go

  /// `inserted` now stands right before `successor`, both on `page`: whoever locks the gap before the successor locks
  /// the gap before the new record too, waiting ones included, as granted GAP locks (lock_update_insert).
  void record_inserted(Resource inserted, Resource successor, std::uint32_t page);

  /// `removed` (by purge or by the rollback of its insert) is gone: its successor on `page` inherits its locks as
  /// granted GAP locks, its waiters are woken to look again (lock_update_delete). Implicit locks are nobody's to
  /// inherit: convert them first where the engine does.
  void record_removed(Resource removed, Resource successor, std::uint32_t page, std::vector<Woken>& woken);

  /// Which of the transaction's locks are inherited; `everything` after `release_all`.
  /// MySQL: READ COMMITTED and READ UNCOMMITTED are `on_insert` only, and `everything` from a uniqueness check to the
  /// end of its statement (trx->lock.inherit_all); XA PREPARE there makes it `nothing` (skip_lock_inheritance).
  void set_inheritance(Trx trx, Inherits inherits);

  // --- waiting

  bool waiting(Trx trx) const { return blocker_of(trx) != no_trx; }
  /// The waits-for edge of a waiter, or `no_trx`.
  Trx blocker_of(Trx trx) const { return trx < edges_.size() ? edges_[trx].blocker : no_trx; }
  /// All of them, by transaction slot.
  std::span<const WaitEdge> edges() const { return edges_; }
  /// The request of a waiter. REQUIRES: waiting(trx).
  LockView wanted(Trx trx) const;
  /// How many waiters' edges point at the transaction.
  std::uint32_t waiters_of(Trx trx) const { return trx < trxs_.size() ? trxs_[trx].waiters : 0; }
  /// How many transactions wait.
  std::uint32_t waiting_count() const { return waiting_count_; }

  /// The next waiter whose edge is new or re-pointed and not yet looked at, in the order of change; `no_trx` when none
  /// is left. The deadlock detector follows it (lock_wait_request_check_for_cycles).
  Trx next_changed_edge();

  // --- looking, for events and reports

  /// Lock structs of the transaction, table locks and the waiting one included (TRX_WEIGHT, trx0trx.h).
  std::uint32_t lock_structs(Trx trx) const { return trx < trxs_.size() ? trxs_[trx].structs.count : 0; }
  /// Locks of the transaction, the waiting one included.
  std::uint32_t lock_count(Trx trx) const { return trx < trxs_.size() ? trxs_[trx].locks : 0; }
  /// All locks of the transaction in the order in which they were asked for.
  std::vector<LockView> locks_of(Trx trx) const;
  /// The queue of a resource.
  std::vector<LockView> queue_of(Resource on) const;
  /// What is in a waiter's way, the first `most` in queue order: granted locks and requests ahead that conflict. Empty
  /// if it does not wait. `is_edge` is on the one that `blocker_of` means.
  std::vector<InTheWay> in_the_way_of(Trx trx, std::size_t most = SIZE_MAX) const;
  /// CATS: 1 for the waiter itself and 1 for every transaction that transitively waits for it, along the edges;
  /// 0 if it does not wait (lock0wait.cc, lock_wait_compute_and_publish_weights_except_cycles).
  std::uint32_t schedule_weight(Trx trx) const;

  /// Locks in the table, granted and waiting.
  std::size_t size() const { return size_; }
  /// Bytes of everything the table holds on to, itself included.
  std::size_t bytes() const;

 private:
  /// One lock: in its resource's queue (while granted) and in its transaction's list. Ids are indices, 0 is none.
  struct Entry {
    std::uint32_t next = 0;  ///< granted neighbours, newest first; the first one's `prev` is the last one
    std::uint32_t prev = 0;
    std::uint32_t older = 0;  ///< of the same transaction
    std::uint32_t newer = 0;
    std::uint32_t item = 0;
    std::uint32_t owner = 0;  ///< its lock struct: transaction, space, page, mode
  };

  /// A resource with more than one lock, or a waiter. One with a single granted lock has only its head.
  struct Queue {
    std::uint32_t first = 0;     ///< granted
    Trx first_waiting = no_trx;  ///< waiters are chained through their transactions: each waits once
    Trx last_waiting = no_trx;
    ModeSet granted_modes = 0;  ///< at least those in the queue; a walk that misses makes it exact
    ModeSet waiting_modes = 0;
  };

  struct TrxState {
    std::uint32_t newest = 0;  ///< its locks, chained both ways
    std::uint32_t oldest = 0;
    std::uint32_t locks = 0;
    StructList structs;
    std::uint32_t waits_with = 0;  ///< the waiting lock
    std::uint32_t waiters = 0;     ///< edges that point here
    Trx ahead = no_trx;            ///< neighbours among the waiters of its queue
    Trx behind = no_trx;
    Inherits inherits = Inherits::everything;
    bool edge_changed = false;  ///< stands in changed_edges_
  };

  struct Candidate {
    std::uint32_t weight = 0;
    std::uint32_t position = 0;
    Trx trx = no_trx;
  };

  /// Memory used again by each call, empty between them; a copy starts with its own.
  struct Scratch {
    Scratch() = default;
    Scratch(const Scratch&) {}
    Scratch(Scratch&&) = default;
    Scratch& operator=(const Scratch&) { return *this; }
    Scratch& operator=(Scratch&&) = default;
    ~Scratch() = default;

    std::vector<std::uint32_t> contended;
    std::vector<Candidate> candidates;
    std::vector<std::uint32_t> weights;
    std::vector<std::uint32_t> unseen;
    std::vector<Trx> ready;
  };

  struct Conflict {
    Trx blocker = no_trx;
    bool bypassed = false;  ///< a waiting request was passed by: the lock must be explicit
  };

  // --- finding (lock_table.cpp)
  Mode placed(Mode mode, std::uint32_t item) const;
  std::uint32_t& head_at(Resource on);
  std::uint32_t& grow_to(Resource on);
  std::uint32_t head_of(Resource on) const;
  TrxState& trx_at(Trx trx);
  TrxState& grow_to(Trx trx);
  const LockStruct& owner(std::uint32_t lock) const { return structs_[locks_[lock].owner]; }
  Mode struct_mode(Mode mode) const;
  Mode mode_of(std::uint32_t lock) const;
  ModeSet held_modes(Trx trx, Resource on, std::uint32_t head) const;
  ModeSet covered_by(ModeSet held) const;
  Conflict conflict(Trx trx, Mode mode, ModeSet covered, std::uint32_t head) const;
  Conflict conflict_in(Trx trx, Mode mode, ModeSet covered, const Queue& queue) const;
  std::uint32_t granted_conflict(Trx trx, ModeSet conflicts, const Queue& queue, bool oldest_first) const;
  Conflict waiting_conflict(Trx trx, Mode mode, ModeSet covered, const Queue& queue, bool oldest_first) const;
  Answer request_contended(const Request& ask, Mode mode, std::uint32_t& head);

  // --- changing (lock_table.cpp)
  bool waiter_stands_before(const LockStruct& displaced) const;
  std::uint32_t struct_for(TrxState& state, Trx trx, Resource on, Mode mode, std::uint32_t page);
  std::uint32_t new_lock(TrxState& state, std::uint32_t owner_struct, std::uint32_t item);
  void add_granted(Trx trx, Resource on, Mode mode, std::uint32_t page, std::uint32_t& head);
  void inherit(Trx trx, Resource on, Mode mode, std::uint32_t page);
  void link_granted(std::uint32_t lock, std::uint32_t& head);
  void link_in_queue(std::uint32_t lock, Queue& queue);
  void enqueue(const Request& ask, Mode mode, Trx blocker, std::uint32_t& head);
  void refresh_modes(Queue& queue);
  void open_queue(std::uint32_t& head);
  void close_queue(std::uint32_t& head);
  void point_edge(Trx waiter, Trx blocker);

  // --- letting go (lock_table_release.cpp)
  void unlink_granted(std::uint32_t lock, std::uint32_t& head);
  void forget_lock(std::uint32_t lock, TrxState& trx);
  void end_wait(Trx trx, Queue& queue);
  void drop_locks(Trx trx);
  void release_contended(Trx trx, std::vector<Woken>& woken);
  void serve(Resource on, Trx releaser, std::vector<Woken>& woken);
  void order_by_weight();
  Trx still_blocked_by(Trx waiter, const Queue& queue) const;
  void grant_waiter(Trx waiter, Queue& queue, std::vector<Woken>& woken);
  void weigh(Scratch& scratch) const;

  // --- looking (lock_table_view.cpp)
  LockView view(std::uint32_t lock) const;
  std::vector<std::uint32_t> in_queue_order(Resource on) const;
  template <class Visit>
  void visit_queue(Resource on, Visit visit) const;

  static bool is_queue(std::uint32_t head) { return (head & queue_flag) != 0; }
  Queue& queue_at(std::uint32_t head) { return queues_[head & ~queue_flag]; }
  const Queue& queue_at(std::uint32_t head) const { return queues_[head & ~queue_flag]; }

  static constexpr std::uint32_t queue_flag = 0x80000000;

  const LockRules* rules_;
  std::vector<std::vector<std::uint32_t>> spaces_;  ///< heads: 0, the only lock, or a queue
  std::vector<TrxState> trxs_;
  std::vector<WaitEdge> edges_;  ///< by transaction, apart from the rest so that a long chain stays in the cache
  Pool<Entry, &Entry::older> locks_;
  Pool<Queue, &Queue::first> queues_;
  LockStructs structs_;
  std::vector<Trx> changed_edges_;
  std::size_t changed_edges_seen_ = 0;
  std::int64_t places_ = 0;
  std::uint64_t waits_begun_ = 0;
  std::uint32_t waiting_count_ = 0;
  std::size_t size_ = 0;
  Scratch scratch_;
};

}  // namespace gridlock::reference
