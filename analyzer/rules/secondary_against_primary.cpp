// D17: one comes by a secondary index to the row, the other by the row to the secondary index.
#include <fmt/format.h>

#include <algorithm>

#include "analyzer/fingerprint.h"
#include "analyzer/rules/advice.h"
#include "analyzer/rules/rules.h"
#include "analyzer/rules/words.h"

namespace gridlock::rules {
namespace {

bool is_clustered(const Lock& lock) { return lock.index == "PRIMARY" || lock.index == "GEN_CLUST_INDEX"; }

bool on_table_row(const Lock* lock) { return lock != nullptr && is_row_lock(*lock) && !lock->index.empty(); }

Advice by_primary_key(const Actor& searcher) {
  return advice("update-by-primary-key", "Go by primary key on both sides",
                fmt::format("Let {} read the primary keys by a plain SELECT first, and then lock or change the rows by "
                            "primary key. Both then begin with the row.",
                            searcher.party->name),
                Condition::circular_wait);
}

/// An insert cannot but begin with the unique index that decides about a duplicate.
Advice by_unique_key(const Actor& changer, const Lock& secondary) {
  return advice(
      "update-by-unique-key", "Go by the unique key on both sides",
      fmt::format("The INSERT has to begin with index {}. Let {} read the keys by a plain SELECT first, and then lock "
                  "or change the rows by the columns of that index, in its order. Both then begin with the index.",
                  secondary.index, changer.party->name),
      Condition::circular_wait);
}

bool writes_unique_checks(const Actor& actor) {
  return actor.act.inserts() ||
         std::any_of(actor.earlier.begin(), actor.earlier.end(), [](const Act& act) { return act.inserts(); });
}

/// The changer waits to put an entry into a gap, and it was a search, no check for duplicates, that locked the gap.
bool read_committed_helps(const Actor& searcher, const Actor& changer) {
  return is_insert_intention(changer.wants) && !writes_unique_checks(searcher);
}

void add_advice(const Scene& scene, const Actor& searcher, const Actor& changer, Diagnosis& diagnosis) {
  const Lock& secondary = *changer.wants;
  const bool by_duplicate_check = searcher.act.inserts();
  diagnosis.advice.push_back(by_duplicate_check ? by_unique_key(changer, secondary) : by_primary_key(searcher));
  const bool gap = is_insert_intention(&secondary);
  if (read_committed_helps(searcher, changer)) diagnosis.advice.push_back(read_committed());
  // A unique index is not there for speed.
  if (!by_duplicate_check)
    diagnosis.advice.push_back(advice(
        "drop-index", fmt::format("Ask whether index {} is needed", secondary.index),
        changer.act.verb == Verb::remove
            ? "A DELETE takes the row out of every index: each is one more place to lock, in an order of its own."
            : "Each index on a changing column is one more place to lock, in an order of its own.",
        Condition::mutual_exclusion));
  diagnosis.advice.push_back(retry(scene));
  diagnosis.folklore = {"Sorting the rows: it happens with a single row.",
                        "Another index: it is the second place to lock that makes the deadlock."};
  if (!gap) diagnosis.folklore.push_back(isolation_does_not_help(scene));
}

}  // namespace

std::optional<Diagnosis> secondary_against_primary(const Scene& scene) {
  if (scene.postgres || scene.size() != 2) return std::nullopt;
  const Lock *a = scene.actors[0].wants, *b = scene.actors[1].wants;
  if (!on_table_row(a) || !on_table_row(b) || !same_table(a->table, b->table)) return std::nullopt;
  if (is_clustered(*a) == is_clustered(*b)) return std::nullopt;
  const std::size_t by_index =
      is_clustered(*a) ? 0 : 1;  // it waits for the row: it has come through the secondary index
  const Lock& secondary = is_clustered(*a) ? *b : *a;
  const Actor &searcher = scene.actors[by_index], &changer = scene.actors[1 - by_index];
  Diagnosis diagnosis;
  diagnosis.title = "One goes from a secondary index to the row, the other from the row to the index";
  diagnosis.explanation = fmt::format(
      "{} comes by index {} and locks its entry first, then the row. {} has the row first, and must change or lock the "
      "entry of that index next. {} They meet between index and row.",
      at_beginning(searcher.party->name), secondary.index, at_beginning(changer.party->name), cycle_in_words(scene));
  add_advice(scene, searcher, changer, diagnosis);
  return diagnosis;
}

}  // namespace gridlock::rules
