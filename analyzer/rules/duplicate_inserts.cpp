// D3, D4: several inserts of one key wait in the duplicate check; when the first goes away, all get a shared lock at
// once.
#include "analyzer/rules/advice.h"
#include "analyzer/rules/rewrites.h"
#include "analyzer/rules/rules.h"
#include "analyzer/rules/words.h"

namespace gridlock::rules {
namespace {

bool read_shared_before(const Actor& actor) {
  for (const Act& act : actor.earlier)
    if (act.verb == Verb::lock_share || act.verb == Verb::select) return true;
  return false;
}

Advice one_statement(const Scene& scene) {
  Advice out = advice(
      "upsert", "Let a duplicate be no error",
      "INSERT ... ON DUPLICATE KEY UPDATE asks for the exclusive lock in its duplicate check, so only one of the "
      "waiting inserts gets on when the first goes away.",
      Condition::hold_and_wait);
  for (const Actor& actor : scene.actors)
    add_rewrite(out, actor, actor.party->statement,
                upsert_of(actor.act, key_column(actor.act, actor.wants), nullptr, scene));
  return out;
}

}  // namespace

std::optional<Diagnosis> duplicate_inserts(const Scene& scene) {
  const bool inserts = scene.all([](const Actor& actor) { return actor.act.inserts() && !read_shared_before(actor); });
  if (!inserts || scene.postgres) return std::nullopt;
  const bool into_gap = scene.all([](const Actor& actor) { return is_insert_intention(actor.wants); });
  const bool for_row = scene.all([](const Actor& actor) { return is_exclusive(actor.wants); });
  const bool shared = scene.any([](const Actor& actor) { return is_shared(actor.holds) && !actor.holds->waiting; });
  if (!shared || (!into_gap && !for_row)) return std::nullopt;
  Diagnosis diagnosis;
  diagnosis.title = into_gap ? "Inserts of one key wait for a transaction that rolls back, then for each other"
                             : "Inserts of one key wait for a transaction that deletes it, then for each other";
  diagnosis.explanation =
      std::string("An INSERT that meets its own key, inserted ") + (into_gap ? "" : "or deleted ") +
      "by a transaction that has not ended, waits in the duplicate check with a shared lock. " +
      (into_gap ? "When that transaction rolls back, its row disappears and every waiting insert is granted a shared "
                  "lock on the "
                  "gap that is left. "
                : "When that transaction commits, every waiting insert is granted its shared lock on the row that is "
                  "gone. ") +
      cycle_in_words(scene) +
      " Each must now exclude the others' shared lock. The transaction that was first is not in the ring: it "
      "has ended.";
  diagnosis.advice.push_back(one_statement(scene));
  if (into_gap)
    diagnosis.advice.push_back(
        advice("commit-inserts", "Do not roll back behind an INSERT",
               "Check what can fail before the INSERT, so that the first transaction commits: the others then "
               "get the duplicate key error (1062) instead of a deadlock.",
               Condition::circular_wait));
  else
    diagnosis.advice.push_back(
        advice("update-in-place", "Change the row instead of deleting and inserting it",
               "An UPDATE keeps the row in its place, with one exclusive lock and no duplicate check.",
               Condition::circular_wait));
  diagnosis.advice.push_back(
      advice("one-writer", "Let one writer insert each key",
             "Divide the keys among the writers (by hash, by range, by queue), or remove duplicates before "
             "inserting, so that the same key is not inserted by several at once.",
             Condition::mutual_exclusion));
  diagnosis.advice.push_back(retry(scene));
  diagnosis.folklore = {"READ COMMITTED: the duplicate check locks the same at every level.",
                        "INSERT IGNORE: it waits in the same duplicate check and is granted the same shared lock.",
                        "Sorting the keys: all of them insert the same one."};
  return diagnosis;
}

}  // namespace gridlock::rules
