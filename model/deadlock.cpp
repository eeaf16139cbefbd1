#include "model/deadlock.h"

#include <algorithm>
#include <string_view>

namespace gridlock {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The run of digits at the front, without leading zeros; `text` loses all of it.
std::string_view take_digits(std::string_view& text) {
  std::size_t length = 0;
  while (length < text.size() && is_digit(text[length])) ++length;
  std::string_view digits = text.substr(0, length);
  text.remove_prefix(length);
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
  return digits;
}

/// Text order, but runs of digits compare as numbers: `session 2` stands before `session 10`.
std::strong_ordering natural(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty()) {
    if (is_digit(a[0]) && is_digit(b[0])) {
      const auto left = take_digits(a), right = take_digits(b);
      if (const auto by_length = left.size() <=> right.size(); by_length != 0) return by_length;
      if (const auto by_digits = left <=> right; by_digits != 0) return by_digits;
    } else {
      if (a[0] != b[0]) return static_cast<unsigned char>(a[0]) <=> static_cast<unsigned char>(b[0]);
      a.remove_prefix(1);
      b.remove_prefix(1);
    }
  }
  return a.size() <=> b.size();
}

std::strong_ordering order(const Party& a, const Party& b) {
  if (const auto by_name = natural(a.name, b.name); by_name != 0) return by_name;
  if (const auto by_id = natural(a.transaction_id, b.transaction_id); by_id != 0) return by_id;
  return natural(a.thread_or_pid, b.thread_or_pid);
}

using Order = std::vector<std::size_t>;  // old indices, in the order in which they are to be told

/// The order in which each party names the next as its first blocker; as given when that is no single cycle.
Order cycle_of(const std::vector<Party>& parties) {
  Order given(parties.size());
  for (std::size_t i = 0; i < given.size(); ++i) given[i] = i;
  const auto waits_for = [&](std::size_t i, std::size_t j) {
    const auto& blockers = parties[i].blocked_by;
    return blockers.empty() || std::find(blockers.begin(), blockers.end(), j) != blockers.end();
  };
  const auto stands = [&](std::size_t i) { return waits_for(i, (i + 1) % given.size()); };
  if (std::all_of(given.begin(), given.end(), stands)) return given;

  Order followed;
  std::vector<bool> seen(parties.size());
  for (std::size_t at = 0; at < parties.size() && !seen[at]; at = parties[at].blocked_by[0]) {
    seen[at] = true;
    followed.push_back(at);
    if (parties[at].blocked_by.empty()) return given;
  }
  const bool closed = followed.size() == given.size() && parties[followed.back()].blocked_by[0] == 0;
  return closed ? followed : given;
}

/// The rotation that tells the smallest parties first.
void rotate_to_smallest(Order& order_told, const std::vector<Party>& parties) {
  const std::size_t count = order_told.size();
  std::size_t best = 0;
  for (std::size_t candidate = 1; candidate < count; ++candidate)
    for (std::size_t i = 0; i < count; ++i) {
      const auto& here = parties[order_told[(candidate + i) % count]];
      const auto& there = parties[order_told[(best + i) % count]];
      const auto difference = order(here, there);
      if (difference < 0) best = candidate;
      if (difference != 0) break;
    }
  std::rotate(order_told.begin(), order_told.begin() + static_cast<std::ptrdiff_t>(best), order_told.end());
}

/// The new indices of the blockers, the next party first; what points nowhere is left out.
Order blockers_told(const Order& old_blockers, const Order& new_index, std::size_t next) {
  Order result = {next};
  for (const std::size_t old : old_blockers) {
    if (old >= new_index.size()) continue;
    if (std::find(result.begin(), result.end(), new_index[old]) == result.end()) result.push_back(new_index[old]);
  }
  return result;
}

}  // namespace

Deadlock canonical(Deadlock deadlock) {
  if (deadlock.parties.empty()) return deadlock;
  Order told = cycle_of(deadlock.parties);
  rotate_to_smallest(told, deadlock.parties);
  Order new_index(told.size());
  for (std::size_t i = 0; i < told.size(); ++i) new_index[told[i]] = i;

  std::vector<Party> parties;
  parties.reserve(told.size());
  for (std::size_t i = 0; i < told.size(); ++i) {
    Party party = std::move(deadlock.parties[told[i]]);
    party.blocked_by = blockers_told(party.blocked_by, new_index, (i + 1) % told.size());
    parties.push_back(std::move(party));
  }
  deadlock.parties = std::move(parties);
  if (deadlock.victim && *deadlock.victim < new_index.size())
    deadlock.victim = new_index[*deadlock.victim];
  else
    deadlock.victim.reset();
  return deadlock;
}

}  // namespace gridlock
