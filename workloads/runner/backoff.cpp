#include "workloads/runner/backoff.h"

#include <algorithm>

namespace gridlock {

Time backoff_delay(const Backoff& policy, int attempt, expand::Random& random) {
  const auto most = static_cast<double>(policy.max.micros);
  auto micros = static_cast<double>(policy.first.micros);
  for (int i = 1; i < attempt && micros < most; ++i) micros *= policy.factor;
  const auto length = static_cast<std::int64_t>(std::min(micros, most));
  if (policy.jitter == Backoff::Jitter::none) return {length};
  const std::int64_t fixed = policy.jitter == Backoff::Jitter::equal ? length / 2 : 0;
  return {fixed + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(length - fixed) + 1))};
}

}  // namespace gridlock
