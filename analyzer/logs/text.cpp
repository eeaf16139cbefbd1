#include "analyzer/logs/text.h"

#include <algorithm>
#include <charconv>

namespace gridlock::logs {

bool Cursor::next(Line& line) {
  if (at_ >= text_.size()) return false;
  const std::size_t end = text_.find('\n', at_);
  line.terminated = end != std::string_view::npos;
  line.offset = at_;
  line.text = text_.substr(at_, line.terminated ? end - at_ : std::string_view::npos);
  if (line.text.ends_with('\r')) line.text.remove_suffix(1);
  line.number = line_ < numbers_.size() ? numbers_[line_] : line_ + first_line_;
  ++line_;
  at_ = line.terminated ? end + 1 : text_.size();
  return true;
}

std::uint64_t count_lines(std::string_view text) {
  const auto breaks = static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
  return breaks + (text.empty() || text.back() == '\n' ? 0 : 1);
}

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

std::string_view trim_left(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  return text;
}

std::string_view trim_right(std::string_view text) {
  while (!text.empty() && (is_blank(text.back()) || text.back() == '\n')) text.remove_suffix(1);
  return text;
}

std::string_view trim(std::string_view text) { return trim_left(trim_right(text)); }

bool take(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  return true;
}

std::string_view take_digits(std::string_view& text) {
  std::size_t length = 0;
  while (length < text.size() && is_digit(text[length])) ++length;
  const std::string_view digits = text.substr(0, length);
  text.remove_prefix(length);
  return digits;
}

std::string_view take_word(std::string_view& text) {
  const std::size_t end = std::min(text.find(' '), text.size());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

std::string_view between(std::string_view text, std::string_view before, std::string_view after) {
  const std::size_t begin = text.find(before);
  if (begin == std::string_view::npos) return {};
  text.remove_prefix(begin + before.size());
  const std::size_t end = text.find(after);
  return end == std::string_view::npos ? std::string_view() : text.substr(0, end);
}

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

std::uint64_t to_number(std::string_view digits) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return error == std::errc() && end == digits.data() + digits.size() ? number : 0;
}

std::string excerpt(std::string_view line) {
  constexpr std::size_t longest = 80;
  std::string out(trim(line).substr(0, longest));
  for (char& c : out)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  // Not in the middle of a multi-byte character.
  if (trim(line).size() > longest) {
    while (!out.empty() && (static_cast<unsigned char>(out.back()) & 0xC0) == 0x80) out.pop_back();
    if (!out.empty() && static_cast<unsigned char>(out.back()) >= 0xC0) out.pop_back();
    out += "...";
  }
  return out;
}

namespace {

/// The length of `pattern` at the front of `text`: 9 stands for a digit, # for a digit or a blank, others for
/// themselves.
std::size_t matched(std::string_view text, std::string_view pattern) {
  if (text.size() < pattern.size()) return 0;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = text[i], p = pattern[i];
    const bool ok = p == '9' ? is_digit(c) : p == '#' ? is_digit(c) || c == ' ' : c == p;
    if (!ok) return 0;
  }
  return pattern.size();
}

}  // namespace

std::string_view time_at_front(std::string_view line) {
  // MySQL pads the hour with a blank in some versions.
  for (const std::string_view pattern :
       {"9999-99-99 #9:99:99", "9999-99-99T99:99:99", "999999 #9:99:99", "9999/99/99 99:99:99"}) {
    std::size_t length = matched(line, pattern);
    if (length == 0) continue;
    if (length < line.size() && (line[length] == '.' || line[length] == ',')) {
      std::size_t digits = length + 1;
      while (digits < line.size() && is_digit(line[digits])) ++digits;
      if (digits > length + 1) length = digits;
    }
    if (length < line.size() && line[length] == 'Z') return line.substr(0, length + 1);
    if (matched(line.substr(length), "+99:99") != 0 || matched(line.substr(length), "-99:99") != 0)
      return line.substr(0, length + 6);
    return line.substr(0, length);
  }
  return {};
}

}  // namespace gridlock::logs
