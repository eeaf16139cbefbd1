#include "analyzer/replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string_view>
#include <variant>

namespace gridlock {
namespace {

enum class Bracket : std::uint8_t { none, opens, closes };

/// BEGIN and START TRANSACTION open a transaction, COMMIT and ROLLBACK (not TO a savepoint) close it.
Bracket bracket(std::string_view sql) {
  std::string words;
  for (const char c : sql.substr(0, 64)) {
    const auto letter = static_cast<unsigned char>(c);
    const bool blank = std::isspace(letter) != 0 || c == ';';
    if (blank && (words.empty() || words.back() == ' ')) continue;
    words += blank ? ' ' : static_cast<char>(std::toupper(letter));
  }
  const auto starts = [&](std::string_view word) {
    return words.starts_with(word) && (words.size() == word.size() || words[word.size()] == ' ');
  };
  if (starts("BEGIN") || starts("START TRANSACTION")) return Bracket::opens;
  if (starts("COMMIT") || starts("END")) return Bracket::closes;
  const bool to_savepoint = words.find(" TO ") != std::string::npos;
  return starts("ROLLBACK") && !to_savepoint ? Bracket::closes : Bracket::none;
}

bool says_something(std::string_view sql) { return bracket(sql) == Bracket::none; }

}  // namespace

std::string Replay::name(SessionId id) const {
  return id < trace_.sessions.size() ? trace_.sessions[id] : fmt::format("session {}", id);
}

void Replay::observe(const Event& event) {
  if (const auto* start = std::get_if<StatementStarted>(&event.what)) started(event.session, *start);
  if (const auto* end = std::get_if<StatementEnded>(&event.what)) ended(event.session, *end);
  if (const auto* wait = std::get_if<WaitState>(&event.what)) waits(event.session, *wait);
  if (const auto* locks = std::get_if<LocksState>(&event.what)) sessions_[event.session].locks = locks->locks;
  if (const auto* state = std::get_if<TransactionState>(&event.what)) transaction(event.session, *state);
}

void Replay::push(SessionId id, Outcome outcome) {
  ReplayedSession& session = sessions_[id];
  session.steps.push_back({++sequence_, {name(id), session.step, session.sql, outcome}});
}

void Replay::started(SessionId id, const StatementStarted& what) {
  ReplayedSession& session = sessions_[id];
  const bool opens = bracket(what.sql) == Bracket::opens;
  if (session.over || !session.in_transaction || opens) {
    session.steps.clear();
    session.earlier.clear();
    session.locks.clear();
    session.transaction_id.clear();
    session.in_transaction = opens;
    session.over = false;
  }
  session.step = what.step;
  session.sql = what.sql;
  session.running = true;
  ++session.started;
  push(id, Outcome::done);
}

void Replay::waits(SessionId id, const WaitState& what) {
  ReplayedSession& session = sessions_[id];
  std::vector<WaitEdge> edges;
  for (const Blocker& blocker : what.blockers)
    if (blocker.session != id) edges.push_back({blocker.session, blocker.hard});
  if (what.blockers.empty()) {
    session.wait.reset();
  } else {
    session.wait = what;
    if (session.running && !session.steps.empty()) session.steps.back().step.outcome = Outcome::waits;
  }
  graph_.set(id, std::move(edges));
}

void Replay::ended(SessionId id, const StatementEnded& what) {
  ReplayedSession& session = sessions_[id];
  session.running = false;
  session.wait.reset();
  graph_.set(id, {});
  if (session.steps.empty()) return;
  ReplayedStep& last = session.steps.back();
  if (last.step.outcome == Outcome::waits) {
    push(id, what.outcome);
  } else {
    last.step.outcome = what.outcome;
  }
  if (bracket(session.sql) == Bracket::closes && what.outcome == Outcome::done) session.over = true;
  if (says_something(session.sql)) session.earlier.push_back({session.step, session.sql});
}

void Replay::transaction(SessionId id, const TransactionState& what) {
  ReplayedSession& session = sessions_[id];
  if (!what.isolation.empty()) session.isolation = what.isolation;
  if (what.ended != TransactionState::Ended::no) {
    session.over = true;
    let_go(id);
    return;
  }
  if (what.id.empty()) return;
  session.transaction_id = what.id;
  session.in_transaction = true;
}

/// A transaction that is over holds nothing. Engines tell a waiter's new blockers only when they look again, and by
/// then the session may wait itself: its next transaction would close a cycle that never was.
void Replay::let_go(SessionId id) {
  for (const SessionId waiter : graph_.forget_edges_to(id)) {
    auto& wait = sessions_[waiter].wait;
    if (!wait) continue;
    std::erase_if(wait->blockers, [&](const Blocker& blocker) { return blocker.session == id; });
    if (wait->blockers.empty()) wait.reset();
  }
}

std::vector<ScheduledStep> Replay::schedule(const std::vector<SessionId>& ids, std::optional<SessionId> victim) {
  std::vector<ReplayedStep> steps;
  for (const SessionId id : ids) {
    const ReplayedSession& session = sessions_[id];
    steps.insert(steps.end(), session.steps.begin(), session.steps.end());
    // A member of a cycle whose statement has not ended waits, whether or not the engine said so.
    if (session.running && !session.steps.empty()) steps.back().step.outcome = Outcome::waits;
  }
  std::sort(steps.begin(), steps.end(),
            [](const ReplayedStep& a, const ReplayedStep& b) { return a.sequence < b.sequence; });
  std::vector<ScheduledStep> out;
  for (ReplayedStep& step : steps) out.push_back(std::move(step.step));
  if (!victim || out.empty()) return out;
  const ReplayedSession& loser = sessions_[*victim];
  const std::string loser_name = name(*victim);
  if (!loser.running) return out;  // its end is told already
  if (out.back().session == loser_name) {
    out.back().outcome = Outcome::deadlock;
  } else {
    out.push_back({loser_name, loser.step, loser.sql, Outcome::deadlock});
  }
  return out;
}

}  // namespace gridlock
