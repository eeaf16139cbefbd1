#include "deadlock_text.h"

#include <gtest/gtest.h>

#include <charconv>
#include <sstream>

namespace gridlock::test {
namespace {

std::string rest_of(std::istringstream& words) {
  std::string rest;
  std::getline(words >> std::ws, rest);
  return rest;
}

Value value_of(const std::string& text) {
  if (text == "NULL") return Null{};
  if (text.size() >= 2 && text.front() == '\'') return text.substr(1, text.size() - 2);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  EXPECT_TRUE(error == std::errc() && end == text.data() + text.size()) << "no value: " << text;
  return number;
}

void read_place(std::istringstream& words, Lock& lock) {
  words >> std::ws;
  if (words.peek() == '"') {
    words.get();
    std::getline(words, lock.object, '"');
    return;
  }
  std::string place;
  words >> place;
  const std::size_t dot = place.find('.');
  lock.table = place.substr(0, dot);
  if (dot != std::string::npos) lock.index = place.substr(dot + 1);
}

Lock lock_of(std::istringstream& words) {
  Lock lock;
  std::string kind, word;
  words >> kind >> lock.mode;
  const auto known = lock_kind(kind);
  EXPECT_TRUE(known) << "no kind of lock: " << kind;
  lock.kind = known.value_or(LockKind::other);
  if (words.peek() != std::istringstream::traits_type::eof()) read_place(words, lock);
  while (words >> word) {
    if (word == "supremum") {
      lock.supremum = true;
    } else if (word == "waiting") {
      lock.waiting = true;
    } else {
      const std::size_t equals = word.find('=');
      const bool named = equals != std::string::npos;
      lock.key.push_back({named ? word.substr(0, equals) : "", value_of(named ? word.substr(equals + 1) : word)});
    }
  }
  return lock;
}

void read_party(std::istringstream& words, Deadlock& deadlock) {
  Party party;
  std::string line = rest_of(words);
  const std::size_t colon = line.find(": ");
  party.name = line.substr(0, colon);
  if (colon != std::string::npos) party.isolation = line.substr(colon + 2);
  deadlock.parties.push_back(std::move(party));
}

void read_line(const std::string& line, Deadlock& deadlock) {
  std::istringstream words(line);
  std::string first;
  words >> first;
  if (first.empty() || first.front() == '#') return;
  if (first == "engine") {
    words >> deadlock.engine;
    return;
  }
  if (first == "party") return read_party(words, deadlock);
  ASSERT_FALSE(deadlock.parties.empty()) << line;
  Party& party = deadlock.parties.back();
  if (first == "did") {
    party.earlier.push_back({"s" + std::to_string(party.earlier.size() + 1), rest_of(words)});
  } else if (first == "runs") {
    party.statement = rest_of(words);
    // A log names its parties by numbers, and no steps.
    const bool from_log = party.name.starts_with("transaction ") || party.name.starts_with("process ");
    if (!from_log) party.step = "s" + std::to_string(party.earlier.size() + 1);
  } else if (first == "holds") {
    party.holds.push_back(lock_of(words));
  } else if (first == "wants") {
    party.waits_for = lock_of(words);
    party.waits_for->waiting = true;
  } else if (first == "wrote") {
    party.undo_entries = std::stoull(rest_of(words));
  } else if (first == "structs") {
    party.lock_structs = std::stoull(rest_of(words));
  } else {
    FAIL() << "cannot read: " << line;
  }
}

}  // namespace

Lock lock_from(const std::string& text) {
  std::istringstream words(text);
  return lock_of(words);
}

Deadlock deadlock_from(const std::string& text) {
  Deadlock deadlock;
  std::istringstream lines(text);
  std::string line;
  while (std::getline(lines, line)) read_line(line, deadlock);
  for (std::size_t i = 0; i < deadlock.parties.size(); ++i)
    deadlock.parties[i].blocked_by = {(i + 1) % deadlock.parties.size()};
  return deadlock;
}

}  // namespace gridlock::test
