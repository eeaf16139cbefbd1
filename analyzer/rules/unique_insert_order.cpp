// D30, P3, P4, P5: the same unique keys inserted in opposite order.
#include "analyzer/rules/advice.h"
#include "analyzer/rules/rewrites.h"
#include "analyzer/rules/rules.h"
#include "analyzer/rules/words.h"

namespace gridlock::rules {
namespace {

bool waits_for_duplicate(const Scene& scene, const Actor& actor) {
  if (!actor.act.inserts() || actor.wants == nullptr) return false;
  if (scene.postgres)
    return actor.wants->kind == LockKind::transaction || actor.wants->kind == LockKind::speculative_token ||
           actor.wants->kind == LockKind::tuple;
  return is_shared(actor.wants);
}

bool is_conflict_clause(const Actor& actor) { return actor.act.verb == Verb::upsert; }

Advice sort_inserts(const Scene& scene) {
  Advice out =
      advice("sort-keys", "Insert the keys in one order",
             "Sort the rows by the unique key, and remove duplicates, before inserting them; the same in every "
             "transaction. Whoever comes second then waits for the first key already, and holds nothing.",
             Condition::circular_wait);
  for (std::size_t i = 0; i < scene.size(); ++i)
    add_rewrite(out, scene.actors[i], scene.actors[i].party->statement, sorted_rows(scene.actors[i].act));
  if (!out.rewrites.empty()) return out;
  // One row each: the two statements of whoever inserts the larger key first.
  for (std::size_t i = 0; i < scene.size(); ++i) {
    const Act* first = taker_of(scene, i);
    const Actor& actor = scene.actors[i];
    if (first == nullptr || !first->inserts() || actor.wants == nullptr || actor.holds == nullptr) continue;
    const bool keys = !actor.wants->key.empty() && !actor.holds->key.empty() && actor.wants->key.front().value &&
                      actor.holds->key.front().value;
    if (!keys || compare(*actor.wants->key.front().value, *actor.holds->key.front().value) >= 0) continue;
    out.rewrites.push_back({actor.party->name, first->sql + ";\n" + actor.party->statement + ";",
                            actor.party->statement + ";\n" + first->sql + ";"});
  }
  return out;
}

}  // namespace

std::optional<Diagnosis> unique_insert_order(const Scene& scene) {
  if (!scene.all([&](const Actor& actor) { return waits_for_duplicate(scene, actor); })) return std::nullopt;
  Diagnosis diagnosis;
  diagnosis.title = "Inserts of the same unique keys in opposite order";
  diagnosis.explanation =
      "An INSERT whose key another transaction has inserted and not committed has to wait until it is known whether "
      "that key stays. " +
      cycle_in_words(scene) + " Each waits for the fate of a key that the other has inserted.";
  diagnosis.advice.push_back(sort_inserts(scene));
  diagnosis.advice.push_back(
      advice("commit-between", "Commit behind each row, or each small batch",
             "A transaction that inserts one key only has nothing that another could wait for while it waits itself.",
             Condition::hold_and_wait));
  diagnosis.advice.push_back(
      advice("one-writer", "Let one writer insert each key",
             "Divide the keys among the writers, by hash or by range, so that no key is inserted by two.",
             Condition::mutual_exclusion));
  diagnosis.folklore = {scene.postgres
                            ? "ON CONFLICT DO NOTHING: it waits in the same way to learn whether there is a conflict."
                            : "INSERT IGNORE: it waits in the same duplicate check.",
                        isolation_does_not_help(scene), retries_do_not_cure()};
  if (scene.any(is_conflict_clause))
    diagnosis.folklore.front() =
        "The conflict clause itself: it decides what happens to a duplicate, not the order of waiting.";
  return diagnosis;
}

}  // namespace gridlock::rules
