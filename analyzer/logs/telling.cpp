#include "analyzer/logs/telling.h"

#include <algorithm>
#include <utility>

#include "analyzer/lock_waits.h"

namespace gridlock::logs {

void Telling::problem(std::uint32_t line, std::string message, std::string hint) {
  if (ledger.problems.size() == problems_kept) {
    ++ledger.problems_left_off;
    return;
  }
  ledger.problems.push_back({{file, static_cast<int>(line), 0}, std::move(message), std::move(hint)});
}

void Telling::add_wait(const std::string& table, const std::string& index, const std::string& mode, double ms) {
  add_waits({table, index, mode, 1, ms, ms});
}

void Telling::add_waits(const LockWaitSummary& more) {
  auto at = waits_.find({more.table, more.index, more.mode});
  if (at == waits_.end()) {
    // Beyond the bound, waits are told by their mode only.
    const bool full = waits_.size() >= waits_kept;
    LockWaitSummary wait{full ? "" : more.table, full ? "" : more.index, more.mode, 0, 0, 0};
    at = waits_.try_emplace({wait.table, wait.index, wait.mode}, wait).first;
  }
  LockWaitSummary& wait = at->second;
  wait.count += more.count;
  wait.total_ms += more.total_ms;
  wait.max_ms = std::max(wait.max_ms, more.max_ms);
}

std::vector<LockWaitSummary> Telling::waits() const {
  std::vector<LockWaitSummary> all;
  for (const auto& [key, wait] : waits_) all.push_back(wait);
  sort_lock_waits(all);
  return all;
}

}  // namespace gridlock::logs
