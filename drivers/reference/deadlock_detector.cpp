#include "drivers/reference/deadlock_detector.h"

#include <algorithm>

namespace gridlock::reference {
namespace {

/// Follows the edges from `start`. If they lead back to it `members` is the cycle, and the latest to join it stands at
/// the place returned (lock_wait_find_latest_pos_on_cycle). On the way `members` is a buffer, not longer than there are
/// waiters: whoever walks farther has come into a cycle without `start`.
std::optional<std::size_t> walk(const LockTable& table, Trx start, std::vector<Trx>& members) {
  const WaitEdge* const edges = table.edges().data();
  const std::size_t limit = table.waiting_count();
  std::size_t room = std::min(members.size(), limit);
  std::uint64_t latest_number = 0;
  std::size_t latest = 0;
  std::size_t length = 0;
  Trx at = start;
  do {
    const Trx blocker = edges[at].blocker;
    const std::uint64_t number = edges[at].number;
    if (blocker == no_trx || length == limit) return std::nullopt;
    if (length == room) members.resize(room = std::min(2 * room + 16, limit));
    if (number >= latest_number) {
      latest = length;
      latest_number = number;
    }
    members[length++] = at;
    at = blocker;
  } while (at != start);
  members.resize(length);
  return latest;
}

std::uint64_t weight_of(const LockTable& table, Trx trx, std::span<const std::uint64_t> undo) {
  return table.lock_structs(trx) + (trx < undo.size() ? undo[trx] : 0);
}

/// lock_wait_choose_victim: `members` end with the latest joiner; the last of the lightest pays.
Trx lightest_latest(const LockTable& table, const std::vector<Trx>& members, std::span<const std::uint64_t> undo) {
  Trx victim = no_trx;
  std::uint64_t least = ~std::uint64_t{0};
  for (const Trx trx : members) {
    const std::uint64_t weight = weight_of(table, trx, undo);
    if (weight > least) continue;
    victim = trx;
    least = weight;
  }
  return victim;
}

/// Where Brent's search meets a cycle of this size that begins at 0 (Deadlock::find_cycle).
std::size_t met_by_brent(std::size_t size) {
  std::size_t tortoise = 0;
  std::size_t hare = 0;
  for (std::size_t power = 1, steps = 1;; ++steps) {
    hare = (hare + 1) % size;
    if (tortoise == hare) return hare;
    if (steps != power) continue;
    steps = 0;
    power *= 2;
    tortoise = hare;
  }
}

/// Deadlock::report: `members` begin with the one whose edge closed the cycle; among the lightest it pays itself if
/// that edge is its request, and else the first one that the search comes by.
Trx lightest_requester(const LockTable& table, const std::vector<Trx>& members, std::span<const std::uint64_t> undo) {
  const std::size_t first = met_by_brent(members.size());
  Trx victim = no_trx;
  std::uint64_t least = ~std::uint64_t{0};
  for (std::size_t i = 0; i < members.size(); ++i) {
    const Trx trx = members[(first + i) % members.size()];
    const bool requester = trx == members.front() && !table.edges()[trx].moved;
    const std::uint64_t weight = 2 * weight_of(table, trx, undo) + (requester ? 0 : 1);
    if (weight >= least) continue;
    victim = trx;
    least = weight;
  }
  return victim;
}

bool fill(const LockTable& table, Trx trx, std::span<const std::uint64_t> undo, DeadlockCycle& cycle) {
  if (!table.waiting(trx)) return false;
  const auto latest = walk(table, trx, cycle.members);
  if (!latest) return false;
  const bool by_requester = table.rules().victim == VictimPolicy::lightest_requester;
  if (by_requester) cycle.victim = lightest_requester(table, cycle.members, undo);
  const auto joiner = cycle.members.begin() + static_cast<std::ptrdiff_t>(*latest);
  std::rotate(cycle.members.begin(), joiner + 1, cycle.members.end());
  if (!by_requester) cycle.victim = lightest_latest(table, cycle.members, undo);
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
