#include "workloads/explore/pct.h"

#include <cmath>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

namespace gridlock::explore {
namespace {

std::uint64_t turns_of(const Plan& plan) {
  std::uint64_t turns = 0;
  for (const PlannedSession& session : plan.sessions) turns += session.steps.size();
  return turns;
}

/// The session with the highest priority that has a turn.
std::optional<Turn> next_turn(const Player& player, const std::vector<std::uint64_t>& priority) {
  std::optional<Turn> best;
  for (SessionId s = 0; s < priority.size(); ++s) {
    const auto turn = player.next(s);
    if (turn && (!best || priority[s] > priority[best->session])) best = turn;
  }
  return best;
}

}  // namespace

bool play_by_chance(Player start, std::uint32_t depth, expand::Random& random, Observer& observer) {
  const Plan& plan = start.plan();
  std::vector<std::uint64_t> priority(plan.sessions.size());
  std::iota(priority.begin(), priority.end(), depth);
  for (std::size_t i = priority.size(); i > 1; --i) std::swap(priority[i - 1], priority[random.below(i)]);
  std::vector<std::uint64_t> falls;  // [i]: before which turn the one whose turn it is falls to priority i
  for (std::uint32_t i = 1; i < depth; ++i) falls.push_back(random.below(turns_of(plan)));
  Turns path;
  std::vector<std::uint32_t> past;
  while (auto turn = next_turn(start, priority)) {
    if (observer.stop()) return false;
    for (std::size_t i = 0; i < falls.size(); ++i) {
      if (falls[i] != path.size()) continue;
      priority[turn->session] = i;
      turn = next_turn(start, priority);
    }
    std::vector<Event> events;
    start.play(*turn, events);
    past.push_back(static_cast<std::uint32_t>(path.size()));
    path.push_back(*turn);
    observer.played(path, past, events);
  }
  observer.ended(path, start);
  return true;
}

double chance_of_finding(const Plan& plan, std::uint32_t depth, std::uint64_t schedules) {
  const double one = 1.0 / (static_cast<double>(plan.sessions.size()) *
                            std::pow(static_cast<double>(turns_of(plan)), static_cast<double>(depth) - 1));
  return -std::expm1(static_cast<double>(schedules) * std::log1p(-std::min(one, 1.0 - 1e-12)));
}

}  // namespace gridlock::explore
