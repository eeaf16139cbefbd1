// An INSERT waits for a gap that a search has locked, and the searcher for a row that the inserter has.
#include <fmt/format.h>

#include <algorithm>

#include "analyzer/rules/advice.h"
#include "analyzer/rules/rules.h"
#include "analyzer/rules/words.h"

namespace gridlock::rules {
namespace {

bool fits(const Scene& scene) {
  const auto for_row = [](const Actor& actor) {
    return actor.wants != nullptr && is_row_lock(*actor.wants) && !is_insert_intention(actor.wants);
  };
  return !scene.postgres &&
         scene.any([](const Actor& actor) { return is_insert_intention(actor.wants) && actor.act.inserts(); }) &&
         scene.all([&](const Actor& actor) { return is_insert_intention(actor.wants) || for_row(actor); });
}

/// The gap's owner has got it by a check for duplicates, or that cannot be ruled out.
bool may_be_checked(const Act* taker, const Actor& owner) {
  if (taker != nullptr) return taker->inserts();
  return !owner.known_past() || owner.act.inserts() ||
         std::any_of(owner.earlier.begin(), owner.earlier.end(), [](const Act& act) { return act.inserts(); });
}

/// The inserter's earlier statement that keeps what its predecessor wants; null when the INSERT itself does, or when it
/// is not known.
const Act* keeper(const Scene& scene, std::size_t inserter) { return taker_of(scene, inserter); }

Advice insert_before(const Scene& scene, std::size_t inserter) {
  const Actor& actor = scene.actors[inserter];
  Advice out =
      advice("insert-before-locking", "Insert before locking what the other needs",
             fmt::format("Let {} do its INSERT before it locks anything that {} needs. Whoever waits for a gap "
                         "then holds nothing that is waited for.",
                         actor.party->name, scene.before(inserter).party->name),
             Condition::circular_wait);
  if (const Act* kept = keeper(scene, inserter))
    out.rewrites.push_back({actor.party->name, kept->sql + ";\n" + actor.party->statement + ";",
                            actor.party->statement + ";\n" + kept->sql + ";"});
  return out;
}

}  // namespace

std::optional<Diagnosis> gap_against_row(const Scene& scene) {
  if (!fits(scene)) return std::nullopt;
  Diagnosis diagnosis;
  diagnosis.title = "An INSERT goes into a gap that is locked by somebody who waits for its transaction";
  diagnosis.explanation =
      "Whoever locks a range, or looks with a lock for what is not there, locks gaps as well, and an INSERT into one "
      "has "
      "to wait. " +
      cycle_in_words(scene) + " The transaction that inserts has locked before what the gap's owner needs.";
  bool from_search = true, range = false;
  for (std::size_t i = 0; i < scene.size(); ++i) {
    if (!is_insert_intention(scene.actors[i].wants)) continue;
    if (!scene.actors[i].known_past() || keeper(scene, i) != nullptr)
      diagnosis.advice.push_back(insert_before(scene, i));
    const std::size_t owner = (i + 1) % scene.size();
    const Act* taker = taker_of(scene, owner);
    from_search = from_search && !may_be_checked(taker, scene.actors[owner]);
    range = range || is_range(taker);
  }
  if (from_search) diagnosis.advice.push_back(read_committed());
  if (from_search && range) diagnosis.advice.push_back(lock_exact_keys());
  diagnosis.advice.push_back(retry(scene));
  diagnosis.folklore = {retries_do_not_cure(), timeouts_do_not_help(scene)};
  return diagnosis;
}

}  // namespace gridlock::rules
