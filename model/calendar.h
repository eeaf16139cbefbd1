#pragma once
/// Dates as years, months and days: the proleptic Gregorian calendar, as both engines keep it.
#include <cstdint>
#include <string>

#include "model/value.h"

namespace gridlock {

struct Civil {
  std::int64_t year = 1970;
  int month = 1;  ///< 1..12
  int day = 1;    ///< 1..31
};

Civil civil(Date date);
/// REQUIRES: month 1..12; a day past the month's end counts on into the next.
Date date(const Civil& civil);
int days_in_month(std::int64_t year, int month);

std::string date_text(Date date);             ///< `2026-11-22`
std::string datetime_text(DateTime time);     ///< `2026-11-22 10:15:00`, with `.000001` only when there are micros
std::int64_t date_number(Date date);          ///< 20261122
std::int64_t datetime_number(DateTime time);  ///< 20261122101500

}  // namespace gridlock
