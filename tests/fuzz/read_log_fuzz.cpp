// Any bytes as a log: no crash, no exception, and the ledger adds up.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "analyzer/analyzer.h"

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
  const auto analysis = gridlock::analyze(log.deadlocks);
  std::uint64_t count = 0;
  for (const auto& one : analysis.deadlocks) count += one.deadlock.count;
  if (count < log.deadlocks.size()) std::abort();
  return 0;
}
