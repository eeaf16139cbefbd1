#include "workloads/explore/finding.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "model/sql/parse.h"
#include "workloads/runner/checks.h"

namespace gridlock::explore {
namespace {

std::string shape_of(const Lock& lock) {
  return fmt::format("{} {} {} {} {}", to_string(lock.kind), lock.mode, lock.table, lock.index,
                     lock.supremum ? "supremum" : "");
}

/// Told from the party whose telling sorts first: a ring has no other beginning that is independent of names.
std::string told_from_the_smallest(std::vector<std::string> parts) {
  std::vector<std::string> best = parts;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    std::rotate(parts.begin(), parts.begin() + 1, parts.end());
    best = std::min(best, parts);
  }
  std::string out;
  for (const std::string& part : best) out += part + '\n';
  return out;
}

/// Who waits for whom at the end of the events.
std::map<SessionId, std::set<SessionId>> waits(const std::vector<Event>& events) {
  std::map<SessionId, std::set<SessionId>> waits;
  for (const Event& event : events) {
    if (std::holds_alternative<StatementEnded>(event.what)) waits.erase(event.session);
    const auto* state = std::get_if<WaitState>(&event.what);
    if (state == nullptr) continue;
    waits.erase(event.session);
    for (const Blocker& blocker : state->blockers) waits[event.session].insert(blocker.session);
  }
  return waits;
}

/// The session reaches itself by waiting.
bool on_a_ring(const std::map<SessionId, std::set<SessionId>>& waits, SessionId session) {
  std::set<SessionId> seen;
  std::vector<SessionId> next{session};
  while (!next.empty()) {
    const auto found = waits.find(next.back());
    next.pop_back();
    if (found == waits.end()) continue;
    for (const SessionId blocker : found->second) {
      if (blocker == session) return true;
      if (seen.insert(blocker).second) next.push_back(blocker);
    }
  }
  return false;
}

}  // namespace

std::string_view to_string(Anomaly anomaly) {
  constexpr std::array<std::string_view, 4> words{"deadlock", "stall", "lock timeout", "broken invariant"};
  return words[static_cast<std::size_t>(anomaly)];
}

std::string Judge::statement_shape(const std::string& step) const {
  const auto turn = turn_named(*plan_, step);
  if (!turn) return step;
  const PlannedStep& planned = plan_->sessions[turn->session].steps[turn->step];
  return sql::fingerprint(planned.statement->text,
                          dialect_ == "postgres" ? sql::Dialect::postgres : sql::Dialect::mysql);
}

std::string Judge::shape_of(const DeadlockFound& found) const {
  std::vector<std::string> parts;
  for (const auto& member : found.cycle) {
    const std::string holds = member.holds.empty() ? "" : explore::shape_of(member.holds.front());
    parts.push_back(statement_shape(member.step) + "|" + explore::shape_of(member.waits_for) + "|" + holds);
  }
  return told_from_the_smallest(std::move(parts));
}

std::vector<Finding> Judge::deadlocks(const std::vector<Event>& events) const {
  std::vector<Finding> found;
  for (const Event& event : events) {
    const auto* deadlock = std::get_if<DeadlockFound>(&event.what);
    if (deadlock != nullptr) found.push_back({Anomaly::deadlock, shape_of(*deadlock), "", 0, {}, 1});
  }
  return found;
}

std::vector<Finding> Judge::at_the_end(Player& player, const std::vector<Event>& events) const {
  bool busy = false;
  for (SessionId s = 0; s < plan_->sessions.size(); ++s) busy = busy || player.busy(s);
  if (busy) return {waiting(player, events)};
  std::vector<Check> checks;
  check_invariants(*workload_, "", &player.driver(), checks);
  std::vector<Finding> found;
  for (const Check& check : checks) {
    if (check.holds) continue;
    std::string detail = fmt::format("{} gives {}, expected {}", check.what, check.got, check.expected);
    found.push_back({Anomaly::invariant, check.what, std::move(detail), 0, {}, 1});
  }
  return found;
}

/// Somebody waits and nobody has a turn: a ring that the engine did not see, or a holder that never lets go.
Finding Judge::waiting(const Player& player, const std::vector<Event>& events) const {
  const auto graph = waits(events);
  bool ring = false;
  for (const auto& [session, blockers] : graph) ring = ring || on_a_ring(graph, session);
  std::map<SessionId, std::string> steps;
  for (const Event& event : events)
    if (const auto* started = std::get_if<StatementStarted>(&event.what)) steps[event.session] = started->step;
  std::vector<std::string> parts;
  Finding finding{ring ? Anomaly::stall : Anomaly::lock_timeout, "", "", 0, {}, 1};
  for (SessionId s = 0; s < plan_->sessions.size(); ++s) {
    if (!player.busy(s) || (ring && !on_a_ring(graph, s))) continue;
    parts.push_back(statement_shape(steps[s]));
    std::string blockers;
    if (const auto found = graph.find(s); found != graph.end())
      for (const SessionId blocker : found->second)
        blockers += (blockers.empty() ? "" : ", ") + plan_->sessions[blocker].name;
    finding.detail += fmt::format("{}{} ({}) waits for {}", finding.detail.empty() ? "" : "; ", plan_->sessions[s].name,
                                  steps[s], blockers.empty() ? "somebody" : blockers);
  }
  finding.shape = told_from_the_smallest(std::move(parts));
  return finding;
}

bool play_turns(Player& player, const Turns& turns, std::vector<Event>& events) {
  for (const Turn turn : turns) {
    if (player.busy(turn.session)) return false;
    player.play(turn, events);
  }
  return true;
}

// ------------------------------------------------------------------------------------------------ shrinking

namespace {

bool leads_to(const Player& start, const Turns& turns, const Finding& finding, const Judge& judge) {
  Player player = start.copy();
  std::vector<Event> events;
  if (!play_turns(player, turns, events)) return false;
  const auto found = finding.what == Anomaly::deadlock ? judge.deadlocks(events) : judge.at_the_end(player, events);
  return std::any_of(found.begin(), found.end(),
                     [&](const Finding& one) { return one.what == finding.what && one.shape == finding.shape; });
}

template <class Drop>
Turns without(const Turns& turns, Drop drop) {
  Turns kept;
  for (std::size_t i = 0; i < turns.size(); ++i)
    if (!drop(i, turns[i])) kept.push_back(turns[i]);
  return kept;
}

}  // namespace

void shrink(Finding& finding, const Player& start, const Judge& judge) {
  const auto try_without = [&](auto drop) {
    Turns fewer = without(finding.witness, drop);
    if (fewer.size() == finding.witness.size() || !leads_to(start, fewer, finding, judge)) return false;
    finding.witness = std::move(fewer);
    return true;
  };
  const auto sessions = static_cast<SessionId>(start.plan().sessions.size());
  for (SessionId s = 0; s < sessions; ++s) try_without([&](std::size_t, Turn turn) { return turn.session == s; });
  if (finding.what == Anomaly::invariant || finding.what == Anomaly::lock_timeout) return;
  bool smaller = true;
  while (smaller) {
    smaller = false;
    for (std::size_t i = finding.witness.size(); i-- > 0;)
      smaller = try_without([&](std::size_t at, Turn) { return at == i; }) || smaller;
  }
}

}  // namespace gridlock::explore
