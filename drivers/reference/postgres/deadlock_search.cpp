// DeadLockCheck: a depth-first search from the one whose deadlock_timeout is over, along hard edges (he holds what I
// want) and soft ones (he wants it too and stands ahead). A cycle with soft edges is tried to be broken by turning one
// of them: a queue in another order. Source: PostgreSQL 15 deadlock.c, function by function.
#include <algorithm>

#include "drivers/reference/postgres/lock_manager.h"

namespace gridlock::reference::postgres {

class DeadlockSearch {
 public:
  DeadlockSearch(LockManager& locks, Slot start) : locks_(locks), start_(start) {}

  /// True: no order of the queues helps.
  bool hopeless() { return recurse(); }
  const std::vector<DeadlockCheck::Edge>& cycle() const { return cycle_; }

  /// Puts the queues in the order that was found; false when none had to change.
  bool rearrange() {
    for (const WaitOrder& order : orders_) {
      locks_.objects_[order.lock].queue = order.order;
      locks_.wake_up(order.lock);
    }
    return !orders_.empty();
  }

 private:
  /// A soft edge, and as a constraint its reversal: the waiter must come before the blocker.
  struct SoftEdge {
    Slot waiter = none;
    Slot blocker = none;
    std::uint32_t lock = none;
  };
  struct WaitOrder {
    std::uint32_t lock = none;
    std::vector<Slot> order;
  };

  /// DeadLockCheckRecurse.
  bool recurse() {
    const auto edges = test();
    if (!edges) return true;
    if (edges->empty()) return false;
    for (const SoftEdge& edge : *edges) {
      constraints_.push_back(edge);
      if (!recurse()) return false;
      constraints_.pop_back();
    }
    return true;
  }

  /// TestConfiguration: nothing when there is a hard cycle, else the soft edges of a cycle, or none of them.
  std::optional<std::vector<SoftEdge>> test() {
    if (!expand()) return std::nullopt;
    std::vector<SoftEdge> found;
    std::vector<Slot> starts;
    for (const SoftEdge& one : constraints_) {
      starts.push_back(one.waiter);
      starts.push_back(one.blocker);
    }
    starts.push_back(start_);
    for (const Slot from : starts) {
      std::vector<SoftEdge> soft;
      if (!find_cycle(from, soft)) continue;
      if (soft.empty()) return std::nullopt;
      found = std::move(soft);
    }
    return found;
  }

  /// ExpandConstraints: the queues' orders that the constraints ask for; false when they contradict each other.
  bool expand() {
    orders_.clear();
    for (std::size_t i = constraints_.size(); i-- > 0;) {
      const std::uint32_t lock = constraints_[i].lock;
      if (std::any_of(orders_.begin(), orders_.end(), [&](const WaitOrder& one) { return one.lock == lock; })) continue;
      WaitOrder order{lock, {}};
      if (!sort(lock, i + 1, order.order)) return false;
      orders_.push_back(std::move(order));
    }
    return true;
  }

  /// TopoSort: as few moves as possible; emitted from the back.
  bool sort(std::uint32_t lock, std::size_t count, std::vector<Slot>& order) const {
    const std::vector<Slot>& queue = locks_.objects_[lock].queue;
    const std::size_t size = queue.size();
    std::vector<int> before(size, 0);
    std::vector<std::vector<std::size_t>> predecessors(size);  // of a blocker: who must come before it
    const auto place_of = [&](Slot slot) {
      return static_cast<std::size_t>(std::find(queue.begin(), queue.end(), slot) - queue.begin());
    };
    for (std::size_t i = 0; i < count; ++i) {
      if (constraints_[i].lock != lock) continue;
      const std::size_t waiter = place_of(constraints_[i].waiter), blocker = place_of(constraints_[i].blocker);
      if (waiter == size || blocker == size) continue;
      ++before[waiter];
      predecessors[blocker].push_back(waiter);
    }
    std::vector<bool> out(size, false);
    order.assign(size, none);
    for (std::size_t i = size; i-- > 0;) {
      std::size_t j = size;
      while (j > 0 && (out[j - 1] || before[j - 1] != 0)) --j;
      if (j == 0) return false;
      order[i] = queue[--j];
      out[j] = true;
      for (const std::size_t waiter : predecessors[j]) --before[waiter];
    }
    return true;
  }

  bool find_cycle(Slot from, std::vector<SoftEdge>& soft) {
    visited_.clear();
    std::vector<DeadlockCheck::Edge> path;
    if (!visit(from, path, soft)) return false;
    cycle_ = std::move(path);
    return true;
  }

  /// FindLockCycleRecurse: only a cycle through the first one counts.
  bool visit(Slot at, std::vector<DeadlockCheck::Edge>& path, std::vector<SoftEdge>& soft) {
    for (std::size_t i = 0; i < visited_.size(); ++i)
      if (visited_[i] == at) return i == 0;
    visited_.push_back(at);
    const auto& waiter = locks_.sessions_[at];
    if (waiter.wait_lock == none) return false;
    const auto& object = locks_.objects_[waiter.wait_lock];
    path.push_back({at, object.tag, waiter.wait_mode});
    const ModeMask in_conflict = conflicts_of(waiter.wait_mode);
    for (std::uint32_t h = object.first_holder; h != none; h = locks_.holders_[h].next) {
      const auto& holder = locks_.holders_[h];
      if (holder.session == at || (holder.held & in_conflict) == 0) continue;
      if (visit(holder.session, path, soft)) return true;
    }
    for (const Slot ahead : queue_of(waiter.wait_lock)) {
      if (ahead == at) break;
      if ((in_conflict & bit(locks_.sessions_[ahead].wait_mode)) == 0) continue;
      if (!visit(ahead, path, soft)) continue;
      soft.push_back({at, ahead, waiter.wait_lock});
      return true;
    }
    path.pop_back();
    return false;
  }

  const std::vector<Slot>& queue_of(std::uint32_t lock) const {
    for (const WaitOrder& one : orders_)
      if (one.lock == lock) return one.order;
    return locks_.objects_[lock].queue;
  }

  LockManager& locks_;
  Slot start_;
  std::vector<Slot> visited_;
  std::vector<SoftEdge> constraints_;
  std::vector<WaitOrder> orders_;
  std::vector<DeadlockCheck::Edge> cycle_;
};

DeadlockCheck LockManager::check_deadlock(Slot session) {
  DeadlockSearch search(*this, session);
  DeadlockCheck check;
  if (search.hopeless()) {
    check.result = DeadlockCheck::Result::deadlock;
    check.cycle = search.cycle();
  } else if (search.rearrange()) {
    check.result = DeadlockCheck::Result::rearranged;
  }
  return check;
}

}  // namespace gridlock::reference::postgres
