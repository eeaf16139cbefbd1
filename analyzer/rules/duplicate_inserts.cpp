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

/// Where a DELETE went before, its row stays until purged, and an exclusive request for it is granted to one at a time.
/// (Where an INSERT was rolled back it does not help: the waiting requests become locks on the gap, for all at once.)
Advice upsert(const Scene& scene) {
  Advice out = advice("upsert", "Ask for the exclusive lock in the duplicate check",
                      "INSERT ... ON DUPLICATE KEY UPDATE checks for the duplicate with an exclusive lock, so only one "
                      "of the waiting inserts gets on when the DELETE commits.",
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
  const bool upserts = woken_by_rollback(scene);
  const bool shared = scene.any([](const Actor& actor) { return is_shared(actor.holds) && !actor.holds->waiting; });
  if ((!shared && !upserts) || (!into_gap && !for_row)) return std::nullopt;
  Diagnosis diagnosis;
  diagnosis.title = into_gap ? "Inserts of one key wait for a transaction that rolls back, then for each other"
                             : "Inserts of one key wait for a transaction that deletes it, then for each other";
  const std::string a_lock = upserts ? "an exclusive lock" : "a shared lock";
  diagnosis.explanation = std::string("An INSERT that meets its own key, inserted ") + (into_gap ? "" : "or deleted ") +
                          "by a transaction that has not ended, waits in the duplicate check with " + a_lock + ". " +
                          (into_gap ? "When that transaction rolls back, its row disappears and every waiting insert "
                                      "is granted " +
                                          a_lock + " on the gap that is left, where locks do not exclude each other. "
                                    : "When that transaction commits, every waiting insert is granted its shared lock "
                                      "on the row that is gone. ") +
                          cycle_in_words(scene) +
                          (into_gap ? " An insert waits for every lock on its gap but its own."
                                    : " Each must now exclude the others' shared lock.") +
                          " The transaction that was first is not in the ring: it has ended.";
  if (!into_gap) diagnosis.advice.push_back(upsert(scene));
  if (into_gap)
    diagnosis.advice.push_back(advice("commit-inserts", "Do not roll back behind an INSERT",
                                      "Check what can fail before the INSERT, so that the first transaction commits: "
                                      "the others then get the duplicate key error (1062) instead of a deadlock.",
                                      Condition::circular_wait));
  else
    diagnosis.advice.push_back(
        advice("update-in-place", "Change the row instead of deleting and inserting it",
               "An UPDATE keeps the row in its place, with one exclusive lock and no duplicate check.",
               Condition::circular_wait));
  diagnosis.advice.push_back(
      advice("one-writer", "Let one writer insert each key",
             "Divide the keys among the writers (by hash, by range, by queue), or remove duplicates before inserting, "
             "so that the same key is not inserted by several at once.",
             Condition::mutual_exclusion));
  diagnosis.advice.push_back(retry(scene));
  diagnosis.folklore = {"READ COMMITTED: the duplicate check locks the same at every level.",
                        "INSERT IGNORE: it waits in the same duplicate check and is granted a shared lock like the "
                        "others.",
                        "Sorting the keys: all of them insert the same one."};
  if (into_gap && !upserts)
    diagnosis.folklore.emplace_back(
        "INSERT ... ON DUPLICATE KEY UPDATE: its waiting requests are exclusive, and become exclusive locks on the gap "
        "that the rollback leaves, all at once. They deadlock in the same way.");
  return diagnosis;
}

}  // namespace gridlock::rules
