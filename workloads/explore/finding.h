#pragma once
/// What can be wrong with an order, and how alike cases are told.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/event.h"
#include "workloads/explore/player.h"

namespace gridlock::explore {

enum class Anomaly : std::uint8_t {
  deadlock,      ///< the engine found it and rolled one back
  stall,         ///< sessions wait for each other and the engine does not see it: only a timeout ends it
  lock_timeout,  ///< a session waits for one that has nothing left to do and never lets go
  invariant,     ///< every session has ended, and an invariant of the workload does not hold
};
std::string_view to_string(Anomaly anomaly);  ///< "deadlock", "stall", "lock timeout", "broken invariant"

/// One anomaly. Alike ones, of one shape, differ only in who took part, on which rows.
struct Finding {
  Anomaly what = Anomaly::deadlock;
  std::string shape;
  std::string detail;       ///< invariant: what it came to; stall, lock timeout: who waits for whom
  std::size_t plan = 0;     ///< number of the plan in which `witness` was found
  Turns witness;            ///< the shortest order known that leads there
  std::uint64_t count = 1;  ///< how often it was met; orders that differ only in turns that commute count once
};

/// Judges orders of one plan.
class Judge {
 public:
  /// REQUIRES: workload and plan outlive the judge.
  Judge(const Workload& workload, const Plan& plan, std::string dialect)
      : workload_(&workload), plan_(&plan), dialect_(std::move(dialect)) {}

  /// The deadlocks among what a turn set off.
  std::vector<Finding> deadlocks(const std::vector<Event>& events) const;

  /// What is wrong where no session has a turn. `events`: of the whole order.
  std::vector<Finding> at_the_end(Player& player, const std::vector<Event>& events) const;

 private:
  std::string shape_of(const DeadlockFound& found) const;
  std::string statement_shape(const std::string& step) const;
  Finding waiting(const Player& player, const std::vector<Event>& events) const;

  const Workload* workload_;
  const Plan* plan_;
  std::string dialect_;
};

/// Plays the turns, each session's in order. False when one of them has no turn there; the rest is not played then.
bool play_turns(Player& player, const Turns& turns, std::vector<Event>& events);

/// The shortest witness that is had by leaving out turns: whole sessions first, then single statements (only of
/// deadlocks and stalls: half a transaction breaks any invariant, and one without its COMMIT blocks anybody). `start`
/// stands at the plan's beginning.
void shrink(Finding& finding, const Player& start, const Judge& judge);

}  // namespace gridlock::explore
