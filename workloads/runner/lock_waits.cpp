#include "workloads/runner/lock_waits.h"

#include <algorithm>

namespace gridlock {

void LockWaitClock::see(const Event& event) {
  if (const auto* wait = std::get_if<WaitState>(&event.what))
    wait->blockers.empty() ? end(event) : begin(event);
  else if (std::holds_alternative<StatementEnded>(event.what))
    end(event);
}

void LockWaitClock::begin(const Event& event) {
  if (event.session >= since_.size()) since_.resize(event.session + 1);
  if (!since_[event.session]) since_[event.session] = event.at;
}

void LockWaitClock::end(const Event& event) {
  if (event.session >= since_.size() || !since_[event.session]) return;
  waits_.add(std::max<std::int64_t>(0, event.at.micros - since_[event.session]->micros));
  since_[event.session].reset();
}

}  // namespace gridlock
