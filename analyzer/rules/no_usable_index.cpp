// D25: without a usable index a statement locks every row that it looks at.
#include <fmt/format.h>

#include <algorithm>

#include "analyzer/rules/advice.h"
#include "analyzer/rules/rewrites.h"
#include "analyzer/rules/rules.h"
#include "analyzer/rules/words.h"

namespace gridlock::rules {
namespace {

bool searches(const Act& act) {
  return act.verb == Verb::update || act.verb == Verb::remove || act.verb == Verb::lock_update ||
         act.verb == Verb::lock_share;
}

/// A next-key lock on the clustered index, on a row that the WHERE clause does not ask for: the table is being scanned.
bool scans(const Actor& actor) {
  const Lock* lock = actor.wants;
  if (lock == nullptr || lock->kind != LockKind::next_key || !searches(actor.act) || actor.act.where.empty())
    return false;
  if (!actor.act.names(lock->table.substr(lock->table.rfind('.') + 1))) return false;
  if (lock->index == "GEN_CLUST_INDEX") return true;
  if (lock->index != "PRIMARY" || lock->key.empty()) return false;
  const KeyPart& first = lock->key.front();
  if (!first.column.empty()) {
    for (const Comparison& comparison : actor.act.where)
      if (sql::same_name(comparison.column, first.column)) return false;
    return true;
  }
  return first.value && comparison_for(actor.act, *lock) == nullptr;
}

/// A scan that had locked nothing before it began goes through the rows in key order, and so can everybody else.
bool only_scans(const Actor& actor) {
  return actor.known_past() && std::none_of(actor.earlier.begin(), actor.earlier.end(),
                                            [](const Act& act) { return act.writes() || searches(act); });
}

bool order_would_help(const Scene& scene) {
  return scene.all([](const Actor& actor) { return !scans(actor) || only_scans(actor); });
}

}  // namespace

std::optional<Diagnosis> no_usable_index(const Scene& scene) {
  if (scene.postgres || !scene.any(scans)) return std::nullopt;
  Diagnosis diagnosis;
  Advice index =
      advice("create-index", "Create an index for the WHERE clause",
             "With an index on the columns that the statement compares, it finds its rows there and locks only them.",
             Condition::hold_and_wait);
  std::string statements;
  for (const Actor& actor : scene.actors) {
    if (!scans(actor)) continue;
    statements += (statements.empty() ? "" : " and ") + code(actor.party->statement);
    const auto create = index_for(actor.act);
    if (!create) continue;
    const std::string after = *create + ";";
    bool known = false;
    for (const auto& rewrite : index.rewrites) known = known || rewrite.after == after;
    if (!known) index.rewrites.push_back({"", "", after});
  }
  diagnosis.title = "A statement without a usable index locks the whole table";
  diagnosis.explanation = fmt::format(
      "No index serves the WHERE clause of {}: the server reads the table row by row, and locks every row that it "
      "reads, also those that do not match, until the transaction ends. {} The row that is waited for need not even "
      "match.",
      statements, cycle_in_words(scene));
  diagnosis.advice.push_back(std::move(index));
  Advice committed = read_committed();
  committed.detail =
      "At READ COMMITTED the server lets go of rows that turn out not to match, and skips locked ones for an UPDATE "
      "when their committed version does not match. The scan remains as slow as it is.";
  diagnosis.advice.push_back(std::move(committed));
  diagnosis.advice.push_back(
      advice("update-by-primary-key", "Find the rows first, then change them by primary key",
             "A plain SELECT reads the keys without locking; the change by primary key locks single rows.",
             Condition::hold_and_wait));
  diagnosis.folklore = {"LIMIT: rows are locked until the limit is reached, matching or not.", retries_do_not_cure()};
  if (order_would_help(scene))
    diagnosis.advice.push_back(advice(
        "sort-keys", "Take the rows in the order of the scan",
        "The scan takes the rows by ascending primary key. Where the others do so as well, they wait for it or it for "
        "them, and not both. It still keeps everybody out of the whole table.",
        Condition::circular_wait));
  else
    diagnosis.folklore.emplace_back(
        "Locking in the same order: whatever was locked before, the scan begins again with the table's first row.");
  return diagnosis;
}

}  // namespace gridlock::rules
