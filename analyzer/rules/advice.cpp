#include "analyzer/rules/advice.h"

#include <fmt/format.h>

#include <set>
#include <utility>

#include "analyzer/fingerprint.h"
#include "analyzer/rules/rewrites.h"
#include "analyzer/rules/words.h"

namespace gridlock::rules {

Advice advice(std::string rule, std::string title, std::string detail, Condition breaks,
              std::vector<Advice::Rewrite> rewrites) {
  Advice out;
  out.rule = std::move(rule);
  out.title = std::move(title);
  out.detail = std::move(detail);
  out.breaks = breaks;
  out.rewrites = std::move(rewrites);
  return out;
}

namespace {

/// The tables that the statements of the cycle want, sorted by name.
std::set<std::string> tables_of(const Scene& scene) {
  std::set<std::string> tables;
  for (const Actor& actor : scene.actors) {
    const std::string table =
        actor.wants != nullptr && !actor.wants->table.empty() ? bare_table(actor.wants->table) : actor.act.table;
    if (!table.empty()) tables.insert(table);
  }
  return tables;
}

/// The rows' order that everybody can keep: that of the index by which all of them come.
std::string order_in_words(const Scene& scene) {
  const Lock* first = scene.actors.empty() ? nullptr : scene.actors.front().wants;
  const bool secondary =
      first != nullptr && !first->index.empty() && first->index != "PRIMARY" && first->index != "GEN_CLUST_INDEX" &&
      scene.all([&](const Actor& actor) { return actor.wants != nullptr && actor.wants->index == first->index; });
  return secondary ? fmt::format("in the order of index {}", first->index) : "by ascending primary key";
}

/// Who goes against the order of the keys, where the locks or the statements tell, but not which statements to swap.
std::string turn_round(const Scene& scene) {
  std::string text;
  for (std::size_t i = 0; i < scene.size(); ++i)
    if (const auto places = against_key_order(scene, i))
      text += fmt::format(" {} takes {} before {}: let it take them the other way round.",
                          at_beginning(scene.actors[i].party->name), places->first, places->second);
  return text;
}

}  // namespace

Advice sort_keys(const Scene& scene) {
  auto rewrites = in_key_order(scene);
  const auto tables = tables_of(scene);
  std::string detail;
  if (tables.size() > 1) {
    detail = fmt::format(
        "Let every transaction use its tables in the same order, for example {}, and the rows of each by ascending "
        "primary key.",
        fmt::join(tables, " before "));
  } else {
    detail = fmt::format("Let every transaction take its rows of {} in the same order, for example {}.",
                         table_in_words(scene), order_in_words(scene));
  }
  detail += " Whoever comes second then waits before it has locked anything that the first still needs.";
  if (rewrites.empty()) {
    detail += turn_round(scene);
  } else {
    detail += " Against that order goes ";
    for (std::size_t i = 0; i < rewrites.size(); ++i) detail += (i == 0 ? "" : ", ") + rewrites[i].party;
    detail +=
        ": its statements, swapped, are below. Where the keys come from parameters, sort them in the application "
        "before the first statement.";
  }
  return advice("sort-keys", tables.size() > 1 ? "Lock the tables in one order" : "Lock the rows in one order",
                std::move(detail), Condition::circular_wait, std::move(rewrites));
}

std::optional<Advice> lock_rows_first(const Scene& scene) {
  std::vector<Advice::Rewrite> rewrites;
  for (std::size_t i = 0; i < scene.size(); ++i) {
    const auto select = lock_both_rows(scene, i);
    if (!select) return std::nullopt;
    rewrites.push_back({scene.actors[i].party->name, "", *select + ";"});
  }
  return advice("lock-rows-first", "Lock all the rows at the beginning, by one statement",
                "If the order of the changes cannot be altered, lock every row that the transaction is going to change "
                "first, in key order and by a single statement; then change them in any order.",
                Condition::circular_wait, std::move(rewrites));
}

Advice retry(const Scene& scene) {
  const std::string error = scene.postgres ? "SQLSTATE 40P01" : "error 1213";
  return advice("retry", "Run the victim again",
                fmt::format("Catch {} and run the whole transaction again from its beginning, after a short random "
                            "pause and a few times at most. The server has rolled everything back, so repeating only "
                            "the last statement would lose the earlier ones.",
                            error),
                Condition::no_preemption);
}

Advice read_committed() {
  return advice("read-committed", "Run these transactions at READ COMMITTED",
                "At READ COMMITTED a search locks the rows that it finds, not the gaps between them, so there is no "
                "gap lock for the other's INSERT to wait for: SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED. "
                "Use it where no later statement of the transaction relies on the range staying as it was. Checks of "
                "unique and foreign keys lock gaps at every level.",
                Condition::hold_and_wait);
}

Advice lock_exact_keys() {
  return advice("lock-exact-keys", "Lock the rows that are meant, not the range between them",
                "Read the keys by a plain SELECT, then lock those rows by their unique key (WHERE id IN (...)): a row "
                "that is found by its whole unique key is locked without the gap before it.",
                Condition::hold_and_wait);
}

Advice shorten() {
  return advice("short-transactions", "Keep the transactions short",
                "Do the statements that lock most as late as possible, commit right behind them, and let nothing slow "
                "(another service, a user) happen in between. That makes the meeting rarer, not impossible.",
                Condition::hold_and_wait);
}

void add_rewrite(Advice& out, const Actor& actor, const std::string& before, const std::optional<std::string>& after) {
  if (after && *after != before) out.rewrites.push_back({actor.party->name, before, *after});
}

}  // namespace gridlock::rules
