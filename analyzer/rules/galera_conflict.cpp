// D40: a replicated transaction of a Galera cluster aborts a local one. Reported like a deadlock, and none.
#include "analyzer/rules/advice.h"
#include "analyzer/rules/rules.h"
#include "analyzer/rules/words.h"

namespace gridlock::rules {

std::optional<Diagnosis> galera_conflict(const Scene& scene) {
  const bool nobody_waits = scene.size() == 2 && scene.all([](const Actor& actor) { return actor.wants == nullptr; });
  if (!nobody_waits || scene.postgres || scene.actors[0].party->lock_structs == std::nullopt) return std::nullopt;
  if (!scene.any([](const Actor& actor) { return actor.holds != nullptr; })) return std::nullopt;
  Diagnosis diagnosis;
  diagnosis.title = "A replicated transaction of the cluster aborted a local one";
  diagnosis.explanation =
      "A transaction that another node of the cluster has committed already must be applied here. Local transactions "
      "that hold what it needs are aborted; their clients get error 1213, though nobody waited in a ring.";
  diagnosis.advice.push_back(retry(scene));
  diagnosis.advice.push_back(
      advice("one-node", "Send writes of the same rows to one node",
             "Conflicts between nodes come up only at commit; on one node the second transaction simply waits.",
             Condition::mutual_exclusion));
  diagnosis.advice.push_back(shorten());
  diagnosis.folklore = {"Locking in one order: the other transaction ran on another server.",
                        "SELECT ... FOR UPDATE: its locks are not known to the other nodes."};
  return diagnosis;
}

}  // namespace gridlock::rules
