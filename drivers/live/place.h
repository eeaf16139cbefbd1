#pragma once
/// The run's own database or schema: made, filled, dropped.
#include <string>

#include "drivers/driver.h"
#include "drivers/live/live_driver.h"
#include "drivers/live/server.h"

namespace gridlock::live {

class RunPlace {
 public:
  RunPlace(Server& server, Options options) : server_(server), options_(std::move(options)) {}

  /// Makes and marks it, and enters it with the control connection. Nothing is touched when it is not ours to touch.
  Problems make(Connection& control, const std::string& workload);

  /// Tables and rows. REQUIRES: `make` had no problem.
  Problems fill(Connection& control, const Setup& setup);

  /// Drops what `make` made. Empty, or what the server said against it.
  std::string drop(Connection& control);

  const std::string& name() const { return name_; }
  bool made() const { return made_; }
  bool kept() const { return made_ && options_.keep; }

  /// Places of runs that were killed, one sentence for each: what is left, and how to drop it.
  std::vector<std::string> left_behind(Connection& control) const;

 private:
  Problems load(Connection& control, const TableData& data);

  Server& server_;
  Options options_;
  std::string name_;
  bool made_ = false;
};

}  // namespace gridlock::live
