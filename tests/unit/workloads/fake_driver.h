#pragma once
/// A small database for tests of the runner: named locks, virtual time, no tables.
///
/// `HOLD x` takes the lock x until the transaction ends, and waits in line for it; whoever closes a cycle is the
/// victim. `FAULT` is refused with error 1062, `CLASH` fails to serialize. SELECT of literals returns them as a row.
/// Every statement takes 100 microseconds; a wait longer than `lock_wait_timeout` times out and leaves the transaction
/// open.
#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "drivers/driver.h"

namespace gridlock::test {

class FakeDriver : public Driver {
 public:
  Problems open(const Setup& setup) override;
  void start(const Call& call) override;
  void settle(Patience patience) override;
  std::vector<Event> observe() override { return std::exchange(events_, {}); }
  bool busy(SessionId session) const override { return sessions_.at(session).busy; }
  Time now() const override { return now_; }
  void sleep_until(Time time) override;
  std::vector<std::vector<Value>> query(const std::string& sql) override;
  std::string name() const override { return engine; }
  std::string version() const override { return "1.0"; }
  void close() override { ++closed; }

  std::string engine = "reference:innodb";
  Time lock_wait_timeout{50'000'000};
  Problems refuse;                              ///< what `open` says
  std::vector<Value> answers{std::int64_t{0}};  ///< to `query`, one for each call, the last for ever
  bool frozen = false;                          ///< time does not pass while everybody waits

  Setup setup;                   ///< of the last `open`
  std::vector<std::string> log;  ///< `0s alice: BEGIN`: time in microseconds, session, statement with values
  int opened = 0, closed = 0;

 private:
  struct Session {
    bool busy = false;
    Call call;
    Outcome outcome = Outcome::done;
    std::string waits_for;
    Time waits_since;
    std::set<std::string> holds;
  };

  std::string text_of(const Call& call) const;
  void hold(SessionId id, const std::string& lock);
  bool closes_cycle(SessionId id) const;
  void release(SessionId id);
  void end_at(SessionId id, Outcome outcome, std::int64_t after_micros);
  void end_first();
  void tell_locks();
  void emit(SessionId id, decltype(Event::what) what) { events_.push_back({now_, id, std::move(what)}); }

  Time now_;
  std::vector<Session> sessions_;
  std::map<std::string, std::deque<SessionId>> locks_;         ///< the owner first, then those who wait
  std::set<std::tuple<Time, std::uint64_t, SessionId>> ends_;  ///< statements under way
  std::set<std::tuple<Time, SessionId>> timeouts_;
  std::uint64_t number_ = 0;
  std::size_t asked_ = 0;
  std::vector<Event> events_;
};

}  // namespace gridlock::test
