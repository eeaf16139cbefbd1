#include <algorithm>

#include "drivers/reference/lock_check.h"
#include "drivers/reference/lock_table.h"

namespace gridlock::reference {

// --- taking locks out of the lists

void LockTable::unlink_granted(std::uint32_t lock, std::uint32_t& head) {
  if (!is_queue(head)) {
    head = 0;
    return;
  }
  Queue& queue = queue_at(head);
  const Entry entry = locks_[lock];
  if (entry.next != 0) {
    locks_[entry.next].prev = entry.prev;
  } else if (lock != queue.first) {
    locks_[queue.first].prev = entry.prev;
  }
  if (lock == queue.first) {
    queue.first = entry.next;
  } else {
    locks_[entry.prev].next = entry.next;
  }
  if (queue.first == 0) queue.granted_modes = 0;
  close_queue(head);
}

void LockTable::forget_lock(std::uint32_t lock, TrxState& trx) {
  const Entry entry = locks_[lock];
  (entry.older == 0 ? trx.oldest : locks_[entry.older].newer) = entry.newer;
  (entry.newer == 0 ? trx.newest : locks_[entry.newer].older) = entry.older;
  locks_.give_back(lock);
  --trx.locks;
  --size_;
}

void LockTable::end_wait(Trx waiter, Queue& queue) {
  TrxState& trx = trxs_[waiter];
  (trx.ahead == no_trx ? queue.first_waiting : trxs_[trx.ahead].behind) = trx.behind;
  (trx.behind == no_trx ? queue.last_waiting : trxs_[trx.behind].ahead) = trx.ahead;
  if (queue.first_waiting == no_trx) queue.waiting_modes = 0;
  point_edge(waiter, no_trx);
  trx.waits_with = 0;
  --waiting_count_;
}

// --- letting go

bool LockTable::release(Trx trx, Resource on, Mode mode, std::vector<Woken>& woken) {
  mode = placed(mode, on.item);
  const std::uint32_t head = head_of(on);
  std::uint32_t lock = is_queue(head) ? queue_at(head).first : head;
  while (lock != 0 && (owner(lock).trx != trx || mode_of(lock) != mode)) lock = is_queue(head) ? locks_[lock].next : 0;
  if (lock == 0) return false;
  const std::uint32_t of = locks_[lock].owner;
  unlink_granted(lock, head_at(on));
  forget_lock(lock, trxs_[trx]);
  if (structs_[of].table) structs_.drop(trxs_[trx].structs, of);
  serve(on, trx, woken);
  return true;
}

void LockTable::cancel_wait(Trx waiter, std::vector<Woken>& woken) {
  if (!waiting(waiter)) return;
  TrxState& trx = trxs_[waiter];
  const std::uint32_t lock = trx.waits_with;
  const std::uint32_t of = locks_[lock].owner;
  const Resource on{structs_[of].space, locks_[lock].item};
  std::uint32_t& head = head_at(on);
  end_wait(waiter, queue_at(head));
  structs_.drop(trx.structs, of);
  forget_lock(lock, trx);
  close_queue(head);
  serve(on, waiter, woken);
}

// Uncontended locks leave their queues at once, in any order; those that somebody waits for are left for later.
void LockTable::drop_locks(Trx trx) {
  scratch_.contended.clear();
  const TrxState& state = trxs_[trx];
  const bool waited_for = state.waiters != 0;
  for (std::uint32_t lock = state.newest; lock != 0; lock = locks_[lock].older) {
    std::uint32_t& head = spaces_[owner(lock).space][locks_[lock].item];
    if (!is_queue(head)) {
      head = 0;
    } else if (waited_for && queue_at(head).first_waiting != no_trx) {
      scratch_.contended.push_back(lock);
    } else {
      unlink_granted(lock, head);
    }
  }
}

// The order of locksys::try_release_all_locks: record structs from the newest, in each by heap number, for which the
// item stands; then table locks, which are kept in front of the records' in trx_locks, from the oldest.
void LockTable::release_contended(Trx trx, std::vector<Woken>& woken) {
  auto& contended = scratch_.contended;
  std::sort(contended.begin(), contended.end(), [this](std::uint32_t a, std::uint32_t b) {
    const LockStruct& x = owner(a);
    const LockStruct& y = owner(b);
    if (x.table != y.table) return y.table;
    if (x.number != y.number) return (x.number < y.number) == x.table;
    return locks_[a].item < locks_[b].item;
  });
  for (const std::uint32_t lock : contended) {
    const Resource on{owner(lock).space, locks_[lock].item};
    unlink_granted(lock, head_at(on));
    serve(on, trx, woken);
  }
}

void LockTable::release_all(Trx trx, std::vector<Woken>& woken) {
  if (trx >= trxs_.size()) return;
  cancel_wait(trx, woken);
  drop_locks(trx);
  if (!scratch_.contended.empty()) release_contended(trx, woken);
  TrxState& state = trxs_[trx];
  require(state.waiters == 0, "somebody waits for a transaction that holds nothing");
  if (state.newest != 0) locks_.give_back(state.newest, state.oldest);
  structs_.drop_all(state.structs);
  size_ -= state.locks;
  TrxState fresh;
  fresh.edge_changed = state.edge_changed;
  state = fresh;
}

void LockTable::record_removed(Resource removed, Resource successor, std::uint32_t page, std::vector<Woken>& woken) {
  const std::uint32_t head = head_of(removed);
  if (head == 0) return;
  const std::vector<std::uint32_t> queue = in_queue_order(removed);
  for (const std::uint32_t lock : queue) {
    const Trx trx = owner(lock).trx;
    const ModeRules& rule = (*rules_)[mode_of(lock)];
    const Inherits needed = rule.exclusive ? Inherits::on_removal_exclusive : Inherits::on_removal_shared;
    if (rule.on_removal != no_mode && has(trxs_[trx].inherits, needed)) inherit(trx, successor, rule.on_removal, page);
  }
  for (const std::uint32_t lock : queue) {
    const std::uint32_t id = locks_[lock].owner;
    LockStruct& of = structs_[id];
    std::uint32_t& at = head_at(removed);
    if (of.waiting) {  // lock_rec_cancel: the struct stays, empty
      end_wait(of.trx, queue_at(at));
      of.place = -of.place;
      structs_.stop_waiting(trxs_[of.trx].structs, id);
      woken.push_back({of.trx, false});
      close_queue(at);
    } else {
      unlink_granted(lock, at);
    }
    forget_lock(lock, trxs_[of.trx]);
  }
}

// --- serving those who wait

void LockTable::serve(Resource on, Trx releaser, std::vector<Woken>& woken) {
  std::uint32_t& head = head_at(on);
  if (!is_queue(head) || trxs_[releaser].waiters == 0) return;
  Queue& queue = queue_at(head);
  auto& candidates = scratch_.candidates;
  candidates.clear();
  for (Trx waiter = queue.first_waiting; waiter != no_trx; waiter = trxs_[waiter].behind)
    if (edges_[waiter].blocker == releaser)
      candidates.push_back({1, static_cast<std::uint32_t>(candidates.size()), waiter});
  if (candidates.empty()) return;

  const Mode mode = mode_of(trxs_[candidates.front().trx].waits_with);
  if (rules_->discipline(mode).grants == Grants::heaviest_first && candidates.size() > 1) order_by_weight();
  for (const Candidate& candidate : candidates) {
    const Trx blocker = still_blocked_by(candidate.trx, queue);
    if (blocker == no_trx) {
      grant_waiter(candidate.trx, queue, woken);
    } else {
      point_edge(candidate.trx, blocker);
    }
  }
  close_queue(head);
}

// lock_rec_grant_by_heap_no: those heavier than 1 first, descending; the rest as they stand. Where nobody waits for any
// of them the queue stands as it is: whoever has a boost for waiting long stands in front already.
void LockTable::order_by_weight() {
  auto& candidates = scratch_.candidates;
  const auto is_light = [this](const Candidate& one) { return trxs_[one.trx].waiters == 0; };
  if (std::all_of(candidates.begin(), candidates.end(), is_light)) return;
  weigh(scratch_);
  for (Candidate& one : candidates) one.weight = scratch_.weights[one.trx];
  std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
    return a.weight != b.weight ? a.weight > b.weight : a.position < b.position;
  });
}

// By weight: the oldest granted lock in the way (lock_rec_has_to_wait_for_granted: the reason not looked at yet).
// In queue order: the first lock ahead that is in the way, waiting or not (lock_table_has_to_wait_in_queue).
Trx LockTable::still_blocked_by(Trx waiter, const Queue& queue) const {
  const std::uint32_t mine = trxs_[waiter].waits_with;
  const LockStruct& of = owner(mine);
  const Mode mode = mode_of(mine);
  const std::uint32_t granted = granted_conflict(waiter, (*rules_)[mode].conflicts, queue, true);
  if (rules_->discipline(mode).grants == Grants::heaviest_first) return granted == 0 ? no_trx : owner(granted).trx;
  const Resource on{of.space, locks_[mine].item};
  const ModeSet covered = covered_by(held_modes(waiter, on, head_of(on)));
  const Trx ahead = waiting_conflict(waiter, mode, covered, queue, true).blocker;
  const bool ahead_counts =
      ahead != no_trx && (rules_->discipline(mode).by_priority || owner(trxs_[ahead].waits_with).place < of.place);
  if (granted == 0) return ahead_counts ? ahead : no_trx;
  if (ahead_counts && owner(trxs_[ahead].waits_with).place < owner(granted).place) return ahead;
  return owner(granted).trx;
}

void LockTable::grant_waiter(Trx waiter, Queue& queue, std::vector<Woken>& woken) {
  const std::uint32_t lock = trxs_[waiter].waits_with;
  const std::uint32_t id = locks_[lock].owner;
  LockStruct& of = structs_[id];
  end_wait(waiter, queue);
  if (rules_->discipline(of.mode).grants == Grants::heaviest_first)
    of.place = ++places_;  // lock_rec_move_granted_to_front
  structs_.stop_waiting(trxs_[waiter].structs, id);
  link_in_queue(lock, queue);
  woken.push_back({waiter, true});
}

}  // namespace gridlock::reference
