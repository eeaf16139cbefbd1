#include "workloads/runner/error_counts.h"

#include <algorithm>

namespace gridlock {
namespace {

/// So many different codes of errors are told; a workload that meets more has other worries.
constexpr std::size_t error_kinds_kept = 50;

}  // namespace

void count_error(const std::optional<ServerError>& error, const std::string& step, RunSummary& summary) {
  const ServerError said = error.value_or(ServerError{"", "an error without a message"});
  auto& kinds = summary.error_kinds;
  auto known = std::find_if(kinds.begin(), kinds.end(), [&](const ErrorCount& kind) { return kind.code == said.code; });
  if (known == kinds.end()) {
    if (kinds.size() == error_kinds_kept) return;
    kinds.push_back({said.code, said.message, step, 0});
    known = kinds.end() - 1;
  }
  ++known->count;
  for (; known != kinds.begin() && (known - 1)->count < known->count; --known) std::iter_swap(known, known - 1);
}

}  // namespace gridlock
