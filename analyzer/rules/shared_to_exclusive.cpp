// D10, D11, P6: both read a row with a shared lock, then both want to change it.
#include "analyzer/rules/advice.h"
#include "analyzer/rules/rewrites.h"
#include "analyzer/rules/rules.h"
#include "analyzer/rules/words.h"

namespace gridlock::rules {
namespace {

bool upgrades(const Actor& actor) {
  return is_exclusive(actor.wants) && is_shared(actor.holds) && !actor.holds->waiting &&
         same_place(*actor.wants, *actor.holds);
}

/// PostgreSQL shows no row locks: two that want one and the same row, and wait for each other, must share it already.
bool same_row_on_postgres(const Scene& scene) {
  if (!scene.postgres || scene.size() != 2) return false;
  const Actor &a = scene.actors[0], &b = scene.actors[1];
  const auto waits = [](const Actor& actor) {
    return actor.wants != nullptr &&
           (actor.wants->kind == LockKind::transaction || actor.wants->kind == LockKind::tuple);
  };
  if (!waits(a) || !waits(b) || a.act.inserts() || b.act.inserts()) return false;
  if (!ask_for_same_row(a.act, b.act)) return false;
  // With one statement after the other known, each must have shared the row before.
  const auto shared_it = [](const Actor& actor) {
    if (!actor.known_past()) return true;
    for (const Act& act : actor.earlier)
      if (act.verb == Verb::lock_share && ask_for_same_row(act, actor.act)) return true;
    return false;
  };
  return shared_it(a) && shared_it(b);
}

bool is_serializable(const Scene& scene) {
  return scene.any([](const Actor& actor) {
    return actor.party->isolation.starts_with("serializable") || actor.party->isolation.starts_with("SERIALIZABLE");
  });
}

/// The earlier read that shared the row.
const Act* read_of(const Scene& scene, std::size_t i) {
  const Act* taker = taker_of(scene, i);
  const bool reads = taker != nullptr && (taker->verb == Verb::lock_share || taker->verb == Verb::select);
  return reads ? taker : nullptr;
}

Advice lock_for_update(const Scene& scene) {
  const std::string clause = scene.postgres ? "FOR NO KEY UPDATE" : "FOR UPDATE";
  Advice out = advice("lock-for-update", "Read what you are going to change with " + clause,
                      "Whoever is going to change the row takes the exclusive lock when reading it already. The second "
                      "reader then waits there, while it holds nothing that the first needs.",
                      Condition::hold_and_wait);
  for (std::size_t i = 0; i < scene.size(); ++i)
    if (const Act* read = read_of(scene, i)) add_rewrite(out, scene.actors[i], read->sql, locking_read(*read, clause));
  return out;
}

}  // namespace

std::optional<Diagnosis> shared_to_exclusive(const Scene& scene) {
  const bool rows = scene.all([](const Actor& actor) {
    return upgrades(actor) || (is_exclusive(actor.wants) && (actor.holds == nullptr || is_shared(actor.holds)));
  });
  const bool seen = scene.any(upgrades) && rows;
  if (!seen && !same_row_on_postgres(scene)) return std::nullopt;
  Diagnosis diagnosis;
  diagnosis.title = "Two transactions share a row, then both want to change it";
  if (scene.size() > 2) diagnosis.title = "Several transactions share a row, then all want to change it";
  diagnosis.explanation = cycle_in_words(scene);
  if (is_serializable(scene))
    diagnosis.explanation += " At SERIALIZABLE a plain SELECT in a transaction locks its rows like FOR SHARE.";
  const bool unknown_past = !scene.any([](const Actor& actor) { return actor.known_past(); });
  if (unknown_past)
    diagnosis.explanation +=
        scene.postgres
            ? " Both want the same row, so both must share it already: by FOR SHARE or FOR KEY SHARE, or by the check "
              "of a foreign key that points to it."
            : " The log does not show which statement shared the row: FOR SHARE, LOCK IN SHARE MODE, a plain SELECT at "
              "SERIALIZABLE, an INSERT that failed on a duplicate, or the check of a foreign key.";
  diagnosis.explanation += " Neither can have it alone while the other shares it.";
  diagnosis.advice.push_back(lock_for_update(scene));
  if (is_serializable(scene))
    diagnosis.advice.push_back(advice("lower-isolation", "Use REPEATABLE READ, with FOR UPDATE where it matters",
                                      "Below SERIALIZABLE a plain SELECT takes no locks; lock by FOR UPDATE the rows "
                                      "whose change depends on what was read.",
                                      Condition::hold_and_wait));
  if (unknown_past && scene.postgres)
    diagnosis.advice.push_back(advice("no-key-update", "If a foreign key check shares the row, lock the parent first",
                                      "Take the parent row by SELECT ... FOR NO KEY UPDATE before the child row is "
                                      "inserted: it does not exclude the check's FOR KEY SHARE, FOR UPDATE does.",
                                      Condition::hold_and_wait));
  diagnosis.folklore = {"Locking in the same order: there is only one row.",
                        "FOR SHARE as a gentler lock: it lets both in, and then neither out. Use it only for rows that "
                        "the transaction does not change.",
                        retries_do_not_cure()};
  if (!is_serializable(scene)) diagnosis.folklore.push_back(isolation_does_not_help(scene));
  return diagnosis;
}

}  // namespace gridlock::rules
