#include "cli/playable.h"

#include <memory>
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

}  // namespace

Problems what_cannot_be_played(const Workload& workload, const std::string& engine) {
  const std::string dialect = dialect_of(engine);
  Problems problems = missing_for(workload, dialect);
  if (!problems.empty()) return problems;
  // Without the rows: they cost time, and `open` says what is wrong with them.
  Workload empty = workload;
  empty.data.clear();
  return check_playable(engine, setup_for(empty, dialect, workload.seed, {}), statements_of(workload, dialect));
}

}  // namespace gridlock
