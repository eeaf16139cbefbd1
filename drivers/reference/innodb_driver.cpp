#include <fmt/format.h>

#include <stdexcept>

#include "drivers/reference/engine.h"
#include "drivers/reference/reference.h"

namespace gridlock::reference {
namespace {

class InnodbDriver final : public ReferenceDriver, public Explorable {
 public:
  explicit InnodbDriver(const Profile& profile) : engine_(profile, EngineSettings{}, 0) {}

  Problems open(const Setup& setup) override;
  void start(const Call& call) override { engine_.start(call); }
  void settle(Patience patience) override;
  std::vector<Event> observe() override { return engine_.take_events(); }
  bool busy(SessionId session) const override { return engine_.busy(session); }
  Time now() const override { return {engine_.now()}; }
  void sleep_until(Time time) override { engine_.run_until_one_ends(time.micros); }
  std::vector<std::vector<Value>> query(const std::string& sql) override;
  std::string name() const override { return std::string(engine_.profile().engine); }
  std::string version() const override { return std::string(engine_.profile().version); }
  void close() override { engine_.close(); }
  std::unique_ptr<Driver> copy() const override { return std::make_unique<InnodbDriver>(*this); }
  std::optional<std::vector<Touch>> touched() override { return engine_.take_touches(); }

  Problems check(const Prepared& statement) override;

 private:
  Problems read_settings(const Setup& setup, EngineSettings& settings) const;
  Problems define(const Setup& setup);
  Problems load(const Setup& setup);
  StatementEnded run_alone(const std::shared_ptr<const Prepared>& statement);

  Engine engine_;
  Slot own_session_ = none;  // behind the workload's: makes the schema, asks for invariants
  bool locks_wanted_ = false;
};

Problems InnodbDriver::read_settings(const Setup& setup, EngineSettings& settings) const {
  Problems problems;
  for (const auto& [name, value] : setup.settings) {
    if (auto problem = set_variable(settings.sessions, &settings, name, value)) problems.push_back(*problem);
  }
  for (const SessionSetup& session : setup.sessions) {
    SessionSettings own;
    for (const auto& [name, value] : session.settings) {
      auto problem = set_variable(own, nullptr, name, value);
      if (!problem) continue;
      problem->message = fmt::format("session {}: {}", session.name, problem->message);
      problems.push_back(*problem);
    }
  }
  return problems;
}

Problems InnodbDriver::open(const Setup& setup) {
  EngineSettings settings;
  settings.autoinc_lock_mode = engine_.profile().autoinc_lock_mode;
  if (engine_.profile().whole_tables) settings.sessions.lock_wait_timeout_s = settings.sessions.metadata_timeout_s;
  settings.sessions.snapshot_isolation = engine_.profile().snapshot_isolation;
  Problems problems = read_settings(setup, settings);
  engine_ = Engine(engine_.profile(), settings, setup.seed);
  locks_wanted_ = setup.locks;
  for (const SessionSetup& session : setup.sessions) engine_.add_session(session);
  own_session_ = engine_.add_session({"(gridlock)", std::nullopt, {}});
  for (const Problem& problem : define(setup)) problems.push_back(problem);
  if (problems.empty()) problems = load(setup);
  engine_.take_events();
  engine_.begin_at_zero();
  return problems;
}

Problems InnodbDriver::define(const Setup& setup) {
  Problems problems;
  for (const auto& statement : setup.schema) {
    Problems unplayable = check(*statement);
    if (!unplayable.empty()) {
      problems.insert(problems.end(), unplayable.begin(), unplayable.end());
      continue;
    }
    const StatementEnded ended = run_alone(statement);
    if (ended.error) {
      problems.push_back(
          {statement->where, fmt::format("the schema fails: {} ({})", ended.error->message, ended.error->code), ""});
    }
  }
  return problems;
}

Problems InnodbDriver::load(const Setup& setup) {
  Problems problems;
  for (const TableData& data : setup.data) {
    const Refusal refusal = engine_.load(own_session_, data);
    if (refusal) {
      problems.push_back(
          {{}, fmt::format("data of table {}: {} ({})", data.table, refusal->message, refusal->code), ""});
    }
  }
  return problems;
}

StatementEnded InnodbDriver::run_alone(const std::shared_ptr<const Prepared>& statement) {
  engine_.start({own_session_, "", "", statement, {}});
  engine_.run_all();
  StatementEnded ended;
  for (Event& event : engine_.take_events()) {
    if (auto* end = std::get_if<StatementEnded>(&event.what); end != nullptr && event.session == own_session_) {
      ended = std::move(*end);
    }
  }
  return ended;
}

void InnodbDriver::settle(Patience patience) {
  if (patience.until == Patience::Until::all) {
    engine_.run_all();
  } else {
    engine_.run_until_one_ends(patience.deadline ? std::optional(patience.deadline->micros) : std::nullopt);
  }
  // in a storm nobody asks between two steps who stands in whose way; in a story everybody does
  if (patience.until == Patience::Until::all) engine_.tell_waits();
  if (locks_wanted_) engine_.tell_locks(own_session_);
}

std::vector<std::vector<Value>> InnodbDriver::query(const std::string& sql) {
  const sql::Parsed parsed = sql::parse_statement(sql, sql::Dialect::mysql);
  if (!parsed.problems.empty()) throw std::invalid_argument(parsed.problems.front().message);
  auto prepared = std::make_shared<Prepared>();
  prepared->text = sql;
  prepared->statement = parsed.statements.front();
  const std::vector<Event> before = engine_.take_events();
  StatementEnded ended = run_alone(prepared);
  engine_.give_back(before);
  if (ended.error) throw std::invalid_argument(ended.error->message);
  return std::move(ended.rows);
}

Problems InnodbDriver::check(const Prepared& statement) {
  const auto plan = make_plan(engine_.catalog(), statement);
  if (!plan->refusal) return {};
  return {{statement.where, plan->refusal->message, plan->hint}};
}

}  // namespace

std::unique_ptr<Driver> make_innodb() { return std::make_unique<InnodbDriver>(innodb_profile()); }
std::unique_ptr<Driver> make_mariadb() { return std::make_unique<InnodbDriver>(mariadb_profile()); }
std::unique_ptr<Driver> make_table() { return std::make_unique<InnodbDriver>(table_profile()); }
std::unique_ptr<Driver> make_mariadb118() { return std::make_unique<InnodbDriver>(mariadb118_profile()); }

}  // namespace gridlock::reference
