#include "model/merge_traces.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

namespace gridlock {
namespace {

/// Every session of the event moves up by so many.
Event moved(Event event, SessionId by) {
  event.session += by;
  if (auto* wait = std::get_if<WaitState>(&event.what))
    for (Blocker& blocker : wait->blockers) blocker.session += by;
  if (auto* found = std::get_if<DeadlockFound>(&event.what)) {
    for (auto& member : found->cycle) member.session += by;
    found->victim += by;
  }
  return event;
}

std::string unique_name(const std::string& name, std::size_t part, const std::set<std::string>& taken) {
  return taken.contains(name) ? name + " (part " + std::to_string(part) + ")" : name;
}

}  // namespace

Trace merged(const std::vector<Trace>& parts) {
  Trace whole = parts.front();
  std::set<std::string> taken(whole.sessions.begin(), whole.sessions.end());
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const auto by = static_cast<SessionId>(whole.sessions.size());
    std::set<std::string> own;
    for (const std::string& name : parts[i].sessions) {
      whole.sessions.push_back(unique_name(name, i + 1, taken));
      own.insert(whole.sessions.back());
    }
    taken.merge(own);
    for (const Event& event : parts[i].events) whole.events.push_back(moved(event, by));
  }
  std::stable_sort(whole.events.begin(), whole.events.end(),
                   [](const Event& a, const Event& b) { return a.at < b.at; });
  return whole;
}

}  // namespace gridlock
