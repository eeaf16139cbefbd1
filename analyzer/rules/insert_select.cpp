// D24: INSERT ... SELECT locks the rows that it reads.
#include "analyzer/fingerprint.h"
#include "analyzer/rules/advice.h"
#include "analyzer/rules/rules.h"
#include "analyzer/rules/words.h"

namespace gridlock::rules {
namespace {

/// A shared lock on a table that the statement only reads.
bool locks_source(const Act& act, const Lock* lock) {
  return act.verb == Verb::insert_select && is_shared(lock) && act.names(bare_table(lock->table)) &&
         !same_table(act.table, lock->table);
}

bool reads_under_lock(const Actor& actor) {
  if (locks_source(actor.act, actor.wants) || locks_source(actor.act, actor.holds)) return true;
  for (const Act& act : actor.earlier)
    if (locks_source(act, actor.holds)) return true;
  return false;
}

}  // namespace

std::optional<Diagnosis> insert_select(const Scene& scene) {
  if (!scene.any(reads_under_lock)) return std::nullopt;
  Diagnosis diagnosis;
  diagnosis.title = "INSERT ... SELECT locks the rows that it reads";
  diagnosis.explanation =
      "At REPEATABLE READ an INSERT ... SELECT locks (shared) every row of its source, gaps included, so that a "
      "replica can repeat it. " +
      cycle_in_words(scene);
  Advice committed = read_committed();
  committed.detail =
      "At READ COMMITTED the SELECT part reads a snapshot and locks nothing (row-based replication, the default, does "
      "not need the locks).";
  diagnosis.advice.push_back(std::move(committed));
  diagnosis.advice.push_back(
      advice("read-then-insert", "Read first, then insert what was read",
             "A plain SELECT takes no locks; insert its rows by VALUES, in the order of the target's key.",
             Condition::hold_and_wait));
  diagnosis.advice.push_back(sort_keys(scene));
  diagnosis.folklore = {"FOR SHARE in the SELECT: those are the locks that it takes anyway.", retries_do_not_cure(),
                        timeouts_do_not_help(scene)};
  return diagnosis;
}

}  // namespace gridlock::rules
