#pragma once
/// A session of the workload on its connection.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "drivers/live/connection.h"
#include "drivers/live/server.h"

namespace gridlock::live {

/// What a statement does to its session's transaction.
enum class Bracket : std::uint8_t { none, begins, commits, rolls_back };

struct LiveSession {
  std::string name;
  std::unique_ptr<Connection> connection;
  ConnectionId id = 0;
  std::string isolation;  ///< in words; empty where the server's default holds
  bool busy = false;
  bool writing = false;  ///< the poller watches for room to write
  std::string step;
  Bracket bracket = Bracket::none;
  bool in_transaction = false;
  std::string begin;               ///< BEGIN that was answered and not yet sent: it goes with the next statement
  std::uint64_t statements = 0;    ///< started so far: says whether a look is older than the statement
  std::uint64_t transactions = 0;  ///< ended so far
  std::optional<WaitState> told;   ///< the last that was told of this statement
};

}  // namespace gridlock::live
