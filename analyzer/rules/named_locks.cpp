// P13, D35: locks that the application names itself.
#include <algorithm>
#include <vector>

#include "analyzer/rules/advice.h"
#include "analyzer/rules/rules.h"
#include "analyzer/rules/words.h"

namespace gridlock::rules {
namespace {

bool all_wait_for(const Scene& scene, LockKind kind) {
  return scene.all([&](const Actor& actor) { return actor.wants != nullptr && actor.wants->kind == kind; });
}

/// `advisory lock [5,0,7,1]` before `advisory lock [5,0,12,1]`: numbers by value, names as text.
bool stands_before(const std::string& a, const std::string& b) {
  if (a.size() != b.size() && a.starts_with("advisory")) return a.size() < b.size();
  return a < b;
}

Advice in_one_order(const Scene& scene, const std::string& what) {
  Advice out = advice("order-names", "Take " + what + " in one order",
                      "Sort the names (or numbers) before the first is taken, in every place of the application that "
                      "takes more than one.",
                      Condition::circular_wait);
  for (std::size_t i = 0; i < scene.size(); ++i) {
    const Actor &actor = scene.actors[i], &asker = scene.before(i);
    const Act* taker = taker_of(scene, i);
    if (taker == nullptr || !stands_before(actor.wants->object, asker.wants->object)) continue;
    out.rewrites.push_back({actor.party->name, taker->sql + ";\n" + actor.party->statement + ";",
                            actor.party->statement + ";\n" + taker->sql + ";"});
  }
  return out;
}

}  // namespace

std::optional<Diagnosis> advisory_lock_order(const Scene& scene) {
  if (!all_wait_for(scene, LockKind::advisory)) return std::nullopt;
  Diagnosis diagnosis;
  diagnosis.title = "Sessions take advisory locks in opposite order";
  diagnosis.explanation =
      cycle_in_words(scene) +
      " Advisory locks mean what the application wants them to mean; the server knows no order of them.";
  diagnosis.advice.push_back(in_one_order(scene, "advisory locks"));
  diagnosis.advice.push_back(advice("try-lock", "Try the second lock instead of waiting for it",
                                    "pg_try_advisory_lock and pg_try_advisory_xact_lock return false at once; let go "
                                    "of what you have then, and begin again.",
                                    Condition::no_preemption));
  diagnosis.advice.push_back(
      advice("transaction-level", "Use transaction-level locks",
             "pg_advisory_xact_lock lets go at the end of the transaction, also when it fails. A session-level lock "
             "survives the deadlock's ROLLBACK, and others go on waiting for it.",
             Condition::hold_and_wait));
  diagnosis.folklore = {isolation_does_not_help(scene), timeouts_do_not_help(scene)};
  diagnosis.folklore.front() = "Another isolation level: advisory locks do not know about it.";
  return diagnosis;
}

std::optional<Diagnosis> get_lock_order(const Scene& scene) {
  if (!all_wait_for(scene, LockKind::user)) return std::nullopt;
  Diagnosis diagnosis;
  diagnosis.title = "Sessions take GET_LOCK names in opposite order";
  diagnosis.explanation =
      cycle_in_words(scene) + " Such locks belong to the session: COMMIT and ROLLBACK leave them as they are.";
  diagnosis.advice.push_back(in_one_order(scene, "GET_LOCK names"));
  diagnosis.advice.push_back(
      advice("try-lock", "Wait for the second lock with a timeout",
             "GET_LOCK(name, 0) returns 0 at once when somebody has it: release what you have then, and begin again.",
             Condition::no_preemption));
  diagnosis.folklore = {
      "COMMIT or ROLLBACK between the two: a GET_LOCK outlives the transaction; only RELEASE_LOCK or the end of the "
      "session lets it go.",
      "innodb_deadlock_detect: it sees row locks. A ring over a GET_LOCK and a row is found by nobody."};
  return diagnosis;
}

}  // namespace gridlock::rules
