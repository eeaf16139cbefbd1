// One order, told as a run tells it.
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "workloads/explore/explore.h"

namespace gridlock::explore {
namespace {

class Telling {
 public:
  Telling(const Plan& plan, Player& player) : plan_(plan), player_(player) {
    Trace& trace = played_.trace;
    trace.workload = plan.workload;
    trace.engine = player.driver().name();
    trace.version = player.driver().version();
    trace.seed = plan.setup.seed;
    trace.schema = plan.schema_text;
    for (const SessionSetup& session : plan.setup.sessions) trace.sessions.push_back(session.name);
  }

  void play(Turn turn) {
    const PlannedStep& step = plan_.sessions[turn.session].steps[turn.step];
    played_.order.push_back(step.name);
    if (player_.busy(turn.session)) {
      played_.events.push_back({step.name, Outcome::skipped, std::nullopt});
      return;
    }
    std::vector<Event> events;
    player_.play(turn, events);
    for (Event& event : events) {
      if (const auto* ended = std::get_if<StatementEnded>(&event.what)) ended_[event.session] = *ended;
      played_.trace.events.push_back(std::move(event));
    }
    const std::size_t before = waiting_.size();
    if (!tell_ended(turn)) {
      played_.events.push_back({step.name, Outcome::waits, std::nullopt});
      waiting_.push_back(turn);
    }
    tell_others(before);
  }

  PlayedOrder take() { return std::move(played_); }

 private:
  /// The first `count` waiting steps, as far as they have ended, in the order in which they began to wait.
  void tell_others(std::size_t count) {
    std::vector<Turn> still;
    for (std::size_t i = 0; i < waiting_.size(); ++i)
      if (i >= count || !tell_ended(waiting_[i])) still.push_back(waiting_[i]);
    waiting_ = std::move(still);
    ended_.clear();
  }

  bool tell_ended(Turn turn) {
    const auto found = ended_.find(turn.session);
    if (found == ended_.end()) return false;
    StatementEnded& ended = found->second;
    const PlannedStep& step = plan_.sessions[turn.session].steps[turn.step];
    if (ended.outcome != Outcome::error) ended.error.reset();
    played_.events.push_back({step.name, ended.outcome, ended.error});
    if (ended.outcome == Outcome::done) tell_result(step, ended);
    ended_.erase(found);
    return true;
  }

  void tell_result(const PlannedStep& step, StatementEnded& ended) {
    const auto& node = step.statement->statement.node;
    const bool reads = std::holds_alternative<sql::Select>(node) || !ended.rows.empty();
    const bool writes = std::holds_alternative<sql::Insert>(node) || std::holds_alternative<sql::Update>(node) ||
                        std::holds_alternative<sql::Delete>(node);
    if (reads || writes) played_.results.push_back({step.name, reads, ended.affected, std::move(ended.rows)});
  }

  const Plan& plan_;
  Player& player_;
  PlayedOrder played_;
  std::vector<Turn> waiting_;
  std::map<SessionId, StatementEnded> ended_;  ///< since the last turn
};

}  // namespace

PlayedOrder play_order(const Plan& plan, Driver& driver, const Turns& turns) {
  Player player(plan, std::shared_ptr<Driver>(&driver, [](Driver*) {}));
  Telling telling(plan, player);
  for (const Turn turn : turns) telling.play(turn);
  return telling.take();
}

}  // namespace gridlock::explore
