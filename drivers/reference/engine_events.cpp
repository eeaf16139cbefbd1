// Tells what happens: locks in the words of performance_schema.data_locks, waits, deadlocks, transactions.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "drivers/reference/data_text.h"
#include "drivers/reference/engine.h"

namespace gridlock::reference {
namespace {

/// Of each party of a deadlock, so many locks are told beside the one that is in the way.
constexpr std::size_t locks_told_max = 64;

/// Of those who stand in a waiter's way, so many are told, the holders first.
constexpr std::size_t blockers_told_max = 64;

/// Changes of who is in whose way are told while no more than this many wait: ten thousand behind one row tell nothing.
constexpr std::size_t waiters_told_max = 256;

}  // namespace

void Engine::tell(Slot slot, decltype(Event::what) what) { events_.push_back({{now_}, slot, std::move(what)}); }

std::string Engine::data_of(const Index& index, KeyView key) const {
  std::string data;
  for (std::size_t i = 0; i < key.size(); ++i) {
    if (i > 0) data += ", ";
    data += lock_data(catalog_.tables[index.table].columns[index.fields[i].column], key[i]);
  }
  return data;
}

Lock Engine::decode(const LockView& view) const {
  Lock lock;
  const ModeRules& rules = locks_.rules()[view.mode];
  lock.kind = rules.kind;
  lock.mode = std::string(rules.name);
  lock.waiting = view.waiting;
  for (const Table& table : catalog_.tables) {
    if (table.space == view.on.space) lock.table = table.name;
  }
  if (!lock.table.empty()) return lock;
  const auto found = std::find_if(catalog_.indexes.begin(), catalog_.indexes.end(),
                                  [&](const Index& index) { return index.space == view.on.space; });
  lock.table = catalog_.tables[found->table].name;
  lock.index = found->name;
  lock.supremum = view.on.item == supremum;
  if (lock.supremum) {
    lock.data = "supremum pseudo-record";
    return lock;
  }
  const KeyView key = indexes_[found->id].key(view.on.item);
  for (std::size_t i = 0; i < key.size(); ++i) {
    lock.key.push_back({catalog_.tables[found->table].columns[found->fields[i].column].name, key[i]});
  }
  lock.data = data_of(*found, key);
  return lock;
}

Lock Engine::decode_metadata(const LockView& view) const {
  Lock lock;
  lock.waiting = view.waiting;
  if (view.on.space == 0) {
    lock.kind = LockKind::user;
    lock.mode = "EXCLUSIVE";
    lock.object = fmt::format("user lock \"{}\"", user_lock_names_[view.on.item - 1]);
    return lock;
  }
  lock.kind = LockKind::metadata;
  lock.table = catalog_.tables[view.on.space - 1].name;
  lock.mode = std::string(metadata_.rules().name(view.mode));
  return lock;
}

WaitState Engine::wait_state(Slot slot) const {
  const Session& session = sessions_[slot];
  const LockTable& table = session.waits_for_metadata ? metadata_ : locks_;
  const auto words = [&](const LockView& view) {
    return session.waits_for_metadata ? decode_metadata(view) : decode(view);
  };
  WaitState state{session.execution.step, words(table.wanted(slot)), {}};
  for (const InTheWay& one : table.in_the_way_of(slot, blockers_told_max)) {
    state.blockers.push_back({one.lock.trx, words(one.lock), one.hard});
  }
  return state;
}

void Engine::tell_wait(Slot slot) {
  WaitState state = wait_state(slot);
  sessions_[slot].blockers_told = state.blockers;
  tell(slot, std::move(state));
}

/// Who is in the way changes while one waits: what is new is told.
void Engine::tell_waits() {
  if (timeouts_.size() > waiters_told_max) return;
  for (const auto& [deadline, slot] : timeouts_) {
    WaitState state = wait_state(slot);
    if (state.blockers == sessions_[slot].blockers_told) continue;
    sessions_[slot].blockers_told = state.blockers;
    tell(slot, std::move(state));
  }
}

void Engine::give_back(std::vector<Event> events) {
  events.insert(events.end(), std::make_move_iterator(events_.begin()), std::make_move_iterator(events_.end()));
  events_ = std::move(events);
}

void Engine::tell_locks(Slot end) {
  for (Slot slot = 0; slot < end; ++slot) {
    LocksState state;
    for (const LockView& view : locks_.locks_of(slot)) state.locks.push_back(decode(view));
    tell(slot, std::move(state));
  }
}

void Engine::tell_transaction(Slot slot, TransactionState::Ended ended) {
  const Transaction& transaction = sessions_[slot].transaction;
  tell(slot, TransactionState{std::to_string(transaction.number), isolation_words(transaction.isolation), ended});
}

DeadlockFound Engine::deadlock_found(const DeadlockCycle& cycle, bool metadata) const {
  const LockTable& table = metadata ? metadata_ : locks_;
  const auto words = [&](const LockView& view) { return metadata ? decode_metadata(view) : decode(view); };
  DeadlockFound found;
  found.victim = cycle.victim;
  const std::size_t size = cycle.members.size();
  for (std::size_t i = 0; i < size; ++i) {
    const Slot slot = cycle.members[i];
    const Slot predecessor = cycle.members[(i + size - 1) % size];
    DeadlockFound::Member member;
    member.session = slot;
    member.transaction_id = std::to_string(sessions_[slot].transaction.number);
    member.step = sessions_[slot].execution.step;
    member.waits_for = words(table.wanted(slot));
    LockView in_the_way;
    for (const InTheWay& one : table.in_the_way_of(predecessor)) {
      if (one.lock.trx == slot && in_the_way.trx == no_trx) in_the_way = one.lock;
    }
    if (in_the_way.trx != no_trx) member.holds.push_back(words(in_the_way));
    for (const LockView& view : table.locks_of(slot)) {
      if (view.waiting || view == in_the_way || member.holds.size() > locks_told_max) continue;
      member.holds.push_back(words(view));
    }
    found.cycle.push_back(std::move(member));
  }
  return found;
}

}  // namespace gridlock::reference
