// D18: an UPDATE moves an index entry into a gap that another transaction has locked.
#include "analyzer/rules/advice.h"
#include "analyzer/rules/rules.h"
#include "analyzer/rules/words.h"

namespace gridlock::rules {

std::optional<Diagnosis> update_into_gap(const Scene& scene) {
  const bool moves =
      scene.any([](const Actor& actor) { return is_insert_intention(actor.wants) && actor.act.verb == Verb::update; });
  if (!moves) return std::nullopt;
  Diagnosis diagnosis;
  diagnosis.title = "An UPDATE moves an index entry into a gap that another transaction has locked";
  diagnosis.explanation = "Changing an indexed column removes the entry at its old place and inserts one at the new. " +
                          cycle_in_words(scene) +
                          " The new entry has to wait for whoever has locked the gap that it goes into.";
  diagnosis.advice.push_back(read_committed());
  diagnosis.advice.push_back(advice("update-by-primary-key", "Find the rows by primary key",
                                    "Read the keys by a plain SELECT, then UPDATE by primary key: a search by primary "
                                    "key locks single rows and no gaps of the secondary index.",
                                    Condition::hold_and_wait));
  diagnosis.advice.push_back(
      advice("drop-index", "Ask whether the changing column needs its index",
             "An index on a column that changes all the time is written, and locked, by every change.",
             Condition::mutual_exclusion));
  diagnosis.folklore = {"Locking the rows in one order: it is the gaps that are in the way.", retries_do_not_cure(),
                        timeouts_do_not_help(scene)};
  return diagnosis;
}

}  // namespace gridlock::rules
