#pragma once
/// PostgreSQL's heavyweight locks: what is held, who queues, who goes on, and who is in a deadlock.
///
/// Granting is not first come, first served: a session that already holds something on the object goes before those
/// that would have to wait for it. Deadlocks are looked for by the waiter itself, once; a cycle through somebody who
/// only stands ahead in a queue (a soft edge) is resolved by changing the queue's order.
/// Sources: PostgreSQL 15 lock.c (LockAcquireExtended, LockCheckConflicts), proc.c (ProcSleep, ProcLockWakeup),
/// deadlock.c; src/backend/storage/lmgr/README.
///
/// A value without pointers, clock or chance.
#include <array>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "drivers/reference/ids.h"
#include "drivers/reference/postgres/lock_modes.h"

namespace gridlock::reference::postgres {

/// What is locked.
struct LockTag {
  enum class Kind : std::uint8_t { relation, tuple, transaction, speculative_token, advisory } kind = Kind::relation;
  std::uint32_t a = 0;  ///< relation; tuple: its table; transaction: xid; token: xid; advisory: high key
  std::uint32_t b = 0;  ///< tuple: its id; token: number; advisory: low key
  std::uint32_t c = 0;  ///< advisory: 1 for one 64-bit key, 2 for two keys
  friend bool operator==(const LockTag&, const LockTag&) = default;
};

struct LockTagHash {
  std::size_t operator()(const LockTag& tag) const {
    std::uint64_t x = (static_cast<std::uint64_t>(tag.a) << 32 | tag.b) * 0x9e3779b97f4a7c15U;
    x ^= (static_cast<std::uint64_t>(tag.c) << 8 | static_cast<std::uint64_t>(tag.kind)) * 0xbf58476d1ce4e5b9U;
    return static_cast<std::size_t>(x ^ (x >> 29));
  }
};

/// To whom a lock belongs within a session: how deep in its subtransactions, or to the session itself.
using Depth = std::uint32_t;
inline constexpr Depth session_scope = 0;  ///< advisory locks that outlive the transaction
inline constexpr Depth top_transaction = 1;

enum class Acquired : std::uint8_t { granted, waiting, not_available, deadlock };

/// A lock that a session holds or waits for.
struct LockShown {
  LockTag tag;
  Mode mode = Mode::none;
  bool waiting = false;
  Slot owner = none;
};

/// Who is in a waiter's way: a holder (hard), or one who only queues ahead (soft).
struct LockBlocker {
  LockShown lock;
  bool hard = true;
};

/// What a waiter's deadlock check came to.
struct DeadlockCheck {
  enum class Result : std::uint8_t { none, rearranged, deadlock } result = Result::none;
  struct Edge {
    Slot waiter = none;
    LockTag tag;
    Mode mode = Mode::none;
  };
  std::vector<Edge> cycle;  ///< each waits for the next, the last for the first; the checker is the first
};

class LockManager {
 public:
  void add_session() { sessions_.emplace_back(); }

  /// `waiting`: the session stands in the queue now. `deadlock`: it and another one would wait for each other here,
  /// seen at once. `no_wait` answers `not_available` where it would have to wait.
  Acquired acquire(Slot session, const LockTag& tag, Mode mode, Depth depth, bool no_wait = false);
  /// Gives back one acquisition; false when the session does not hold it at this depth.
  bool release(Slot session, const LockTag& tag, Mode mode, Depth depth);
  /// Gives back all that is owned at this depth or deeper, except what belongs to the session itself.
  void release_from(Slot session, Depth depth);
  /// The subtransaction commits: its locks become its parent's.
  void give_to_parent(Slot session, Depth depth);
  /// All advisory locks of the session's own scope.
  void release_session_scope(Slot session);
  /// Leaves the queue.
  void cancel_wait(Slot session);

  bool waiting(Slot session) const { return sessions_[session].wait_lock != none; }
  bool holds(Slot session, const LockTag& tag, Mode mode) const;
  bool holds_at(Slot session, const LockTag& tag, Mode mode, Depth depth) const;
  /// Sessions whose wait is over, in order; empties the list.
  std::vector<Slot> take_woken();

  LockShown wanted(Slot session) const;
  std::vector<LockShown> locks_of(Slot session) const;  ///< in the order of acquisition, the wanted one last
  std::vector<LockBlocker> in_the_way_of(Slot session, std::size_t most) const;
  /// The sessions that wait, with the one in whose way each stands: is there a cycle among holders and queues now?
  bool in_cycle(Slot session) const;

  /// What deadlock_timeout does: DeadLockCheck. A soft deadlock's queues are rearranged.
  DeadlockCheck check_deadlock(Slot session);

  std::size_t lock_count() const { return index_.size(); }

 private:
  friend class DeadlockSearch;
  struct Holder {  // PROCLOCK: one session on one lock
    std::uint32_t lock = none;
    Slot session = none;
    ModeMask held = 0;
    std::uint32_t previous = none, next = none;  // within the lock, oldest first
  };
  struct Object {  // LOCK
    LockTag tag;
    std::array<std::uint32_t, mode_count> granted{};
    std::array<std::uint32_t, mode_count> waiting{};
    ModeMask grant_mask = 0;
    ModeMask wait_mask = 0;
    std::uint32_t first_holder = none, last_holder = none;
    std::vector<Slot> queue;
  };
  struct Owner {
    Depth depth;
    std::uint32_t count;
  };
  struct Local {  // LOCALLOCK: one mode of one lock, with its owners
    LockTag tag;
    std::uint32_t lock = none;
    std::uint32_t holder = none;
    Mode mode = Mode::none;
    std::vector<Owner> owners;
  };
  struct SessionLocks {
    std::vector<Local> locals;
    std::uint32_t wait_lock = none;
    Mode wait_mode = Mode::none;
    Depth wait_depth = 0;
    ModeMask held_on_wait = 0;  // PGPROC.heldLocks
  };

  std::uint32_t object_of(const LockTag& tag);
  std::uint32_t find_holder(Slot session, std::uint32_t lock) const;
  std::uint32_t holder_of(Slot session, std::uint32_t lock);
  bool conflicts(const Object& lock, ModeMask own, Mode mode) const;
  void grant(Slot session, std::uint32_t lock, Mode mode, Depth depth);
  void ungrant(Slot session, const Local& local);
  void wake_up(std::uint32_t lock);
  void leave_queue(Slot session);
  void clean_up(std::uint32_t lock, std::uint32_t holder);
  Acquired join_queue(Slot session, std::uint32_t lock, Mode mode, Depth depth);
  Local* find_local(Slot session, const LockTag& tag, Mode mode);

  std::unordered_map<LockTag, std::uint32_t, LockTagHash> index_;
  std::vector<Object> objects_;
  std::vector<std::uint32_t> free_objects_;
  std::vector<Holder> holders_;
  std::vector<std::uint32_t> free_holders_;
  std::vector<SessionLocks> sessions_;
  std::vector<Slot> woken_;
};

}  // namespace gridlock::reference::postgres
