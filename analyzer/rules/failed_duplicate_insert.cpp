// D12: an INSERT that failed on a duplicate keeps a shared lock; then both change the row.
#include "analyzer/rules/advice.h"
#include "analyzer/rules/rewrites.h"
#include "analyzer/rules/rules.h"
#include "analyzer/rules/words.h"

namespace gridlock::rules {
namespace {

/// The insert of the same table that can only have failed: its transaction now changes the row that was there before
/// it.
const Act* failed_insert(const Scene& scene, std::size_t i) {
  const Actor& actor = scene.actors[i];
  if (!is_shared(actor.holds) || !is_exclusive(actor.wants)) return nullptr;
  for (const Act& act : actor.earlier) {
    if (act.verb == Verb::lock_share || act.verb == Verb::select) return nullptr;
    if (act.verb == Verb::insert && same_table(act.table, actor.wants->table)) return &act;
  }
  return nullptr;
}

}  // namespace

std::optional<Diagnosis> failed_duplicate_insert(const Scene& scene) {
  for (std::size_t i = 0; i < scene.size(); ++i)
    if (failed_insert(scene, i) == nullptr) return std::nullopt;
  Diagnosis diagnosis;
  diagnosis.title = "Two inserts fail on the same duplicate, then both change the row";
  diagnosis.explanation =
      "An INSERT that fails with a duplicate key (1062) leaves a shared lock on the row that it met, until the "
      "transaction ends. " +
      cycle_in_words(scene) + " Neither can change the row while the other shares it.";
  Advice upsert = advice("upsert", "Insert or update by one statement",
                         "INSERT ... ON DUPLICATE KEY UPDATE asks for the exclusive lock in its duplicate check "
                         "already, so the second waits before it holds anything.",
                         Condition::hold_and_wait);
  for (std::size_t i = 0; i < scene.size(); ++i) {
    const Act& insert = *failed_insert(scene, i);
    const Actor& actor = scene.actors[i];
    const bool updates = actor.act.verb == Verb::update;
    const auto after = upsert_of(insert, key_column(actor.act, actor.wants), updates ? &actor.act : nullptr, scene);
    add_rewrite(upsert, actor, insert.sql + ";\n" + actor.party->statement + ";",
                after ? std::optional(*after + ";") : std::nullopt);
  }
  diagnosis.advice.push_back(std::move(upsert));
  diagnosis.advice.push_back(
      advice("roll-back-after-duplicate", "Roll back after a duplicate key error",
             "ROLLBACK (or commit what is done so far) lets the shared lock go; then begin again with the UPDATE.",
             Condition::hold_and_wait));
  diagnosis.folklore = {"READ COMMITTED: the duplicate check leaves its shared lock at every level.",
                        "Ignoring the error in the application: the statement is undone, its lock is not.",
                        retries_do_not_cure()};
  return diagnosis;
}

}  // namespace gridlock::rules
