#include "cli/to_workload.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <utility>

#include "cli/console.h"
#include "cli/files.h"
#include "cli/playable.h"
#include "drivers/engines.h"
#include "workloads/from_deadlock.h"
#include "workloads/load.h"
#include "workloads/runner/runner.h"

namespace gridlock {
namespace {

std::string bare(const std::string& table) { return table.substr(table.rfind('.') + 1); }

/// What the parties wait for, whoever they are: the same for a deadlock and its reproduction.
std::multiset<std::string> waits_of(const Deadlock& deadlock) {
  std::multiset<std::string> waits;
  const bool postgres = deadlock.engine == "postgres";
  for (const Party& party : deadlock.parties) {
    if (!party.waits_for) continue;
    const Lock& lock = *party.waits_for;
    waits.insert(postgres ? std::string(to_string(lock.kind)) + " " + lock.mode
                          : fmt::format("{} {} {}", lock.mode, bare(lock.table), lock.index));
  }
  return waits;
}

/// Whether the story, played on its engine, comes to the deadlock that it was made from.
bool reproduces(const InferredStory& story, const Deadlock& deadlock) {
  const Loaded loaded = load_workload(story.yaml, "inferred.yaml");
  MadeDriver made = make_driver(story.engine);
  if (!loaded.workload || !made.driver || !what_cannot_be_played(*loaded.workload, story.engine).empty()) return false;
  const Run played = run(*loaded.workload, *made.driver, {});
  for (const PlayedOrder& order : played.orders)
    for (const Deadlock& found : deadlocks(order.trace))
      if (waits_of(found) == waits_of(deadlock)) return true;
  return false;
}

std::string head_of(const DiagnosedDeadlock& one, const InferredStory& story, bool same) {
  return fmt::format(
      "# {}\n# Made by gridlock analyze --to-workload from {}.\n# {}\n", one.diagnosis.title, one.deadlock.where,
      same ? fmt::format("gridlock run on {} comes to the same cycle of waits.", story.engine)
           : fmt::format("gridlock run on {} does NOT come to the same cycle: what was inferred is not enough.",
                         story.engine));
}

}  // namespace

bool write_workloads(const Report& report, const Options& options) {
  std::error_code error;
  std::filesystem::create_directories(options.to_workload, error);
  for (const DiagnosedDeadlock& one : report.analysis.deadlocks) {
    const std::string name = fmt::format("{}-{}", one.diagnosis.pattern, one.diagnosis.fingerprint);
    const auto story = story_from(one.deadlock, one.diagnosis.title);
    if (!story) {
      remark(
          options,
          fmt::format("{}: no workload can be made of it: the log does not tell every statement, or one cannot be read",
                      name));
      continue;
    }
    const bool same = reproduces(*story, one.deadlock);
    const std::string file = options.to_workload + "/" + name + ".yaml";
    if (const auto problem = write_file(file, head_of(one, *story, same) + story->yaml)) {
      complain(options, *problem);
      return false;
    }
    remark(options, fmt::format("{}: {}", file, same ? "reproduces the deadlock" : "does not reproduce the deadlock"));
  }
  return true;
}

}  // namespace gridlock
