#include "cli/analyzed.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "analyzer/lock_waits.h"

namespace gridlock {
namespace {

/// A cycle that was seen in the waits, and of which nobody was told that he is the victim.
bool is_unreported(const Deadlock& deadlock) { return deadlock.proof != Proof::reported && !deadlock.victim; }

Analysis analyzed(const Trace& trace, std::uint64_t& unreported) {
  std::vector<Deadlock> found = deadlocks(trace);
  unreported += static_cast<std::uint64_t>(std::count_if(found.begin(), found.end(), is_unreported));
  Analysis analysis = analyze(std::move(found));
  analysis.lock_waits = lock_waits(trace);
  return analysis;
}

}  // namespace

Analysis analyzed(const Workload& workload, Run& run) {
  std::uint64_t unreported = 0;
  std::vector<Analysis> parts;
  if (run.orders.empty()) parts.push_back(analyzed(run.trace, unreported));
  for (const PlayedOrder& order : run.orders) parts.push_back(analyzed(order.trace, unreported));
  count_unreported(workload, unreported, run);
  return merge(std::move(parts));
}

}  // namespace gridlock
