#include <algorithm>
#include <array>
#include <utility>

#include "analyzer/analyzer.h"
#include "analyzer/lock_waits.h"
#include "analyzer/logs/flavour.h"
#include "analyzer/logs/text.h"
#include "analyzer/logs/unwrap.h"

namespace gridlock {
namespace {

using logs::Flavour;

constexpr std::array flavours{
    Flavour{"gridlock-trace", logs::is_trace_line, logs::read_trace_log},
    Flavour{"innodb", logs::is_innodb_line, logs::read_innodb},
    Flavour{"postgresql", logs::is_postgres_line, logs::read_postgres},
};

const Flavour* recognise(std::string_view text) {
  logs::Cursor cursor(text);
  logs::Line line;
  while (cursor.next(line))
    for (const Flavour& flavour : flavours)
      if (flavour.is_own_line(line.text)) return &flavour;
  return nullptr;
}

ReadLog read(const logs::Source& source) {
  if (const Flavour* flavour = recognise(source.text)) {
    ReadLog log = flavour->read(source);
    sort_lock_waits(log.lock_waits);
    return log;
  }
  ReadLog nothing;
  nothing.ledger.bytes = source.text.size();
  nothing.ledger.lines = logs::count_lines(source.text);
  return nothing;
}

}  // namespace

ReadLog read_log(std::string_view text, const std::string& file) {
  ReadLog plain = read({text, file, nullptr});
  if (plain.ledger.understood > 0) return plain;
  // Nothing was understood as it stands: perhaps something is wrapped around it.
  const auto unwrapped = logs::unwrap(text);
  if (!unwrapped) return plain;
  ReadLog inner = read({unwrapped->text, file, &unwrapped->lines});
  if (inner.ledger.understood + inner.ledger.partly <= plain.ledger.understood + plain.ledger.partly) return plain;
  inner.ledger.bytes = plain.ledger.bytes;
  inner.ledger.lines = plain.ledger.lines;
  return inner;
}

namespace logs {

void add_wait(std::vector<LockWaitSummary>& waits, const std::string& table, const std::string& index,
              const std::string& mode, double ms) {
  auto same = std::find_if(waits.begin(), waits.end(), [&](const LockWaitSummary& wait) {
    return wait.table == table && wait.index == index && wait.mode == mode;
  });
  if (same == waits.end()) same = waits.insert(waits.end(), {table, index, mode, 0, 0, 0});
  ++same->count;
  same->total_ms += ms;
  same->max_ms = std::max(same->max_ms, ms);
}

}  // namespace logs
}  // namespace gridlock
