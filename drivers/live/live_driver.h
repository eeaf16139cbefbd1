#pragma once
/// Plays a workload on a real server: one thread, one loop over all sessions' connections.
///
/// A step is over when its reply has come, or when the server says that its session waits for a lock: then it is seen
/// waiting in two looks alike, and no cycle of waits is left that the server would still resolve.
#include <memory>
#include <string>

#include "drivers/driver.h"
#include "drivers/live/server.h"

namespace gridlock::live {

struct Options {
  bool keep = false;   ///< leave the run's database or schema on the server
  std::string place;   ///< its name; empty: `gridlock_` and eight digits by chance
  bool reuse = false;  ///< `place` may be one that gridlock did not make: its tables are used, and it is not dropped
  bool join =
      false;  ///< another run has made `place` and keeps it: its tables are played on, nothing is made or dropped
};

std::unique_ptr<Driver> make_live_driver(std::unique_ptr<Server> server, Options options);

}  // namespace gridlock::live
