#pragma once
/// Which engines there are, and how to get one by its name.
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/driver.h"
#include "drivers/live/live_driver.h"

namespace gridlock {

struct MadeDriver {
  std::unique_ptr<Driver> driver;  ///< null when `problems` says why
  Problems problems;
};

/// `reference:innodb`, or a live engine's URL, which `live` is for. A live server is not reached yet: whoever uses the
/// driver may be told EngineLost.
MadeDriver make_driver(const std::string& engine, const live::Options& live = {});

/// "mysql" or "postgres": which dialect an engine speaks.
std::string dialect_of(std::string_view engine);

/// The engines built in, in the words of the command line.
std::vector<std::string> engine_names();

/// What of a workload the engine cannot play, before anything is played: unknown statements, tables, columns, settings,
/// with what to write instead. A live engine is asked nothing: its answer is always empty.
Problems check_playable(const std::string& engine, const Setup& setup,
                        const std::vector<std::shared_ptr<const Prepared>>& statements);

}  // namespace gridlock
