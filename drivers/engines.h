#pragma once
/// Which engines there are, and how to get one by its name.
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/driver.h"

namespace gridlock {

struct MadeDriver {
  std::unique_ptr<Driver> driver;  ///< null when `problems` says why
  Problems problems;
};

/// `reference:innodb`, or a live engine's URL.
MadeDriver make_driver(const std::string& engine);

/// "mysql" or "postgres": which dialect an engine speaks.
std::string dialect_of(std::string_view engine);

/// The engines built in, in the words of the command line.
std::vector<std::string> engine_names();

}  // namespace gridlock
