// D1, D2, P1, P2: rows (or tables) taken in different orders.
#include <fmt/format.h>

#include "analyzer/rules/advice.h"
#include "analyzer/rules/rewrites.h"
#include "analyzer/rules/rules.h"
#include "analyzer/rules/words.h"

namespace gridlock::rules {
namespace {

/// Locks that a statement takes on rows which are there, or on whole tables.
bool is_ordinary(const Lock* lock) {
  if (lock == nullptr || is_insert_intention(lock)) return false;
  return is_row_lock(*lock) || lock->kind == LockKind::transaction || lock->kind == LockKind::tuple ||
         lock->kind == LockKind::table;
}

bool is_ring_of_rows(const Scene& scene) {
  return scene.all([](const Actor& actor) { return is_ordinary(actor.wants); });
}

bool is_about_two_tables(const Scene& scene) {
  const Lock &a = *scene.actors[0].wants, &b = *scene.actors[1].wants;
  return !a.table.empty() && !b.table.empty() && !same_table(a.table, b.table);
}

bool waits_for_tables(const Scene& scene) {
  return scene.all([](const Actor& actor) { return actor.wants->kind == LockKind::table; });
}

void add_advice(const Scene& scene, Diagnosis& diagnosis) {
  diagnosis.advice.push_back(sort_keys(scene));
  if (auto first = lock_rows_first(scene)) diagnosis.advice.push_back(std::move(*first));
  const bool bulk = scene.any([](const Actor& actor) {
    return (actor.act.verb == Verb::update || actor.act.verb == Verb::remove) && actor.act.where.empty();
  });
  if (scene.postgres && bulk)
    diagnosis.advice.push_back(advice(
        "lock-in-order-first", "Lock the rows of a bulk change in key order first",
        "One UPDATE or DELETE over many rows takes them in the order in which its plan finds them. Select the rows "
        "with ORDER BY their key and FOR NO KEY UPDATE (FOR UPDATE for DELETE) in the same transaction first.",
        Condition::circular_wait));
  diagnosis.folklore = {isolation_does_not_help(scene), retries_do_not_cure(), timeouts_do_not_help(scene)};
}

}  // namespace

std::optional<Diagnosis> opposite_order(const Scene& scene) {
  if (scene.size() != 2 || !is_ring_of_rows(scene)) return std::nullopt;
  Diagnosis diagnosis;
  diagnosis.title = waits_for_tables(scene)      ? "Two transactions lock the same tables in opposite order"
                    : is_about_two_tables(scene) ? "Two transactions lock rows of two tables in opposite order"
                                                 : "Two transactions lock the same rows in opposite order";
  diagnosis.explanation =
      cycle_in_words(scene) + past_is_unknown(scene) + " Each keeps what the other needs next, so neither can go on.";
  add_advice(scene, diagnosis);
  return diagnosis;
}

std::optional<Diagnosis> lock_ring(const Scene& scene) {
  if (scene.size() < 3 || !is_ring_of_rows(scene)) return std::nullopt;
  Diagnosis diagnosis;
  diagnosis.title = fmt::format("{} transactions wait for each other in a ring", scene.size());
  diagnosis.explanation =
      cycle_in_words(scene) +
      " Each waits for the next, and the last for the first: no two of them disagree, all of them together do.";
  add_advice(scene, diagnosis);
  return diagnosis;
}

}  // namespace gridlock::rules
