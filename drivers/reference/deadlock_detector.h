#pragma once
/// Finds deadlocks in a lock table's waits-for edges, and chooses who pays.
///
/// Every waiter has one edge, so a search is a walk along a chain: linear in its length, no recursion. A cycle is
/// looked for whenever an edge is new or re-pointed; a cycle through a second blocker is found when the edge comes to
/// point there (lock0wait.cc, lock_wait_snapshot_waiting_threads and what follows).
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "drivers/reference/lock_table.h"

namespace gridlock::reference {

/// A cycle of waiters and the one to roll back.
struct DeadlockCycle {
  std::vector<Trx> members;  ///< each waits for the next, the last for the first; the latest joiner is the last
  Trx victim = no_trx;
};

/// The next deadlock among the edges that changed since last asked, or none when all have been looked at. The caller
/// rolls the victim back (`cancel_wait`, then `release_all`) and asks again, until there is none.
///
/// `undo_entries[trx]` is how many undo records each transaction has written; missing slots count as 0. A victim's
/// weight is that plus its lock structs (trx_weight_ge, trx0trx.cc). Members, victim: `LockRules::victim`.
/// With detection off (innodb_deadlock_detect=OFF) simply do not ask.
std::optional<DeadlockCycle> next_deadlock(LockTable& table, std::span<const std::uint64_t> undo_entries);

/// The same, into a value whose memory is used again. False: there is none, and `cycle` says nothing.
bool next_deadlock(LockTable& table, std::span<const std::uint64_t> undo_entries, DeadlockCycle& cycle);

/// The cycle that `trx` stands on by following edges, or none. Changes nothing.
std::optional<DeadlockCycle> find_deadlock(const LockTable& table, Trx trx,
                                           std::span<const std::uint64_t> undo_entries);

}  // namespace gridlock::reference
