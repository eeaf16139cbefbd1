#include "workloads/read/scalars.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <system_error>
#include <utility>

namespace gridlock::read {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

template <typename Number>
std::optional<Number> whole(std::string_view word) {
  if (word.starts_with('+')) word.remove_prefix(1);
  Number number{};
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (error != std::errc() || end != word.data() + word.size() || word.empty()) return std::nullopt;
  return number;
}

struct Unit {
  std::string_view word;
  double micros;
};
constexpr std::array units{Unit{"us", 1},   Unit{"µs", 1},     Unit{"ms", 1e3},  Unit{"s", 1e6},
                           Unit{"m", 60e6}, Unit{"min", 60e6}, Unit{"h", 3600e6}};

std::optional<Time> duration_of(std::string_view word) {
  std::size_t end = 0;
  while (end < word.size() && (is_digit(word[end]) || word[end] == '.')) ++end;
  const auto count = whole<double>(word.substr(0, end));
  if (!count || !is_digit(word.front())) return std::nullopt;
  std::string_view unit = word.substr(end);
  while (unit.starts_with(' ')) unit.remove_prefix(1);
  if (unit.empty() && *count == 0) return Time{0};
  for (const auto& known : units)
    if (unit == known.word && *count * known.micros < 1e18)
      return Time{static_cast<std::int64_t>(std::llround(*count * known.micros))};
  return std::nullopt;
}

std::string_view isolation_name(sql::Isolation level) {
  switch (level) {
    case sql::Isolation::read_uncommitted: return "read uncommitted";
    case sql::Isolation::read_committed: return "read committed";
    case sql::Isolation::repeatable_read: return "repeatable read";
    case sql::Isolation::serializable: return "serializable";
  }
  return "";
}

std::string plain_words(std::string_view text) {
  std::string words;
  for (const char c : text)
    words += c == '-' || c == '_' ? ' ' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return words;
}

}  // namespace

std::optional<std::string> text(Reader& reader, const yaml::Node& node, std::string_view what) {
  if (node.is_scalar()) return node.text;
  reader.problem(node, fmt::format("{} is text, but this is {}", what, describe(node)));
  return std::nullopt;
}

std::optional<std::int64_t> whole_number(Reader& reader, const yaml::Node& node, std::string_view what,
                                         std::int64_t at_least, std::int64_t at_most) {
  const auto found = node.is_scalar() ? whole<std::int64_t>(node.text) : std::nullopt;
  if (found && *found >= at_least && *found <= at_most) return found;
  const std::string range = at_most == std::numeric_limits<std::int64_t>::max()
                                ? fmt::format("{} or more", at_least)
                                : fmt::format("{} to {}", at_least, at_most);
  const std::string got = node.is_scalar() ? fmt::format("`{}`", node.text) : std::string(describe(node));
  if (at_least == std::numeric_limits<std::int64_t>::min())
    reader.problem(node, fmt::format("{} is a whole number, but this is {}", what, got));
  else
    reader.problem(node, fmt::format("{} is a whole number, {}, but this is {}", what, range, got));
  return std::nullopt;
}

std::optional<double> number(Reader& reader, const yaml::Node& node, std::string_view what) {
  const auto found = node.is_scalar() ? whole<double>(node.text) : std::nullopt;
  if (found && std::isfinite(*found)) return found;
  const std::string got = node.is_scalar() ? fmt::format("`{}`", node.text) : std::string(describe(node));
  reader.problem(node, fmt::format("{} is a number, but this is {}", what, got));
  return std::nullopt;
}

std::optional<bool> truth(Reader& reader, const yaml::Node& node, std::string_view what) {
  const std::string word = node.is_scalar() ? plain_words(node.text) : "";
  if (word == "true" || word == "yes" || word == "on") return true;
  if (word == "false" || word == "no" || word == "off") return false;
  reader.problem(node, fmt::format("{} is `true` or `false`", what));
  return std::nullopt;
}

std::optional<Time> duration(Reader& reader, const yaml::Node& node, std::string_view what) {
  const auto found = node.is_scalar() && !node.text.empty() ? duration_of(node.text) : std::nullopt;
  if (found) return found;
  const bool bare = node.is_scalar() && whole<double>(node.text);
  const std::string got = node.is_scalar() ? fmt::format("`{}`", node.text) : std::string(describe(node));
  reader.problem(node, fmt::format("{} is a time, but this is {}", what, got),
                 bare && !node.text.starts_with('-')
                     ? fmt::format("write its unit: `{}ms` or `{}s`", node.text, node.text)
                     : "write a number and its unit: `500us`, `10ms`, `2s`, `1m`, `1h`");
  return std::nullopt;
}

Value value_of(const yaml::Node& scalar) {
  if (scalar.is_null()) return Null{};
  if (!scalar.plain) return scalar.text;
  if (scalar.text == "true" || scalar.text == "false") return std::int64_t{scalar.text == "true"};
  if (const auto found = parse_number(scalar.text)) return *found;
  if (const auto found = parse_date(scalar.text)) return *found;
  if (const auto found = parse_datetime(scalar.text)) return *found;
  return scalar.text;
}

std::optional<Value> value(Reader& reader, const yaml::Node& node, std::string_view what) {
  if (node.is_scalar() || node.is_null()) return value_of(node);
  reader.problem(node, fmt::format("{} is a single value, but this is {}", what, describe(node)));
  return std::nullopt;
}

std::optional<sql::Isolation> isolation(Reader& reader, const yaml::Node& node) {
  using enum sql::Isolation;
  const std::string word = node.is_scalar() ? plain_words(node.text) : "";
  std::vector<std::string> names;
  for (const auto level : {read_uncommitted, read_committed, repeatable_read, serializable}) {
    if (word == isolation_name(level)) return level;
    names.emplace_back(isolation_name(level));
  }
  reader.problem(
      node, node.is_scalar() ? fmt::format("unknown isolation level `{}`", node.text) : "an isolation level is text",
      suggestion(word, names, "it is one of "));
  return std::nullopt;
}

std::optional<Outcome> outcome_word(Reader& reader, const yaml::Node& node, const std::vector<Outcome>& allowed) {
  const std::string word = node.is_scalar() ? plain_words(node.text) : "";
  std::vector<std::string> names;
  for (const Outcome outcome : allowed) {
    if (word == to_string(outcome)) return outcome;
    names.emplace_back(to_string(outcome));
  }
  reader.problem(node, node.is_scalar() ? fmt::format("unknown outcome `{}`", node.text) : "an outcome is a word",
                 suggestion(word, names, "it is one of "));
  return std::nullopt;
}

}  // namespace gridlock::read
