#include "drivers/reference/deadlock_detector.h"

#include <algorithm>

namespace gridlock::reference {
namespace {

/// Follows the edges from `start`. True if they lead back to it: `members` is the cycle, and the latest to join it
/// stands at `latest` (lock_wait_find_latest_pos_on_cycle).
bool walk(const LockTable& table, Trx start, std::vector<Trx>& members, std::size_t& latest) {
  const std::span<const WaitEdge> edges = table.edges();
  std::uint64_t latest_number = 0;
  members.clear();
  for (Trx at = start; edges[at].blocker != no_trx && members.size() < table.waiting_count();) {
    if (edges[at].number >= latest_number) {
      latest = members.size();
      latest_number = edges[at].number;
    }
    members.push_back(at);
    at = edges[at].blocker;
    if (at == start) return true;
  }
  return false;
}

/// lock_wait_choose_victim for MySQL; Deadlock::report for MariaDB.
Trx choose_victim(const LockTable& table, const std::vector<Trx>& members, std::span<const std::uint64_t> undo) {
  const bool favours_latest = table.rules().victim == VictimPolicy::lightest_latest;
  Trx victim = no_trx;
  std::uint64_t least = 0;
  for (const Trx trx : members) {
    const std::uint64_t weight = (trx < undo.size() ? undo[trx] : 0) + table.lock_structs(trx);
    const bool wins_ties = favours_latest || trx == members.back();
    if (victim != no_trx && (weight > least || (weight == least && !wins_ties))) continue;
    victim = trx;
    least = weight;
  }
  return victim;
}

bool fill(const LockTable& table, Trx trx, std::span<const std::uint64_t> undo, DeadlockCycle& cycle) {
  std::size_t latest = 0;
  if (!table.waiting(trx) || !walk(table, trx, cycle.members, latest)) return false;
  const auto joiner = cycle.members.begin() + static_cast<std::ptrdiff_t>(latest);
  std::rotate(cycle.members.begin(), joiner + 1, cycle.members.end());
  cycle.victim = choose_victim(table, cycle.members, undo);
  return true;
}

}  // namespace

bool next_deadlock(LockTable& table, std::span<const std::uint64_t> undo_entries, DeadlockCycle& cycle) {
  for (Trx trx = table.next_changed_edge(); trx != no_trx; trx = table.next_changed_edge())
    if (fill(table, trx, undo_entries, cycle)) return true;
  return false;
}

std::optional<DeadlockCycle> next_deadlock(LockTable& table, std::span<const std::uint64_t> undo_entries) {
  DeadlockCycle cycle;
  if (next_deadlock(table, undo_entries, cycle)) return cycle;
  return std::nullopt;
}

std::optional<DeadlockCycle> find_deadlock(const LockTable& table, Trx trx,
                                           std::span<const std::uint64_t> undo_entries) {
  DeadlockCycle cycle;
  if (fill(table, trx, undo_entries, cycle)) return cycle;
  return std::nullopt;
}

}  // namespace gridlock::reference
