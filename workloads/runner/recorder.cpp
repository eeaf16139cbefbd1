#include "workloads/runner/recorder.h"

#include <algorithm>

namespace gridlock {
namespace {

/// Events of one open transaction that can explain a deadlock: some twenty statements, each begun, waited and ended.
constexpr std::size_t ring_size = 64;

}  // namespace

void Recorder::see(Event event) {
  const std::uint64_t number = next_++;
  if (kept_.size() < bound_) {
    kept_.emplace_back(number, std::move(event));
    return;
  }
  const auto* deadlock = std::get_if<DeadlockFound>(&event.what);
  if (deadlock && kept_.size() < 2 * bound_) {
    keep_members(*deadlock);
    kept_.emplace_back(number, std::move(event));
    return;
  }
  truncated_ = true;
  if (deadlock) return;
  if (event.session >= rings_.size()) rings_.resize(event.session + 1);
  auto& ring = rings_[event.session];
  if (ring.size() == ring_size) ring.pop_front();
  ring.emplace_back(number, std::move(event));
}

void Recorder::keep_members(const DeadlockFound& deadlock) {
  for (const auto& member : deadlock.cycle) {
    if (member.session >= rings_.size()) continue;
    for (auto& numbered : rings_[member.session]) kept_.push_back(std::move(numbered));
    rings_[member.session].clear();
  }
}

void Recorder::forget(SessionId session) {
  if (session < rings_.size()) rings_[session].clear();
}

std::vector<Event> Recorder::take() {
  std::sort(kept_.begin(), kept_.end(), [](const Numbered& a, const Numbered& b) { return a.first < b.first; });
  std::vector<Event> events;
  events.reserve(kept_.size());
  for (auto& [number, event] : kept_) events.push_back(std::move(event));
  kept_.clear();
  return events;
}

}  // namespace gridlock
