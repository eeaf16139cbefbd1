#include "trace_text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "deadlock_text.h"

namespace gridlock::test {
namespace {

std::string trimmed(const std::string& text) {
  const std::size_t begin = text.find_first_not_of(' ');
  return begin == std::string::npos ? "" : text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

std::vector<std::string> split(const std::string& text, char by) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, by);) parts.push_back(trimmed(part));
  return parts;
}

class Reader {
 public:
  Trace read(const std::string& text) {
    trace_.engine = "reference:innodb";
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
      if (line = trimmed(line); !line.empty() && line.front() != '#') read_line(line);
    return std::move(trace_);
  }

 private:
  SessionId session(const std::string& name) {
    const auto at = std::find(trace_.sessions.begin(), trace_.sessions.end(), name);
    if (at != trace_.sessions.end()) return static_cast<SessionId>(at - trace_.sessions.begin());
    trace_.sessions.push_back(name);
    return static_cast<SessionId>(trace_.sessions.size() - 1);
  }

  template <class What>
  void add(SessionId id, What what) {
    now_.micros += 1000;
    trace_.events.push_back({now_, id, std::move(what)});
  }

  void read_line(const std::string& line) {
    std::istringstream words(line);
    std::string name, verb, rest;
    words >> name;
    if (name == "deadlock") {
      std::getline(words, rest);
      return read_deadlock(rest);
    }
    words >> verb;
    std::getline(words, rest);
    const SessionId id = session(name);
    rest = trimmed(rest);
    if (verb == "starts") {
      const std::size_t colon = rest.find(": ");
      add(id, StatementStarted{rest.substr(0, colon), rest.substr(colon + 2), name});
    } else if (verb == "ends") {
      const std::size_t blank = rest.find(' ');
      const auto known = outcome(rest.substr(blank + 1));
      EXPECT_TRUE(known) << line;
      add(id, StatementEnded{rest.substr(0, blank), known.value_or(Outcome::done), {}, 0, {}});
    } else if (verb == "waits") {
      read_wait(id, rest);
    } else if (verb == "holds") {
      add(id, LocksState{{lock_from(rest)}});
    } else if (verb == "transaction") {
      const std::size_t blank = rest.find(' ');
      add(id, TransactionState{rest.substr(0, blank), rest.substr(blank + 1), TransactionState::Ended::no});
    } else if (verb == "committed") {
      add(id, TransactionState{"", "", TransactionState::Ended::committed});
    } else if (verb == "rolled-back") {
      add(id, TransactionState{"", "", TransactionState::Ended::rolled_back});
    } else {
      FAIL() << "cannot read: " << line;
    }
  }

  void read_wait(SessionId id, const std::string& rest) {
    if (rest == "no more") return add(id, WaitState{});
    const auto halves = split(rest, '|');
    ASSERT_EQ(halves.size(), 2U) << rest;
    const std::size_t blank = halves[0].find(' ');
    WaitState wait;
    wait.step = halves[0].substr(0, blank);
    wait.wanted = lock_from(halves[0].substr(blank + 1));
    for (const std::string& blocker : split(halves[1], ',')) {
      const bool soft = blocker.starts_with('~');
      Lock lock = wait.wanted;
      lock.waiting = soft;
      wait.blockers.push_back({session(soft ? blocker.substr(1) : blocker), lock, !soft});
    }
    add(id, wait);
  }

  void read_deadlock(const std::string& rest) {
    DeadlockFound found;
    for (std::string name : split(rest, ',')) {
      const bool victim = name.ends_with('!');
      if (victim) name.pop_back();
      DeadlockFound::Member member;
      member.session = session(name);
      if (victim) found.victim = member.session;
      found.cycle.push_back(member);
    }
    add(found.victim, found);
  }

  Trace trace_;
  Time now_;
};

}  // namespace

Trace trace_from(const std::string& text) { return Reader().read(text); }

}  // namespace gridlock::test
