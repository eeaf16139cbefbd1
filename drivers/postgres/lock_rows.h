#pragma once
/// The rows of pg_locks: who holds and who waits, for whom, and in whose way.
#include <string>
#include <vector>

#include "drivers/live/server.h"

namespace gridlock::postgres {

/// All locks of these backends that say something about the run. `server_version` as libpq counts (150020);
/// `deadlock_timeout`: the sessions' own, as SQL.
std::string locks_query(const std::vector<live::ConnectionId>& run, int server_version,
                        const std::string& deadlock_timeout);

std::vector<live::SeenWait> waits_in(const live::Reply& reply);
std::vector<live::SeenLock> locks_in(const live::Reply& reply);

}  // namespace gridlock::postgres
