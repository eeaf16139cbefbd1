#pragma once
/// Sessions that do nothing but lock rows exclusively, one a statement, in an order that no data can change: then every
/// deadlock can be told without playing one order.
///
/// Such a session is a row of rows. It holds what it has locked until its end, and waits in the row's queue when
/// another holds the next one. **Serial first:** a state in which nobody can go on is reached by some order exactly
/// when it is reached by this one: those who are done in it run first, one after the other; then each of the others
/// takes the rows that it holds in it, and at last each asks for the row that it waits for. For whoever waits in the
/// state never depended on those who are done (they have let go of everything); and what the others hold is held by one
/// of them at a time, so nobody meets anybody before the last step. So the states of all orders need not be visited: a
/// choice of how far each session came is a deadlock when no row is held twice, and each row waited for is held.
///
/// Only what some profile's lock table grants in the same way for all is used: exclusive record locks, no gaps, nothing
/// released before the end. `tests/unit/workloads/row_locks_test.cpp` compares with every order of small models, played
/// on the reference engine and by a queue written out; `tests/bench/spin.py` with SPIN.
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "workloads/explore/plan.h"

namespace gridlock::explore {

/// At most so many rows and sessions.
inline constexpr std::size_t rows_max = 64;

struct RowLocks {
  std::size_t rows = 0;
  std::vector<std::string> row_names;             ///< `accounts 1`
  std::vector<std::vector<std::uint8_t>> lines;   ///< by session: the rows that it locks, in order, each once
  std::vector<std::vector<std::uint32_t>> steps;  ///< by session: the step that locks each of them
};

/// The plan as row locks; none when it is not known to be nothing else. Each session's statements are played alone on a
/// copy of the driver to see what they lock. REQUIRES: `driver` was opened with `Setup::locks`.
std::optional<RowLocks> row_locks_of(const Plan& plan, const Driver& driver);

/// How far each session came: [s] is the number of rows that it holds, `done` when it has ended; whoever is not done
/// waits for its next row.
using Progresses = std::vector<std::uint8_t>;
inline constexpr std::uint8_t done = 0xff;

struct StateCounts {
  std::uint64_t visited = 0;     ///< choices of progress looked at, partial ones included
  std::uint64_t deadlocks = 0;   ///< states in which nobody can go on: progress, and who stands before whom in queues
  std::uint64_t progresses = 0;  ///< the same, queues not told apart
};

/// All states in which nobody can go on. `each`, if given, is told of every progress, once. `stop` is asked now and
/// then; true ends it (false is returned).
bool deadlock_states(const RowLocks& locks, StateCounts& counts,
                     const std::function<void(const Progresses&)>& each = {}, const std::function<bool()>& stop = {});

/// A ring: each waits for the row that the next one holds, the last for the first's. The smallest session stands first.
struct Ring {
  std::vector<SessionId> sessions;
  std::vector<std::uint8_t> held;  ///< how many rows each of them holds
};

/// All rings that some order can close, every one once. Same `stop`.
bool rings(const RowLocks& locks, const std::function<void(const Ring&)>& each, const std::function<bool()>& stop = {});

/// The order that closes the ring with the fewest statements.
Turns witness_of(const RowLocks& locks, const Ring& ring);

}  // namespace gridlock::explore
