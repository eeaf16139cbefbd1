#include "model/calendar.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace gridlock {
namespace {

constexpr std::int64_t micros_per_second = 1'000'000;
constexpr std::int64_t seconds_per_day = 86'400;
constexpr std::int64_t micros_per_day = seconds_per_day * micros_per_second;

std::int64_t floor_divide(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

struct Clock {
  std::int64_t hour = 0, minute = 0, second = 0, micros = 0;
};

Clock clock_of(DateTime time) {
  const std::int64_t rest = time.micros - midnight(date_of(time)).micros;
  const std::int64_t seconds = rest / micros_per_second;
  return {seconds / 3600, seconds / 60 % 60, seconds % 60, rest % micros_per_second};
}

/// Reads `min..max` digits from the front of the text.
std::optional<int> take_digits(std::string_view& text, std::size_t min, std::size_t max) {
  std::size_t count = 0;
  int number = 0;
  while (count < max && count < text.size() && text[count] >= '0' && text[count] <= '9')
    number = number * 10 + (text[count++] - '0');
  if (count < min) return std::nullopt;
  text.remove_prefix(count);
  return number;
}

bool take(std::string_view& text, std::string_view one_of) {
  if (text.empty() || one_of.find(text[0]) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

/// A date from the front of the text.
std::optional<Date> take_date(std::string_view& text) {
  const auto year = take_digits(text, 4, 4);
  if (!year) return std::nullopt;
  const bool separated = take(text, "-/");
  const auto month = take_digits(text, separated ? 1 : 2, 2);
  if (!month || (separated && !take(text, "-/"))) return std::nullopt;
  const auto day = take_digits(text, separated ? 1 : 2, 2);
  if (!day || *year < 1 || *month < 1 || *month > 12 || *day < 1 || *day > days_in_month(*year, *month))
    return std::nullopt;
  return date({*year, *month, *day});
}

/// `.5` is half a second: up to six digits, more are cut.
std::int64_t take_fraction(std::string_view& text) {
  std::int64_t micros = 0;
  std::int64_t unit = micros_per_second;
  while (!text.empty() && text[0] >= '0' && text[0] <= '9') {
    unit /= 10;
    micros += unit * (text[0] - '0');
    text.remove_prefix(1);
  }
  return micros;
}

/// `hh:mm[:ss[.ffffff]]` from the front of the text, in microseconds.
std::optional<std::int64_t> take_clock(std::string_view& text) {
  const auto hour = take_digits(text, 1, 2);
  if (!hour || *hour > 23 || !take(text, ":")) return std::nullopt;
  const auto minute = take_digits(text, 2, 2);
  if (!minute || *minute > 59) return std::nullopt;
  std::int64_t micros = (*hour * 3600 + *minute * 60) * micros_per_second;
  if (!take(text, ":")) return micros;
  const auto second = take_digits(text, 2, 2);
  if (!second || *second > 59) return std::nullopt;
  micros += *second * micros_per_second;
  if (take(text, ".")) micros += take_fraction(text);
  return micros;
}

}  // namespace

// Days from civil and back: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms". A year begins in March
// there, so that the leap day is its last.
Civil civil(Date date) {
  const std::int64_t shifted = std::int64_t{date.days} + 719'468;
  const std::int64_t era = floor_divide(shifted, 146'097);
  const std::int64_t day_of_era = shifted - era * 146'097;
  const std::int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t shifted_month = (5 * day_of_year + 2) / 153;
  const auto day = static_cast<int>(day_of_year - (153 * shifted_month + 2) / 5 + 1);
  const auto month = static_cast<int>(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

Date date(const Civil& civil) {
  const std::int64_t year = civil.year - (civil.month <= 2 ? 1 : 0);
  const std::int64_t era = floor_divide(year, 400);
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * (civil.month + (civil.month > 2 ? -3 : 9)) + 2) / 5 + civil.day - 1;
  const std::int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return {static_cast<std::int32_t>(era * 146'097 + day_of_era - 719'468)};
}

int days_in_month(std::int64_t year, int month) {
  constexpr std::array<int, 12> days = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : days[static_cast<std::size_t>(month - 1)];
}

Date date_of(DateTime time) { return {static_cast<std::int32_t>(floor_divide(time.micros, micros_per_day))}; }

DateTime midnight(Date date) { return {date.days * micros_per_day}; }

std::string date_text(Date date) {
  const Civil parts = civil(date);
  return fmt::format("{:04}-{:02}-{:02}", parts.year, parts.month, parts.day);
}

std::string datetime_text(DateTime time) {
  const Clock clock = clock_of(time);
  std::string text =
      fmt::format("{} {:02}:{:02}:{:02}", date_text(date_of(time)), clock.hour, clock.minute, clock.second);
  return clock.micros == 0 ? text : text + fmt::format(".{:06}", clock.micros);
}

std::int64_t date_number(Date date) {
  const Civil parts = civil(date);
  return parts.year * 10'000 + parts.month * 100 + parts.day;
}

std::int64_t datetime_number(DateTime time) {
  const Clock clock = clock_of(time);
  return date_number(date_of(time)) * 1'000'000 + clock.hour * 10'000 + clock.minute * 100 + clock.second;
}

std::optional<Date> parse_date(std::string_view text) {
  const auto date = take_date(text);
  return text.empty() ? date : std::nullopt;
}

std::optional<DateTime> parse_datetime(std::string_view text) {
  const auto date = take_date(text);
  if (!date) return std::nullopt;
  DateTime time = midnight(*date);
  if (take(text, " T")) {
    const auto clock = take_clock(text);
    if (!clock) return std::nullopt;
    time.micros += *clock;
  }
  if (!text.empty()) return std::nullopt;
  return time;
}

}  // namespace gridlock
