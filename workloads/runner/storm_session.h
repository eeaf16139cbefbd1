#pragma once
/// A session of a storm as a small state machine, and the group that it belongs to.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "drivers/driver.h"
#include "workloads/expand/random.h"
#include "workloads/runner/script.h"
#include "workloads/runner/wrapping.h"
#include "workloads/workload.h"

namespace gridlock {

/// One transaction type as a group runs it.
struct Runnable {
  const TransactionType* type = nullptr;
  double weight = 1;
  bool wrapped = true;
  Statements begin;
};

struct Group {
  const SessionGroup* group = nullptr;
  std::vector<Runnable> run;
  double weights = 0;
};

/// What a session does when it is free to act.
enum class Phase : std::uint8_t { next_transaction, begin, steps, commit, rollback, retry_statement, finished };

struct Session {
  Session(SharedDraws& shared, std::uint64_t seed, SessionId number, const Group& its_group)
      : id(number),
        group(&its_group),
        script(shared, expand::Random::stream(seed, number, expand::Purpose::parameters)),
        choice(expand::Random::stream(seed, number, expand::Purpose::choice)),
        thinking(expand::Random::stream(seed, number, expand::Purpose::thinking)),
        backoff(expand::Random::stream(seed, number, expand::Purpose::backoff)) {}

  SessionId id;
  const Group* group;
  Script script;
  expand::Random choice, thinking, backoff;
  Phase phase = Phase::next_transaction;
  bool busy = false;
  std::uint64_t begun = 0;            ///< transactions
  const Runnable* running = nullptr;  ///< the transaction under way
  std::size_t begin_sent = 0;         ///< of the statements that begin it
  int attempt = 1;
  const Step* step = nullptr;  ///< whose statement is under way; null for BEGIN, COMMIT, ROLLBACK
  bool ended_itself = false;   ///< its steps said COMMIT or ROLLBACK
  Outcome failure = Outcome::done;
  Call call;  ///< the last one
};

}  // namespace gridlock
