#include "cli/report/dance.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <map>
#include <set>
#include <utility>

#include "cli/report/words.h"

namespace gridlock::report {
namespace {

void add_session(std::vector<std::string>& sessions, const std::string& name) {
  if (std::find(sessions.begin(), sessions.end(), name) == sessions.end()) sessions.push_back(name);
}

// ------------------------------------------------------------------------------------------------- what came of it

Text waits_for(const std::vector<std::string>& names, std::string_view when = "") {
  std::vector<std::string> cleaned;
  for (const auto& name : names) cleaned.push_back(clean(name));
  return {Ink::waiting, names.empty() ? "waits" : fmt::format("waits{} for {}", when, listed(cleaned))};
}

Text error_text(const std::optional<ServerError>& error) {
  if (!error) return {Ink::bad, "error"};
  return {Ink::bad, fmt::format("error {}: {}", clean(error->code), clean(error->message))};
}

/// Everything but `waits` and `done`, which need to know more than the outcome.
Text ending(Outcome outcome, const std::string& session) {
  switch (outcome) {
    case Outcome::deadlock:
      return {Ink::bad, fmt::format("DEADLOCK: {} is the victim and is rolled back", clean(session))};
    case Outcome::lock_timeout: return {Ink::bad, "lock timeout: waited too long and gave up"};
    case Outcome::serialization_failure: return {Ink::bad, "serialization failure: rolled back"};
    case Outcome::error: return {Ink::bad, "error"};
    case Outcome::skipped: return {Ink::dim, "skipped: the session was still waiting"};
    case Outcome::waits: return {Ink::waiting, "waits"};
    case Outcome::done: break;
  }
  return {Ink::dim, "done"};
}

// ------------------------------------------------------------------------------------------------- from a deadlock

/// A step's identity within one dance: a session may repeat a step's name in its next transaction.
using StepKey = std::pair<std::string, std::string>;

/// Whom the waiting step of each party waits for.
std::map<StepKey, std::vector<std::string>> waits_of(const Deadlock& deadlock) {
  std::map<StepKey, std::vector<std::string>> waits;
  for (const Party& party : deadlock.parties) {
    auto& names = waits[{party.name, party.step}];
    for (const std::size_t blocker : party.blocked_by)
      if (blocker < deadlock.parties.size()) names.push_back(deadlock.parties[blocker].name);
  }
  return waits;
}

/// Who is told of in the first steps of the schedule.
bool began_before(const std::vector<ScheduledStep>& schedule, std::size_t steps,
                  const std::vector<std::string>& names) {
  return std::all_of(names.begin(), names.end(), [&](const std::string& name) {
    return std::any_of(schedule.begin(), schedule.begin() + static_cast<std::ptrdiff_t>(steps),
                       [&](const ScheduledStep& step) { return step.session == name; });
  });
}

/// A wait outlives those whom it was for first: somebody that began later can be the one who is in the way at last.
Text wait_of(const std::vector<ScheduledStep>& schedule, std::size_t at, const std::vector<std::string>& blockers) {
  return waits_for(blockers, began_before(schedule, at, blockers) ? "" : ", at last");
}

/// Steps are told by their own names where all have one that says something; else they are numbered.
bool names_tell(const std::vector<ScheduledStep>& schedule) {
  return std::none_of(schedule.begin(), schedule.end(), [](const ScheduledStep& step) {
    return step.step.empty() || std::isdigit(static_cast<unsigned char>(step.step.front())) != 0;
  });
}

/// True when nothing in the schedule says what the ring ended in: then the dance says it, last.
bool tells_the_end(const std::vector<ScheduledStep>& schedule) {
  return std::any_of(schedule.begin(), schedule.end(),
                     [](const ScheduledStep& step) { return step.outcome == Outcome::deadlock; });
}

/// The index of the last step of the schedule that began to wait: it closed the ring.
std::size_t last_wait(const std::vector<ScheduledStep>& schedule) {
  for (std::size_t i = schedule.size(); i > 0; --i)
    if (schedule[i - 1].outcome == Outcome::waits) return i - 1;
  return schedule.size();
}

// ------------------------------------------------------------------------------------------------- from an order

/// What the trace of one order says of its steps.
struct TraceFacts {
  std::map<std::string, std::string> sql, session;
  std::map<std::string, std::vector<std::string>> waits;
};

void note_wait(TraceFacts& facts, const Trace& trace, const WaitState& wait) {
  auto& names = facts.waits[wait.step];
  if (!names.empty()) return;
  for (const Blocker& blocker : wait.blockers)
    if (blocker.session < trace.sessions.size()) add_session(names, trace.sessions[blocker.session]);
}

TraceFacts facts_of(const Trace& trace, const std::map<std::string, Report::StoryStep>& story) {
  TraceFacts facts;
  for (const auto& [name, step] : story) {
    facts.sql[name] = step.sql;
    facts.session[name] = step.session;
  }
  for (const Event& event : trace.events) {
    const std::string session = event.session < trace.sessions.size() ? trace.sessions[event.session] : std::string();
    if (const auto* started = std::get_if<StatementStarted>(&event.what)) {
      facts.sql[started->step] = started->sql;
      facts.session[started->step] = session;
    } else if (const auto* wait = std::get_if<WaitState>(&event.what)) {
      note_wait(facts, trace, *wait);
    }
  }
  return facts;
}

constexpr std::size_t rows_shown = 4;

std::string row_in_words(const std::vector<Value>& row) {
  std::string out;
  for (const Value& value : row) out += (out.empty() ? "" : ", ") + clean(to_text(value));
  return row.size() == 1 ? out : "(" + out + ")";
}

/// `2 rows: 19, 22`, `1 row`, `done`.
Text result_text(const PlayedOrder::Result* result) {
  if (result == nullptr) return {Ink::dim, "done"};
  const std::uint64_t count = result->returns_rows ? result->rows.size() : static_cast<std::uint64_t>(result->affected);
  if (count == 0) return {Ink::dim, "no row"};
  std::string rows;
  for (std::size_t i = 0; i < std::min(result->rows.size(), rows_shown); ++i)
    rows += (i == 0 ? ": " : ", ") + row_in_words(result->rows[i]);
  if (result->rows.size() > rows_shown) rows += ", ...";
  return {Ink::dim, counted(count, "row") + rows};
}

/// By the step's name.
using Results = std::map<std::string, const PlayedOrder::Result*>;

Text order_outcome(const Results& results, const TraceFacts& facts, const PlayedOrder::StepEvent& event) {
  const auto look_up = [](const auto& map, const std::string& key) {
    const auto at = map.find(key);
    return at == map.end() ? decltype(at->second)() : at->second;
  };
  switch (event.outcome) {
    case Outcome::waits: return waits_for(look_up(facts.waits, event.step));
    case Outcome::done: return result_text(look_up(results, event.step));
    case Outcome::error: return error_text(event.error);
    default: return ending(event.outcome, look_up(facts.session, event.step));
  }
}

}  // namespace

Dance dance_of(const Deadlock& deadlock, std::size_t at_most) {
  Dance dance;
  const auto waits = waits_of(deadlock);
  const auto& schedule = deadlock.schedule;
  const bool by_name = names_tell(schedule);
  const std::size_t closing = tells_the_end(schedule) ? schedule.size() : last_wait(schedule);
  std::set<StepKey> waiting;
  for (const Party& party : deadlock.parties) add_session(dance.sessions, party.name);
  for (std::size_t i = 0; i < schedule.size(); ++i) {
    const ScheduledStep& step = schedule[i];
    const StepKey key{step.session, step.step};
    Text outcome = ending(step.outcome, step.session);
    if (step.outcome == Outcome::waits) {
      const auto at = waits.find(key);
      outcome = wait_of(schedule, i, at == waits.end() ? std::vector<std::string>() : at->second);
      if (i == closing) outcome.add(Ink::bad, ": the ring is closed");
    }
    const bool goes_on = waiting.erase(key) > 0;
    if (step.outcome == Outcome::waits) waiting.insert(key);
    add_session(dance.sessions, step.session);
    dance.steps.push_back({step.session, by_name ? clean(step.step) : std::to_string(i + 1),
                           goes_on ? std::string() : step.sql, std::move(outcome)});
  }
  if (dance.steps.size() > at_most) {
    dance.left_out = dance.steps.size() - at_most;
    dance.steps.erase(dance.steps.begin(), dance.steps.begin() + static_cast<std::ptrdiff_t>(dance.left_out));
  }
  return dance;
}

Dance dance_of(const PlayedOrder& order, const std::map<std::string, Report::StoryStep>& story) {
  Dance dance;
  const TraceFacts facts = facts_of(order.trace, story);
  for (const std::string& session : order.trace.sessions) add_session(dance.sessions, session);
  Results results;
  for (const PlayedOrder::Result& result : order.results) results.emplace(result.step, &result);
  std::set<std::string> waiting;
  for (const auto& event : order.events) {
    const auto session = facts.session.find(event.step);
    const auto sql = facts.sql.find(event.step);
    const bool goes_on = waiting.erase(event.step) > 0;
    if (event.outcome == Outcome::waits) waiting.insert(event.step);
    DanceStep step;
    step.session = session == facts.session.end() ? std::string("?") : session->second;
    step.label = clean(event.step);
    if (!goes_on) step.sql = sql == facts.sql.end() ? event.step : sql->second;
    step.outcome = order_outcome(results, facts, event);
    add_session(dance.sessions, step.session);
    dance.steps.push_back(std::move(step));
  }
  return dance;
}

}  // namespace gridlock::report
