// Any bytes as a log: no crash, no exception, and the ledger adds up.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "analyzer/analyzer.h"
#include "analyzer/deadlock_folder.h"
#include "analyzer/log_reader.h"

namespace {

/// In pieces and folded: as many deadlocks as in the text read whole.
void check_folded(std::string_view text, const gridlock::ReadLog& whole) {
  gridlock::DeadlockFolder folder;
  gridlock::LogReader reader("fuzz.log", folder);
  for (const std::size_t piece = 1 + text.size() % 511; !text.empty();) {
    const auto room = reader.room();
    const std::size_t size = std::min({room.size(), text.size(), piece});
    std::memcpy(room.data(), text.data(), size);
    reader.took(size);
    text.remove_prefix(size);
  }
  const auto log = reader.finish();
  std::uint64_t count = folder.unwanted() + folder.shapes_left_off();
  for (const auto& one : folder.take()) count += one.deadlock.count;
  if (count != whole.deadlocks.size() || log.ledger.markers != whole.ledger.markers) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto log = gridlock::read_log(text, "fuzz.log");
  if (log.ledger.bytes != size) std::abort();
  for (const auto& deadlock : log.deadlocks) {
    if (deadlock.victim && *deadlock.victim >= deadlock.parties.size()) std::abort();
    for (const auto& party : deadlock.parties)
      for (const std::size_t blocker : party.blocked_by)
        if (blocker >= deadlock.parties.size()) std::abort();
  }
  const auto& ledger = log.ledger;
  if (ledger.markers != ledger.understood + ledger.partly + ledger.not_understood) std::abort();
  check_folded(text, log);
  const auto analysis = gridlock::analyze(log.deadlocks);
  std::uint64_t count = 0;
  for (const auto& one : analysis.deadlocks) count += one.deadlock.count;
  if (count < log.deadlocks.size()) std::abort();
  return 0;
}
