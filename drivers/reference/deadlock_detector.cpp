#include "drivers/reference/deadlock_detector.h"

namespace gridlock::reference {
namespace {

/// Members of the cycle through `start`, or 0 if following edges does not lead back to it.
std::uint32_t cycle_length(const LockTable& table, Trx start) {
  std::uint32_t length = 1;
  for (Trx at = table.blocker_of(start); at != start; at = table.blocker_of(at)) {
    if (at == no_trx || ++length > table.waiting_count()) return 0;
  }
  return length;
}

/// lock_wait_find_latest_pos_on_cycle.
Trx latest_joiner(const LockTable& table, Trx start) {
  Trx latest = start;
  for (Trx at = table.blocker_of(start); at != start; at = table.blocker_of(at))
    if (table.wait_number(at) > table.wait_number(latest)) latest = at;
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
    const bool wins_ties = favours_latest || trx == members.back();
    if (own < least || (own == least && wins_ties)) {
      victim = trx;
      least = own;
    }
  }
  return victim;
}

bool fill(const LockTable& table, Trx trx, std::span<const std::uint64_t> undo, DeadlockCycle& cycle) {
  if (!table.waiting(trx)) return false;
  const std::uint32_t length = cycle_length(table, trx);
  if (length == 0) return false;
  Trx at = latest_joiner(table, trx);
  cycle.members.resize(length);
  for (Trx& member : cycle.members) member = at = table.blocker_of(at);
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
