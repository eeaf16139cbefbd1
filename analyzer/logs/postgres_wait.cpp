#include "analyzer/logs/postgres_wait.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "analyzer/logs/text.h"

namespace gridlock::logs {
namespace {

constexpr std::array modes{
    std::string_view("AccessShareLock"),  std::string_view("RowShareLock"),
    std::string_view("RowExclusiveLock"), std::string_view("ShareUpdateExclusiveLock"),
    std::string_view("ShareLock"),        std::string_view("ShareRowExclusiveLock"),
    std::string_view("ExclusiveLock"),    std::string_view("AccessExclusiveLock"),
};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

struct Number {
  std::string_view digits;
  std::size_t at = 0;
};

std::vector<Number> numbers_in(std::string_view text) {
  std::vector<Number> numbers;
  for (std::size_t i = 0; i < text.size();) {
    if (!is_digit(text[i])) {
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < text.size() && is_digit(text[end])) ++end;
    numbers.push_back({text.substr(i, end - i), i});
    i = end;
  }
  return numbers;
}

/// `(0,1)`, `[5,0,7,1]`, `3/12`: whether the characters around the tag's numbers say so.
bool joined_by(std::string_view tag, const std::vector<Number>& numbers, std::size_t first, std::string_view shape) {
  for (std::size_t i = 0; i + 1 < shape.size() && first + i < numbers.size(); ++i) {
    const Number& number = numbers[first + i];
    const std::size_t before = number.at;
    if (i == 0 && shape[0] != ' ' && (before == 0 || tag[before - 1] != shape[0])) return false;
    const std::size_t behind = number.at + number.digits.size();
    if (shape[i + 1] != ' ' && (behind >= tag.size() || tag[behind] != shape[i + 1])) return false;
  }
  return true;
}

Lock named(LockKind kind, std::string object) {
  Lock lock;
  lock.kind = kind;
  lock.object = std::move(object);
  return lock;
}

/// English words tell rarer kinds; in another language only shapes do.
std::optional<Lock> by_words(std::string_view tag) {
  struct Kind {
    std::string_view word;
    LockKind kind;
  };
  constexpr std::array kinds{
      Kind{"extension of relation ", LockKind::extension},
      Kind{"page ", LockKind::page},
      Kind{"tuple (", LockKind::tuple},
      Kind{"relation ", LockKind::table},
      Kind{"virtual transaction ", LockKind::virtual_transaction},
      Kind{"speculative token ", LockKind::speculative_token},
      Kind{"remote transaction ", LockKind::transaction},
      Kind{"transaction ", LockKind::transaction},
      Kind{"object ", LockKind::object},
      Kind{"advisory lock [", LockKind::advisory},
      Kind{"user lock [", LockKind::advisory},
      Kind{"pg_database.datfrozenxid", LockKind::other},
  };
  for (const Kind& kind : kinds)
    if (tag.starts_with(kind.word)) return named(kind.kind, std::string(tag));
  return std::nullopt;
}

Lock by_shape(std::string_view tag) {
  const auto n = numbers_in(tag);
  const auto text = [&](std::size_t i) { return n[i].digits; };
  if (n.size() == 4 && joined_by(tag, n, 0, "[,,,]"))
    return named(LockKind::advisory, fmt::format("advisory lock [{},{},{},{}]", text(0), text(1), text(2), text(3)));
  if (n.size() == 4 && joined_by(tag, n, 0, "(,)"))
    return named(LockKind::tuple,
                 fmt::format("tuple ({},{}) of relation {} of database {}", text(0), text(1), text(2), text(3)));
  if (n.size() == 2 && joined_by(tag, n, 0, " / "))
    return named(LockKind::virtual_transaction, fmt::format("virtual transaction {}/{}", text(0), text(1)));
  if (n.size() == 2) return named(LockKind::table, fmt::format("relation {} of database {}", text(0), text(1)));
  if (n.size() == 1) return named(LockKind::transaction, fmt::format("transaction {}", text(0)));
  return named(LockKind::other, std::string(trim(tag)));
}

double milliseconds(std::string_view text) {
  // `200.081`, German `200,081`.
  std::string plain(text);
  std::replace(plain.begin(), plain.end(), ',', '.');
  double ms = 0;
  std::from_chars(plain.data(), plain.data() + plain.size(), ms);
  return ms;
}

/// The text of the tag: in English between ` on ` and `;` or ` after `, else whatever lies between the numbers around
/// it.
std::string_view english_tag(std::string_view text, std::string_view mode, std::string_view end) {
  const std::string_view rest = text.substr(static_cast<std::size_t>(mode.data() - text.data()) + mode.size());
  if (!rest.starts_with(" on ")) return {};
  const std::size_t stop = rest.find(end);
  return stop == std::string_view::npos ? std::string_view() : rest.substr(4, stop - 4);
}

}  // namespace

std::string_view single_mode(std::string_view text) {
  std::string_view found;
  for (std::size_t at = text.find("Lock"); at != std::string_view::npos; at = text.find("Lock", at + 1)) {
    const std::size_t end = at + 4;
    if (end < text.size() && is_letter(text[end])) continue;
    std::size_t begin = at;
    while (begin > 0 && is_letter(text[begin - 1])) --begin;
    const std::string_view word = text.substr(begin, end - begin);
    if (std::find(modes.begin(), modes.end(), word) == modes.end()) continue;
    if (!found.empty()) return {};
    found = word;
  }
  return found;
}

Lock lock_of_tag(std::string_view tag, std::string_view mode) {
  auto lock = by_words(tag);
  if (!lock) lock = by_shape(tag);
  lock->mode = mode;
  lock->waiting = true;
  return *lock;
}

std::optional<WaitLine> read_wait_line(std::string_view line) {
  const std::string_view mode = single_mode(line);
  if (mode.empty()) return std::nullopt;
  const auto numbers = numbers_in(line);
  if (numbers.size() < 3) return std::nullopt;
  WaitLine wait;
  wait.pid = numbers.front().digits;
  wait.blocker = numbers.back().digits;
  std::string_view tag = english_tag(line, mode, "; blocked by ");
  if (tag.empty()) {
    // Between the pid and the blocker, without the mode's name, which carries no digits.
    const std::size_t begin = numbers[1].at == 0 ? 0 : numbers[1].at - 1;
    const Number& last = numbers[numbers.size() - 2];
    tag = line.substr(begin, last.at + last.digits.size() + 1 - begin);
  }
  wait.wanted = lock_of_tag(trim(tag), mode);
  return wait;
}

std::optional<WaitMessage> read_wait_message(std::string_view message) {
  const std::string_view mode = single_mode(message);
  if (mode.empty()) return std::nullopt;
  // ` at character 8` may follow the duration.
  if (const std::size_t at = message.find(" ms at character "); at != std::string_view::npos)
    message = message.substr(0, at + 3);
  const auto numbers = numbers_in(message);
  if (numbers.size() < 4) return std::nullopt;
  const Number& whole = numbers[numbers.size() - 2];
  const Number& thousandths = numbers.back();
  const bool duration = whole.at + whole.digits.size() + 1 == thousandths.at && thousandths.digits.size() == 3 &&
                        (message[thousandths.at - 1] == '.' || message[thousandths.at - 1] == ',');
  if (!duration) return std::nullopt;
  WaitMessage wait;
  wait.pid = numbers.front().digits;
  wait.ms = milliseconds(message.substr(whole.at, whole.digits.size() + 4));
  std::string_view tag = english_tag(message, mode, " after ");
  if (tag.ends_with(" by rearranging queue order"))
    tag.remove_suffix(std::string_view(" by rearranging queue order").size());
  if (tag.empty()) {
    const std::size_t begin = numbers[1].at == 0 ? 0 : numbers[1].at - 1;
    const Number& last = numbers[numbers.size() - 3];
    tag = message.substr(begin, last.at + last.digits.size() + 1 - begin);
  }
  wait.wanted = lock_of_tag(trim(tag), mode);
  return wait;
}

}  // namespace gridlock::logs
