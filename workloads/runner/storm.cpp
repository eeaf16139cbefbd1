#include "workloads/runner/storm.h"

#include <algorithm>
#include <utility>

#include "drivers/engines.h"
#include "workloads/expand/random.h"
#include "workloads/runner/backoff.h"
#include "workloads/runner/checks.h"
#include "workloads/runner/into.h"
#include "workloads/runner/recorder.h"
#include "workloads/runner/script.h"
#include "workloads/runner/setup.h"
#include "workloads/runner/storm_account.h"
#include "workloads/runner/storm_session.h"
#include "workloads/runner/timers.h"
#include "workloads/runner/wrapping.h"

namespace gridlock {
namespace {

/// So long the driver is left alone before `stop` is asked again.
constexpr std::int64_t glance_micros = 250'000;
/// So long transactions under way may take after `stop`.
constexpr std::int64_t grace_micros = 250'000;
/// A run in which so long nothing ends, and nobody pauses, stands still for ever.
constexpr std::int64_t standstill_micros = 3'600'000'000;

Time operator+(Time time, std::int64_t micros) { return {time.micros + micros}; }
Time operator+(Time time, Time length) { return {time.micros + length.micros}; }
Time operator-(Time later, Time earlier) { return {later.micros - earlier.micros}; }

class StormPlayer {
 public:
  StormPlayer(const Workload& workload, Driver& driver, const RunOptions& options, Run& run)
      : workload_(workload),
        storm_(std::get<Storm>(workload.play)),
        driver_(driver),
        options_(options),
        run_(run),
        dialect_(dialect_of(driver.name())),
        recorder_(options.trace_events),
        account_(storm_, run.summary),
        shard_(options.shard.value_or(Shard{})) {
    shared_.first = shard_.part;
    shared_.stride = shard_.of;
  }

  void play() {
    const Setup setup = setup_for(workload_, dialect_, run_.summary.seed, options_);
    run_.problems = driver_.open(setup);
    if (!run_.problems.empty()) return;
    began_ = driver_.now();
    measured_from_ = began_ + storm_.warm_up;
    warming_ = storm_.warm_up.micros > 0;
    prepare();
    begin_trace(setup);
    for (auto& session : sessions_)
      if (!pause(session, session_start(session) - began_)) advance(session);
    while (active_ > 0 && go_on()) {
    }
    end();
  }

 private:
  // ---------------------------------------------------------------------------------------------- before and after

  void prepare() {
    for (const auto& group : storm_.groups) groups_.push_back(prepared(group));
    Place place;
    for (const auto& group : groups_)
      for (place.in_group = 0; place.in_group < group.group->count; ++place.in_group, ++place.number) {
        if (!plays(shard_, place.number)) continue;
        const auto id = static_cast<SessionId>(sessions_.size());
        sessions_.emplace_back(shared_, run_.summary.seed, id, place, group);
        planned_ += group.group->times.value_or(0);
      }
    active_ = sessions_.size();
    find_horizon();
  }

  /// Until when the run takes, as far as its groups' durations tell.
  void find_horizon() {
    const auto timed = [](const Group& group) { return group.end.has_value(); };
    const auto numbered = [](const SessionGroup& group) { return group.times.has_value(); };
    if (!std::all_of(storm_.groups.begin(), storm_.groups.end(), numbered)) planned_ = 0;
    if (!std::all_of(groups_.begin(), groups_.end(), timed)) return;
    for (const auto& group : groups_) horizon_ = std::max(horizon_, *group.end - began_);
  }

  /// The sessions of a group begin spread over its ramp.
  Time session_start(const Session& session) const {
    const SessionGroup& group = *session.group->group;
    return began_ + group.ramp.micros / group.count * session.in_group +
           group.ramp.micros % group.count * session.in_group / group.count;
  }

  Group prepared(const SessionGroup& group) {
    Group result{&group, {}, 0, std::nullopt};
    if (group.duration) result.end = measured_from_ + *group.duration;
    const auto sessions_own = options_.isolation ? options_.isolation : shared_isolation(storm_, group);
    for (const auto& [name, weight] : group.run) {
      Runnable runnable;
      runnable.type = transaction_type(storm_, name);
      runnable.number = static_cast<std::size_t>(runnable.type - storm_.transactions.data());
      runnable.weight = weight;
      runnable.wrapped = is_wrapped(*runnable.type, dialect_);
      const bool own = !options_.isolation && runnable.type->isolation != sessions_own;
      if (runnable.wrapped) runnable.begin = begin_statements(dialect_, own ? runnable.type->isolation : std::nullopt);
      result.weights += weight;
      result.run.push_back(std::move(runnable));
    }
    return result;
  }

  void begin_trace(const Setup& setup) {
    run_.trace.workload = workload_.name;
    run_.trace.engine = driver_.name();
    run_.trace.version = driver_.version();
    run_.trace.seed = run_.summary.seed;
    run_.trace.schema = schema_text_for(workload_, dialect_);
    for (const auto& session : setup.sessions) run_.trace.sessions.push_back(session.name);
  }

  void end() {
    if (warming_) begin_measuring();  // it ended before its warm-up did
    account_.close(driver_.now() - measured_from_);
    run_.summary.shard = options_.shard;
    run_.summary.trace_truncated = recorder_.truncated();
    run_.trace.events = recorder_.take();
    if (!stopping_) check_invariants(workload_, "", busy_ == 0 && !options_.shard ? &driver_ : nullptr, run_.checks);
    driver_.close();
  }

  void begin_measuring() {
    warming_ = false;
    measured_from_ = driver_.now();
    account_.begin_measuring(measured_from_ - began_);
    for (auto& session : sessions_) session.begun = 0;
    begun_ = 0;
  }

  void tell_progress() const {
    const Time elapsed = driver_.now() - began_;
    const auto share = [](auto part, auto whole) {
      return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0;
    };
    const double by_count = warming_ ? 0 : share(begun_, planned_);
    const double done = std::max(share(elapsed.micros, horizon_.micros), by_count);
    options_.progress({run_.summary, account_.wait_times().count(), elapsed, std::min(done, 1.0)});
  }

  // ------------------------------------------------------------------------------------------------- the one loop

  /// Waits until something happens and lets those go on whom it concerns. False when the run is over.
  bool go_on() {
    if (!stopping_ && options_.stop && options_.stop()) stop();
    if (active_ == 0) return false;
    if (options_.progress) tell_progress();
    const Time before = driver_.now();
    if (stopping_ && before >= *stopping_) return false;
    wait(before);
    if (warming_ && driver_.now() >= measured_from_) begin_measuring();
    auto events = driver_.observe();
    const bool idle = events.empty() && (timers_.empty() || driver_.now() < timers_.next());
    if (idle && stands_still(before)) return false;
    if (!idle) quiet_since_.reset();
    for (auto& event : events) see(std::move(event));
    wake();
    return true;
  }

  void wait(Time now) {
    Time until = now + glance_micros;
    if (!timers_.empty()) until = std::min(until, timers_.next());
    if (stopping_) until = std::min(until, *stopping_);
    if (warming_) until = std::min(until, measured_from_);
    if (busy_ > 0)
      driver_.settle({Patience::Until::any, until});
    else
      driver_.sleep_until(until);
  }

  /// Whether nothing can ever happen again: nobody pauses, and time does not pass, or has passed for too long.
  bool stands_still(Time before) {
    if (!timers_.empty() || busy_ == 0) return false;
    if (!quiet_since_) quiet_since_ = before;
    if (driver_.now() == before) driver_.sleep_until(before + glance_micros);
    const bool stuck = driver_.now() == before || driver_.now() >= *quiet_since_ + standstill_micros;
    run_.summary.stalled = run_.summary.stalled || stuck;
    return stuck;
  }

  /// No new transactions, no new attempts.
  void stop() {
    stopping_ = driver_.now() + grace_micros;
    run_.summary.stopped = true;
    for (auto& session : sessions_)
      if (!session.busy && session.phase == Phase::next_transaction) finish(session);
  }

  void see(Event event) {
    account_.see(event);
    const SessionId id = event.session;
    if (const auto* ended = std::get_if<StatementEnded>(&event.what)) {
      const StatementEnded copy = *ended;
      recorder_.see(std::move(event));
      return statement_ended(sessions_.at(id), copy);
    }
    recorder_.see(std::move(event));
  }

  void wake() {
    const Time now = driver_.now();
    while (!timers_.empty() && timers_.next() <= now) {
      Session& session = sessions_[timers_.take()];
      if (session.phase != Phase::finished) advance(session);
    }
  }

  // ------------------------------------------------------------------------------------------------ one session

  /// Goes on until a statement is sent, a pause begins, or the session has finished.
  void advance(Session& session) {
    while (!session.busy && session.phase != Phase::finished)
      if (!act(session)) return;
  }

  /// False when the session pauses.
  bool act(Session& session) {
    switch (session.phase) {
      case Phase::next_transaction: return next_transaction(session);
      case Phase::begin: return begin(session);
      case Phase::steps: return next_step(session);
      case Phase::commit: return send(session, nullptr, "commit", commit_);
      case Phase::rollback: return send(session, nullptr, "rollback", rollback_);
      case Phase::retry_statement: return resend(session);
      case Phase::finished: return true;
    }
    return true;
  }

  bool next_transaction(Session& session) {
    if (is_over(session)) {
      finish(session);
      return true;
    }
    if (session.arrivals && !is_due(session)) return false;
    ++session.begun;
    ++begun_;
    session.began = driver_.now();
    session.meant = session.due.value_or(session.began);
    session.due.reset();
    session.running = &choose(session);
    session.script.begin(*session.running->type);
    session.attempt = 1;
    start_attempt(session);
    return true;
  }

  /// Whether the session begins no more transactions.
  bool is_over(Session& session) {
    const auto& times = session.group->group->times;
    const auto& end = session.group->end;
    if (times && !warming_ && session.begun == *times) return true;
    if (!stopping_ && !(end && driver_.now() >= *end)) return false;
    if (session.arrivals) count_not_begun(session, std::min(driver_.now(), end.value_or(driver_.now())));
    return true;
  }

  /// What the rate had scheduled before `end`.
  void count_not_begun(Session& session, Time end) {
    if (!session.due) session.due = next_arrival(session);
    for (; *session.due < end; session.due = next_arrival(session)) account_.not_begun();
  }

  Time next_arrival(Session& session) const { return session_start(session) + session.arrivals->next(); }

  /// False when the session pauses until its next transaction is due.
  bool is_due(Session& session) {
    if (!session.due) session.due = next_arrival(session);
    const Time until = session.group->end ? std::min(*session.due, *session.group->end) : *session.due;
    return !pause(session, until - driver_.now());
  }

  const Runnable& choose(Session& session) {
    const auto& run = session.group->run;
    if (run.size() == 1) return run.front();
    double rest = session.choice.unit() * session.group->weights;
    const Runnable* last = &run.front();
    for (const auto& runnable : run) {
      if (runnable.weight <= 0) continue;
      last = &runnable;
      if (rest < runnable.weight) break;
      rest -= runnable.weight;
    }
    return *last;
  }

  void start_attempt(Session& session) {
    recorder_.forget(session.id);
    session.begin_sent = 0;
    session.ended_itself = false;
    session.phase = Phase::begin;
  }

  bool begin(Session& session) {
    const auto& statements = session.running->begin;
    if (session.begin_sent == statements.size()) {
      session.phase = Phase::steps;
      return true;
    }
    return send(session, nullptr, "begin", statements[session.begin_sent++]);
  }

  bool next_step(Session& session) {
    const Step* step = session.script.next();
    if (!step) {
      if (session.running->wrapped)
        session.phase = Phase::commit;
      else
        transaction_done(session, !session.ended_itself);
      return session.phase != Phase::next_transaction || !pause_between(session);
    }
    if (step->think) return !pause(session, shared_.sampler.draw_time(*step->think, session.thinking, 1));
    const auto statement = statement_for(*step, dialect_);
    return !statement || send(session, step, session.script.step_name(), statement);
  }

  bool send(Session& session, const Step* step, std::string name, const std::shared_ptr<const Prepared>& statement) {
    session.step = step;
    session.call = {session.id, std::move(name), session.running->type->name, statement,
                    step ? session.script.bind(*statement) : std::vector<Value>()};
    return resend(session);
  }

  bool resend(Session& session) {
    session.busy = true;
    ++busy_;
    driver_.start(session.call);
    return true;
  }

  void statement_ended(Session& session, const StatementEnded& ended) {
    if (!session.busy || ended.step != session.call.step) return;  // told twice
    session.busy = false;
    --busy_;
    Outcome outcome = ended.outcome;
    if (outcome == Outcome::done && session.step && too_few_columns(*session.step, ended.rows))
      outcome = Outcome::error;
    if (outcome != Outcome::done) tell_failure(session, ended, outcome);
    if (session.phase == Phase::rollback)
      after_failure(session);
    else if (outcome == Outcome::done)
      went_well(session, ended);
    else
      failed(session, outcome);
  }

  void tell_failure(const Session& session, const StatementEnded& ended, Outcome outcome) {
    const auto error = ended.outcome == Outcome::done ? too_few_columns(*session.step, ended.rows) : ended.error;
    account_.statement_failed(outcome, error, session.running->type->name + " " + session.call.step);
  }

  void went_well(Session& session, const StatementEnded& ended) {
    if (session.phase == Phase::commit) {
      transaction_done(session, !session.ended_itself);
      if (pause_between(session)) return;
    } else if (session.step) {
      session.phase = Phase::steps;
      session.script.save(*session.step, ended.rows);
      note_own_end(session);
    }
    advance(session);
  }

  /// The steps may say COMMIT and ROLLBACK themselves.
  void note_own_end(Session& session) {
    const auto& node = session.call.statement->statement.node;
    const bool commit = std::holds_alternative<sql::Commit>(node),
               rollback = std::holds_alternative<sql::Rollback>(node);
    if (commit) account_.commit();
    if (rollback) account_.rollback();
    session.ended_itself = session.ended_itself || commit || rollback;
  }

  void transaction_done(Session& session, bool committed) {
    if (committed) account_.commit();
    const Time now = driver_.now();
    account_.completed(session.running->number, now - session.began,
                       session.arrivals ? std::optional(now - session.meant) : std::nullopt, session.attempt);
    session.phase = Phase::next_transaction;
  }

  void failed(Session& session, Outcome outcome) {
    session.failure = outcome;
    account_.rollback();
    // The deadlock's victim and a serialization failure are rolled back by MySQL itself; PostgreSQL's session stays in
    // the failed transaction until it is told to roll back.
    const bool rolled_back = outcome == Outcome::deadlock || outcome == Outcome::serialization_failure;
    if (session.running->type->autocommit || (rolled_back && dialect_ != "postgres")) return after_failure(session);
    session.phase = Phase::rollback;
    advance(session);
  }

  void after_failure(Session& session) {
    const auto& policy = workload_.retry;
    const bool worth = std::find(policy.on.begin(), policy.on.end(), session.failure) != policy.on.end();
    if (!worth || session.attempt >= policy.attempts || stopping_) {
      account_.given_up(session.running->number, session.failure, session.attempt);
      session.phase = Phase::next_transaction;
      if (!pause_between(session)) advance(session);
      return;
    }
    const Time delay = backoff_delay(policy.backoff, session.attempt, session.backoff);
    account_.retried(session.running->number, session.failure, delay);
    ++session.attempt;
    if (session.running->type->autocommit) {
      session.phase = Phase::retry_statement;  // what came before it is committed
    } else {
      session.script.again();
      start_attempt(session);
    }
    if (!pause(session, delay)) advance(session);
  }

  // ------------------------------------------------------------------------------------------------------- pauses

  /// False when there is nothing to wait for.
  bool pause(Session& session, Time length) {
    if (length.micros <= 0) return false;
    timers_.set(driver_.now() + length.micros, session.id);
    return true;
  }

  /// The think time between transactions, cut where the group's duration ends.
  bool pause_between(Session& session) {
    const SessionGroup& group = *session.group->group;
    const bool last = stopping_ || (group.times && !warming_ && session.begun == *group.times);
    if (!group.think || last) return false;
    Time length = shared_.sampler.draw_time(*group.think, session.thinking, session.begun);
    if (session.group->end) length = std::min(length, *session.group->end - driver_.now());
    return pause(session, length);
  }

  void finish(Session& session) {
    if (session.phase == Phase::finished) return;
    session.phase = Phase::finished;
    --active_;
  }

  const Workload& workload_;
  const Storm& storm_;
  Driver& driver_;
  const RunOptions& options_;
  Run& run_;
  std::string dialect_;
  Recorder recorder_;
  StormAccount account_;
  Shard shard_;
  SharedDraws shared_;
  std::vector<Group> groups_;
  std::vector<Session> sessions_;
  Timers timers_;
  std::size_t active_ = 0;  ///< sessions that have not finished
  std::size_t busy_ = 0;    ///< sessions whose statement is under way
  Time began_;
  bool warming_ = false;       ///< nothing is measured yet
  Time measured_from_;         ///< once the warm-up is over
  Time horizon_;               ///< since `began_`; zero: not known
  std::uint64_t planned_ = 0;  ///< transactions; 0: not known
  std::uint64_t begun_ = 0;
  std::optional<Time> stopping_;  ///< when a stopped run ends at the latest
  std::optional<Time> quiet_since_;
  std::shared_ptr<const Prepared> commit_ = commit_statement(), rollback_ = rollback_statement();
};

}  // namespace

void play_storm(const Workload& workload, Driver& driver, const RunOptions& options, Run& run) {
  StormPlayer(workload, driver, options, run).play();
}

}  // namespace gridlock
