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
  put_aside({number, std::move(event)});
}

void Recorder::put_aside(Numbered numbered) {
  const SessionId session = numbered.second.session;
  if (session >= rings_.size()) rings_.resize(session + 1);
  Ring& ring = rings_[session];
  if (ring.events.size() < ring_size) return ring.events.push_back(std::move(numbered));
  ring.events[ring.oldest] = std::move(numbered);
  ring.oldest = (ring.oldest + 1) % ring_size;
}

void Recorder::keep_members(const DeadlockFound& deadlock) {
  for (const auto& member : deadlock.cycle) {
    if (member.session >= rings_.size()) continue;
    for (auto& numbered : rings_[member.session].events) kept_.push_back(std::move(numbered));
    forget(member.session);
  }
}

void Recorder::forget(SessionId session) {
  if (session >= rings_.size()) return;
  rings_[session].events.clear();
  rings_[session].oldest = 0;
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
