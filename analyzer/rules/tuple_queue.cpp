// P12: several queue for one hot row of PostgreSQL; a blocker may only stand ahead in the queue.
#include "analyzer/rules/advice.h"
#include "analyzer/rules/rewrites.h"
#include "analyzer/rules/rules.h"
#include "analyzer/rules/words.h"

namespace gridlock::rules {

std::optional<Diagnosis> tuple_queue(const Scene& scene) {
  const bool queues =
      scene.any([](const Actor& actor) { return actor.wants != nullptr && actor.wants->kind == LockKind::tuple; });
  if (!scene.postgres || !queues || scene.size() < 3) return std::nullopt;
  Diagnosis diagnosis;
  diagnosis.title = "A queue for one hot row closes a ring";
  diagnosis.explanation =
      "When several transactions want one row, the first waits for the row's owner and the others queue behind it "
      "(ExclusiveLock on tuple); a blocker may hold nothing that is wanted, only an earlier place. " +
      cycle_in_words(scene) + " Who queues for the hot row keeps the other rows that it has locked.";
  diagnosis.advice.push_back(advice(
      "hot-row-first", "Lock the hot row first",
      "Let every transaction lock the row that all want before any other: whoever queues for it then holds nothing.",
      Condition::circular_wait));
  diagnosis.advice.push_back(sort_keys(scene));
  diagnosis.advice.push_back(advice("skip-locked", "If any row will do, skip locked ones",
                                    "A queue in a table needs no particular row: SELECT ... FOR UPDATE SKIP LOCKED "
                                    "LIMIT 1 takes the next free one and waits for nobody.",
                                    Condition::hold_and_wait));
  diagnosis.advice.push_back(shorten());
  diagnosis.folklore = {isolation_does_not_help(scene), timeouts_do_not_help(scene), retries_do_not_cure()};
  return diagnosis;
}

}  // namespace gridlock::rules
