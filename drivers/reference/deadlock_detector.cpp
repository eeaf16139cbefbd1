#include "drivers/reference/deadlock_detector.h"

#include <algorithm>

namespace gridlock::reference {
namespace {

/// Follows the edges from `start`. If they lead back to it `members` is the cycle, and the latest to join it stands at
/// the place returned (lock_wait_find_latest_pos_on_cycle).
std::optional<std::size_t> walk(const LockTable& table, Trx start, std::vector<Trx>& members) {
  const WaitEdge* const edges = table.edges().data();
  std::uint64_t latest_number = 0;
  std::size_t latest = 0;
  members.clear();
  Trx at = start;
  do {
    const WaitEdge edge = edges[at];
    if (edge.blocker == no_trx || members.size() == table.waiting_count()) return std::nullopt;
    if (edge.number >= latest_number) {
      latest = members.size();
      latest_number = edge.number;
    }
    members.push_back(at);
    at = edge.blocker;
  } while (at != start);
  return latest;
}

/// lock_wait_choose_victim for MySQL; Deadlock::report for MariaDB.
Trx choose_victim(const LockTable& table, const std::vector<Trx>& members, std::span<const std::uint64_t> undo) {
  const auto weight = [&](Trx trx) { return (trx < undo.size() ? undo[trx] : 0) + table.lock_structs(trx); };
  const bool favours_latest = table.rules().victim == VictimPolicy::lightest_latest;
  Trx victim = members.front();
  std::uint64_t least = weight(victim);
  for (const Trx trx : members) {
    const std::uint64_t own = weight(trx);
    if (own > least || (own == least && !favours_latest && trx != members.back())) continue;
    victim = trx;
    least = own;
  }
  return victim;
}

bool fill(const LockTable& table, Trx trx, std::span<const std::uint64_t> undo, DeadlockCycle& cycle) {
  if (!table.waiting(trx)) return false;
  const auto latest = walk(table, trx, cycle.members);
  if (!latest) return false;
  const auto joiner = cycle.members.begin() + static_cast<std::ptrdiff_t>(*latest);
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
