#pragma once
/// What is tried in many orders: sessions that are straight lines of statements.
///
/// A story is one plan. A storm is played for ever with values by chance; its plans are small casts of it, see
/// `instances.h`. Pauses are left out: every order that a pause could bring about is tried anyway.
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "drivers/driver.h"
#include "workloads/workload.h"

namespace gridlock::explore {

struct PlannedStep {
  std::string name;  ///< unique in the plan
  std::shared_ptr<const Prepared> statement;
  std::vector<std::string> into;        ///< names that get the first row's columns, as parameters
  bool ends_transaction = false;        ///< COMMIT or ROLLBACK
  std::map<std::string, Value> values;  ///< parameters that are known from this step on
};

struct PlannedSession {
  std::string name;
  std::string transaction;  ///< the type in a storm, the session's name in a story
  std::vector<PlannedStep> steps;
};

struct Plan {
  std::string workload;     ///< its name
  std::string schema_text;  ///< of this dialect
  Setup setup;              ///< without its data; its sessions are those of `sessions`
  std::shared_ptr<const std::vector<TableData>> data;
  std::vector<PlannedSession> sessions;
};

/// One step of an order: `sessions[session].steps[step]`.
struct Turn {
  SessionId session = 0;
  std::uint32_t step = 0;
  friend auto operator<=>(const Turn&, const Turn&) = default;
};
using Turns = std::vector<Turn>;

/// REQUIRES: the workload is a story and has all that `dialect` needs (`missing_for`). Session ids are the story's.
Plan plan_of_story(const Workload& workload, const std::string& dialect, std::uint64_t seed,
                   std::optional<sql::Isolation> isolation);

std::vector<std::string> names_of(const Plan& plan, const Turns& turns);

/// The place of a step by its name.
std::optional<Turn> turn_named(const Plan& plan, const std::string& name);

/// For each session the smallest one that does exactly the same: itself, where no other does.
std::vector<SessionId> twins(const Plan& plan);

bool ends_transaction(const Prepared& statement);

}  // namespace gridlock::explore
