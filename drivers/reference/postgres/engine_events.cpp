// Tells what happens: locks in the words of pg_locks, waits, deadlocks, transactions.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "drivers/reference/postgres/engine.h"

namespace gridlock::reference::postgres {
namespace {

/// Of each party of a deadlock, so many locks are told beside the one that is in the way.
constexpr std::size_t locks_told_max = 64;

/// Of those who stand in a waiter's way, so many are told, the holders first.
constexpr std::size_t blockers_told_max = 64;

}  // namespace

void Engine::tell(Slot slot, decltype(Event::what) what) { events_.push_back({{now_}, slot, std::move(what)}); }

void Engine::give_back(std::vector<Event> events) {
  events.insert(events.end(), std::make_move_iterator(events_.begin()), std::make_move_iterator(events_.end()));
  events_ = std::move(events);
}

Lock Engine::decode(const LockShown& shown) const {
  Lock lock;
  lock.mode = std::string(name_of(shown.mode));
  lock.waiting = shown.waiting;
  const LockTag& tag = shown.tag;
  switch (tag.kind) {
    case LockTag::Kind::relation: {
      const RelationName& name = catalog_.relations[tag.a];
      lock.kind = LockKind::table;
      lock.table = catalog_.tables[name.table].name;
      if (name.index != none) lock.index = catalog_.indexes[name.index].name;
      break;
    }
    case LockTag::Kind::tuple: {
      const Table& table = catalog_.tables[tag.a];
      const Tuple& tuple = table.heap.at(tag.b);
      lock.kind = LockKind::tuple;
      lock.table = table.name;
      lock.data = fmt::format("tuple ({},{})", tuple.page, tuple.item);
      for (const IndexId id : table.indexes) {
        const Index& index = catalog_.indexes[id];
        if (!index.primary || index.dropped || !tuple.used) continue;
        for (const IndexColumn& part : index.columns)
          lock.key.push_back({table.columns[part.column].name, tuple.values[part.column]});
      }
      break;
    }
    case LockTag::Kind::transaction:
      lock.kind = LockKind::transaction;
      lock.object = fmt::format("transaction {}", tag.a);
      lock.data = fmt::format("transactionid of {}", sessions_[log_.owner(tag.a)].name);
      break;
    case LockTag::Kind::speculative_token:
      lock.kind = LockKind::speculative_token;
      lock.object = fmt::format("speculative token {} of transaction {}", tag.b, tag.a);
      lock.data = fmt::format("speculative token of {}", sessions_[log_.owner(tag.a)].name);
      break;
    case LockTag::Kind::advisory:
      lock.kind = LockKind::advisory;
      lock.object = fmt::format("advisory lock [{},{},{}]", tag.a, tag.b, tag.c);
      lock.data = fmt::format("advisory {},{},{}", tag.a, tag.b, tag.c);
      break;
  }
  return lock;
}

WaitState Engine::wait_state(Slot slot) const {
  WaitState state{sessions_[slot].call.step, {}, {}};
  if (!locks_.waiting(slot)) {  // READ ONLY DEFERRABLE: for a safe snapshot
    state.wanted.kind = LockKind::other;
    state.wanted.object = "safe snapshot";
    return state;
  }
  state.wanted = decode(locks_.wanted(slot));
  for (const LockBlocker& one : locks_.in_the_way_of(slot, blockers_told_max))
    state.blockers.push_back({one.lock.owner, decode(one.lock), one.hard});
  return state;
}

void Engine::tell_locks(Slot end) {
  for (Slot slot = 0; slot < end; ++slot) {
    LocksState state;
    for (const LockShown& shown : locks_.locks_of(slot)) state.locks.push_back(decode(shown));
    for (const ReadTag& tag : ssi_.locks_of(slot)) {
      Lock lock;
      const RelationName& name = catalog_.relations[tag.relation];
      lock.kind = tag.page == none ? LockKind::table : tag.item == none ? LockKind::page : LockKind::tuple;
      lock.mode = "SIReadLock";
      lock.table = catalog_.tables[name.table].name;
      if (name.index != none) lock.index = catalog_.indexes[name.index].name;
      if (tag.item != none) lock.data = fmt::format("tuple ({},{})", tag.page, tag.item);
      state.locks.push_back(std::move(lock));
    }
    tell(slot, std::move(state));
  }
}

void Engine::tell_transaction(Slot slot, TransactionState::Ended ended) {
  const Session& session = sessions_[slot];
  tell(slot, TransactionState{std::to_string(session.number), isolation_words(session.isolation), ended});
}

void Engine::tell_deadlock(Slot victim, const std::vector<DeadlockCheck::Edge>& cycle) {
  DeadlockFound found;
  found.victim = victim;
  const std::size_t size = cycle.size();
  for (std::size_t i = 0; i < size; ++i) {
    const DeadlockCheck::Edge& edge = cycle[i];
    const DeadlockCheck::Edge& before = cycle[(i + size - 1) % size];
    DeadlockFound::Member member;
    member.session = edge.waiter;
    member.transaction_id = std::to_string(sessions_[edge.waiter].number);
    member.step = sessions_[edge.waiter].call.step;
    member.waits_for = decode({edge.tag, edge.mode, true, edge.waiter});
    const auto in_the_way = [&](const LockShown& shown) {
      return shown.tag == before.tag && conflict(shown.mode, before.mode);
    };
    std::vector<LockShown> held = locks_.locks_of(edge.waiter);
    std::stable_partition(held.begin(), held.end(), in_the_way);
    for (const LockShown& shown : held) {
      if (shown.waiting && !in_the_way(shown)) continue;
      if (member.holds.size() <= locks_told_max) member.holds.push_back(decode(shown));
    }
    found.cycle.push_back(std::move(member));
  }
  tell(victim, std::move(found));
}

}  // namespace gridlock::reference::postgres
