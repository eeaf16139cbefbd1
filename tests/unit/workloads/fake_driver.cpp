#include "tests/unit/workloads/fake_driver.h"

#include <algorithm>

namespace gridlock::test {
namespace {

constexpr std::int64_t statement_micros = 100;

Lock named(const std::string& name, bool waiting) {
  Lock lock;
  lock.kind = LockKind::user;
  lock.mode = "X";
  lock.object = "user lock \"" + name + "\"";
  lock.waiting = waiting;
  return lock;
}

}  // namespace

Problems FakeDriver::open(const Setup& new_setup) {
  ++opened;
  setup = new_setup;
  now_ = {};
  sessions_.assign(setup.sessions.size(), {});
  locks_.clear();
  ends_.clear();
  timeouts_.clear();
  events_.clear();
  return refuse;
}

void FakeDriver::start(const Call& call) {
  Session& session = sessions_.at(call.session);
  if (session.busy) throw std::logic_error("the session's step has not ended");
  session.busy = true;
  session.call = call;
  const std::string text = text_of(call);
  log.push_back(std::to_string(now_.micros) + " " + setup.sessions[call.session].name + ": " + text);
  emit(call.session, StatementStarted{call.step, text, call.transaction});
  if (text.starts_with("HOLD ")) return hold(call.session, text.substr(5));
  if (text == "COMMIT" || text == "ROLLBACK") release(call.session);
  if (text == "CLASH") release(call.session);
  end_at(call.session,
         text == "FAULT"   ? Outcome::error
         : text == "CLASH" ? Outcome::serialization_failure
                           : Outcome::done,
         statement_micros);
}

std::string FakeDriver::text_of(const Call& call) const {
  std::string text = call.statement->text;
  for (std::size_t i = 0; i < call.parameters.size(); ++i) {
    const std::string name = ":" + call.statement->parameters[i];
    for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name))
      text.replace(at, name.size(), to_text(call.parameters[i]));
  }
  return text;
}

void FakeDriver::hold(SessionId id, const std::string& lock) {
  auto& line = locks_[lock];
  if (!line.empty() && line.front() == id) return end_at(id, Outcome::done, statement_micros);
  line.push_back(id);
  if (line.front() == id) {
    sessions_[id].holds.insert(lock);
    return end_at(id, Outcome::done, statement_micros);
  }
  sessions_[id].waits_for = lock;
  sessions_[id].waits_since = now_;
  emit(id, WaitState{sessions_[id].call.step, named(lock, true), {{line.front(), named(lock, false), true}}});
  if (!closes_cycle(id)) {
    timeouts_.emplace(Time{now_.micros + lock_wait_timeout.micros}, id);
    return;
  }
  DeadlockFound found;
  found.victim = id;
  for (SessionId at = id;;) {
    const std::string& wanted = sessions_[at].waits_for;
    found.cycle.push_back({at, "", sessions_[at].call.step, named(wanted, true), {}});
    at = locks_[wanted].front();
    if (at == id) break;
  }
  emit(id, found);
  release(id);
  end_at(id, Outcome::deadlock, 0);
}

bool FakeDriver::closes_cycle(SessionId id) const {
  SessionId at = id;
  do {
    if (sessions_[at].waits_for.empty()) return false;
    at = locks_.at(sessions_[at].waits_for).front();
  } while (at != id);
  return true;
}

void FakeDriver::release(SessionId id) {
  Session& session = sessions_[id];
  if (!session.waits_for.empty()) {
    auto& line = locks_[session.waits_for];
    line.erase(std::find(line.begin(), line.end(), id));
    timeouts_.erase({Time{session.waits_since.micros + lock_wait_timeout.micros}, id});
    session.waits_for.clear();
  }
  for (const auto& lock : std::exchange(session.holds, {})) {
    auto& line = locks_[lock];
    line.pop_front();
    if (line.empty()) continue;
    Session& next = sessions_[line.front()];
    next.holds.insert(lock);
    timeouts_.erase({Time{next.waits_since.micros + lock_wait_timeout.micros}, line.front()});
    next.waits_for.clear();
    emit(line.front(), WaitState{next.call.step, named(lock, true), {}});
    end_at(line.front(), Outcome::done, statement_micros);
  }
}

void FakeDriver::end_at(SessionId id, Outcome outcome, std::int64_t after_micros) {
  sessions_[id].outcome = outcome;
  ends_.emplace(Time{now_.micros + after_micros}, number_++, id);
}

void FakeDriver::end_first() {
  const auto [at, number, id] = *ends_.begin();
  ends_.erase(ends_.begin());
  now_ = std::max(now_, at);
  Session& session = sessions_[id];
  session.busy = false;
  StatementEnded ended{session.call.step, session.outcome, {}, 0, {}};
  if (session.outcome == Outcome::error) ended.error = ServerError{"1062", "Duplicate entry"};
  if (const auto* select = std::get_if<sql::Select>(&session.call.statement->statement.node)) {
    ended.rows.emplace_back();
    for (const auto& item : select->items) ended.rows.back().push_back(item.expr.value);
  }
  emit(id, std::move(ended));
}

void FakeDriver::settle(Patience patience) {
  if (patience.until == Patience::Until::all) {
    while (!ends_.empty()) end_first();
    if (setup.locks) tell_locks();
    return;
  }
  const Time deadline = patience.deadline.value_or(Time{now_.micros + 1'000'000'000});
  const Time timeout = timeouts_.empty() ? deadline : std::get<0>(*timeouts_.begin());
  const Time end = ends_.empty() ? deadline : std::get<0>(*ends_.begin());
  if (!ends_.empty() && end <= deadline && end <= timeout) return end_first();
  if (!timeouts_.empty() && timeout <= deadline) {
    const SessionId id = std::get<1>(*timeouts_.begin());
    now_ = std::max(now_, timeout);
    auto& line = locks_[sessions_[id].waits_for];
    line.erase(std::find(line.begin(), line.end(), id));
    timeouts_.erase(timeouts_.begin());
    sessions_[id].waits_for.clear();
    end_at(id, Outcome::lock_timeout, 0);
    return end_first();
  }
  if (!frozen) now_ = std::max(now_, deadline);
}

void FakeDriver::tell_locks() {
  for (SessionId id = 0; id < sessions_.size(); ++id) {
    LocksState state;
    for (const auto& lock : sessions_[id].holds) state.locks.push_back(named(lock, false));
    if (!sessions_[id].waits_for.empty()) state.locks.push_back(named(sessions_[id].waits_for, true));
    emit(id, std::move(state));
  }
}

void FakeDriver::sleep_until(Time time) {
  if (!ends_.empty() || !timeouts_.empty()) return settle({Patience::Until::any, time});
  if (!frozen || ends_.empty()) now_ = std::max(now_, time);
}

std::vector<std::vector<Value>> FakeDriver::query(const std::string& /*sql*/) {
  const std::size_t at = std::min(asked_++, answers.size() - 1);
  return {{answers[at]}};
}

}  // namespace gridlock::test
