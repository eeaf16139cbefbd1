#pragma once
/// Settings of a workload on a live server: the session's own where it can be, else the server's, which is given back.
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "drivers/live/connection.h"
#include "drivers/live/server.h"
#include "model/problem.h"

namespace gridlock::live {

/// What was set for the whole server, and its value before.
class GlobalSettings {
 public:
  /// Remembers the value before the first change.
  std::optional<Problem> set(Server& server, Connection& control, const std::string& name, const std::string& value);

  /// Sets everything back. A sentence for each that could not be.
  std::vector<std::string> restore(Server& server, Connection* control);

 private:
  std::map<std::string, std::string> before_, now_;
};

/// Sets a variable for the session, or for the server when the server says that it is one of its own.
std::optional<Problem> set_variable(Server& server, Connection& session, Connection& control, GlobalSettings& globals,
                                    const std::string& name, const std::string& value);

}  // namespace gridlock::live
