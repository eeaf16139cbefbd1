#pragma once
/// What programs that collect logs put around each line: Docker and other JSON, Kubernetes (CRI), syslog and the
/// journal.
#include <optional>
#include <string>
#include <string_view>

namespace gridlock::logs {

struct Peeled {
  std::string
      stream;  ///< whose line it is, where the wrapping tells: a container, a process; lines of others are mixed in
  std::string text;      ///< the line, or lines, of the log itself
  bool goes_on = false;  ///< the collector split a long line: the next of the stream belongs to it
};

/// The line without its wrapping; nothing when there is none that is known.
std::optional<Peeled> peel(std::string_view line);

}  // namespace gridlock::logs
