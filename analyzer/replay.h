#pragma once
/// A trace, event by event, and what each session is about at that moment.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "analyzer/wait_for_graph.h"
#include "model/deadlock.h"
#include "model/trace.h"

namespace gridlock {

/// A step of a session's current transaction, and its place in the order in which the trace tells it.
struct ReplayedStep {
  std::uint64_t sequence = 0;
  ScheduledStep step;
};

/// One session. Its steps and statements are those of its current transaction; they are kept until the next one begins,
/// so that a deadlock told after its victim's rollback still finds them.
struct ReplayedSession {
  std::string transaction_id, isolation;
  std::vector<ReplayedStep> steps;
  std::vector<PastStatement> earlier;  ///< ended statements, BEGIN and the like left out
  std::string step, sql;               ///< the current or last statement
  std::uint64_t started = 0;           ///< how many statements it has started
  bool running = false;
  std::optional<WaitState> wait;  ///< what it waits for now
  std::vector<Lock> locks;
  bool in_transaction = false, over = false;
};

class Replay {
 public:
  explicit Replay(const Trace& trace) : trace_(trace) {}

  void observe(const Event& event);

  const WaitForGraph& graph() const { return graph_; }
  ReplayedSession& session(SessionId id) { return sessions_[id]; }
  std::string name(SessionId id) const;

  /// The steps of these sessions' transactions, interleaved as played. `victim`, if given, ends it as the deadlock's
  /// loser.
  std::vector<ScheduledStep> schedule(const std::vector<SessionId>& sessions, std::optional<SessionId> victim);

 private:
  void started(SessionId id, const StatementStarted& what);
  void ended(SessionId id, const StatementEnded& what);
  void waits(SessionId id, const WaitState& what);
  void transaction(SessionId id, const TransactionState& what);
  void let_go(SessionId id);
  void push(SessionId id, Outcome outcome);

  const Trace& trace_;
  std::map<SessionId, ReplayedSession> sessions_;
  WaitForGraph graph_;
  std::uint64_t sequence_ = 0;
};

}  // namespace gridlock
