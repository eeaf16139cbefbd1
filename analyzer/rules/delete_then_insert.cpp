// D14, D15: a row is deleted and inserted again (or next to it) while another transaction queues for it.
#include "analyzer/rules/advice.h"
#include "analyzer/rules/rewrites.h"
#include "analyzer/rules/rules.h"
#include "analyzer/rules/words.h"

namespace gridlock::rules {
namespace {

const Act* delete_before(const Actor& actor) {
  for (const Act& act : actor.earlier)
    if (act.verb == Verb::remove && same_table(act.table, actor.act.table)) return &act;
  return nullptr;
}

/// Whether the insert brings back the very key that was deleted.
bool puts_back(const Act& insert, const Act& removed) {
  for (const Comparison& comparison : removed.where)
    if (comparison.op == sql::Op::equal && comparison.values.size() == 1 &&
        inserts_value(insert, comparison.values.front()))
      return true;
  return false;
}

/// The insert of a transaction that has deleted in the same index; in a log, the other's DELETE is the sign.
bool inserts_again(const Actor& inserter, const Actor& waiter) {
  if (!inserter.act.inserts() || inserter.wants == nullptr || waiter.wants == nullptr) return false;
  if (inserter.act.verb != Verb::insert && !inserter.known_past()) return false;
  if (!same_table(inserter.wants->table, waiter.wants->table) || inserter.wants->index != waiter.wants->index)
    return false;
  const bool asks = is_insert_intention(inserter.wants) || is_shared(inserter.wants);
  if (!asks || !is_exclusive(waiter.wants) || waiter.act.inserts()) return false;
  return inserter.known_past() ? delete_before(inserter) != nullptr : waiter.act.verb == Verb::remove;
}

}  // namespace

std::optional<Diagnosis> delete_then_insert(const Scene& scene) {
  if (scene.size() != 2) return std::nullopt;
  for (std::size_t i = 0; i < 2; ++i) {
    const Actor &inserter = scene.actors[i], &waiter = scene.after(i);
    if (!inserts_again(inserter, waiter)) continue;
    Diagnosis diagnosis;
    diagnosis.title = "A row is deleted and inserted again while another transaction queues for it";
    diagnosis.explanation =
        at_beginning(inserter.party->name) +
        (inserter.known_past() ? " has deleted an entry of index " : ", it seems, has deleted an entry of index ") +
        inserter.wants->index + " that " + waiter.party->name +
        " also wants and queues for. The INSERT that follows needs the same place, and must wait even for those who "
        "only queue there. " +
        cycle_in_words(scene);
    Advice update = advice("update-in-place", "Change the row instead of deleting and inserting it",
                           "An UPDATE keeps the entry: one exclusive lock, no gap, no duplicate check. Where the key "
                           "itself changes, insert the new row before deleting the old one.",
                           Condition::hold_and_wait);
    if (const Act* removed = delete_before(inserter); removed != nullptr && puts_back(inserter.act, *removed))
      if (const auto after = upsert_of(inserter.act, key_column(*removed, inserter.wants), nullptr, scene))
        add_rewrite(update, inserter, removed->sql + ";\n" + inserter.party->statement + ";", *after + ";");
    diagnosis.advice.push_back(std::move(update));
    diagnosis.advice.push_back(advice("delete-by-primary-key", "Delete by primary key",
                                      "A DELETE by primary key locks single rows; by a secondary index it locks the "
                                      "index entries and the gaps around them as well.",
                                      Condition::hold_and_wait));
    if (is_insert_intention(inserter.wants)) diagnosis.advice.push_back(read_committed());
    diagnosis.folklore = {"REPLACE: it is a DELETE and an INSERT, with the same locks.", retries_do_not_cure(),
                          timeouts_do_not_help(scene)};
    return diagnosis;
  }
  return std::nullopt;
}

}  // namespace gridlock::rules
