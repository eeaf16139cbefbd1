#pragma once
/// From what the server shows of lock waits to events, and whether everything has settled.
#include <optional>
#include <unordered_map>
#include <vector>

#include "drivers/live/server.h"
#include "drivers/live/session.h"
#include "model/event.h"

namespace gridlock::live {

/// Who waits at one instant, by session; sessions that do not wait have none.
struct Look {
  struct Wait {
    WaitState state;
    bool ripe = true;
    std::vector<ConnectionId> strangers;  ///< blockers that are none of the run's sessions
    friend bool operator==(const Wait& a, const Wait& b) { return a.state == b.state && a.strangers == b.strangers; }
  };
  std::vector<std::optional<Wait>> waits;

  bool cyclic() const;
};

using SessionIds = std::unordered_map<ConnectionId, SessionId>;

/// Waits of connections that are none of the run's are left out.
Look look_of(const std::vector<SeenWait>& seen, const std::vector<LiveSession>& sessions, const SessionIds& ids);

}  // namespace gridlock::live
