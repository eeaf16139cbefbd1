#include "drivers/reference/postgres/transactions.h"

namespace gridlock::reference::postgres {

Xid Transactions::begin(Slot owner, Xid parent) {
  const Xid xid = static_cast<Xid>(states_.size());
  State state;
  state.owner = owner;
  state.parent = parent;
  if (parent != no_xid) {
    state.next_sibling = states_[parent].first_child;
    states_[parent].first_child = xid;
  }
  states_.push_back(state);
  return xid;
}

void Transactions::mark_committed(Xid xid) {
  State& state = states_[xid];
  if (state.status == Status::aborted) return;
  state.status = Status::committed;
  state.commit = commits_;
  for (Xid child = state.first_child; child != no_xid; child = states_[child].next_sibling) mark_committed(child);
}

void Transactions::commit(Xid top) {
  ++commits_;
  mark_committed(top);
}

void Transactions::abort(Xid xid) {
  states_[xid].status = Status::aborted;
  for (Xid child = states_[xid].first_child; child != no_xid; child = states_[child].next_sibling) abort(child);
}

Xid Transactions::top_of(Xid xid) const {
  while (states_[xid].parent != no_xid) xid = states_[xid].parent;
  return xid;
}

void Transactions::close(const Snapshot& snapshot) {
  const auto found = open_.find(snapshot.commits);
  if (found != open_.end() && --found->second == 0) open_.erase(found);
}

}  // namespace gridlock::reference::postgres
