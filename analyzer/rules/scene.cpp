#include "analyzer/rules/scene.h"

#include <algorithm>

#include "analyzer/fingerprint.h"

namespace gridlock::rules {
namespace {

sql::Dialect dialect_of(const Deadlock& deadlock) {
  if (deadlock.engine == "postgres") return sql::Dialect::postgres;
  if (deadlock.engine == "innodb" || deadlock.engine == "mariadb") return sql::Dialect::mysql;
  return sql::Dialect::either;
}

bool may_lock(const Act& act) {
  return act.writes() || act.verb == Verb::lock_share || act.verb == Verb::lock_update || act.verb == Verb::select ||
         act.verb == Verb::lock_table || act.verb == Verb::unknown;
}

/// The value of an integer expression without columns: `342 + 1`.
std::optional<std::int64_t> constant(const sql::Expr& expr) {
  if (expr.kind == sql::ExprKind::literal) {
    const auto* number = std::get_if<std::int64_t>(&expr.value);
    return number != nullptr ? std::optional(*number) : std::nullopt;
  }
  if (expr.kind != sql::ExprKind::binary || expr.args.size() != 2) return std::nullopt;
  const auto left = constant(expr.args[0]), right = constant(expr.args[1]);
  std::int64_t result = 0;
  if (!left || !right) return std::nullopt;
  const bool overflow = expr.op == sql::Op::plus       ? __builtin_add_overflow(*left, *right, &result)
                        : expr.op == sql::Op::minus    ? __builtin_sub_overflow(*left, *right, &result)
                        : expr.op == sql::Op::multiply ? __builtin_mul_overflow(*left, *right, &result)
                                                       : true;
  return overflow ? std::nullopt : std::optional(result);
}

/// A search for something in front of a gap's upper end locks that gap.
bool looks_into_gap(const Act& act, const Lock& lock) {
  if (!covers_gap(&lock) || act.where.empty()) return false;
  if (lock.supremum) return true;
  if (lock.key.empty() || !lock.key.front().value) return false;
  const KeyPart& first = lock.key.front();
  for (const Comparison& comparison : act.where) {
    const bool column_fits = first.column.empty() || sql::same_name(first.column, comparison.column);
    if (column_fits && !comparison.values.empty() && compare(comparison.values.front(), *first.value) < 0) return true;
  }
  return false;
}

/// From here on the statement's own text speaks for it: it names the key.
constexpr int evidence = 4;

/// How well a statement explains that its transaction holds the lock that `asker` needs; 0: not at all.
int plausibility(const Act& act, const Lock& lock, const Actor& asker) {
  if (!may_lock(act)) return 0;
  if (!lock.table.empty() && !act.names(bare_table(lock.table))) return 0;
  int points = 1;
  const bool reads = act.verb == Verb::lock_share || act.verb == Verb::select;
  if (base_mode(lock) == "S" ? reads : act.writes() || act.verb == Verb::lock_update) points += 1;
  if (looks_into_gap(act, lock)) points += 1;
  if (comparison_for(act, lock) != nullptr || ask_for_same_row(act, asker.act)) points += evidence;
  if (!lock.key.empty() && lock.key.front().value && inserts_value(act, *lock.key.front().value)) points += evidence;
  return points;
}

}  // namespace

Scene::Scene(const Deadlock& told) : deadlock(told), dialect(dialect_of(told)), postgres(told.engine == "postgres") {
  for (const Party& party : deadlock.parties) {
    Actor actor;
    actor.party = &party;
    actor.act = act_of(party.step, party.statement, dialect);
    for (const PastStatement& past : party.earlier) actor.earlier.push_back(act_of(past.step, past.sql, dialect));
    actor.wants = party.waits_for ? &*party.waits_for : nullptr;
    actor.holds = party.holds.empty() ? nullptr : &party.holds.front();
    actors.push_back(std::move(actor));
  }
}

std::string_view base_mode(const Lock& lock) {
  const std::string_view mode = lock.mode;
  return mode.substr(0, mode.find(','));
}

bool is_row_lock(const Lock& lock) {
  switch (lock.kind) {
    case LockKind::record:
    case LockKind::gap:
    case LockKind::next_key:
    case LockKind::insert_intention: return true;
    default: return false;
  }
}

bool is_insert_intention(const Lock* lock) { return lock != nullptr && lock->kind == LockKind::insert_intention; }

bool is_exclusive(const Lock* lock) {
  return lock != nullptr && is_row_lock(*lock) && !is_insert_intention(lock) && base_mode(*lock) == "X";
}

bool is_shared(const Lock* lock) { return lock != nullptr && is_row_lock(*lock) && base_mode(*lock) == "S"; }

bool covers_gap(const Lock* lock) {
  return lock != nullptr && (lock->kind == LockKind::gap || lock->kind == LockKind::next_key || lock->supremum);
}

bool same_table(std::string_view a, std::string_view b) {
  return sql::same_name(bare_table(std::string(a)), bare_table(std::string(b)));
}

bool same_place(const Lock& a, const Lock& b) {
  if (!same_table(a.table, b.table) || a.index != b.index || a.supremum != b.supremum) return false;
  if (!a.object.empty() || !b.object.empty()) return a.object == b.object;
  const auto values = [](const Lock& lock) {
    std::vector<std::optional<Value>> out;
    for (const KeyPart& part : lock.key) out.push_back(part.value);
    return out;
  };
  if (!a.key.empty() && !b.key.empty()) return values(a) == values(b);
  return a.data == b.data;
}

const Comparison* comparison_for(const Act& act, const Lock& lock) {
  if (lock.key.empty() || !lock.key.front().value) return nullptr;
  const KeyPart& first = lock.key.front();
  for (const Comparison& comparison : act.where) {
    const bool column_fits = first.column.empty() || sql::same_name(first.column, comparison.column);
    if (column_fits && asks_for(comparison, *first.value)) return &comparison;
  }
  return nullptr;
}

namespace {

bool inserts_here(const sql::Expr& expr, const Value& value) {
  if (expr.kind == sql::ExprKind::literal) return compare(expr.value, value) == 0;
  const auto number = constant(expr);
  return number && compare(Value(*number), value) == 0;
}

}  // namespace

bool inserts_value(const Act& act, const Value& value) {
  if (!act.parsed) return false;
  const auto* insert = std::get_if<sql::Insert>(&act.parsed->node);
  if (insert == nullptr) return false;
  for (const auto& row : insert->rows)
    for (const sql::Expr& expr : row)
      if (inserts_here(expr, value)) return true;
  return false;
}

bool ask_for_same_row(const Act& a, const Act& b) {
  for (const Comparison& left : a.where)
    for (const Comparison& right : b.where) {
      if (left.op != sql::Op::equal || !sql::same_name(left.column, right.column)) continue;
      for (const Value& value : left.values)
        if (right.op == sql::Op::equal && asks_for(right, value)) return sql::same_name(a.table, b.table);
    }
  return false;
}

bool is_range(const Act* act) {
  return act != nullptr &&
         (act->where.empty() || act->where.front().op != sql::Op::equal || act->where.front().values.size() > 1);
}

bool woken_by_rollback(const Scene& scene) {
  return scene.all([&](const Actor& actor) {
    const bool upsert = actor.act.verb == Verb::upsert || actor.act.verb == Verb::replace;
    const bool only_statement =
        std::none_of(actor.earlier.begin(), actor.earlier.end(), [](const Act& act) { return act.inserts(); });
    return upsert && actor.known_past() && only_statement && is_insert_intention(actor.wants) &&
           same_place(*actor.wants, *scene.actors.front().wants);
  });
}

const Act* taker_of(const Scene& scene, std::size_t i) {
  const Actor& actor = scene.actors[i];
  const Actor& asker = scene.before(i);
  const Lock* lock = actor.holds != nullptr ? actor.holds : asker.wants;
  if (lock == nullptr) return nullptr;
  const Act* best = nullptr;
  int most = 0;
  bool only = true;
  for (const Act& act : actor.earlier) {
    const int points = plausibility(act, *lock, asker);
    if (points > most) best = &act;
    if (points >= most) only = points > most;
    most = std::max(most, points);
  }
  // Of several that name the key the first: a lock is kept from then on. Of several that do not, any would be a guess.
  return only || most >= evidence ? best : nullptr;
}

}  // namespace gridlock::rules
