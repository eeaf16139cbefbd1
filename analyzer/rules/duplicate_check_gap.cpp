// D13: one insert waits in the duplicate check; the transaction that it waits for then inserts into the gap it queues
// for.
#include "analyzer/rules/advice.h"
#include "analyzer/rules/rewrites.h"
#include "analyzer/rules/rules.h"
#include "analyzer/rules/words.h"

namespace gridlock::rules {
namespace {

bool inserts_into_gap(const Actor& actor) { return is_insert_intention(actor.wants) && actor.act.inserts(); }

/// A duplicate check waits with S next-key (X for an upsert) on the entry with its own key.
bool checks_for_duplicate(const Actor& actor) {
  return actor.act.inserts() && !is_insert_intention(actor.wants) &&
         (is_shared(actor.wants) || is_exclusive(actor.wants));
}

/// An upsert locks gaps in its check as well, granted ones: those of another rule.
bool queues_in_that_gap(const Actor& inserter, const Actor& waiter) {
  return same_place(*inserter.wants, *waiter.wants);
}

}  // namespace

std::optional<Diagnosis> duplicate_check_gap(const Scene& scene) {
  if (scene.size() != 2) return std::nullopt;
  for (std::size_t i = 0; i < 2; ++i) {
    const Actor &inserter = scene.actors[i], &waiter = scene.after(i);
    if (!inserts_into_gap(inserter) || !checks_for_duplicate(waiter)) continue;
    if (!queues_in_that_gap(inserter, waiter)) continue;
    Diagnosis diagnosis;
    diagnosis.title = "An INSERT goes in front of a key whose duplicate check another INSERT is waiting in";
    diagnosis.explanation =
        at_beginning(waiter.party->name) + " inserts a key that " + inserter.party->name +
        " has inserted and not committed: it queues in the duplicate check for that entry and the gap before it. " +
        at_beginning(inserter.party->name) +
        " then inserts into exactly that gap, and an insert waits even for those who only queue there. " +
        cycle_in_words(scene);
    Advice sort =
        advice("sort-keys", "Insert the keys in ascending order",
               "With ascending keys the later insert goes behind the earlier one, not into the gap in front of it.",
               Condition::circular_wait);
    if (const Act* first = taker_of(scene, i); first != nullptr && first->inserts())
      sort.rewrites.push_back({inserter.party->name, first->sql + ";\n" + inserter.party->statement + ";",
                               inserter.party->statement + ";\n" + first->sql + ";"});
    diagnosis.advice.push_back(std::move(sort));
    diagnosis.advice.push_back(
        advice("one-statement", "Insert the rows by one statement, or commit after each",
               "The shorter a transaction keeps an inserted key without committing it, the fewer others queue for it.",
               Condition::hold_and_wait));
    diagnosis.advice.push_back(retry(scene));
    diagnosis.folklore = {"READ COMMITTED: the duplicate check locks the entry and its gap at every level.",
                          "INSERT IGNORE: it waits in the same duplicate check."};
    return diagnosis;
  }
  return std::nullopt;
}

}  // namespace gridlock::rules
