// P14, P15, P16, P17, P20, D34: locks on whole tables and on their definitions.
#include <array>

#include "analyzer/rules/advice.h"
#include "analyzer/rules/rules.h"
#include "analyzer/rules/words.h"

namespace gridlock::rules {
namespace {

bool waits_for_table(const Actor& actor) { return actor.wants != nullptr && actor.wants->kind == LockKind::table; }

bool defines(const Actor& actor) {
  if (actor.act.verb == Verb::define) return true;
  for (const Act& act : actor.earlier)
    if (act.verb == Verb::define) return true;
  return false;
}

/// Modes that only DDL, VACUUM and LOCK TABLE take (PostgreSQL's manual, 13.3.1).
bool is_ddl_mode(const Lock& lock) {
  for (const std::string_view mode : {"AccessExclusiveLock", "ShareRowExclusiveLock", "ShareUpdateExclusiveLock"})
    if (lock.mode == mode) return true;
  return false;
}

}  // namespace

std::optional<Diagnosis> ddl_against_dml(const Scene& scene) {
  const bool metadata =
      scene.any([](const Actor& actor) { return actor.wants != nullptr && actor.wants->kind == LockKind::metadata; });
  const bool ddl = scene.any([](const Actor& actor) {
    const bool locks_explicitly = actor.act.verb == Verb::lock_table;
    return waits_for_table(actor) && (defines(actor) || (is_ddl_mode(*actor.wants) && !locks_explicitly));
  });
  if (!metadata && !ddl) return std::nullopt;
  Diagnosis diagnosis;
  diagnosis.title = "A change of table definitions meets transactions that use the tables";
  diagnosis.explanation =
      "DDL (ALTER, DROP, TRUNCATE, CREATE INDEX, adding a foreign key) locks whole tables against the statements that "
      "use them, and every statement keeps its tables' definitions locked until its transaction ends. " +
      cycle_in_words(scene);
  diagnosis.advice.push_back(
      advice("lock-timeout", "Let DDL give up quickly, and try it again",
             std::string(scene.postgres
                             ? "SET lock_timeout = '500ms' (anything below deadlock_timeout, which is 1 s by default)"
                             : "SET SESSION lock_wait_timeout = 2 (seconds)") +
                 " before the DDL: it then fails itself instead of a transaction that uses the table, and nothing "
                 "queues behind it for long.",
             Condition::no_preemption));
  diagnosis.advice.push_back(
      advice("ddl-first", "One table per DDL transaction, and the tables in one order",
             "Do each definition's change in a transaction of its own, as its first statement; where several tables "
             "are needed, take them in the order in which the application uses them.",
             Condition::circular_wait));
  diagnosis.advice.push_back(shorten());
  diagnosis.folklore = {
      "An ALTER that is said to be online or concurrent: it still needs its lock for a moment, and queues for it.",
      "Another isolation level: the locks on tables and their definitions do not depend on it."};
  if (scene.postgres)
    diagnosis.folklore.emplace_back("NOT VALID for a new foreign key: it locks both tables all the same.");
  return diagnosis;
}

std::optional<Diagnosis> table_lock_upgrade(const Scene& scene) {
  if (!scene.all(waits_for_table)) return std::nullopt;
  for (const Actor& actor : scene.actors)
    if (!same_place(*actor.wants, *scene.actors[0].wants)) return std::nullopt;
  Diagnosis diagnosis;
  diagnosis.title = "Two transactions share a table, then both want more of it";
  diagnosis.explanation =
      cycle_in_words(scene) +
      " Both have locked the table in a mode that several can share (LOCK TABLE ... SHARE MODE, LOCK TABLES READ, or "
      "simply by using it), and neither can have the stronger mode while the other shares it.";
  diagnosis.advice.push_back(advice("lock-strong-first", "Take the strongest mode first",
                                    scene.postgres
                                        ? "Begin with LOCK TABLE in the mode that the writes will need: SHARE ROW "
                                          "EXCLUSIVE excludes itself, so the second transaction waits at the beginning."
                                        : "Begin with LOCK TABLES ... WRITE where the transaction is going to write.",
                                    Condition::hold_and_wait));
  diagnosis.advice.push_back(
      advice("lock-rows", "Lock rows instead of the table",
             "SELECT ... FOR UPDATE of the rows concerned, in key order, lets others use the rest of the table.",
             Condition::mutual_exclusion));
  diagnosis.folklore = {"Locking in the same order: there is only one table.", retries_do_not_cure()};
  return diagnosis;
}

}  // namespace gridlock::rules
