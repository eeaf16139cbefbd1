#pragma once
/// The built gridlock, run as a user runs it.
#include <string>

namespace gridlock::golden {

struct Ended {
  int exit_code = -1;  ///< 128 + signal when a signal ended it
  std::string out, err;
};

/// Runs `command` in a shell with `gridlock` as the built binary, in the project's folder, without a terminal.
Ended shell(const std::string& command);

}  // namespace gridlock::golden
