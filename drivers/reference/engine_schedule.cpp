// Whose turn it is: virtual time, waits and their timeouts, deadlocks.
#include <algorithm>

#include "drivers/reference/engine.h"

namespace gridlock::reference {
/// splitmix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014).
std::uint64_t Engine::random() {
  std::uint64_t z = (random_state_ += 0x9e3779b97f4a7c15U);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

/// True when the session's slice is over: another one's turn comes before it would go on.
bool Engine::spend(Slot slot, std::int64_t micros) {
  Session& session = sessions_[slot];
  const std::int64_t quarter = micros / 4;
  session.due += micros - quarter + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(2 * quarter + 1));
  return sliced_ && !runnable_.empty() && runnable_.begin()->first < session.due;
}

void Engine::make_runnable(Slot slot, std::int64_t due) {
  Session& session = sessions_[slot];
  session.state = Session::State::runnable;
  session.due = due;
  runnable_.insert({due, slot});
}

void Engine::run_slice(Slot slot) {
  Session& session = sessions_[slot];
  runnable_.erase({session.due, slot});
  now_ = std::max(now_, session.due);
  session.due = now_;
  Progress progress = Progress::again;
  while (progress == Progress::again) progress = step_statement(slot);
  if (progress == Progress::pause) {
    runnable_.insert({session.due, slot});
  } else if (progress == Progress::error) {
    fail_statement(slot);
  } else if (progress != Progress::wait) {
    end_statement(slot);
  }
  after_change();
}

/// New waits may have closed a circle, and whoever is sacrificed lets others go on.
void Engine::after_change() {
  wake_all();
  resolve_deadlocks();
}

void Engine::begin_wait(Slot slot, bool metadata) {
  Session& session = sessions_[slot];
  session.state = Session::State::waiting;
  session.waits_for_metadata = metadata;
  touch(Shared::waits, 0, false);
  touch(Shared::wait, slot, true);
  const std::int64_t second = 1'000'000;
  const std::int64_t patience = (metadata ? session.settings.metadata_timeout_s : session.settings.lock_wait_timeout_s);
  session.wait_deadline = now_ + patience * second;
  timeouts_.insert({session.wait_deadline, slot});
  tell_wait(slot);
}

void Engine::end_wait(Slot slot) {
  Session& session = sessions_[slot];
  timeouts_.erase({session.wait_deadline, slot});
  session.blockers_told.clear();
}

void Engine::wake(const std::vector<Woken>& woken) {
  for (const Woken& one : woken) {
    if (sessions_[one.trx].state != Session::State::waiting) continue;
    end_wait(one.trx);
    tell(one.trx, WaitState{sessions_[one.trx].execution.step, {}, {}});
    make_runnable(one.trx, now_);
  }
}

void Engine::wake_all() {
  wake(std::exchange(woken_, {}));
  wake(std::exchange(metadata_woken_, {}));
}

// --------------------------------------------------------------------------------------------- running

void Engine::run_all() {
  sliced_ = false;
  do {
    while (!runnable_.empty()) run_slice(runnable_.begin()->second);
    purge();
  } while (!runnable_.empty());
}

void Engine::run_until_one_ends(std::optional<std::int64_t> deadline) {
  sliced_ = true;
  const std::uint64_t ended = ended_;
  while (ended_ == ended) {
    const bool can_run = !runnable_.empty();
    const auto timeout = next_timeout();
    const std::int64_t never = std::numeric_limits<std::int64_t>::max();
    const std::int64_t run_at = can_run ? std::max(now_, runnable_.begin()->first) : never;
    const std::int64_t next = std::min(run_at, timeout.value_or(never));
    if (deadline && next > *deadline) {
      now_ = std::max(now_, *deadline);
      break;
    }
    if (next == never) break;
    if (run_at <= next) {
      run_slice(runnable_.begin()->second);
    } else {
      now_ = std::max(now_, *timeout);
      fire_timeout(timeouts_.begin()->second);
    }
  }
  purge();
}

std::optional<std::int64_t> Engine::next_timeout() const {
  if (timeouts_.empty()) return std::nullopt;
  return timeouts_.begin()->first;
}

/// 1205: the statement is rolled back; the transaction and its locks stay, unless innodb_rollback_on_timeout.
void Engine::fire_timeout(Slot slot) {
  Session& session = sessions_[slot];
  end_wait(slot);
  if (session.waits_for_metadata) {
    metadata_.cancel_wait(slot, metadata_woken_);
  } else {
    locks_.cancel_wait(slot, woken_);
  }
  session.execution.outcome = Outcome::lock_timeout;
  if (session.execution.plan->kind == StatementPlan::Kind::user_lock) {  // GET_LOCK answers 0
    session.execution.outcome = Outcome::done;
    session.execution.user_lock_timed_out = true;
    make_runnable(slot, now_);
  } else {
    session.execution.error = ServerError{"1205", "Lock wait timeout exceeded; try restarting transaction"};
    if (settings_.rollback_on_timeout && !session.waits_for_metadata) roll_back(slot);
    fail_statement(slot);
  }
  after_change();
}

// --------------------------------------------------------------------------------------------- deadlocks

void Engine::resolve_deadlocks() {
  while (settings_.deadlock_detect) {
    const auto cycle = next_deadlock(locks_, undo_entries_);
    if (!cycle) break;
    resolve_deadlock(*cycle);
  }
  for (Slot slot = metadata_.next_changed_edge(); slot != no_trx; slot = metadata_.next_changed_edge()) {
    if (metadata_.waiting(slot)) resolve_metadata_deadlock(slot);
  }
}

void Engine::resolve_deadlock(const DeadlockCycle& cycle) {
  const Slot victim = cycle.victim;
  for (const Slot member : cycle.members) touch(Shared::wait, member, true);
  tell(victim, deadlock_found(cycle, false));
  end_wait(victim);
  locks_.cancel_wait(victim, woken_);
  Execution& execution = sessions_[victim].execution;
  execution.outcome = Outcome::deadlock;
  execution.error = ServerError{"1213", "Deadlock found when trying to get lock; try restarting transaction"};
  roll_back(victim);
  fail_statement(victim);
  wake_all();
}

/// The members of a cycle of waiters for metadata and user locks that `slot` stands on; each waits for the next. Not
/// only the edges count, as for rows, but everybody in a waiter's way (MDL_context::find_deadlock).
std::vector<Slot> Engine::metadata_cycle(Slot slot) const {
  std::vector<Slot> path{slot};
  std::vector<std::vector<Slot>> next;
  std::vector<bool> seen(sessions_.size());
  const auto look = [&](Slot at) {
    std::vector<Slot> others;
    for (const InTheWay& one : metadata_.in_the_way_of(at)) others.push_back(one.lock.trx);
    std::reverse(others.begin(), others.end());
    next.push_back(std::move(others));
  };
  look(slot);
  while (!path.empty()) {
    if (next.back().empty()) {
      next.pop_back();
      path.pop_back();
      continue;
    }
    const Slot other = next.back().back();
    next.back().pop_back();
    if (other == slot) return path;
    if (seen[other] || !metadata_.waiting(other)) continue;
    seen[other] = true;
    path.push_back(other);
    look(other);
  }
  return {};
}

/// Metadata and user locks have their own deadlock search, which knows nothing of InnoDB's locks, and another price:
/// a user lock costs its statement only (sql/mdl.cc, MDL_context::find_deadlock).
void Engine::resolve_metadata_deadlock(Slot slot) {
  DeadlockCycle found;
  found.members = metadata_cycle(slot);
  if (found.members.empty()) return;
  std::rotate(found.members.begin(), found.members.begin() + 1, found.members.end());
  found.victim = slot;
  const auto weight = [&](Slot member) { return deadlock_weight(metadata_.wanted(member).mode); };
  for (const Slot member : found.members) {
    if (weight(member) < weight(found.victim)) found.victim = member;
  }
  DeadlockCycle* cycle = &found;
  const Slot victim = cycle->victim;
  for (const Slot member : cycle->members) touch(Shared::wait, member, true);
  const bool user_lock = metadata_.wanted(victim).on.space == 0;
  tell(victim, deadlock_found(*cycle, true));
  end_wait(victim);
  metadata_.cancel_wait(victim, metadata_woken_);
  Execution& execution = sessions_[victim].execution;
  execution.outcome = Outcome::deadlock;
  execution.error = user_lock && profile_->user_lock_deadlock == "3058"
                        ? ServerError{"3058",
                                      "Deadlock found when trying to get user-level lock; try rolling back "
                                      "transaction/releasing locks and restarting lock acquisition."}
                        : ServerError{"1213", "Deadlock found when trying to get lock; try restarting transaction"};
  // Open_table_context::request_backoff_action: a transaction that holds metadata locks is rolled back to let them go
  if (!user_lock) roll_back(victim);
  fail_statement(victim);
  wake_all();
}

}  // namespace gridlock::reference
