// A trace that gridlock wrote itself.
#include <utility>

#include "analyzer/lock_waits.h"
#include "analyzer/logs/flavour.h"
#include "analyzer/logs/text.h"
#include "model/trace.h"

namespace gridlock::logs {

bool is_trace_line(std::string_view line) {
  return line.starts_with("{") && contains(line.substr(0, 200), "\"gridlock-trace/");
}

ReadLog read_trace_log(const Source& source) {
  ReadTrace read = read_trace(source.text, source.file);
  ReadLog out;
  out.ledger.format = "gridlock-trace";
  out.ledger.bytes = source.text.size();
  out.ledger.lines = count_lines(source.text);
  out.ledger.version = read.trace.version;
  out.ledger.problems = std::move(read.problems);
  out.deadlocks = deadlocks(read.trace);
  out.lock_waits = lock_waits(read.trace);
  out.ledger.markers = out.ledger.understood = out.deadlocks.size();
  return out;
}

}  // namespace gridlock::logs
