#include <fmt/format.h>

#include <stdexcept>

#include "drivers/reference/postgres/engine.h"
#include "drivers/reference/reference.h"
#include "model/sql/parse.h"

namespace gridlock::reference {
namespace {

using postgres::Engine;
using postgres::Settings;
using postgres::SqlError;

class PostgresDriver final : public ReferenceDriver {
 public:
  Problems open(const Setup& setup) override;
  void start(const Call& call) override { engine_->start(call); }
  void settle(Patience patience) override;
  std::vector<Event> observe() override { return engine_->take_events(); }
  bool busy(SessionId session) const override { return engine_->busy(session); }
  Time now() const override { return {engine_ ? engine_->now() : 0}; }
  void sleep_until(Time time) override { engine_->run_until_one_ends(time.micros); }
  std::vector<std::vector<Value>> query(const std::string& sql) override;
  std::string name() const override { return "reference:postgres"; }
  std::string version() const override { return "PostgreSQL 15"; }
  void close() override {
    if (engine_) engine_->close();
  }

  Problems check(const Prepared& statement) override;

 private:
  Problems read_settings(const Setup& setup, Settings& settings) const;
  Problems define(const Setup& setup);
  Problems load(const Setup& setup);
  StatementEnded run_alone(const std::shared_ptr<const Prepared>& statement);

  std::unique_ptr<Engine> engine_;
  Slot own_session_ = none;  // behind the workload's: makes the schema, asks for invariants
  bool locks_wanted_ = false;
};

Problems PostgresDriver::read_settings(const Setup& setup, Settings& settings) const {
  Problems problems;
  for (const auto& [name, value] : setup.settings)
    if (auto problem = set_parameter(settings, name, value)) problems.push_back(*problem);
  settings.own_deadlock_timeout = false;
  for (const SessionSetup& session : setup.sessions) {
    Settings own;
    for (const auto& [name, value] : session.settings) {
      auto problem = set_parameter(own, name, value);
      if (!problem) continue;
      problem->message = fmt::format("session {}: {}", session.name, problem->message);
      problems.push_back(*problem);
    }
  }
  return problems;
}

Problems PostgresDriver::open(const Setup& setup) {
  Settings settings;
  Problems problems = read_settings(setup, settings);
  engine_ = std::make_unique<Engine>(settings, setup.seed);
  locks_wanted_ = setup.locks;
  for (const SessionSetup& session : setup.sessions) engine_->add_session(session);
  own_session_ = engine_->add_session({"(gridlock)", std::nullopt, {}});
  for (const Problem& problem : define(setup)) problems.push_back(problem);
  if (problems.empty()) problems = load(setup);
  engine_->take_events();
  engine_->begin_at_zero();
  return problems;
}

Problems PostgresDriver::define(const Setup& setup) {
  Problems problems;
  for (const auto& statement : setup.schema) {
    Problems unplayable = check(*statement);
    if (!unplayable.empty()) {
      problems.insert(problems.end(), unplayable.begin(), unplayable.end());
      continue;
    }
    const StatementEnded ended = run_alone(statement);
    if (ended.error)
      problems.push_back(
          {statement->where, fmt::format("the schema fails: {} ({})", ended.error->message, ended.error->code), ""});
  }
  return problems;
}

Problems PostgresDriver::load(const Setup& setup) {
  Problems problems;
  for (const TableData& data : setup.data) {
    try {
      engine_->load(own_session_, data);
    } catch (const SqlError& refusal) {
      problems.push_back(
          {{}, fmt::format("data of table {}: {} ({})", data.table, refusal.error.message, refusal.error.code), ""});
    }
  }
  return problems;
}

StatementEnded PostgresDriver::run_alone(const std::shared_ptr<const Prepared>& statement) {
  engine_->start({own_session_, "", "", statement, {}});
  engine_->run_all();
  StatementEnded ended;
  for (Event& event : engine_->take_events())
    if (auto* end = std::get_if<StatementEnded>(&event.what); end != nullptr && event.session == own_session_)
      ended = std::move(*end);
  return ended;
}

void PostgresDriver::settle(Patience patience) {
  if (patience.until == Patience::Until::all) {
    engine_->run_all();
    engine_->tell_waits();
  } else {
    engine_->run_until_one_ends(patience.deadline ? std::optional(patience.deadline->micros) : std::nullopt);
  }
  if (locks_wanted_) engine_->tell_locks(own_session_);
}

std::vector<std::vector<Value>> PostgresDriver::query(const std::string& sql) {
  const sql::Parsed parsed = sql::parse_statement(sql, sql::Dialect::postgres);
  if (!parsed.problems.empty()) throw std::invalid_argument(parsed.problems.front().message);
  auto prepared = std::make_shared<Prepared>();
  prepared->text = sql;
  prepared->statement = parsed.statements.front();
  const std::vector<Event> before = engine_->take_events();
  StatementEnded ended = run_alone(prepared);
  engine_->give_back(before);
  if (ended.error) throw std::invalid_argument(ended.error->message);
  return std::move(ended.rows);
}

Problems PostgresDriver::check(const Prepared& statement) {
  const sql::StatementNode& node = statement.statement.node;
  if (const auto* unknown = std::get_if<sql::Unknown>(&node)) {
    const std::string& what = unknown->construct.empty() ? unknown->first_word : unknown->construct;
    if (what == "ANALYZE" || what == "VACUUM") return {};
    return {{statement.where, fmt::format("reference:postgres cannot play {}", what), ""}};
  }
  try {
    engine_->check(own_session_, statement);
  } catch (const SqlError& refusal) {
    return {{statement.where, refusal.error.message, ""}};
  }
  return {};
}

}  // namespace

std::unique_ptr<Driver> make_postgres() { return std::make_unique<PostgresDriver>(); }

}  // namespace gridlock::reference
