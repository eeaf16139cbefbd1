#include "cli/report/top.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "model/sql/parse.h"

namespace gridlock::report {
namespace {

using Counts = std::map<std::string, std::uint64_t>;

std::vector<Often> most(const Counts& counts) {
  constexpr std::size_t shown = 10;
  std::vector<Often> all;
  for (const auto& [what, count] : counts) all.push_back({what, count});
  std::stable_sort(all.begin(), all.end(), [](const Often& a, const Often& b) { return a.count > b.count; });
  if (all.size() > shown) all.resize(shown);
  return all;
}

std::string without_literals(const Deadlock& deadlock, const Party& party) {
  const auto dialect = deadlock.engine == "postgres" ? sql::Dialect::postgres : sql::Dialect::mysql;
  return party.statement.empty() ? "?" : sql::fingerprint(party.statement, dialect);
}

}  // namespace

Top top_of(const Analysis& analysis) {
  Counts tables, indexes, pairs;
  for (const DiagnosedDeadlock& one : analysis.deadlocks) {
    const auto& parties = one.deadlock.parties;
    std::set<std::string> own_tables, own_indexes, own_pairs;
    for (std::size_t i = 0; i < parties.size(); ++i) {
      if (const auto& lock = parties[i].waits_for; lock && !lock->table.empty()) {
        own_tables.insert(lock->table);
        if (!lock->index.empty()) own_indexes.insert(lock->table + "." + lock->index);
      }
      if (parties.size() < 2) continue;
      std::string a = without_literals(one.deadlock, parties[i]);
      std::string b = without_literals(one.deadlock, parties[(i + 1) % parties.size()]);
      if (b < a) std::swap(a, b);
      if (a != "?" || b != "?") own_pairs.insert(a + "  <->  " + b);
    }
    for (const auto& table : own_tables) tables[table] += one.deadlock.count;
    for (const auto& index : own_indexes) indexes[index] += one.deadlock.count;
    for (const auto& pair : own_pairs) pairs[pair] += one.deadlock.count;
  }
  return {most(tables), most(indexes), most(pairs)};
}

}  // namespace gridlock::report
