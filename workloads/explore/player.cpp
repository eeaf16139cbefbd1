#include "workloads/explore/player.h"

#include <iterator>
#include <utility>

#include "drivers/engines.h"
#include "drivers/explorable.h"
#include "workloads/explore/explore.h"

namespace gridlock::explore {

Player::Player(const Plan& plan, std::shared_ptr<Driver> driver)
    : plan_(&plan), driver_(std::move(driver)), states_(plan.sessions.size()) {
  errors_abort_ = dialect_of(driver_->name()) == "postgres";
}

Player Player::copy() const {
  if (auto driver = copy_of(*driver_)) return Player(*this, std::move(driver));
  Player again(*plan_, std::shared_ptr<Driver>(open(*plan_, driver_->name()).driver));
  std::vector<Event> events;
  for (const Turn turn : played_) again.play(turn, events);
  return again;
}

std::optional<Turn> Player::next(SessionId session) const {
  const State& state = states_[session];
  if (state.busy || finished(session)) return std::nullopt;
  return Turn{session, state.next};
}

bool Player::finished(SessionId session) const {
  return states_[session].next >= plan_->sessions[session].steps.size();
}

void Player::play(Turn turn, std::vector<Event>& events) {
  State& state = states_[turn.session];
  const PlannedSession& session = plan_->sessions[turn.session];
  const PlannedStep& step = session.steps[turn.step];
  state.at = turn.step;
  state.next = turn.step + 1;
  state.busy = true;
  played_.push_back(turn);
  for (const auto& [name, value] : step.values) state.values[name] = value;
  Call call{turn.session, step.name, session.transaction, step.statement, {}};
  for (const std::string& name : step.statement->parameters) call.parameters.push_back(state.values[name]);
  driver_->start(call);
  driver_->settle({Patience::Until::all, std::nullopt});
  std::vector<Event> seen = driver_->observe();
  for (const Event& event : seen) {
    const auto* ended = std::get_if<StatementEnded>(&event.what);
    if (ended != nullptr && event.session < states_.size()) see(*ended, event.session);
  }
  events.insert(events.end(), std::make_move_iterator(seen.begin()), std::make_move_iterator(seen.end()));
}

void Player::see(const StatementEnded& ended, SessionId session) {
  State& state = states_[session];
  const PlannedStep& step = plan_->sessions[session].steps[state.at];
  state.busy = false;
  for (std::size_t i = 0; i < step.into.size(); ++i) {
    const bool found = !ended.rows.empty() && i < ended.rows.front().size();
    state.values[step.into[i]] = found ? ended.rows.front()[i] : Value();
  }
  const bool lost = ended.outcome == Outcome::deadlock || ended.outcome == Outcome::serialization_failure ||
                    ended.outcome == Outcome::lock_timeout || (ended.outcome == Outcome::error && errors_abort_);
  if (lost && !step.ends_transaction) give_up(state, session);
}

/// To the step that ends the transaction; past the last one when there is none.
void Player::give_up(State& state, SessionId session) const {
  const auto& steps = plan_->sessions[session].steps;
  while (state.next < steps.size() && !steps[state.next].ends_transaction) ++state.next;
}

}  // namespace gridlock::explore
