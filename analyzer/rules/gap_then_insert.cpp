// D5 to D9: both lock a gap, which never conflicts, then both insert into it, which does.
#include <fmt/format.h>

#include "analyzer/rules/advice.h"
#include "analyzer/rules/rewrites.h"
#include "analyzer/rules/rules.h"
#include "analyzer/rules/words.h"

namespace gridlock::rules {
namespace {

/// How the gap was locked, as far as the earlier statements tell.
std::string how_locked(const Act* taker) {
  if (taker == nullptr)
    return "A search (FOR UPDATE, UPDATE or DELETE) that finds no row, or a range, locks the gap where it looked";
  switch (taker->verb) {
    case Verb::remove: return "A DELETE that finds no row locks the gap where the row would be";
    case Verb::update: return "An UPDATE that finds no row locks the gap where the row would be";
    default: break;
  }
  const bool range = !taker->where.empty() && taker->where.front().op != sql::Op::equal;
  return range ? "A locking read of a range locks the gaps between its rows, too"
               : "A locking read of a row that is not there locks the gap where it would be";
}

/// `INSERT ... ON DUPLICATE KEY UPDATE` instead of looking first.
Advice upsert(const Scene& scene) {
  Advice out = advice("upsert", "Insert or update by one statement",
                      "INSERT ... ON DUPLICATE KEY UPDATE does not look first: where the key is new, it takes no lock "
                      "on the gap before it inserts. It replaces the search and the INSERT together.",
                      Condition::hold_and_wait);
  for (std::size_t i = 0; i < scene.size(); ++i) {
    const Actor& actor = scene.actors[i];
    const Act* taker = taker_of(scene, i);
    const std::string key = taker != nullptr ? key_column(*taker, nullptr) : key_column(actor.act, actor.wants);
    const bool had_update = taker != nullptr && taker->verb == Verb::update;
    const auto after = upsert_of(actor.act, key, had_update ? taker : nullptr, scene);
    const std::string before = (taker != nullptr ? taker->sql + ";\n" : std::string()) + actor.party->statement + ";";
    add_rewrite(out, actor, before, after ? std::optional(*after + ";") : std::nullopt);
  }
  return out;
}

Advice insert_first() {
  return advice("insert-first", "Insert first, and look only if the row was there",
                "Try the INSERT at once. On the duplicate key error (1062) the row exists: roll back, because the "
                "failed INSERT keeps a shared lock on it, and read it FOR UPDATE in a new transaction. A row that is "
                "there is locked without a gap.",
                Condition::hold_and_wait);
}

Advice skip_the_delete() {
  Advice out = advice("skip-the-delete", "Do not delete what may not be there",
                      "The DELETE before the INSERT locks a gap whenever there is nothing to delete. Insert with ON "
                      "DUPLICATE KEY UPDATE, or delete only keys that a plain SELECT has found.",
                      Condition::hold_and_wait);
  return out;
}

}  // namespace

std::optional<Diagnosis> gap_then_insert(const Scene& scene) {
  const bool all_insert = scene.all([](const Actor& actor) { return is_insert_intention(actor.wants); });
  if (!all_insert) return std::nullopt;
  const Act* taker = taker_of(scene, 0);
  const bool deletes = taker != nullptr && taker->verb == Verb::remove;
  const bool behind_the_end = scene.all([](const Actor& actor) { return actor.wants->supremum; });
  Diagnosis diagnosis;
  diagnosis.title = behind_the_end ? "Two transactions lock the empty end of an index, then insert there"
                                   : "Two transactions lock a gap, then insert into it";
  if (scene.size() > 2) diagnosis.title = fmt::format("{} transactions lock gaps, then insert into them", scene.size());
  diagnosis.explanation = fmt::format(
      "{}. Any number of transactions can lock the same gap at the same time, because a gap lock only keeps others "
      "from inserting. {} Each INSERT waits for the other's gap lock.",
      how_locked(taker), cycle_in_words(scene));
  if (behind_the_end)
    diagnosis.explanation +=
        " Keys that only grow (AUTO_INCREMENT, times, UUIDv7) always meet there: every new row goes into that one gap.";
  if (deletes) diagnosis.advice.push_back(skip_the_delete());
  if (is_range(taker)) {
    diagnosis.advice.push_back(read_committed());
    diagnosis.advice.push_back(lock_exact_keys());
  } else {
    diagnosis.advice.push_back(upsert(scene));
    diagnosis.advice.push_back(read_committed());
    diagnosis.advice.push_back(insert_first());
  }
  diagnosis.folklore = {
      "Locking in the same order: the gap is one and the same, and both got it before either inserts.",
      "SELECT ... FOR UPDATE as a guard against duplicates: a row that is not there cannot be locked, only the gap, "
      "and that excludes nobody who also only locks it. A unique key is the guard.",
      retries_do_not_cure(), timeouts_do_not_help(scene)};
  return diagnosis;
}

}  // namespace gridlock::rules
