#include "workloads/runner/wrapping.h"

#include <algorithm>
#include <utility>

#include "workloads/runner/setup.h"

namespace gridlock {
namespace {

std::shared_ptr<const Prepared> made(std::string text, sql::StatementNode node) {
  auto prepared = std::make_shared<Prepared>();
  prepared->statement.text = text;
  prepared->statement.span = {0, text.size()};
  prepared->statement.node = std::move(node);
  prepared->text = std::move(text);
  return prepared;
}

std::string level(sql::Isolation isolation) {
  switch (isolation) {
    case sql::Isolation::read_uncommitted: return "READ UNCOMMITTED";
    case sql::Isolation::read_committed: return "READ COMMITTED";
    case sql::Isolation::repeatable_read: return "REPEATABLE READ";
    case sql::Isolation::serializable: return "SERIALIZABLE";
  }
  return "";
}

bool says_begin(const std::vector<Step>& steps, const std::string& dialect) {
  return std::any_of(steps.begin(), steps.end(), [&](const Step& step) {
    if (step.loop) return says_begin(step.loop->steps, dialect);
    const auto statement = statement_for(step, dialect);
    return statement && std::holds_alternative<sql::Begin>(statement->statement.node);
  });
}

}  // namespace

bool is_wrapped(const TransactionType& type, const std::string& dialect) {
  return !type.autocommit && !says_begin(type.steps, dialect);
}

Statements begin_statements(const std::string& dialect, std::optional<sql::Isolation> isolation) {
  sql::Begin begin;
  if (!isolation) return {made("BEGIN", begin)};
  if (dialect != "postgres") {
    sql::SetIsolation set;
    set.isolation = *isolation;
    return {made("SET TRANSACTION ISOLATION LEVEL " + level(*isolation), set), made("BEGIN", begin)};
  }
  begin.isolation = isolation;
  return {made("BEGIN ISOLATION LEVEL " + level(*isolation), begin)};
}

std::shared_ptr<const Prepared> commit_statement() { return made("COMMIT", sql::Commit{}); }
std::shared_ptr<const Prepared> rollback_statement() { return made("ROLLBACK", sql::Rollback{}); }

}  // namespace gridlock
