#include "analyzer/logs/innodb_titles.h"

#include <algorithm>
#include <array>

#include "analyzer/logs/text.h"

namespace gridlock::logs {
namespace {

/// Where the message begins in an error log's line, npos if it has no prefix of InnoDB's.
std::size_t message_begin(std::string_view line) {
  if (line.empty() || (!is_digit(line.front()) && line.front() != '[')) return std::string_view::npos;
  const std::string_view front = line.substr(0, 160);
  for (const std::string_view mark : {"[InnoDB]", "InnoDB:"})
    if (const std::size_t at = front.find(mark); at != std::string_view::npos) return at + mark.size();
  return std::string_view::npos;
}

/// `db_1  | ` of docker compose.
std::string_view without_container(std::string_view line) {
  const std::size_t bar = line.substr(0, 40).find("| ");
  if (bar == std::string_view::npos || bar == 0) return line;
  const std::string_view name = trim_right(line.substr(0, bar));
  const bool plain = std::all_of(name.begin(), name.end(), [](char c) { return is_word(c) || c == '-' || c == '.'; });
  return plain ? line.substr(bar + 2) : line;
}

struct Words {
  std::string_view text;
  Title::Kind kind;
};

constexpr std::array numbered{
    Words{"TRANSACTION:", Title::Kind::transaction},
    Words{"HOLDS THE LOCK(S):", Title::Kind::holds},
    Words{"WAITING FOR THIS LOCK TO BE GRANTED:", Title::Kind::waits},
};

constexpr std::array unnumbered{
    Words{"TRANSACTION:", Title::Kind::too_deep},
    Words{"WAITING FOR THIS LOCK TO BE GRANTED:", Title::Kind::waits},
    Words{"CONFLICTING WITH:", Title::Kind::conflicting},
    Words{"Priority TRANSACTION:", Title::Kind::priority},
    Words{"Victim TRANSACTION:", Title::Kind::victim},
};

std::optional<Title> find_words(const auto& table, std::string_view text, std::uint32_t number) {
  for (const Words& words : table)
    if (words.text == text) return Title{words.kind, number};
  return std::nullopt;
}

/// `(2)` from the front.
std::optional<std::uint32_t> take_label(std::string_view& text) {
  std::string_view rest = text;
  if (!take(rest, "(")) return std::nullopt;
  const std::string_view digits = take_digits(rest);
  if (digits.empty() || digits.size() > 6 || !take(rest, ")")) return std::nullopt;
  text = rest;
  return static_cast<std::uint32_t>(to_number(digits));
}

}  // namespace

std::string_view body_of(std::string_view line) {
  line = without_container(trim(line));
  while (!line.empty() && line.front() == '>') line = trim_left(line.substr(1));
  const std::size_t message = message_begin(line);
  return message == std::string_view::npos ? trim(line) : trim(line.substr(message));
}

bool has_error_log_prefix(std::string_view line) {
  return message_begin(without_container(trim(line))) != std::string_view::npos;
}

std::optional<Title> read_title(std::string_view body) {
  if (!take(body, "*** ")) return std::nullopt;
  if (take(body, "WE ROLL BACK TRANSACTION ")) {
    const auto label = take_label(body);
    if (!label || !body.empty()) return std::nullopt;
    return Title{Title::Kind::roll_back, *label};
  }
  const auto label = take_label(body);
  if (!label) return find_words(unnumbered, body, 0);
  return take(body, " ") ? find_words(numbered, body, *label) : std::nullopt;
}

bool is_ruler(std::string_view body) {
  return body.size() >= 10 && body.find_first_not_of('-') == std::string_view::npos;
}

}  // namespace gridlock::logs
