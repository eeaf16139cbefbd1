// D26 to D28: INSERT ... ON DUPLICATE KEY UPDATE and REPLACE lock the entry that they meet, and the gap before it.
#include "analyzer/rules/advice.h"
#include "analyzer/rules/rewrites.h"
#include "analyzer/rules/rules.h"
#include "analyzer/rules/words.h"

namespace gridlock::rules {
namespace {

bool is_upsert(const Act& act) { return act.verb == Verb::upsert || act.verb == Verb::replace; }

bool upserts(const Actor& actor) {
  if (is_upsert(actor.act)) return true;
  for (const Act& act : actor.earlier)
    if (is_upsert(act)) return true;
  return false;
}

bool replaces(const Actor& actor) {
  if (actor.act.verb == Verb::replace) return true;
  for (const Act& act : actor.earlier)
    if (act.verb == Verb::replace) return true;
  return false;
}

}  // namespace

std::optional<Diagnosis> upsert_gap(const Scene& scene) {
  const bool fits =
      !scene.postgres && !woken_by_rollback(scene) && scene.any(upserts) && scene.all([](const Actor& actor) {
        return actor.act.inserts() && (is_insert_intention(actor.wants) || is_exclusive(actor.wants));
      });
  if (!fits) return std::nullopt;
  const bool gaps = scene.any([](const Actor& actor) { return is_insert_intention(actor.wants); });
  const bool replace = scene.any(replaces);
  Diagnosis diagnosis;
  diagnosis.title = gaps ? "Upserts lock gaps that other inserts need" : "Upserts meet the same keys in opposite order";
  diagnosis.explanation = std::string(replace ? "REPLACE" : "INSERT ... ON DUPLICATE KEY UPDATE") +
                          " locks the entry that it meets in a unique index exclusively, and the gap in front of it. " +
                          cycle_in_words(scene) +
                          (gaps ? " Each INSERT waits for a gap that the other's upsert has locked."
                                : " Each keeps the entry that the other meets next.");
  diagnosis.advice.push_back(sort_keys(scene));
  Advice one = advice("one-statement", "Write all rows by one statement, sorted by the unique key",
                      "A single INSERT with all its rows in key order takes its locks in that order, and no other "
                      "statement of the transaction comes between.",
                      Condition::circular_wait);
  for (const Actor& actor : scene.actors) add_rewrite(one, actor, actor.party->statement, sorted_rows(actor.act));
  diagnosis.advice.push_back(std::move(one));
  if (replace)
    diagnosis.advice.push_back(advice("no-replace", "Use ON DUPLICATE KEY UPDATE instead of REPLACE",
                                      "REPLACE deletes the row that it meets and inserts a new one, in every index; ON "
                                      "DUPLICATE KEY UPDATE changes it in place and locks less.",
                                      Condition::hold_and_wait));
  diagnosis.advice.push_back(shorten());
  diagnosis.folklore = {"READ COMMITTED: the locks of a uniqueness check, gap included, are taken at every level.",
                        "INSERT IGNORE: it leaves the row as it is, and waits all the same for a key that another "
                        "transaction has inserted or changed and not committed.",
                        retries_do_not_cure()};
  return diagnosis;
}

}  // namespace gridlock::rules
