#include <algorithm>

#include "drivers/reference/lock_check.h"
#include "drivers/reference/lock_table.h"

namespace gridlock::reference {

LockView LockTable::view(std::uint32_t lock) const {
  const LockStruct& of = owner(lock);
  return {of.trx, {of.space, locks_[lock].item}, mode_of(lock), of.waiting, of.page};
}

LockView LockTable::wanted(Trx trx) const {
  require(waiting(trx), "what does a transaction want that does not wait");
  return view(trxs_[trx].waits_with);
}

std::vector<LockView> LockTable::locks_of(Trx trx) const {
  std::vector<LockView> locks;
  if (trx >= trxs_.size()) return locks;
  for (std::uint32_t lock = trxs_[trx].newest; lock != 0; lock = locks_[lock].older) locks.push_back(view(lock));
  std::reverse(locks.begin(), locks.end());
  return locks;
}

std::vector<std::uint32_t> LockTable::in_queue_order(Resource on) const {
  const std::uint32_t head = head_of(on);
  if (head == 0) return {};
  if (!is_queue(head)) return {head};
  std::vector<std::uint32_t> locks;
  const Queue& queue = queue_at(head);
  for (std::uint32_t lock = queue.first; lock != 0; lock = locks_[lock].next) locks.push_back(lock);
  for (Trx waiter = queue.first_waiting; waiter != no_trx; waiter = trxs_[waiter].behind)
    locks.push_back(trxs_[waiter].waits_with);
  if (rules_->discipline(mode_of(locks.front())).grants == Grants::queue_order)
    std::stable_sort(locks.begin(), locks.end(),
                     [this](std::uint32_t a, std::uint32_t b) { return owner(a).place < owner(b).place; });
  return locks;
}

std::vector<LockView> LockTable::queue_of(Resource on) const {
  std::vector<LockView> views;
  for (const std::uint32_t lock : in_queue_order(on)) views.push_back(view(lock));
  return views;
}

/// Calls `visit` with each lock in queue order until it answers false; a long queue is not copied for a short look.
template <class Visit>
void LockTable::visit_queue(Resource on, Visit visit) const {
  const std::uint32_t head = head_of(on);
  const bool listed = head != 0 && is_queue(head) && queue_at(head).first != 0 &&
                      rules_->discipline(mode_of(queue_at(head).first)).grants != Grants::queue_order;
  if (!listed) {
    for (const std::uint32_t lock : in_queue_order(on))
      if (!visit(lock)) return;
    return;
  }
  const Queue& queue = queue_at(head);
  for (std::uint32_t lock = queue.first; lock != 0; lock = locks_[lock].next)
    if (!visit(lock)) return;
  for (Trx waiter = queue.first_waiting; waiter != no_trx; waiter = trxs_[waiter].behind)
    if (!visit(trxs_[waiter].waits_with)) return;
}

std::vector<InTheWay> LockTable::in_the_way_of(Trx trx, std::size_t most) const {
  std::vector<InTheWay> found;
  if (!waiting(trx)) return found;
  const std::uint32_t mine = trxs_[trx].waits_with;
  const LockStruct& of = owner(mine);
  const ModeRules& rule = (*rules_)[mode_of(mine)];
  const Resource on{of.space, locks_[mine].item};
  const ModeSet covered = covered_by(held_modes(trx, on, head_of(on)));
  const bool may_bypass = rules_->bypass_needs != no_mode && contains(covered, rules_->bypass_needs);
  const bool by_priority = rules_->discipline(mode_of(mine)).by_priority;
  const ModeSet queued = rules_->waits_for_queued(mode_of(mine));
  bool edge_told = false;
  visit_queue(on, [&](std::uint32_t lock) {
    if (found.size() == most) return false;
    if (lock == mine) return by_priority;
    const LockView other = view(lock);
    if (other.trx == trx || !contains(other.waiting ? queued : rule.conflicts, other.mode)) return true;
    if (other.waiting && may_bypass && contains(rule.bypasses, other.mode)) return true;
    const bool is_edge = other.trx == edges_[trx].blocker && !edge_told;
    edge_told = edge_told || is_edge;
    found.push_back({other, !other.waiting, is_edge});
    return true;
  });
  return found;
}

// lock_wait_compute_and_publish_weights_except_cycles (lock0wait.cc): everyone starts with 1, or more if passed over
// for too long; then weights flow along the edges, leaves first. Whoever stands on a cycle gets no weight beyond its
// own.
void LockTable::weigh(Scratch& scratch) const {
  auto& weights = scratch.weights;
  auto& unseen = scratch.unseen;
  auto& ready = scratch.ready;
  weights.assign(trxs_.size(), 0);
  unseen.assign(trxs_.size(), 0);
  ready.clear();
  const std::uint64_t n = waiting_count_;
  const auto boost = static_cast<std::uint32_t>(n == 0 ? 1 : std::min<std::uint64_t>(n, 1'000'000'000 / n));
  for (Trx trx = 0; trx < trxs_.size(); ++trx) {
    if (!waiting(trx)) continue;
    weights[trx] = edges_[trx].number + 2 * n < waits_begun_ ? boost : 1;
    unseen[trx] = trxs_[trx].waiters;
    if (unseen[trx] == 0) ready.push_back(trx);
  }
  while (!ready.empty()) {
    const Trx blocker = edges_[ready.back()].blocker;
    const std::uint32_t weight = weights[ready.back()];
    ready.pop_back();
    if (!waiting(blocker)) continue;
    weights[blocker] += weight;
    if (--unseen[blocker] == 0) ready.push_back(blocker);
  }
  for (Trx trx = 0; trx < trxs_.size(); ++trx)
    if (unseen[trx] != 0) weights[trx] = 1;
}

std::uint32_t LockTable::schedule_weight(Trx trx) const {
  if (!waiting(trx)) return 0;
  Scratch scratch;
  weigh(scratch);
  return scratch.weights[trx];
}

std::size_t LockTable::bytes() const {
  std::size_t bytes = sizeof(*this) + trxs_.capacity() * sizeof(TrxState) + edges_.capacity() * sizeof(WaitEdge) +
                      locks_.bytes() + queues_.bytes() + structs_.bytes() + changed_edges_.capacity() * sizeof(Trx) +
                      spaces_.capacity() * sizeof(spaces_.front());
  for (const auto& heads : spaces_) bytes += heads.capacity() * sizeof(std::uint32_t);
  return bytes;
}

}  // namespace gridlock::reference
