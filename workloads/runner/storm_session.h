#pragma once
/// A session of a storm as a small state machine, and the group that it belongs to.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "drivers/driver.h"
#include "workloads/expand/random.h"
#include "workloads/runner/arrivals.h"
#include "workloads/runner/script.h"
#include "workloads/runner/wrapping.h"
#include "workloads/workload.h"

namespace gridlock {

/// One transaction type as a group runs it.
struct Runnable {
  const TransactionType* type = nullptr;
  std::size_t number = 0;  ///< of the type in the storm
  double weight = 1;
  bool wrapped = true;
  Statements begin;
};

struct Group {
  const SessionGroup* group = nullptr;
  std::vector<Runnable> run;
  double weights = 0;
  std::optional<Time> end;  ///< no transaction begins from then on
};

/// Which session this is, whatever part of the storm is played: chance and schedule depend on nothing else.
struct Place {
  std::uint32_t number = 0;    ///< among all sessions
  std::uint32_t in_group = 0;  ///< among its group's
};

/// What a session does when it is free to act.
enum class Phase : std::uint8_t { next_transaction, begin, steps, commit, rollback, retry_statement, finished };

struct Session {
  Session(SharedDraws& shared, std::uint64_t seed, SessionId its_id, Place place, const Group& its_group)
      : id(its_id),
        in_group(place.in_group),
        group(&its_group),
        script(shared, expand::Random::stream(seed, place.number, expand::Purpose::parameters)),
        choice(expand::Random::stream(seed, place.number, expand::Purpose::choice)),
        thinking(expand::Random::stream(seed, place.number, expand::Purpose::thinking)),
        backoff(expand::Random::stream(seed, place.number, expand::Purpose::backoff)) {
    if (const auto& rate = group->group->rate)
      arrivals.emplace(*rate, place.in_group, group->group->count,
                       expand::Random::stream(seed, place.number, expand::Purpose::arrivals));
  }

  SessionId id;
  std::uint32_t in_group;
  const Group* group;
  Script script;
  expand::Random choice, thinking, backoff;
  Phase phase = Phase::next_transaction;
  bool busy = false;
  std::uint64_t begun = 0;            ///< transactions, those of the warm-up not counted
  std::optional<Arrivals> arrivals;   ///< of a group with a rate
  std::optional<Time> due;            ///< when the rate means the next transaction to begin
  Time began;                         ///< when the transaction under way did
  Time meant;                         ///< when it was to
  const Runnable* running = nullptr;  ///< the transaction under way
  std::size_t begin_sent = 0;         ///< of the statements that begin it
  int attempt = 1;
  const Step* step = nullptr;  ///< whose statement is under way; null for BEGIN, COMMIT, ROLLBACK
  bool ended_itself = false;   ///< its steps said COMMIT or ROLLBACK
  Outcome failure = Outcome::done;
  Call call;  ///< the last one
};

}  // namespace gridlock
