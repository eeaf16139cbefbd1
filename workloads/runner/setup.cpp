#include "workloads/runner/setup.h"

#include <fmt/format.h>

#include <algorithm>

#include "workloads/expand/rows.h"

namespace gridlock {
namespace {

void find_missing(const std::vector<Step>& steps, const std::string& dialect, Problems& problems) {
  for (const auto& step : steps) {
    if (step.loop) find_missing(step.loop->steps, dialect, problems);
    if (step.loop || step.think || step.statement || step.per_engine.count(dialect)) continue;
    problems.push_back({step.where, fmt::format("the step `{}` has no statement for {}", step.name, dialect),
                        fmt::format("add `{}: ...`, `{}: null` to leave the step out, or `sql: ...` for every engine",
                                    dialect, dialect)});
  }
}

/// A transaction of which nothing is left would spin without an end.
bool does_anything(const std::vector<Step>& steps, const std::string& dialect) {
  return std::any_of(steps.begin(), steps.end(), [&](const Step& step) {
    return step.think ||
           (step.loop ? does_anything(step.loop->steps, dialect) : statement_for(step, dialect) != nullptr);
  });
}

void add_story_sessions(const Story& story, const RunOptions& options, Setup& setup) {
  for (const auto& session : story.sessions)
    setup.sessions.push_back(
        {session.name, options.isolation ? options.isolation : session.isolation, session.settings});
}

void add_storm_sessions(const Storm& storm, const RunOptions& options, Setup& setup) {
  const Shard shard = options.shard.value_or(Shard{});
  std::uint32_t number = 0;
  for (const auto& group : storm.groups) {
    const auto isolation = options.isolation ? options.isolation : shared_isolation(storm, group);
    for (std::uint32_t i = 1; i <= group.count; ++i)
      if (plays(shard, number++))
        setup.sessions.push_back(
            {group.count == 1 ? group.name : fmt::format("{}-{}", group.name, i), isolation, group.settings});
  }
}

}  // namespace

bool plays(const Shard& shard, std::uint32_t session) { return session % shard.of == shard.part - 1; }

std::shared_ptr<const Prepared> statement_for(const Step& step, const std::string& dialect) {
  const auto own = step.per_engine.find(dialect);
  return own == step.per_engine.end() ? step.statement : own->second;
}

Problems missing_for(const Workload& workload, const std::string& dialect) {
  Problems problems;
  if (!workload.schema.empty() && !workload.schema.count("any") && !workload.schema.count(dialect))
    problems.push_back({{workload.file, 0, 0},
                        fmt::format("the schema is written only for {}", workload.schema.begin()->first),
                        fmt::format("add `{}: |` to `schema`", dialect)});
  if (const auto* story = std::get_if<Story>(&workload.play))
    for (const auto& session : story->sessions) find_missing(session.steps, dialect, problems);
  if (const auto* storm = std::get_if<Storm>(&workload.play))
    for (const auto& type : storm->transactions) {
      find_missing(type.steps, dialect, problems);
      if (problems.empty() && !does_anything(type.steps, dialect))
        problems.push_back(
            {type.where, fmt::format("the transaction `{}` has no step for {}", type.name, dialect), ""});
    }
  return problems;
}

Setup setup_for(const Workload& workload, const std::string& dialect, std::uint64_t seed, const RunOptions& options) {
  Setup setup;
  setup.workload = workload.name;
  setup.seed = seed;
  setup.schema = schema_for(workload, dialect);
  setup.data = expand::rows(workload, seed);
  setup.settings = settings_for(workload, dialect);
  if (const auto* story = std::get_if<Story>(&workload.play)) {
    add_story_sessions(*story, options, setup);
    setup.locks = options.locks;
  }
  if (const auto* storm = std::get_if<Storm>(&workload.play)) add_storm_sessions(*storm, options, setup);
  return setup;
}

std::optional<sql::Isolation> shared_isolation(const Storm& storm, const SessionGroup& group) {
  std::optional<sql::Isolation> shared;
  bool first = true;
  for (const auto& [name, weight] : group.run) {
    const auto* type = transaction_type(storm, name);
    const auto isolation = type && type->isolation ? type->isolation : group.isolation;
    if (!first && isolation != shared) return group.isolation;
    shared = isolation;
    first = false;
  }
  return shared;
}

const TransactionType* transaction_type(const Storm& storm, const std::string& name) {
  for (const auto& type : storm.transactions)
    if (type.name == name) return &type;
  return nullptr;
}

}  // namespace gridlock
