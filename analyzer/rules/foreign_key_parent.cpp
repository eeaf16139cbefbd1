// D21 to D23, P7 to P9: the check of a foreign key locks the parent row, which somebody also wants to change.
#include <fmt/format.h>

#include <algorithm>

#include "analyzer/fingerprint.h"
#include "analyzer/rules/advice.h"
#include "analyzer/rules/rewrites.h"
#include "analyzer/rules/rules.h"
#include "analyzer/rules/words.h"

namespace gridlock::rules {
namespace {

/// A lock on a table that the statement does not name was taken on its behalf.
bool on_behalf(const Act& act, const Lock* lock) {
  return lock != nullptr && !lock->table.empty() && !act.tables.empty() && act.writes() &&
         !act.names(bare_table(lock->table));
}

/// What a party's own text says of a foreign key: the parent's table, and how sure that is.
struct Clue {
  std::string parent;
  bool certain = true;
};

/// An earlier INSERT or UPDATE of another table shares the parent, which the waiting statement changes or locks.
bool child_before_parent(const Actor& actor, const std::string& parent) {
  bool child = false;
  for (const Act& act : actor.earlier) {
    if ((act.verb == Verb::lock_share || act.verb == Verb::select) && act.names(parent)) return false;
    child = child || ((act.inserts() || act.verb == Verb::update) && !act.names(parent));
  }
  const bool wants_parent =
      actor.act.verb == Verb::update || actor.act.verb == Verb::remove || actor.act.verb == Verb::lock_update;
  return child && wants_parent && actor.act.names(parent);
}

std::optional<Clue> innodb_clue(const Scene& scene) {
  for (const Actor& actor : scene.actors) {
    if (is_shared(actor.wants) && on_behalf(actor.act, actor.wants)) return Clue{bare_table(actor.wants->table), true};
    // The check of a parent that is there locks the record only; shared gaps come from checks for duplicates.
    const bool held_by_insert =
        is_shared(actor.holds) && actor.holds->kind == LockKind::record && actor.act.inserts() && !actor.known_past();
    if (held_by_insert && on_behalf(actor.act, actor.holds)) return Clue{bare_table(actor.holds->table), true};
    if (!is_shared(actor.holds) || !is_exclusive(actor.wants)) continue;
    const std::string parent = bare_table(actor.holds->table);
    if (child_before_parent(actor, parent)) return Clue{parent, true};
  }
  // In a log without earlier statements: all share one row of a primary key and have written something before.
  const bool looks_like = scene.all([](const Actor& actor) {
    const bool shares = actor.holds == nullptr || (is_shared(actor.holds) && actor.holds->kind == LockKind::record);
    return shares && is_exclusive(actor.wants) && actor.wants->index == "PRIMARY" && !actor.known_past() &&
           actor.party->undo_entries.value_or(0) > 0 && !actor.act.inserts();
  });
  const bool shared = scene.any([](const Actor& actor) { return is_shared(actor.holds); });
  if (looks_like && shared) return Clue{bare_table(scene.actors[0].wants->table), false};
  return std::nullopt;
}

std::optional<Clue> postgres_clue(const Scene& scene) {
  for (const Actor& actor : scene.actors) {
    if (actor.wants == nullptr || (actor.wants->kind != LockKind::transaction && actor.wants->kind != LockKind::tuple))
      return std::nullopt;
    if (on_behalf(actor.act, actor.wants) && actor.wants->index.empty())
      return Clue{bare_table(actor.wants->table), true};
  }
  for (const Actor& actor : scene.actors)
    if (!actor.act.table.empty() && child_before_parent(actor, actor.act.table)) return Clue{actor.act.table, true};
  return std::nullopt;
}

/// The child's INSERT and the parent's statement, the other way round.
Advice parent_first(const Scene& scene, const std::string& parent) {
  const std::string clause = scene.postgres ? "FOR NO KEY UPDATE" : "FOR UPDATE";
  Advice out = advice("lock-parent-first", "Lock the parent before the child",
                      fmt::format("Change (or lock by SELECT ... {}) the row of {} before writing the rows that refer "
                                  "to it, in every transaction, and several parents in key order. The second "
                                  "transaction then waits for the first at the parent, and holds nothing.",
                                  clause, parent),
                      Condition::circular_wait);
  for (const Actor& actor : scene.actors) {
    if (!child_before_parent(actor, parent)) continue;
    for (const Act& act : actor.earlier) {
      if (act.names(parent) || !act.writes()) continue;
      out.rewrites.push_back({actor.party->name, act.sql + ";\n" + actor.party->statement + ";",
                              actor.party->statement + ";\n" + act.sql + ";"});
      break;
    }
  }
  return out;
}

Advice no_key_update(const Scene& scene) {
  Advice out = advice("no-key-update", "Lock the parent with FOR NO KEY UPDATE",
                      "FOR UPDATE excludes the FOR KEY SHARE that a foreign key check takes; FOR NO KEY UPDATE does "
                      "not, and is enough unless the parent's key is changed or the row deleted.",
                      Condition::mutual_exclusion);
  for (const Actor& actor : scene.actors)
    if (actor.act.verb == Verb::lock_update)
      add_rewrite(out, actor, actor.party->statement, locking_read(actor.act, "FOR NO KEY UPDATE"));
  return out;
}

bool updates_parent(const Scene& scene, const std::string& parent) {
  const auto updates = [&](const Act& act) { return act.verb == Verb::update && act.names(parent); };
  return scene.any([&](const Actor& actor) {
    return updates(actor.act) || std::any_of(actor.earlier.begin(), actor.earlier.end(), updates);
  });
}

}  // namespace

std::optional<Diagnosis> foreign_key_parent(const Scene& scene) {
  const auto clue = scene.postgres ? postgres_clue(scene) : innodb_clue(scene);
  if (!clue) return std::nullopt;
  Diagnosis diagnosis;
  diagnosis.title = fmt::format("A foreign key's check locks rows of {} that others change", clue->parent);
  diagnosis.explanation = std::string("Writing a row that refers to a parent locks the parent row ") +
                          (scene.postgres ? "(FOR KEY SHARE)" : "(shared)") +
                          ", so that it cannot disappear; deleting or changing a parent locks its children. No "
                          "statement says so: the foreign key does it. " +
                          cycle_in_words(scene);
  if (!clue->certain)
    diagnosis.explanation +=
        " The log does not show the earlier statements; that each has written something and shares the row is how a "
        "foreign key's check looks, and a SELECT ... FOR SHARE behind another change would look the same.";
  diagnosis.advice.push_back(parent_first(scene, clue->parent));
  if (scene.postgres) diagnosis.advice.push_back(no_key_update(scene));
  if (updates_parent(scene, clue->parent))
    diagnosis.advice.push_back(
        advice("no-counter-in-parent", "Keep counters out of the parent row",
               "A sum or a counter in the parent makes every child's transaction change the same "
               "row. Count when reading, or collect the changes in a table of their own.",
               Condition::mutual_exclusion));
  diagnosis.folklore = {
      isolation_does_not_help(scene),
      "An index on the child's column: it makes the check fast, and leaves the parent's row as locked as before.",
      retries_do_not_cure()};
  return diagnosis;
}

}  // namespace gridlock::rules
