#include "analyzer/log_time.h"

namespace gridlock {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// A number of `digits` digits from the front; a blank may stand for the first.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int number = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    const bool padded = i == 0 && digits == 2 && text[i] == ' ';
    if (!padded && !is_digit(text[i])) return std::nullopt;
    number = number * 10 + (padded ? 0 : text[i] - '0');
  }
  text.remove_prefix(digits);
  return number;
}

bool take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

/// Days since 1970-01-01 (Howard Hinnant's days_from_civil).
std::int64_t days_from_civil(std::int64_t year, std::int64_t month, std::int64_t day) {
  year -= month <= 2;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

std::optional<std::int64_t> take_day(std::string_view& text) {
  std::optional<int> year, month, day;
  std::string_view rest = text;
  if (year = take_number(rest, 4); year && take(rest, "-/")) {
    month = take_number(rest, 2);
    if (month && take(rest, "-/")) day = take_number(rest, 2);
  } else {
    rest = text;  // YYMMDD
    year = take_number(rest, 2);
    month = take_number(rest, 2);
    day = take_number(rest, 2);
    if (year) *year += 2000;
  }
  if (!year || !month || !day || *month < 1 || *month > 12 || *day < 1 || *day > 31) return std::nullopt;
  text = rest;
  return days_from_civil(*year, *month, *day);
}

/// `+02:00`, `-0530`, `+02` in seconds; 0 where none is there.
std::int64_t offset_in(std::string_view text) {
  if (text.empty() || (text.front() != '+' && text.front() != '-')) return 0;
  const int sign = text.front() == '-' ? -1 : 1;
  text.remove_prefix(1);
  const auto hours = take_number(text, 2);
  if (!hours) return 0;
  take(text, ":");
  const auto minutes = take_number(text, 2);
  return sign * (*hours * 3600 + minutes.value_or(0) * 60);
}

}  // namespace

std::optional<std::int64_t> seconds_of(std::string_view text) {
  const auto day = take_day(text);
  if (!day) return std::nullopt;
  const std::int64_t midnight = *day * 86400;
  if (text.empty()) return midnight;
  if (!take(text, " T")) return std::nullopt;
  const auto hour = take_number(text, 2);
  if (!hour || !take(text, ":")) return std::nullopt;
  const auto minute = take_number(text, 2);
  if (!minute || *hour > 23 || *minute > 59) return std::nullopt;
  std::optional<int> second = 0;
  if (take(text, ":")) second = take_number(text, 2);
  if (!second || *second > 60) return std::nullopt;
  if (take(text, ".,"))
    while (!text.empty() && is_digit(text.front())) text.remove_prefix(1);
  while (take(text, " ")) {
  }
  return midnight + *hour * 3600 + *minute * 60 + *second - offset_in(text);
}

}  // namespace gridlock
