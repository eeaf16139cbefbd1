#include "analyzer/rules/advice.h"

#include <fmt/format.h>

#include <utility>

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

Advice sort_keys(const Scene& scene) {
  auto rewrites = in_key_order(scene);
  std::string detail = fmt::format(
      "Let every transaction take its rows of {} in the same order, for example by ascending primary key. Whoever "
      "comes "
      "second then waits before it has locked anything that the first still needs.",
      table_in_words(scene));
  if (!rewrites.empty()) {
    detail += " Against that order goes ";
    for (std::size_t i = 0; i < rewrites.size(); ++i) detail += (i == 0 ? "" : ", ") + rewrites[i].party;
    detail +=
        ": its statements, swapped, are below. Where the keys come from parameters, sort them in the application "
        "before "
        "the first statement.";
  }
  return advice("sort-keys", "Lock the rows in one order", std::move(detail), Condition::circular_wait,
                std::move(rewrites));
}

std::optional<Advice> lock_rows_first(const Scene& scene) {
  const auto select = lock_all_rows(scene);
  if (!select) return std::nullopt;
  std::vector<Advice::Rewrite> rewrites;
  for (const Actor& actor : scene.actors) rewrites.push_back({actor.party->name, "", *select + ";"});
  return advice(
      "lock-rows-first", "Lock all the rows at the beginning, by one statement",
      "If the order of the changes cannot be altered, lock every row that the transaction is going to change first, "
      "in key order and by a single statement; then change them in any order.",
      Condition::circular_wait, std::move(rewrites));
}

Advice retry(const Scene& scene) {
  const std::string error = scene.postgres ? "SQLSTATE 40P01" : "error 1213";
  return advice(
      "retry", "Run the victim again",
      fmt::format("Catch {} and run the whole transaction again from its beginning, after a short random pause and a "
                  "few times at most. The server has rolled everything back, so repeating only the last statement "
                  "would lose the earlier ones.",
                  error),
      Condition::no_preemption);
}

Advice read_committed() {
  return advice(
      "read-committed", "Run these transactions at READ COMMITTED",
      "At READ COMMITTED a search for rows locks the rows that it finds, not the gaps between them, so there is no gap "
      "lock for the other's INSERT to wait for. Use it where no later statement of the transaction relies on the range "
      "staying as it was. Uniqueness and foreign key checks lock gaps at every level.",
      Condition::hold_and_wait, {{"", "", "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED;"}});
}

Advice shorten() {
  return advice(
      "short-transactions", "Keep the transactions short",
      "Do the statements that lock most as late as possible, commit right behind them, and let nothing slow (another "
      "service, a user) happen in between. That makes the meeting rarer, not impossible.",
      Condition::hold_and_wait);
}

void add_rewrite(Advice& out, const Actor& actor, const std::string& before, const std::optional<std::string>& after) {
  if (after && *after != before) out.rewrites.push_back({actor.party->name, before, *after});
}

}  // namespace gridlock::rules
