#include "drivers/live/live_driver.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <iterator>
#include <utility>
#include <variant>

#include "drivers/live/ask.h"
#include "drivers/live/looks.h"
#include "drivers/live/place.h"
#include "drivers/live/poller.h"
#include "drivers/live/session.h"
#include "drivers/live/settings.h"
#include "drivers/live/statement_text.h"

namespace gridlock::live {
namespace {

/// Between two looks at who waits, while steps are under way: short at first, since most steps end at once.
constexpr std::int64_t first_look_micros = 1'000;
constexpr std::int64_t look_apart_micros = 15'000;
/// So long a cycle of waits is left to the server to resolve, before it counts as one that nobody resolves.
constexpr std::int64_t cycle_patience_micros = 2'500'000;
/// In a storm the waits are looked at so often, and at most a twentieth of the time is spent on it.
constexpr std::int64_t sample_apart_micros = 50'000;
constexpr std::int64_t sample_cost = 20;
/// Where the server does not show who waits, a step that runs longer than this counts as waiting.
constexpr std::int64_t blind_micros = 1'000'000;
/// How long closing waits for the server to have rolled back and let go.
constexpr std::int64_t closing_micros = 30'000'000;

constexpr std::uint64_t observer_key = ~std::uint64_t{0};

std::string words_of(std::optional<sql::Isolation> isolation) {
  if (!isolation) return {};
  switch (*isolation) {
    case sql::Isolation::read_uncommitted: return "read uncommitted";
    case sql::Isolation::read_committed: return "read committed";
    case sql::Isolation::repeatable_read: return "repeatable read";
    case sql::Isolation::serializable: return "serializable";
  }
  return {};
}

Bracket bracket_of(const sql::StatementNode& node) {
  if (std::holds_alternative<sql::Begin>(node)) return Bracket::begins;
  if (std::holds_alternative<sql::Commit>(node)) return Bracket::commits;
  if (std::holds_alternative<sql::Rollback>(node)) return Bracket::rolls_back;
  return Bracket::none;
}

/// BEGIN takes no lock and makes no snapshot, unless it says so: when it is sent cannot be seen.
bool begins_nothing_yet(const sql::StatementNode& node) {
  const auto* begin = std::get_if<sql::Begin>(&node);
  return begin != nullptr && !begin->consistent_snapshot;
}

class LiveDriver final : public Driver {
 public:
  LiveDriver(std::unique_ptr<Server> server, Options options)
      : server_(std::move(server)), place_(*server_, std::move(options)), texts_(*server_) {}
  ~LiveDriver() override;
  LiveDriver(const LiveDriver&) = delete;
  LiveDriver& operator=(const LiveDriver&) = delete;

  Problems open(const Setup& setup) override;
  void start(const Call& call) override;
  void settle(Patience patience) override;
  std::vector<Event> observe() override;
  bool busy(SessionId session) const override { return sessions_.size() > session && sessions_[session].busy; }
  Time now() const override;
  void sleep_until(Time time) override;
  std::vector<std::vector<Value>> query(const std::string& sql) override;
  std::string name() const override { return server_->engine(); }
  std::string version() const override;
  void close() override;
  std::optional<DeadlockCount> counted() const override { return counted_; }
  std::vector<std::string> notes() const override { return notes_; }

 private:
  Connection& control() const;
  void greet(Connection& connection) const;
  Problems open_sessions(const Setup& setup);
  Problems prepare(LiveSession& session, const SessionSetup& setup, const Setup& whole);
  void watch(SessionId id);
  void leave();
  std::optional<std::uint64_t> count_deadlocks();
  void note(const std::string& sentence);

  void tell(SessionId id, decltype(Event::what) what) { events_.push_back({now(), id, std::move(what)}); }
  void send(SessionId id, const std::string& sql);
  bool pump(std::int64_t micros);
  void ready(SessionId id);
  void watch_for_room(SessionId id);
  void ended(SessionId id, Reply reply);
  void end_transaction(SessionId id, TransactionState::Ended how);
  void committed_itself(SessionId id);
  void tell_account(SessionId id, const Reply& reply);

  void settle_all(std::optional<Time> deadline);
  Look look();
  bool can_see_waits() const { return !blind_; }
  bool settled(const Look& before, const Look& now_seen) const;
  void tell_waits(const Look& seen, bool again);
  void tell_locks();

  void settle_any(std::optional<Time> deadline);
  void begin_sample();
  void end_sample();

  std::unique_ptr<Server> server_;
  mutable std::unique_ptr<Connection> control_;  ///< made when first needed; nothing of the workload runs on it
  mutable std::string version_;
  RunPlace place_;
  StatementTexts texts_;
  GlobalSettings globals_;
  Poller poller_;
  std::vector<LiveSession> sessions_;
  SessionIds ids_;
  std::vector<ConnectionId> numbers_;
  std::size_t busy_ = 0;
  std::vector<Event> events_;
  std::size_t ends_untold_ = 0;  ///< StatementEnded among `events_`
  bool locks_wanted_ = false;
  bool storm_ = false;  ///< settled for one that ends: BEGIN may wait for its statement
  bool interrupted_ = false;
  bool blind_ = false;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();

  std::unique_ptr<Connection> observer_;  ///< samples waits in a storm
  Inquiry sampling_;
  Time next_sample_, sample_began_;
  struct Stamp {
    std::uint64_t statements, transactions;
  };
  std::vector<Stamp> sampled_;  ///< of each session when the sample was sent

  std::optional<std::uint64_t> counted_before_;
  std::optional<DeadlockCount> counted_;
  std::vector<std::string> notes_;
};

// ------------------------------------------------------------------------------------------------- opening

Connection& LiveDriver::control() const {
  if (!control_) {
    auto made = server_->connect();
    greet(*made);
    control_ = std::move(made);
  }
  return *control_;
}

void LiveDriver::greet(Connection& connection) const {
  for (const std::string& sql : server_->greeting()) {
    const Reply reply = ask(connection, sql);
    if (reply.error) throw EngineLost(fmt::format("{}: {} ({})", name(), reply.error->message, reply.error->code));
  }
}

std::string LiveDriver::version() const {
  if (version_.empty()) {
    const Reply reply = ask(control(), "SELECT version()");
    if (!reply.rows.empty() && !reply.rows.front().empty()) version_ = to_text(reply.rows.front().front());
    // PostgreSQL tells its compiler, too.
    version_ = version_.substr(0, version_.find(" on "));
  }
  return version_;
}

void LiveDriver::note(const std::string& sentence) {
  if (std::find(notes_.begin(), notes_.end(), sentence) == notes_.end()) notes_.push_back(sentence);
}

Problems LiveDriver::open(const Setup& setup) {
  leave();
  for (const std::string& sentence : place_.left_behind(control())) note(sentence);
  Problems problems = place_.make(control(), setup.workload);
  if (problems.empty()) problems = place_.fill(control(), setup);
  if (problems.empty()) problems = open_sessions(setup);
  if (!problems.empty()) {
    leave();
    return problems;
  }
  locks_wanted_ = setup.locks;
  counted_before_ = count_deadlocks();
  began_ = std::chrono::steady_clock::now();
  events_.clear();
  for (SessionId id = 0; id < sessions_.size(); ++id) tell(id, Connected{std::to_string(sessions_[id].id)});
  ends_untold_ = 0;
  return {};
}

Problems LiveDriver::open_sessions(const Setup& setup) {
  Problems problems;
  for (const SessionSetup& one : setup.sessions) {
    LiveSession session;
    session.name = one.name;
    session.isolation = words_of(one.isolation);
    session.connection = server_->connect();
    session.id = session.connection->id();
    greet(*session.connection);
    const Problems found = prepare(session, one, setup);
    problems.insert(problems.end(), found.begin(), found.end());
    ids_[session.id] = static_cast<SessionId>(sessions_.size());
    numbers_.push_back(session.id);
    sessions_.push_back(std::move(session));
    if (!problems.empty()) break;
    watch(static_cast<SessionId>(sessions_.size() - 1));
  }
  return problems;
}

Problems LiveDriver::prepare(LiveSession& session, const SessionSetup& setup, const Setup& whole) {
  Problems problems;
  Connection& connection = *session.connection;
  const Reply entered = ask(connection, server_->enter_place(place_.name()));
  if (entered.error) problems.push_back({{}, entered.error->message, ""});
  if (setup.isolation) ask(connection, server_->set_isolation(*setup.isolation));
  for (const Server::Wish& wish : server_->wishes()) {
    if (!ask(connection, wish.sql).error) continue;
    server_->refused(wish);
    note(wish.lost_without);
  }
  for (const auto* settings : {&whole.settings, &setup.settings})
    for (const auto& [name, value] : *settings)
      if (auto problem = set_variable(*server_, connection, control(), globals_, name, value))
        problems.push_back(std::move(*problem));
  return problems;
}

void LiveDriver::watch(SessionId id) { poller_.add(sessions_[id].connection->fd(), id); }

// ------------------------------------------------------------------------------------------------- closing

LiveDriver::~LiveDriver() {
  try {
    close();
  } catch (const std::exception&) {
    // The server is gone, and with it whatever could be cleaned.
  }
}

void LiveDriver::close() {
  const bool opened = place_.made() || !sessions_.empty();
  const bool kept = place_.kept();
  leave();
  if (!opened) return;
  if (kept)
    note(fmt::format("{} {} is kept, as asked; to drop it: {}", server_->place_word(), place_.name(),
                     server_->drop_place(place_.name())));
  // A server may count a deadlock only when its sessions have gone (PostgreSQL flushes statistics then).
  const auto after = count_deadlocks();
  if (counted_before_ && after)
    counted_ = DeadlockCount{(counted_ ? counted_->deadlocks : 0) + *after - *counted_before_, server_->count_name()};
  counted_before_.reset();
}

/// Ends every session, restores what was set and drops what was made. Every part is tried, whatever the others came to.
void LiveDriver::leave() {
  std::exception_ptr lost;
  const auto attempt = [&](const auto& part) {
    try {
      part();
    } catch (const EngineLost&) {
      if (!lost) lost = std::current_exception();
    }
  };
  for (LiveSession& session : sessions_) {
    if (session.connection) poller_.remove(session.connection->fd());
    if (session.busy) attempt([&] { ask(control(), server_->kill(session.id)); });
    session.busy = false;
    session.connection.reset();
  }
  if (observer_) poller_.remove(observer_->fd());
  observer_.reset();
  sampling_ = {};
  if (!numbers_.empty()) {
    attempt([&] {
      const auto until = std::chrono::steady_clock::now() + std::chrono::microseconds(closing_micros);
      while (std::chrono::steady_clock::now() < until) {
        const Reply alive = ask(control(), server_->alive_query(numbers_));
        if (alive.error || alive.rows.empty()) break;
        wait_for(control_->fd(), false, 2'000);
      }
    });
  }
  attempt([&] {
    for (const std::string& sentence : globals_.restore(*server_, control_.get())) note(sentence);
  });
  attempt([&] {
    if (!place_.made() || place_.kept()) return;
    const std::string refusal = place_.drop(control());
    if (!refusal.empty())
      note(fmt::format("{} is still on the server ({}); to drop it: {}", place_.name(), refusal,
                       server_->drop_place(place_.name())));
  });
  sessions_.clear();
  ids_.clear();
  numbers_.clear();
  busy_ = 0;
  storm_ = false;
  if (lost) {
    control_.reset();
    if (place_.made())
      note(fmt::format("{} may still be on the server; to drop it: {}", place_.name(),
                       server_->drop_place(place_.name())));
    std::rethrow_exception(lost);
  }
}

std::optional<std::uint64_t> LiveDriver::count_deadlocks() {
  const std::string sql = server_->count_query();
  if (sql.empty()) return std::nullopt;
  const Reply reply = ask(control(), sql);
  if (reply.error) {
    note(fmt::format("the server's own count of deadlocks cannot be read: {}", reply.error->message));
    return std::nullopt;
  }
  return server_->read_count(reply);
}

// ------------------------------------------------------------------------------------------------- time

Time LiveDriver::now() const {
  const auto passed = std::chrono::steady_clock::now() - began_;
  return {std::chrono::duration_cast<std::chrono::microseconds>(passed).count()};
}

void LiveDriver::sleep_until(Time time) {
  interrupted_ = false;
  while (ends_untold_ == 0 && !interrupted_) {
    const Time time_now = now();
    if (time_now >= time) return;
    pump(time.micros - time_now.micros);
  }
}

// ------------------------------------------------------------------------------------------------- statements

void LiveDriver::start(const Call& call) {
  LiveSession& session = sessions_.at(call.session);
  session.bracket = bracket_of(call.statement->statement.node);
  std::string sql = texts_.bound(call);
  session.step = call.step;
  ++session.statements;
  session.told.reset();
  session.busy = true;
  ++busy_;
  tell(call.session, StatementStarted{call.step, sql, call.transaction});
  if (storm_ && !session.in_transaction && begins_nothing_yet(call.statement->statement.node)) {
    session.begin = std::move(sql);
    return ended(call.session, {});
  }
  send(call.session, sql);
}

void LiveDriver::send(SessionId id, const std::string& sql) {
  LiveSession& session = sessions_[id];
  const std::string begin = std::exchange(session.begin, {});
  if (!begin.empty() && !session.connection->send_in_new_transaction(begin, sql)) {
    const Reply reply = ask(*session.connection, begin);
    if (reply.error) return ended(id, reply);
    session.connection->send(sql);
  } else if (begin.empty()) {
    session.connection->send(sql);
  }
  if (session.connection->complete()) return ended(id, session.connection->take());
  watch_for_room(id);
}

/// Lets everybody go on who can, waiting so long at most. True when something happened.
bool LiveDriver::pump(std::int64_t micros) {
  const Poller::Ready& ready_now = poller_.wait(micros);
  interrupted_ = interrupted_ || ready_now.interrupted;
  for (const std::uint64_t key : ready_now.keys) {
    if (key == observer_key)
      end_sample();
    else
      ready(static_cast<SessionId>(key));
  }
  return !ready_now.keys.empty();
}

void LiveDriver::ready(SessionId id) {
  LiveSession& session = sessions_[id];
  const bool complete = session.connection->advance();
  watch_for_room(id);
  if (complete && session.busy) ended(id, session.connection->take());
}

void LiveDriver::watch_for_room(SessionId id) {
  LiveSession& session = sessions_[id];
  const bool writes = session.connection->wants_to_write();
  if (writes != session.writing) poller_.want_to_write(session.connection->fd(), id, writes);
  session.writing = writes;
}

void LiveDriver::ended(SessionId id, Reply reply) {
  LiveSession& session = sessions_[id];
  session.busy = false;
  --busy_;
  StatementEnded end{session.step, Outcome::done, reply.error, reply.affected, std::move(reply.rows)};
  if (reply.error) end.outcome = server_->outcome(*reply.error);
  const Outcome outcome = end.outcome;
  if (outcome == Outcome::deadlock) tell_account(id, reply);
  tell(id, std::move(end));
  ++ends_untold_;
  session.told.reset();
  if (reply.error) {
    if (server_->ends_transaction(outcome, *reply.error)) end_transaction(id, TransactionState::Ended::rolled_back);
    return;
  }
  if (session.bracket == Bracket::begins) session.in_transaction = true;
  if (session.bracket == Bracket::begins && !session.isolation.empty())
    tell(id, TransactionState{"", session.isolation, TransactionState::Ended::no});
  if (session.bracket == Bracket::commits) end_transaction(id, TransactionState::Ended::committed);
  if (session.bracket == Bracket::rolls_back) end_transaction(id, TransactionState::Ended::rolled_back);
  if (session.bracket == Bracket::none && !session.in_transaction) committed_itself(id);
}

/// A statement outside of a transaction is one: told only where somebody was seen waiting for it.
void LiveDriver::committed_itself(SessionId id) {
  ++sessions_[id].transactions;
  const bool awaited = std::any_of(sessions_.begin(), sessions_.end(), [&](const LiveSession& session) {
    return session.told && std::any_of(session.told->blockers.begin(), session.told->blockers.end(),
                                       [&](const Blocker& blocker) { return blocker.session == id; });
  });
  if (awaited) tell(id, TransactionState{"", sessions_[id].isolation, TransactionState::Ended::committed});
}

void LiveDriver::end_transaction(SessionId id, TransactionState::Ended how) {
  LiveSession& session = sessions_[id];
  session.in_transaction = false;
  ++session.transactions;
  tell(id, TransactionState{"", session.isolation, how});
}

/// At once: the next deadlock would take its place.
void LiveDriver::tell_account(SessionId id, const Reply& reply) {
  Reply asked;
  if (const std::string sql = server_->account_query(); !sql.empty()) asked = ask(control(), sql);
  if (asked.error)
    note(fmt::format("the server's account of deadlocks cannot be read ({}): deadlocks are told from the waits seen",
                     asked.error->message));
  tell(id, server_->read_account(reply, asked));
}

std::vector<Event> LiveDriver::observe() {
  ends_untold_ = 0;
  return std::exchange(events_, {});
}

std::vector<std::vector<Value>> LiveDriver::query(const std::string& sql) {
  Reply reply = ask(control(), sql);
  if (reply.error) throw std::invalid_argument(reply.error->message);
  return std::move(reply.rows);
}

// ------------------------------------------------------------------------------------------------- settling: all

void LiveDriver::settle(Patience patience) {
  interrupted_ = false;
  if (patience.until == Patience::Until::any) {
    settle_any(patience.deadline);
  } else {
    settle_all(patience.deadline);
    if (locks_wanted_) tell_locks();
  }
}

void LiveDriver::settle_all(std::optional<Time> deadline) {
  std::optional<Look> before;
  std::optional<Time> cycle_since;
  std::int64_t pause = first_look_micros;
  const Time began = now();
  while (busy_ > 0 && !interrupted_ && (!deadline || now() < *deadline)) {
    const std::size_t ends = ends_untold_;
    pump(pause);
    if (busy_ == 0) return;
    if (ends != ends_untold_) {
      before.reset();
      cycle_since.reset();
      pause = first_look_micros;
      continue;
    }
    pause = std::max(std::min(pause * 2, look_apart_micros), server_->look_micros());
    Look seen = look();
    tell_waits(seen, false);
    const bool cyclic = seen.cyclic();
    if (!cyclic) cycle_since.reset();
    if (cyclic && !cycle_since) cycle_since = now();
    const bool undetected = cyclic && now().micros - cycle_since->micros >= cycle_patience_micros;
    if (before && settled(*before, seen) && (!cyclic || undetected)) {
      if (cyclic) tell_waits(seen, true);
      return;
    }
    if (blind_ && now().micros - began.micros >= blind_micros) return;
    before = std::move(seen);
  }
}

Look LiveDriver::look() {
  std::vector<Reply> replies;
  for (const std::string& sql : server_->waits_queries(numbers_)) {
    replies.push_back(ask(control(), sql));
    if (!replies.back().error) continue;
    blind_ = true;
    note(fmt::format("the server does not show who waits ({}): a step that runs longer than {} s counts as waiting",
                     replies.back().error->message, blind_micros / 1'000'000));
    Look nobody;
    nobody.waits.resize(sessions_.size());
    return nobody;
  }
  return look_of(server_->read_waits(replies), sessions_, ids_);
}

/// Everybody who is busy waits, as before.
bool LiveDriver::settled(const Look& before, const Look& now_seen) const {
  for (std::size_t id = 0; id < sessions_.size(); ++id) {
    if (!sessions_[id].busy) continue;
    const auto& wait = now_seen.waits[id];
    if (!wait || !wait->ripe || !before.waits[id] || !(*before.waits[id] == *wait)) return false;
  }
  return true;
}

/// What is new, or all of it: a cycle that is told twice was seen twice.
void LiveDriver::tell_waits(const Look& seen, bool again) {
  for (SessionId id = 0; id < sessions_.size(); ++id) {
    LiveSession& session = sessions_[id];
    const auto& wait = seen.waits[id];
    if (!session.busy) continue;
    for (const ConnectionId stranger : wait ? wait->strangers : std::vector<ConnectionId>{})
      note(fmt::format("session {} waits for connection {}, which is none of this run's", session.name, stranger));
    if (!wait && session.told && !session.told->blockers.empty()) {
      session.told = WaitState{session.step, {}, {}};
      tell(id, *session.told);
    } else if (wait && (again || session.told != wait->state)) {
      session.told = wait->state;
      tell(id, wait->state);
    }
  }
}

void LiveDriver::tell_locks() {
  const auto queries = server_->locks_queries(numbers_);
  if (queries.empty()) return note("this server does not show which locks are held");
  std::vector<Reply> replies;
  for (const std::string& sql : queries) {
    replies.push_back(ask(control(), sql));
    if (replies.back().error)
      return note(fmt::format("the locks held cannot be read: {}", replies.back().error->message));
  }
  std::vector<LocksState> states(sessions_.size());
  for (SeenLock& seen : server_->read_locks(replies))
    if (const auto found = ids_.find(seen.holder); found != ids_.end())
      states[found->second].locks.push_back(std::move(seen.lock));
  for (SessionId id = 0; id < sessions_.size(); ++id) tell(id, std::move(states[id]));
}

// ------------------------------------------------------------------------------------------------- settling: any

void LiveDriver::settle_any(std::optional<Time> deadline) {
  storm_ = true;
  while (ends_untold_ == 0 && busy_ > 0 && !interrupted_) {
    const Time time_now = now();
    if (deadline && time_now >= *deadline) return;
    if (!blind_ && !sampling_.under_way() && time_now >= next_sample_) begin_sample();
    std::int64_t until = deadline ? deadline->micros : time_now.micros + 1'000'000;
    if (!blind_ && !sampling_.under_way()) until = std::min(until, next_sample_.micros);
    pump(std::max<std::int64_t>(until - time_now.micros, 0));
  }
}

void LiveDriver::begin_sample() {
  if (!observer_) {
    observer_ = server_->connect();
    greet(*observer_);
    poller_.add(observer_->fd(), observer_key);
  }
  sampled_.clear();
  for (const LiveSession& session : sessions_) sampled_.push_back({session.statements, session.transactions});
  sample_began_ = now();
  sampling_.begin(*observer_, server_->waits_queries(numbers_));
  if (observer_->complete()) end_sample();
}

/// What has moved on since the sample was asked for is left out: it would tell of a wait that is over.
void LiveDriver::end_sample() {
  if (!sampling_.under_way()) {
    observer_->advance();  // nothing was asked: it tells that the server has hung up, or nothing
    return;
  }
  if (!sampling_.advance(*observer_)) return;
  const std::vector<Reply> replies = sampling_.take();
  const std::int64_t took = now().micros - sample_began_.micros;
  next_sample_ = {now().micros + std::max({sample_apart_micros, took * sample_cost, server_->look_micros()})};
  if (!replies.empty() && replies.back().error) {
    blind_ = true;
    return note(fmt::format("the server does not show who waits ({}): lock waits are not counted",
                            replies.back().error->message));
  }
  Look seen = look_of(server_->read_waits(replies), sessions_, ids_);
  for (SessionId id = 0; id < sessions_.size(); ++id) {
    auto& wait = seen.waits[id];
    if (!wait) continue;
    if (sessions_[id].statements != sampled_[id].statements) {
      wait = std::nullopt;
      continue;
    }
    std::erase_if(wait->state.blockers, [&](const Blocker& blocker) {
      return sessions_[blocker.session].transactions != sampled_[blocker.session].transactions;
    });
  }
  tell_waits(seen, false);
}

}  // namespace

std::unique_ptr<Driver> make_live_driver(std::unique_ptr<Server> server, Options options) {
  return std::make_unique<LiveDriver>(std::move(server), std::move(options));
}

}  // namespace gridlock::live
