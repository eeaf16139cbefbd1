#include "workloads/runner/story.h"

#include <algorithm>
#include <map>
#include <utility>

#include "drivers/engines.h"
#include "workloads/expand/random.h"
#include "workloads/expand/sampler.h"
#include "workloads/runner/checks.h"
#include "workloads/runner/error_counts.h"
#include "workloads/runner/into.h"
#include "workloads/runner/setup.h"

namespace gridlock {
namespace {

/// Writes and tells what it wrote, even when that is nothing.
bool returns_rows(const sql::StatementNode& node) {
  if (const auto* insert = std::get_if<sql::Insert>(&node)) return !insert->returning.empty();
  if (const auto* update = std::get_if<sql::Update>(&node)) return !update->returning.empty();
  if (const auto* erase = std::get_if<sql::Delete>(&node)) return !erase->returning.empty();
  return false;
}

class OrderPlayer {
 public:
  OrderPlayer(const Workload& workload, Driver& driver, const RunOptions& options, LockWaitClock& clock, Run& run)
      : workload_(workload),
        story_(std::get<Story>(workload.play)),
        driver_(driver),
        options_(options),
        clock_(clock),
        run_(run),
        dialect_(dialect_of(driver.name())),
        thinking_(expand::Random::stream(run.summary.seed, 0, expand::Purpose::thinking)) {
    for (std::size_t s = 0; s < story_.sessions.size(); ++s)
      for (const auto& step : story_.sessions[s].steps) steps_[step.name] = {static_cast<SessionId>(s), &step};
  }

  bool play(const std::vector<std::string>& order) {
    const Setup setup = setup_for(workload_, dialect_, run_.summary.seed, options_);
    begin_trace(setup);
    run_.problems = driver_.open(setup);
    if (!run_.problems.empty()) return false;
    const Time began = driver_.now();
    played_.order = order;
    bool stopped = false;
    observe();
    for (const auto& name : order) {
      if ((stopped = options_.stop && options_.stop())) break;
      play_step(steps_.at(name));
    }
    run_.summary.duration_s += static_cast<double>(driver_.now().micros - began.micros) / 1e6;
    run_.summary.stopped = stopped;
    if (!stopped)
      check_order(workload_, played_, run_.orders.size(), nobody_is_busy() ? &driver_ : nullptr, run_.checks);
    driver_.close();
    run_.orders.push_back(std::move(played_));
    return !stopped;
  }

 private:
  struct Place {
    SessionId session = 0;
    const Step* step = nullptr;
  };
  struct Session {
    std::map<std::string, Value> values;  ///< what `into` saved
    bool in_transaction = false;
    std::vector<Lock> locks;
  };

  void begin_trace(const Setup& setup) {
    played_.trace.workload = workload_.name;
    played_.trace.engine = driver_.name();
    played_.trace.version = driver_.version();
    played_.trace.seed = run_.summary.seed;
    played_.trace.schema = schema_text_for(workload_, dialect_);
    for (const auto& session : setup.sessions) played_.trace.sessions.push_back(session.name);
    sessions_.assign(setup.sessions.size(), {});
  }

  bool nobody_is_busy() const {
    for (std::size_t s = 0; s < sessions_.size(); ++s)
      if (driver_.busy(static_cast<SessionId>(s))) return false;
    return true;
  }

  void play_step(const Place& place) {
    const auto statement = statement_for(*place.step, dialect_);
    if (!statement && !place.step->think) return;  // left out in this dialect
    if (driver_.busy(place.session)) {
      played_.events.push_back({place.step->name, Outcome::skipped, std::nullopt});
      return;
    }
    if (statement)
      start(place, statement);
    else
      pause(*place.step);
    settle_and_tell(place);
    if (options_.locks) tell_locks(place.step->name);
  }

  void start(const Place& place, const std::shared_ptr<const Prepared>& statement) {
    Call call;
    call.session = place.session;
    call.step = place.step->name;
    call.transaction = story_.sessions[place.session].name;
    call.statement = statement;
    for (const auto& name : statement->parameters) call.parameters.push_back(sessions_[place.session].values[name]);
    driver_.start(call);
  }

  /// Time passes, and other sessions' lock waits may run out.
  void pause(const Step& step) {
    const Time until{driver_.now().micros + sampler_.draw_time(*step.think, thinking_, 1).micros};
    for (Time now = driver_.now(); now < until;) {
      driver_.sleep_until(until);
      const Time before = std::exchange(now, driver_.now());
      if (now == before) break;  // this driver's time does not pass
    }
  }

  void settle_and_tell(const Place& place) {
    driver_.settle({Patience::Until::all, std::nullopt});
    ended_.clear();
    observe();
    const bool paused = place.step->think && !driver_.busy(place.session);
    if (paused) played_.events.push_back({place.step->name, Outcome::done, std::nullopt});
    if (!paused && !tell_ended(place)) {
      played_.events.push_back({place.step->name, Outcome::waits, std::nullopt});
      waiting_.push_back(place);
      return tell_others(waiting_.size() - 1);
    }
    tell_others(waiting_.size());
  }

  /// The first `count` waiting steps, as far as they have ended.
  void tell_others(std::size_t count) {
    std::vector<Place> still;
    for (std::size_t i = 0; i < waiting_.size(); ++i)
      if (i >= count || !tell_ended(waiting_[i])) still.push_back(waiting_[i]);
    waiting_ = std::move(still);
  }

  /// False when the step has not ended.
  bool tell_ended(const Place& place) {
    const auto found = ended_.find(place.session);
    if (found == ended_.end()) return false;
    StatementEnded& ended = found->second;
    if (auto refused = ended.outcome == Outcome::done ? too_few_columns(*place.step, ended.rows) : std::nullopt) {
      ended.outcome = Outcome::error;
      ended.error = std::move(refused);
    }
    if (ended.outcome != Outcome::error) ended.error.reset();
    played_.events.push_back({place.step->name, ended.outcome, ended.error});
    if (ended.outcome == Outcome::done) tell_result(place, ended);
    count(place, ended.outcome);
    ended_.erase(found);
    return true;
  }

  /// Rows of what reads, rows written of what writes; nothing of BEGIN and the like.
  void tell_result(const Place& place, const StatementEnded& ended) {
    const auto statement = statement_for(*place.step, dialect_);
    for (std::size_t i = 0; i < place.step->into.size(); ++i)
      sessions_[place.session].values[place.step->into[i]] = saved(ended.rows, i);
    const auto& node = statement->statement.node;
    const bool reads = std::holds_alternative<sql::Select>(node) || !ended.rows.empty() || returns_rows(node);
    const bool writes = std::holds_alternative<sql::Insert>(node) || std::holds_alternative<sql::Update>(node) ||
                        std::holds_alternative<sql::Delete>(node);
    if (reads || writes) played_.results.push_back({place.step->name, reads, ended.affected, ended.rows});
  }

  void count(const Place& place, Outcome outcome) {
    auto& session = sessions_[place.session];
    auto& summary = run_.summary;
    const auto statement = statement_for(*place.step, dialect_);
    const bool over = outcome == Outcome::deadlock || outcome == Outcome::serialization_failure;
    if (outcome == Outcome::deadlock) ++summary.deadlocks;
    if (outcome == Outcome::lock_timeout) ++summary.lock_timeouts;
    if (outcome == Outcome::serialization_failure) ++summary.serialization_failures;
    if (outcome == Outcome::error) {
      ++summary.errors;
      count_error(played_.events.back().error, place.step->name, summary);
    }
    if (over) ++summary.rolled_back;
    if (over) session.in_transaction = false;
    if (outcome != Outcome::done) return;
    const auto& node = statement->statement.node;
    const bool commit = std::holds_alternative<sql::Commit>(node),
               rollback = std::holds_alternative<sql::Rollback>(node);
    if (session.in_transaction && commit) ++summary.committed;
    if (session.in_transaction && rollback) ++summary.rolled_back;
    if (commit || rollback) session.in_transaction = false;
    if (std::holds_alternative<sql::Begin>(node)) session.in_transaction = true;
  }

  void tell_locks(const std::string& step) {
    PlayedOrder::LocksAfter after{step, {}};
    for (std::size_t s = 0; s < sessions_.size(); ++s)
      for (const auto& lock : sessions_[s].locks) after.locks.emplace_back(story_.sessions[s].name, lock);
    played_.locks.push_back(std::move(after));
  }

  void observe() {
    for (auto& event : driver_.observe()) {
      clock_.see(event);
      if (const auto* ended = std::get_if<StatementEnded>(&event.what)) ended_[event.session] = *ended;
      if (const auto* locks = std::get_if<LocksState>(&event.what)) sessions_.at(event.session).locks = locks->locks;
      played_.trace.events.push_back(std::move(event));
    }
  }

  const Workload& workload_;
  const Story& story_;
  Driver& driver_;
  const RunOptions& options_;
  LockWaitClock& clock_;
  Run& run_;
  std::string dialect_;
  expand::Random thinking_;
  expand::Sampler sampler_;
  std::map<std::string, Place> steps_;
  std::vector<Session> sessions_;
  std::vector<Place> waiting_;                 ///< in the order in which they began to wait
  std::map<SessionId, StatementEnded> ended_;  ///< since the last step was started
  PlayedOrder played_;
};

}  // namespace

bool play_order(const Workload& workload, const std::vector<std::string>& order, Driver& driver,
                const RunOptions& options, LockWaitClock& clock, Run& run) {
  clock.reset();
  return OrderPlayer(workload, driver, options, clock, run).play(order);
}

}  // namespace gridlock
