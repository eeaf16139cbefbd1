#pragma once
/// A deadlock as the rules see it: each party's statements read, its locks sorted into what matters.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/rules/act.h"
#include "model/deadlock.h"

namespace gridlock::rules {

struct Actor {
  const Party* party = nullptr;
  Act act;                      ///< the statement that waits
  std::vector<Act> earlier;     ///< of the same transaction, oldest first; empty in a log
  const Lock* wants = nullptr;  ///< null when not known
  const Lock* holds = nullptr;  ///< the lock in the way of the actor before it; null when not known

  /// Whether it is known what the transaction did before: a run names its steps, a log tells the waiting statement
  /// only.
  bool known_past() const { return !earlier.empty() || !party->step.empty(); }
};

/// REQUIRES: the deadlock outlives the scene.
struct Scene {
  explicit Scene(const Deadlock& deadlock);

  const Deadlock& deadlock;
  sql::Dialect dialect = sql::Dialect::either;
  bool postgres = false;
  std::vector<Actor> actors;  ///< `actors[i]` waits for `actors[i + 1]`, the last for the first

  std::size_t size() const { return actors.size(); }
  const Actor& after(std::size_t i) const { return actors[(i + 1) % actors.size()]; }
  const Actor& before(std::size_t i) const { return actors[(i + actors.size() - 1) % actors.size()]; }

  template <class Predicate>
  bool all(Predicate predicate) const {
    for (const Actor& actor : actors)
      if (!predicate(actor)) return false;
    return !actors.empty();
  }
  template <class Predicate>
  bool any(Predicate predicate) const {
    for (const Actor& actor : actors)
      if (predicate(actor)) return true;
    return false;
  }
};

/// The mode without its flags: `X` of `X,REC_NOT_GAP`.
std::string_view base_mode(const Lock& lock);

bool is_row_lock(const Lock& lock);   ///< on an index record, a gap, or both
bool is_exclusive(const Lock* lock);  ///< a row lock in mode X that is no insert intention; false for null
bool is_shared(const Lock* lock);     ///< a row lock in mode S; false for null
bool is_insert_intention(const Lock* lock);
bool covers_gap(const Lock* lock);  ///< gap, next-key, or the supremum; false for null

/// Same table, whatever the schema and the case.
bool same_table(std::string_view a, std::string_view b);

/// Whether two locks are on the same place of the same index.
bool same_place(const Lock& a, const Lock& b);

/// The statement by which `scene.actors[i]` got the lock in its predecessor's way, as far as its earlier statements
/// tell; null when they do not.
const Act* taker_of(const Scene& scene, std::size_t i);

/// Whether a locking search asks for more than one key: no single row stands for it. False for null.
bool is_range(const Act* act);

/// Upserts of one key that waited while the transaction that had inserted it rolled back: each was granted the gap
/// then, and each now wants to insert into it.
bool woken_by_rollback(const Scene& scene);

/// Whether the statement inserts a row with this value in some column.
bool inserts_value(const Act& act, const Value& value);

/// Whether both statements ask for one row: by the same column and a common value.
bool ask_for_same_row(const Act& a, const Act& b);

/// The first column of a key that the statement's WHERE compares with literals, if it is this lock's; empty if none.
const Comparison* comparison_for(const Act& act, const Lock& lock);

}  // namespace gridlock::rules
