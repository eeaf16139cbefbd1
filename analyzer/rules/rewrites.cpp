#include "analyzer/rules/rewrites.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>
#include <variant>

#include "analyzer/fingerprint.h"
#include "analyzer/rules/words.h"

namespace gridlock::rules {
namespace {

template <class Node>
const Node* node_of(const Act& act) {
  return act.parsed ? std::get_if<Node>(&act.parsed->node) : nullptr;
}

std::string without_semicolon(std::string sql) {
  while (!sql.empty() && (sql.back() == ';' || sql.back() == ' ' || sql.back() == '\n')) sql.pop_back();
  return sql;
}

std::string text_of(const Act& act, sql::Span span) { return act.sql.substr(span.begin, span.end - span.begin); }

/// `balance = 9` for each assignment, as the user wrote it.
std::string assignments(const Act& act, const std::vector<sql::Assignment>& set) {
  std::string text;
  for (const sql::Assignment& one : set)
    text += (text.empty() ? "" : ", ") + one.column.text + " = " + text_of(act, one.value.span);
  return text;
}

/// What to set when the row is there: the UPDATE's own SET, else every inserted column but the key.
std::string update_list(const Act& act, const sql::Insert& insert, const std::string& key, const Act* update,
                        const Scene& scene) {
  if (update != nullptr)
    if (const auto* node = node_of<sql::Update>(*update)) return assignments(*update, node->set);
  std::string text;
  for (const sql::Name& column : insert.columns) {
    if (sql::same_name(column.text, key)) continue;
    const std::string value = scene.postgres                       ? "EXCLUDED." + column.text
                              : scene.deadlock.engine == "mariadb" ? "VALUES(" + column.text + ")"
                                                                   : "new." + column.text;
    text += (text.empty() ? "" : ", ") + column.text + " = " + value;
  }
  if (text.empty() && !key.empty()) text = key + " = " + key;  // changes nothing, and locks the row
  static_cast<void>(act);
  return text;
}

/// The key that both locks of an actor stand on, smaller first when `ascending`.
struct Pair {
  const Lock* held;
  const Lock* wanted;
};

std::optional<Pair> comparable(const Actor& actor) {
  if (actor.holds == nullptr || actor.wants == nullptr) return std::nullopt;
  const Lock &held = *actor.holds, &wanted = *actor.wants;
  if (!same_table(held.table, wanted.table) || held.index != wanted.index || held.key.empty()) return std::nullopt;
  if (held.key.size() != wanted.key.size()) return std::nullopt;
  for (std::size_t i = 0; i < held.key.size(); ++i)
    if (!held.key[i].value || !wanted.key[i].value) return std::nullopt;
  return Pair{&held, &wanted};
}

bool less(const Lock& a, const Lock& b) {
  return std::lexicographical_compare(
      a.key.begin(), a.key.end(), b.key.begin(), b.key.end(),
      [](const KeyPart& x, const KeyPart& y) { return compare(*x.value, *y.value) < 0; });
}

/// The value that a statement asks for by equality, of a column.
std::optional<std::pair<std::string, Value>> asked_row(const Act& act) {
  for (const Comparison& comparison : act.where)
    if (comparison.op == sql::Op::equal && comparison.values.size() == 1)
      return std::pair{comparison.column, comparison.values.front()};
  return std::nullopt;
}

/// Two tables have no order of their own: by name.
bool against_table_order(const Act& first, const Act& second) {
  return !first.table.empty() && !second.table.empty() && !sql::same_name(first.table, second.table) &&
         second.table < first.table;
}

/// Against the order of the keys: by the locks, else by what the statements ask for.
bool against_order(const Scene& scene, std::size_t i, const Act& taker) {
  const Actor& actor = scene.actors[i];
  if (const auto pair = comparable(actor)) return less(*pair->wanted, *pair->held);
  if (!sql::same_name(taker.table, actor.act.table)) return against_table_order(taker, actor.act);
  const auto first = asked_row(taker), second = asked_row(actor.act);
  if (!first || !second || !sql::same_name(first->first, second->first)) return false;
  return sql::same_name(taker.table, actor.act.table) && compare(second->second, first->second) < 0;
}

}  // namespace

std::optional<std::string> locking_read(const Act& act, const std::string& clause) {
  const auto* select = node_of<sql::Select>(act);
  if (select == nullptr) return std::nullopt;
  std::string sql = without_semicolon(act.sql);
  if (select->locking.empty()) return sql + " " + clause;
  const sql::Span span = select->locking.front().span;
  if (span.end > sql.size()) return std::nullopt;
  return sql.substr(0, span.begin) + clause + sql.substr(span.end);
}

std::optional<std::string> upsert_of(const Act& act, const std::string& key, const Act* update, const Scene& scene) {
  const auto* insert = node_of<sql::Insert>(act);
  if (insert == nullptr || act.verb != Verb::insert) return std::nullopt;
  const std::string set = update_list(act, *insert, key, update, scene);
  if (set.empty()) return std::nullopt;
  const std::string sql = without_semicolon(act.sql);
  if (scene.postgres) {
    if (key.empty()) return std::nullopt;
    return fmt::format("{} ON CONFLICT ({}) DO UPDATE SET {}", sql, key, set);
  }
  const bool alias = set.find("new.") != std::string::npos;
  return fmt::format("{}{} ON DUPLICATE KEY UPDATE {}", sql, alias ? " AS new" : "", set);
}

std::optional<std::string> index_for(const Act& act) {
  if (act.table.empty() || act.where.empty()) return std::nullopt;
  // Columns compared for equality first: only one range can be used behind them.
  std::vector<std::string> columns;
  const auto add = [&](bool equality) {
    for (const Comparison& comparison : act.where) {
      if ((comparison.op == sql::Op::equal) != equality) continue;
      if (std::find(columns.begin(), columns.end(), comparison.column) != columns.end()) continue;
      columns.push_back(comparison.column);
      if (!equality) return;
    }
  };
  add(true);
  add(false);
  std::string name = act.table, list;
  for (const std::string& column : columns) {
    name += "_" + column;
    list += (list.empty() ? "" : ", ") + column;
  }
  return fmt::format("CREATE INDEX {} ON {} ({})", name, act.table, list);
}

std::optional<std::string> lock_both_rows(const Scene& scene, std::size_t i) {
  // What it holds is what its predecessor asks for.
  const Act &act = scene.actors[i].act, &asker = scene.before(i).act;
  auto wanted_row = asked_row(act), held = asked_row(asker);
  if (!wanted_row || !held || act.table.empty() || !sql::same_name(act.table, asker.table)) return std::nullopt;
  if (!sql::same_name(wanted_row->first, held->first)) return std::nullopt;
  const auto order = compare(held->second, wanted_row->second);
  if (order == 0) return std::nullopt;
  if (order > 0) std::swap(held->second, wanted_row->second);
  return fmt::format("SELECT {0} FROM {1} WHERE {0} IN ({2}, {3}) ORDER BY {0} FOR UPDATE", wanted_row->first,
                     act.table, to_sql(held->second), to_sql(wanted_row->second));
}

std::vector<Advice::Rewrite> in_key_order(const Scene& scene) {
  std::vector<Advice::Rewrite> rewrites;
  for (std::size_t i = 0; i < scene.size(); ++i) {
    const Actor& actor = scene.actors[i];
    const Act* taker = taker_of(scene, i);
    if (taker == nullptr || actor.party->statement.empty() || !against_order(scene, i, *taker)) continue;
    const std::string first = without_semicolon(taker->sql), second = without_semicolon(actor.party->statement);
    if (first == second) continue;
    rewrites.push_back({actor.party->name, first + ";\n" + second + ";", second + ";\n" + first + ";"});
  }
  return rewrites;
}

std::optional<std::pair<std::string, std::string>> against_key_order(const Scene& scene, std::size_t i) {
  const Actor& actor = scene.actors[i];
  if (const auto pair = comparable(actor)) {
    if (!less(*pair->wanted, *pair->held)) return std::nullopt;
    return std::pair{place(*pair->held), place(*pair->wanted)};
  }
  // PostgreSQL shows no keys: the actor holds the row that its predecessor's statement asks for.
  const Act& asker = scene.before(i).act;
  const auto held = asked_row(asker), wanted_row = asked_row(actor.act);
  if (!held || !wanted_row || asker.table.empty() || !sql::same_name(asker.table, actor.act.table)) return std::nullopt;
  if (!sql::same_name(held->first, wanted_row->first) || compare(wanted_row->second, held->second) >= 0)
    return std::nullopt;
  const auto row = [](const std::pair<std::string, Value>& asked) {
    return fmt::format("row {} = {}", asked.first, to_sql(asked.second));
  };
  return std::pair{row(*held), row(*wanted_row)};
}

std::optional<std::string> sorted_rows(const Act& act) {
  const auto* insert = node_of<sql::Insert>(act);
  if (insert == nullptr || insert->rows.size() < 2) return std::nullopt;
  std::vector<std::size_t> order(insert->rows.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto first = [&](std::size_t i) -> const sql::Expr& { return insert->rows[i].front(); };
  for (const auto& row : insert->rows)
    if (row.empty() || row.front().kind != sql::ExprKind::literal) return std::nullopt;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return compare(first(a).value, first(b).value) < 0; });
  if (std::is_sorted(order.begin(), order.end())) return std::nullopt;
  const std::size_t begin = act.sql.rfind('(', first(0).span.begin);
  const std::size_t end = act.sql.find(')', insert->rows.back().back().span.end);
  if (begin == std::string::npos || end == std::string::npos) return std::nullopt;
  std::string rows;
  for (const std::size_t i : order) {
    std::string row;
    for (const sql::Expr& value : insert->rows[i]) row += (row.empty() ? "" : ", ") + text_of(act, value.span);
    rows += (rows.empty() ? "(" : ", (") + row + ")";
  }
  return act.sql.substr(0, begin) + rows + act.sql.substr(end + 1);
}

std::string key_column(const Act& act, const Lock* lock) {
  if (lock != nullptr && !lock->key.empty() && !lock->key.front().column.empty()) return lock->key.front().column;
  for (const Comparison& comparison : act.where) return comparison.column;
  return {};
}

}  // namespace gridlock::rules
