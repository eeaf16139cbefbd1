#include "workloads/explore/plan.h"

#include <algorithm>
#include <utility>

#include "workloads/runner/setup.h"

namespace gridlock::explore {
namespace {

bool same_work(const PlannedSession& a, const PlannedSession& b) {
  return std::equal(a.steps.begin(), a.steps.end(), b.steps.begin(), b.steps.end(),
                    [](const PlannedStep& x, const PlannedStep& y) {
                      return x.statement->text == y.statement->text && x.into == y.into && x.values == y.values;
                    });
}

}  // namespace

bool ends_transaction(const Prepared& statement) {
  return std::holds_alternative<sql::Commit>(statement.statement.node) ||
         std::holds_alternative<sql::Rollback>(statement.statement.node);
}

Plan plan_of_story(const Workload& workload, const std::string& dialect, std::uint64_t seed,
                   std::optional<sql::Isolation> isolation) {
  RunOptions options;
  options.isolation = isolation;
  Plan plan;
  plan.workload = workload.name;
  plan.schema_text = schema_text_for(workload, dialect);
  plan.setup = setup_for(workload, dialect, seed, options);
  plan.data = std::make_shared<std::vector<TableData>>(std::exchange(plan.setup.data, {}));
  for (const StorySession& session : std::get<Story>(workload.play).sessions) {
    PlannedSession planned{session.name, session.name, {}};
    for (const Step& step : session.steps) {
      auto statement = statement_for(step, dialect);
      if (!statement) continue;
      const bool ends = ends_transaction(*statement);
      planned.steps.push_back({step.name, std::move(statement), step.into, ends, {}});
    }
    plan.sessions.push_back(std::move(planned));
  }
  return plan;
}

std::vector<std::string> names_of(const Plan& plan, const Turns& turns) {
  std::vector<std::string> names;
  for (const Turn turn : turns) names.push_back(plan.sessions[turn.session].steps[turn.step].name);
  return names;
}

std::optional<Turn> turn_named(const Plan& plan, const std::string& name) {
  for (std::size_t s = 0; s < plan.sessions.size(); ++s)
    for (std::size_t i = 0; i < plan.sessions[s].steps.size(); ++i)
      if (plan.sessions[s].steps[i].name == name) return Turn{static_cast<SessionId>(s), static_cast<std::uint32_t>(i)};
  return std::nullopt;
}

std::vector<SessionId> twins(const Plan& plan) {
  std::vector<SessionId> smallest;
  for (std::size_t s = 0; s < plan.sessions.size(); ++s) {
    std::size_t twin = 0;
    const auto alike = [&](std::size_t other) {
      const SessionSetup &a = plan.setup.sessions[s], &b = plan.setup.sessions[other];
      return a.isolation == b.isolation && a.settings == b.settings &&
             same_work(plan.sessions[s], plan.sessions[other]);
    };
    while (!alike(twin)) ++twin;
    smallest.push_back(static_cast<SessionId>(twin));
  }
  return smallest;
}

}  // namespace gridlock::explore
