// D33: the table's AUTO-INC lock against row locks.
#include "analyzer/rules/advice.h"
#include "analyzer/rules/rules.h"
#include "analyzer/rules/words.h"

namespace gridlock::rules {

std::optional<Diagnosis> auto_increment(const Scene& scene) {
  const auto counts = [](const Lock* lock) { return lock != nullptr && lock->kind == LockKind::auto_increment; };
  if (!scene.any([&](const Actor& actor) { return counts(actor.wants) || counts(actor.holds); })) return std::nullopt;
  Diagnosis diagnosis;
  diagnosis.title = "An AUTO_INCREMENT lock and row locks are waited for crosswise";
  diagnosis.explanation =
      "A bulk insert (INSERT ... SELECT, LOAD DATA) keeps the table's AUTO-INC lock until its statement ends, when "
      "innodb_autoinc_lock_mode is 0 or 1, and locks rows meanwhile. " +
      cycle_in_words(scene);
  diagnosis.advice.push_back(advice("autoinc-interleaved", "Set innodb_autoinc_lock_mode = 2",
                                    "Mode 2 (the default since MySQL 8.0) hands out numbers without a lock on the "
                                    "table. It needs row-based or mixed replication, and a restart.",
                                    Condition::mutual_exclusion));
  diagnosis.advice.push_back(advice("small-batches", "Insert in small batches",
                                    "INSERT ... VALUES with a known number of rows takes its numbers at once, in mode "
                                    "1 as well; a bulk insert in small pieces keeps the lock only shortly.",
                                    Condition::hold_and_wait));
  diagnosis.advice.push_back(retry(scene));
  diagnosis.folklore = {isolation_does_not_help(scene)};
  diagnosis.folklore.front() = "A lower isolation level: the AUTO-INC lock does not depend on it.";
  return diagnosis;
}

}  // namespace gridlock::rules
