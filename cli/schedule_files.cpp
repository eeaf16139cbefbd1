#include "cli/schedule_files.h"

#include <filesystem>

#include "drivers/engines.h"

namespace gridlock {

RingOf ring_of(const PlayedOrder& played) {
  RingOf ring;
  for (const Deadlock& deadlock : deadlocks(played.trace)) {
    ring.fingerprint = diagnose(deadlock).fingerprint;
    ring.steps.clear();
    for (const Party& party : deadlock.parties) ring.steps.push_back(party.step);
  }
  return ring;
}

std::string path_from(const std::string& folder, const std::string& path) {
  std::error_code error;
  const auto absolute = std::filesystem::weakly_canonical(path, error);
  const auto base = std::filesystem::weakly_canonical(folder.empty() ? "." : folder, error);
  const auto relative = absolute.lexically_relative(base);
  return relative.empty() ? path : relative.generic_string();
}

explore::Schedule schedule_of(const explore::Witness& witness, const explore::Exploration& exploration,
                              const Workload& workload, const std::string& workload_path, std::uint32_t workload_hash,
                              std::optional<sql::Isolation> isolation) {
  const explore::Plan& plan = exploration.plans[witness.finding.plan];
  explore::Schedule schedule;
  schedule.engine = exploration.engine;
  if (workload.is_story()) {
    schedule.workload_path = workload_path;
    schedule.hash = workload_hash;
    schedule.isolation = isolation;
    schedule.seed = exploration.seed;
  } else {
    schedule.workload_text = explore::story_yaml(plan, witness.finding.witness, dialect_of(exploration.engine));
  }
  schedule.order = witness.played.order;
  schedule.expect.outcome = witness.finding.what;
  const RingOf ring = ring_of(witness.played);
  schedule.expect.fingerprint = ring.fingerprint;
  schedule.expect.between = ring.steps;
  for (const auto& event : witness.played.events) schedule.expect.events.emplace_back(event.step, event.outcome);
  return schedule;
}

}  // namespace gridlock
