#pragma once
/// The server's own account of a deadlock, read with the eyes of a log reader, and told of a trace's sessions.
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/deadlock.h"
#include "model/trace.h"

namespace gridlock {

/// Sessions by the server's number for their connection.
using Connections = std::map<std::string, SessionId>;

/// A deadlock as its account tells it; `sessions[i]` is who `parties[i]` is.
struct AccountedDeadlock {
  Deadlock deadlock;
  std::vector<SessionId> sessions;
};

/// Nothing where there is no account, where it names somebody who is no session of the trace, or where `victim` is not
/// the one whom it says that the server rolled back: then it is an account of another deadlock.
std::optional<AccountedDeadlock> read_account(const DeadlockAccount& account, SessionId victim,
                                              const Connections& connections);

}  // namespace gridlock
