#include "cli/playable.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "drivers/engines.h"
#include "workloads/runner/setup.h"

namespace gridlock {
namespace {

using Statements = std::vector<std::shared_ptr<const Prepared>>;

void collect(const std::vector<Step>& steps, const std::string& dialect, Statements& statements) {
  for (const Step& step : steps) {
    if (step.loop) collect(step.loop->steps, dialect, statements);
    if (auto statement = statement_for(step, dialect)) statements.push_back(std::move(statement));
  }
}

Statements statements_of(const Workload& workload, const std::string& dialect) {
  Statements statements;
  if (const auto* story = std::get_if<Story>(&workload.play))
    for (const StorySession& session : story->sessions) collect(session.steps, dialect, statements);
  if (const auto* storm = std::get_if<Storm>(&workload.play))
    for (const TransactionType& type : storm->transactions) collect(type.steps, dialect, statements);
  return statements;
}

/// Each setting alone on an engine without tables: so a problem is known to be of that setting, and has its place.
class SettingsCheck {
 public:
  explicit SettingsCheck(std::string engine) : engine_(std::move(engine)) {}

  void of_engine(const Settings& settings, const SettingPlaces& where) {
    for (const auto& [name, value] : settings) {
      Setup setup;
      setup.settings = {{name, value}};
      ask(setup, where, name);
    }
  }

  void of_session(const std::string& session, const Settings& settings, const SettingPlaces& where) {
    for (const auto& [name, value] : settings) {
      Setup setup;
      setup.sessions.push_back({session, std::nullopt, {{name, value}}});
      ask(setup, where, name);
    }
  }

  Problems problems;

 private:
  void ask(const Setup& setup, const SettingPlaces& where, const std::string& name) {
    for (Problem& problem : check_playable(engine_, setup, {})) {
      if (const auto place = where.find(name); place != where.end()) problem.where = place->second;
      problems.push_back(std::move(problem));
    }
  }

  std::string engine_;
};

Problems unknown_settings(const Workload& workload, const std::string& engine, const std::string& dialect) {
  SettingsCheck check(engine);
  check.of_engine(settings_for(workload, dialect), settings_where_for(workload, dialect));
  if (const auto* story = std::get_if<Story>(&workload.play))
    for (const StorySession& session : story->sessions)
      check.of_session(session.name, session.settings, session.settings_where);
  if (const auto* storm = std::get_if<Storm>(&workload.play))
    for (const SessionGroup& group : storm->groups) check.of_session(group.name, group.settings, group.settings_where);
  return std::move(check.problems);
}

}  // namespace

std::string default_engine_for(const Workload& workload) {
  const std::string postgres = "reference:postgres", innodb = "reference:innodb";
  const std::vector<std::string> engines = engine_names();
  const bool only_postgres =
      !missing_for(workload, dialect_of(innodb)).empty() && missing_for(workload, dialect_of(postgres)).empty();
  return only_postgres && std::find(engines.begin(), engines.end(), postgres) != engines.end() ? postgres : innodb;
}

Problems what_cannot_be_played(const Workload& workload, const std::string& engine) {
  const std::string dialect = dialect_of(engine);
  Problems problems = missing_for(workload, dialect);
  if (!problems.empty()) return problems;
  problems = unknown_settings(workload, engine, dialect);
  if (!problems.empty()) return problems;
  // Without the rows: they cost time, and `open` says what is wrong with them.
  Workload empty = workload;
  empty.data.clear();
  return check_playable(engine, setup_for(empty, dialect, workload.seed, {}), statements_of(workload, dialect));
}

}  // namespace gridlock
