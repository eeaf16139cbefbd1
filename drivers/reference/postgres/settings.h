#pragma once
/// The server parameters that reference:postgres understands.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "drivers/driver.h"

namespace gridlock::reference::postgres {

/// Times in microseconds; 0 for a timeout: none.
struct Settings {
  sql::Isolation isolation = sql::Isolation::read_committed;
  bool read_only = false;
  bool deferrable = false;
  std::int64_t deadlock_timeout = 1'000'000;
  bool own_deadlock_timeout = false;  ///< set by the session: whoever plays its part in who notices first
  std::int64_t lock_timeout = 0;
  std::int64_t statement_timeout = 0;
  bool analyzed = true;  ///< the planner knows how many rows there are; of the whole engine
};

/// Sets one parameter; the problem says what is wrong with the name or the value.
std::optional<Problem> set_parameter(Settings& settings, const std::string& name, const std::string& value);

std::string isolation_words(sql::Isolation isolation);  ///< `repeatable read`

}  // namespace gridlock::reference::postgres
