#pragma once
/// Who waits for whom, at one instant.
///
/// An edge a -> b says: session a cannot go on before session b lets go. The edge is hard when b holds the lock, soft
/// when b only stands ahead of a in the queue (PostgreSQL's words, src/backend/storage/lmgr/deadlock.c).
#include <cstddef>
#include <map>
#include <vector>

#include "model/event.h"

namespace gridlock {

struct WaitEdge {
  SessionId to = 0;
  bool hard = true;
  friend bool operator==(const WaitEdge&, const WaitEdge&) = default;
};

/// A cycle: `[i]` waits for `[i + 1]`, the last for the first. Begins with its smallest session.
using WaitCycle = std::vector<SessionId>;

class WaitForGraph {
 public:
  /// Replaces whatever was known of `session`. No edges: it waits no longer.
  void set(SessionId session, std::vector<WaitEdge> edges);

  /// `session` has let go of everything: nobody waits for it any longer, whatever was said before. Returns who did.
  std::vector<SessionId> forget_edges_to(SessionId session);

  const std::vector<WaitEdge>& edges(SessionId session) const;

  bool waits(SessionId session) const { return edges_.contains(session); }

  /// True when each session waits for the next, the last for the first.
  bool holds(const WaitCycle& cycle) const;

  /// The shortest cycle through `session`, hard edges preferred; empty when there is none.
  WaitCycle cycle_through(SessionId session) const;

  /// One cycle, the shortest, of each knot of sessions that wait for each other (strongly connected component, found by
  /// Tarjan's algorithm 1972): cycles of different knots are independent. In order of their smallest session.
  std::vector<WaitCycle> cycles() const;

 private:
  std::vector<std::vector<SessionId>> knots() const;

  std::map<SessionId, std::vector<WaitEdge>> edges_;  ///< only sessions that wait
};

}  // namespace gridlock
