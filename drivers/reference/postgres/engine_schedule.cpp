// Whose turn it is: virtual time, waits, timeouts, deadlock checks.
#include "drivers/reference/postgres/engine_schedule.h"

#include <algorithm>
#include <limits>

namespace gridlock::reference::postgres {
namespace {

/// Changes of who is in whose way are told while no more than this many wait.
constexpr std::size_t waiters_told_max = 256;

}  // namespace

Engine::Engine(const Settings& settings, std::uint64_t seed) : settings_(settings), random_state_(seed) {}

Engine::~Engine() {
  for (Session& session : sessions_) session.running = {};
}

Slot Engine::add_session(const SessionSetup& setup) {
  Session& session = sessions_.emplace_back();
  session.name = setup.name;
  session.settings = settings_;
  if (setup.isolation) session.settings.isolation = *setup.isolation;
  for (const auto& [name, value] : setup.settings) set_parameter(session.settings, name, value);
  session.kept = session.before = session.settings;
  locks_.add_session();
  ssi_.add_session();
  wait_numbers_.push_back(0);
  return static_cast<Slot>(sessions_.size() - 1);
}

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

Engine::Pause Engine::sleep(Slot slot, std::int64_t micros) {
  sessions_[slot].due += micros;
  return {*this, slot, true};
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
  const auto resume = std::exchange(session.resume, nullptr);
  resume.resume();
  if (session.running.handle().done()) end_statement(slot);
  wake_all();
}

// --------------------------------------------------------------------------------------------- waiting

void Engine::set_timer(Slot slot, Timer timer, std::optional<std::int64_t>& place, std::int64_t at) {
  place = at;
  timers_.insert({at, timer, slot});
}

void Engine::clear_timer(Slot slot, Timer timer, std::optional<std::int64_t>& place) {
  if (place) timers_.erase({*place, timer, slot});
  place.reset();
}

void Engine::begin_wait(Slot slot) {
  Session& session = sessions_[slot];
  session.state = Session::State::waiting;
  const std::int64_t from = std::max(now_, session.due);
  if (!session.waits_for_snapshot)
    set_timer(slot, Timer::deadlock, session.deadlock_at, from + session.settings.deadlock_timeout);
  if (session.settings.lock_timeout > 0 && !session.waits_for_snapshot)
    set_timer(slot, Timer::lock_timeout, session.lock_timeout_at, from + session.settings.lock_timeout);
  wait_numbers_[slot] = next_wait_++;
  waiters_.insert({wait_numbers_[slot], slot});
  WaitState state = wait_state(slot);
  session.blockers_told = state.blockers;
  tell(slot, std::move(state));
}

void Engine::end_wait(Slot slot) {
  Session& session = sessions_[slot];
  clear_timer(slot, Timer::deadlock, session.deadlock_at);
  clear_timer(slot, Timer::lock_timeout, session.lock_timeout_at);
  waiters_.erase({wait_numbers_[slot], slot});
  session.blockers_told.clear();
}

void Engine::wake_all() {
  for (const Slot slot : locks_.take_woken()) {
    if (sessions_[slot].state != Session::State::waiting) continue;
    end_wait(slot);
    tell(slot, WaitState{sessions_[slot].call.step, {}, {}});
    make_runnable(slot, now_);
  }
}

/// The wait, or the sleep, ends with an error.
void Engine::interrupt(Slot slot, SqlError error) {
  Session& session = sessions_[slot];
  if (session.state == Session::State::waiting) {
    end_wait(slot);
    locks_.cancel_wait(slot);
    tell(slot, WaitState{session.call.step, {}, {}});
  } else if (session.state == Session::State::runnable) {
    runnable_.erase({session.due, slot});
  }
  session.interruption = std::move(error);
  make_runnable(slot, now_);
}

void Engine::fire_next_timer() {
  const auto [at, timer, slot] = *timers_.begin();
  timers_.erase(timers_.begin());
  now_ = std::max(now_, at);
  Session& session = sessions_[slot];
  switch (timer) {
    case Timer::deadlock:
      session.deadlock_at.reset();
      check_deadlock(slot);
      break;
    case Timer::lock_timeout:
      session.lock_timeout_at.reset();
      interrupt(slot, SqlError("55P03", "canceling statement due to lock timeout", Outcome::lock_timeout));
      break;
    case Timer::statement_timeout:
      session.statement_timeout_at.reset();
      interrupt(slot, SqlError("57014", "canceling statement due to statement timeout"));
      break;
  }
  wake_all();
}

/// CheckDeadLock: only the one whose time is over looks, and pays.
void Engine::check_deadlock(Slot slot) {
  const DeadlockCheck check = locks_.check_deadlock(slot);
  if (check.result != DeadlockCheck::Result::deadlock) return;
  tell_deadlock(slot, check.cycle);
  interrupt(slot, SqlError("40P01", "deadlock detected", Outcome::deadlock));
}

/// ProcSleep's early detection: another one waits for what I hold, and holds what I want.
void Engine::refuse_upgrade(Slot slot, const LockTag& tag, Mode mode) {
  std::vector<DeadlockCheck::Edge> cycle{{slot, tag, mode}};
  for (const auto& [number, other] : waiters_) {
    const LockShown wanted = locks_.wanted(other);
    if (!(wanted.tag == tag)) continue;
    bool he_waits = false, i_wait = false;
    for (const LockShown& held : locks_.locks_of(slot))
      he_waits = he_waits || (held.tag == tag && !held.waiting && conflict(wanted.mode, held.mode));
    for (const LockShown& held : locks_.locks_of(other))
      i_wait = i_wait || (held.tag == tag && !held.waiting && conflict(mode, held.mode));
    if (!he_waits || !i_wait) continue;
    cycle.push_back({other, tag, wanted.mode});
    break;
  }
  tell_deadlock(slot, cycle);
  throw SqlError("40P01", "deadlock detected", Outcome::deadlock);
}

void Engine::tell_waits() {
  if (waiters_.size() > waiters_told_max) return;
  for (const auto& [number, slot] : waiters_) {
    WaitState state = wait_state(slot);
    if (state.blockers == sessions_[slot].blockers_told) continue;
    sessions_[slot].blockers_told = state.blockers;
    tell(slot, std::move(state));
  }
}

// --------------------------------------------------------------------------------------------- running

/// All wait. A deadlock check that would find nothing is over as soon as all is quiet, as if deadlock_timeout had
/// passed, so that the last to wait is the one that finds a cycle; a session with a deadlock_timeout of its own keeps
/// its check for later, as the isolation tester plays it. Where there is a cycle, time passes until it is resolved.
bool Engine::play_quiet_timers() {
  for (const auto& [number, slot] : waiters_) {
    Session& session = sessions_[slot];
    if (!session.deadlock_at) continue;
    if (locks_.in_cycle(slot)) {
      fire_next_timer();
      return true;
    }
    if (!session.settings.own_deadlock_timeout) clear_timer(slot, Timer::deadlock, session.deadlock_at);
  }
  return false;
}

void Engine::run_all() {
  sliced_ = false;
  while (true) {
    if (runnable_.empty()) {
      if (play_quiet_timers()) continue;
      return;
    }
    if (!timers_.empty() && std::get<0>(*timers_.begin()) < runnable_.begin()->first)
      fire_next_timer();
    else
      run_slice(runnable_.begin()->second);
  }
}

void Engine::run_until_one_ends(std::optional<std::int64_t> deadline) {
  sliced_ = true;
  const std::uint64_t ended = ended_;
  constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();
  while (ended_ == ended) {
    const std::int64_t run_at = runnable_.empty() ? never : std::max(now_, runnable_.begin()->first);
    const std::int64_t timer_at = timers_.empty() ? never : std::max(now_, std::get<0>(*timers_.begin()));
    const std::int64_t next = std::min(run_at, timer_at);
    if (deadline && next > *deadline) {
      now_ = std::max(now_, *deadline);
      break;
    }
    if (next == never) break;
    if (run_at <= timer_at)
      run_slice(runnable_.begin()->second);
    else
      fire_next_timer();
  }
}

void Engine::close() {
  for (Slot slot = 0; slot < sessions_.size(); ++slot) {
    Session& session = sessions_[slot];
    if (session.state == Session::State::waiting) {
      end_wait(slot);
      locks_.cancel_wait(slot);
    }
    clear_timer(slot, Timer::statement_timeout, session.statement_timeout_at);
    session.running = {};
    session.state = Session::State::idle;
    session.block = Block::none;
    abort(slot);
    locks_.release_session_scope(slot);
  }
  locks_.take_woken();
  runnable_.clear();
  timers_.clear();
}

// --------------------------------------------------------------------------------------------- locks

bool Engine::take_at(Slot slot, const LockTag& tag, Mode mode, Depth depth) {
  const Acquired got = locks_.acquire(slot, tag, mode, depth);
  if (got == Acquired::deadlock) refuse_upgrade(slot, tag, mode);
  return got == Acquired::granted;
}

bool Engine::take(Slot slot, const LockTag& tag, Mode mode) {
  return take_at(slot, tag, mode, sessions_[slot].depth());
}

void Engine::give(Slot slot, const LockTag& tag, Mode mode) {
  locks_.release(slot, tag, mode, sessions_[slot].depth());
}

/// RangeVarGetRelidExtended: the name may mean something else once the lock is there.
Task<TableId> Engine::open_table(Slot slot, std::string name, Mode mode, bool no_wait) {
  while (true) {
    const Table* table = catalog_.find(name, slot);
    if (table == nullptr) throw SqlError("42P01", "relation \"" + name + "\" does not exist");
    const TableId id = table->id;
    const LockTag tag = tag_of(*table);
    if (no_wait) {
      if (locks_.acquire(slot, tag, mode, sessions_[slot].depth(), true) != Acquired::granted)
        throw SqlError("55P03", "could not obtain lock on relation \"" + table->name + "\"");
    } else if (!take(slot, tag, mode)) {
      co_await lock_wait(slot);
    }
    const Table* now = catalog_.find(name, slot);
    if (now != nullptr && now->id == id) co_return id;
    give(slot, tag, mode);
  }
}

Task<void> Engine::lock_indexes(Slot slot, TableId table, Mode mode) {
  for (std::size_t i = 0; i < catalog_.tables[table].indexes.size(); ++i) {
    const Index& index = catalog_.indexes[catalog_.tables[table].indexes[i]];
    if (index.dropped) continue;
    if (!take(slot, tag_of(index), mode)) co_await lock_wait(slot);
  }
}

Task<bool> Engine::wait_for_transaction(Slot slot, Xid xid, bool no_wait) {
  while (true) {
    const LockTag tag = tag_of(xid);
    if (no_wait) {
      if (locks_.acquire(slot, tag, Mode::share, sessions_[slot].depth(), true) != Acquired::granted) co_return false;
    } else if (!take(slot, tag, Mode::share)) {
      co_await lock_wait(slot);
    }
    give(slot, tag, Mode::share);
    if (!log_.in_progress(xid)) co_return true;
    xid = log_.top_of(xid);
  }
}

}  // namespace gridlock::reference::postgres
