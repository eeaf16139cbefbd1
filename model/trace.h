#pragma once
/// A run as it was seen: a header and its events. Written as JSON lines, `{"schema":"gridlock-trace/1",...}` first.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/event.h"
#include "model/problem.h"

namespace gridlock {

struct Trace {
  std::string workload;  ///< its name
  std::string engine;    ///< `reference:innodb`, or a live engine's URL without the password
  std::string version;   ///< the server's own version text; empty on a reference engine
  std::uint64_t seed = 0;
  std::vector<std::string> sessions;  ///< names by SessionId
  std::string schema;                 ///< the SQL that made the tables, empty when not known
  std::vector<Event> events;
  friend bool operator==(const Trace&, const Trace&) = default;
};

std::string to_json_lines(const Trace& trace);

/// Reads what `to_json_lines` wrote. Unknown fields and unknown kinds of events are skipped (a newer gridlock wrote
/// them) and counted; malformed lines become problems, and the rest is read all the same.
struct ReadTrace {
  Trace trace;
  Problems problems;
  std::uint64_t skipped = 0;
};
ReadTrace read_trace(std::string_view json_lines, const std::string& file);

}  // namespace gridlock
