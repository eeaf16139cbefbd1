// D15, D16, D19, D20: a transaction asks for more on a row that it has locked already, behind one that queues for it.
#include <fmt/format.h>

#include "analyzer/rules/advice.h"
#include "analyzer/rules/rewrites.h"
#include "analyzer/rules/rules.h"
#include "analyzer/rules/words.h"

namespace gridlock::rules {
namespace {

/// The table's intention lock and the request itself: nothing else is locked.
bool holds_no_row(const Actor& actor) {
  constexpr std::uint64_t table_and_request = 2;
  if (actor.holds != nullptr) return actor.holds->waiting;
  return actor.party->lock_structs.value_or(table_and_request + 1) <= table_and_request;
}

/// Both want one place; the waiter has nothing but its place in the queue, the owner has a lock there.
bool asks_for_more(const Actor& owner, const Actor& waiter) {
  if (owner.wants == nullptr || waiter.wants == nullptr || owner.holds == nullptr || owner.holds->waiting) return false;
  if (!is_row_lock(*owner.wants) || !is_row_lock(*waiter.wants)) return false;
  return same_place(*owner.wants, *waiter.wants) && same_place(*owner.wants, *owner.holds) && holds_no_row(waiter);
}

}  // namespace

std::optional<Diagnosis> own_lock_behind_waiter(const Scene& scene) {
  if (scene.size() != 2) return std::nullopt;
  for (std::size_t i = 0; i < 2; ++i) {
    const Actor &owner = scene.actors[i], &waiter = scene.after(i);
    if (!asks_for_more(owner, waiter)) continue;
    Diagnosis diagnosis;
    diagnosis.title = "A transaction asks for more on its own row, behind another that queues for it";
    const bool inserts = is_insert_intention(owner.wants);
    diagnosis.explanation = fmt::format(
        "{} has locked {}, and {} queues for it. The next statement of {} asks for more at the same place, and has to "
        "stand behind the other. {}",
        at_beginning(owner.party->name), place(*owner.holds), waiter.party->name, owner.party->name,
        cycle_in_words(scene));
    if (inserts) diagnosis.advice.push_back(read_committed());
    Advice first = advice("lock-for-update", "Take the strongest lock at once",
                          "Lock the row with SELECT ... FOR UPDATE (by its primary key) as the transaction's first "
                          "statement on it, so that nothing more has to be asked for later.",
                          Condition::hold_and_wait);
    if (const Act* taker = taker_of(scene, i))
      add_rewrite(first, owner, taker->sql, locking_read(*taker, scene.postgres ? "FOR NO KEY UPDATE" : "FOR UPDATE"));
    if (!inserts) diagnosis.advice.push_back(std::move(first));
    diagnosis.advice.push_back(retry(scene));
    diagnosis.folklore = {"Locking in the same order: there is only one row.",
                          "Raising the owner's priority: who queues first is served first, whoever it is."};
    return diagnosis;
  }
  return std::nullopt;
}

}  // namespace gridlock::rules
