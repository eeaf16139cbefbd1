#include "analyzer/wait_for_graph.h"

#include <algorithm>
#include <deque>
#include <iterator>
#include <set>
#include <utility>

namespace gridlock {
namespace {

/// The cycle told from its smallest session.
WaitCycle rotated(WaitCycle cycle) {
  std::rotate(cycle.begin(), std::min_element(cycle.begin(), cycle.end()), cycle.end());
  return cycle;
}

/// Tarjan's algorithm without recursion: a chain of waits may be as long as there are sessions.
class Knots {
 public:
  explicit Knots(const std::map<SessionId, std::vector<WaitEdge>>& edges) : edges_(edges) {}

  std::vector<std::vector<SessionId>> find() {
    for (const auto& [session, out] : edges_)
      if (!index_.contains(session)) visit(session);
    std::sort(knots_.begin(), knots_.end());
    return std::move(knots_);
  }

 private:
  struct Frame {
    SessionId session;
    std::size_t next_edge;
  };

  void visit(SessionId root) {
    frames_.push_back({root, 0});
    enter(root);
    while (!frames_.empty()) {
      Frame& frame = frames_.back();
      const auto out = edges_.find(frame.session);
      if (out != edges_.end() && frame.next_edge < out->second.size()) {
        follow(frame.session, out->second[frame.next_edge++].to);
      } else {
        leave();
      }
    }
  }

  void enter(SessionId session) {
    index_[session] = low_[session] = counter_++;
    stack_.push_back(session);
    on_stack_.insert(session);
  }

  void follow(SessionId from, SessionId to) {
    if (!index_.contains(to)) {
      frames_.push_back({to, 0});
      enter(to);
    } else if (on_stack_.contains(to)) {
      low_[from] = std::min(low_[from], index_[to]);
    }
  }

  void leave() {
    const SessionId session = frames_.back().session;
    frames_.pop_back();
    if (!frames_.empty()) low_[frames_.back().session] = std::min(low_[frames_.back().session], low_[session]);
    if (low_[session] != index_[session]) return;
    std::vector<SessionId> knot;
    SessionId member = session;
    do {
      member = stack_.back();
      stack_.pop_back();
      on_stack_.erase(member);
      knot.push_back(member);
    } while (member != session);
    std::sort(knot.begin(), knot.end());
    if (knot.size() > 1) knots_.push_back(std::move(knot));
  }

  const std::map<SessionId, std::vector<WaitEdge>>& edges_;
  std::map<SessionId, std::size_t> index_, low_;
  std::vector<SessionId> stack_;
  std::set<SessionId> on_stack_;
  std::vector<Frame> frames_;
  std::vector<std::vector<SessionId>> knots_;
  std::size_t counter_ = 0;
};

const std::vector<WaitEdge> no_edges;

}  // namespace

void WaitForGraph::set(SessionId session, std::vector<WaitEdge> edges) {
  if (edges.empty()) {
    edges_.erase(session);
  } else {
    edges_[session] = std::move(edges);
  }
}

std::vector<SessionId> WaitForGraph::forget_edges_to(SessionId session) {
  std::vector<SessionId> freed;
  for (auto waiter = edges_.begin(); waiter != edges_.end();) {
    if (std::erase_if(waiter->second, [&](const WaitEdge& edge) { return edge.to == session; }) > 0)
      freed.push_back(waiter->first);
    waiter = waiter->second.empty() ? edges_.erase(waiter) : std::next(waiter);
  }
  return freed;
}

const std::vector<WaitEdge>& WaitForGraph::edges(SessionId session) const {
  const auto found = edges_.find(session);
  return found == edges_.end() ? no_edges : found->second;
}

bool WaitForGraph::holds(const WaitCycle& cycle) const {
  for (std::size_t i = 0; i < cycle.size(); ++i) {
    const auto& out = edges(cycle[i]);
    const SessionId next = cycle[(i + 1) % cycle.size()];
    if (std::none_of(out.begin(), out.end(), [&](const WaitEdge& edge) { return edge.to == next; })) return false;
  }
  return !cycle.empty();
}

WaitCycle WaitForGraph::cycle_through(SessionId session) const {
  // Breadth first, so that the first way back is a shortest one; hard edges are tried first, then by session.
  std::map<SessionId, SessionId> came_from;
  std::deque<SessionId> queue{session};
  while (!queue.empty()) {
    const SessionId at = queue.front();
    queue.pop_front();
    std::vector<WaitEdge> out = edges(at);
    std::sort(out.begin(), out.end(),
              [](const WaitEdge& a, const WaitEdge& b) { return a.hard != b.hard ? a.hard : a.to < b.to; });
    for (const WaitEdge& edge : out) {
      if (edge.to == session) {
        WaitCycle cycle{at};
        while (cycle.back() != session) cycle.push_back(came_from[cycle.back()]);
        std::reverse(cycle.begin(), cycle.end());
        return rotated(std::move(cycle));
      }
      if (came_from.emplace(edge.to, at).second) queue.push_back(edge.to);
    }
  }
  return {};
}

std::vector<std::vector<SessionId>> WaitForGraph::knots() const { return Knots(edges_).find(); }

std::vector<WaitCycle> WaitForGraph::cycles() const {
  std::vector<WaitCycle> cycles;
  for (const auto& knot : knots()) {
    WaitCycle best;
    for (const SessionId session : knot) {
      WaitCycle cycle = cycle_through(session);
      if (best.empty() || cycle.size() < best.size()) best = std::move(cycle);
    }
    cycles.push_back(std::move(best));
  }
  return cycles;
}

}  // namespace gridlock
