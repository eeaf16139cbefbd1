#pragma once
/// Every anomaly that a workload can reach on an engine: each once, by its shape, with its shortest order; or the proof
/// that there is none within stated bounds.
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "workloads/explore/casts.h"
#include "workloads/explore/finding.h"
#include "workloads/explore/plan.h"
#include "workloads/explore/row_locks.h"
#include "workloads/runner/runner.h"

namespace gridlock::explore {

/// Chance instead of completeness: PCT (Burckhardt, Kothari, Musuvathi, Nagarakatte: "A randomized scheduler with
/// probabilistic guarantees of finding bugs", ASPLOS 2010). A bug that needs `depth` turns in a certain order is found
/// by one schedule with a probability of at least 1 / (sessions * turns^(depth - 1)).
struct Chance {
  std::uint64_t schedules = 1000;
  std::uint32_t depth = 2;
};

struct Options {
  std::string engine = "reference:innodb";
  std::optional<std::uint64_t> seed;        ///< overrides the workload's
  std::optional<sql::Isolation> isolation;  ///< overrides every session's and transaction's
  std::uint32_t workload_hash = 0;          ///< of its text (`hash_of`), for tokens
  CastBounds casts;                         ///< of a storm
  std::optional<std::uint64_t> schedules;   ///< at most
  std::optional<Chance> chance;             ///< none: everything
  std::function<bool()> stop;               ///< asked between turns: a signal
  std::function<bool()> out_of_time;        ///< likewise: a time limit
  std::function<void(std::uint64_t schedules, std::uint64_t turns, std::size_t plan, std::size_t plans)> progress;
  bool play_all = false;  ///< play the orders even where row locks tell all
  /// Told of every state in which nobody can go on, of plans that row locks tell all of.
  std::function<void(const Plan&, const RowLocks&, const Progresses&, std::uint64_t queues)> each_state;
  std::string resume;  ///< what `Exploration::state` was; empty: from the beginning
};

enum class Ended : std::uint8_t { exhausted, schedules, time, stopped };

/// What was looked at.
struct Coverage {
  Ended ended = Ended::exhausted;
  std::uint64_t schedules = 0;  ///< orders that differ in more than turns that commute
  std::uint64_t cut = 0;        ///< orders left early, because an equivalent one had been played
  std::uint64_t turns = 0;      ///< statements played
  std::uint32_t depth = 0;      ///< turns of the longest order
  std::uint64_t deadlocks = 0;  ///< met on the way, of whatever shape
  std::size_t plans = 0;        ///< a storm's casts; 1 for a story
  std::size_t plans_done = 0;
  std::size_t sessions = 0;  ///< of each plan, at most
  bool storm = false;
  std::size_t values = 0;             ///< storm: of each parameter
  bool values_chosen = false;         ///< storm: a parameter has more
  bool loops_cut = false;             ///< storm: a loop turns more often than was played
  bool casts_cut = false;             ///< storm: there are more casts than the bound
  std::optional<StateCounts> states;  ///< told from row locks (`row_locks.h`): of these plans no order was played
  bool commuting_known = true;        ///< false: the engine does not say which turns commute, so every order was played
  std::optional<Chance> chance;
  double chance_of_finding = 0;  ///< of a bug of the chance's depth, all schedules together, at least

  /// Every order of every plan was covered: what was not found is not there, within the bounds above.
  bool exhaustive() const { return ended == Ended::exhausted && !chance && !casts_cut; }
};

/// A finding with its witness played once more.
struct Witness {
  Finding finding;
  PlayedOrder played;
  std::string token;
};

struct Exploration {
  Problems problems;  ///< the engine cannot play this workload; then nothing was explored
  Coverage coverage;
  std::vector<Plan> plans;  ///< those that witnesses are of; `Finding::plan` is a place in it
  std::vector<Witness> witnesses;
  std::string engine, version;
  std::uint64_t seed = 0;
  std::string state;  ///< to go on another day; empty when it came to its end
};

/// REQUIRES: the engine is a reference one (it can be copied); the workload was checked to be playable on it.
Exploration explore(const Workload& workload, const Options& options);

/// An opened driver at the plan's beginning. Problems are the engine's.
struct Opened {
  std::unique_ptr<Driver> driver;
  Problems problems;
};
Opened open(const Plan& plan, const std::string& engine, bool locks = false);

/// Plays the turns on a driver that stands at the plan's beginning, as a run tells an order.
PlayedOrder play_order(const Plan& plan, Driver& driver, const Turns& turns);

}  // namespace gridlock::explore
