#include "analyzer/order_graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include "analyzer/fingerprint.h"

namespace gridlock {
namespace {

bool is_row(LockKind kind) { return kind == LockKind::record || kind == LockKind::next_key || kind == LockKind::tuple; }

/// InnoDB's record locks: `S`, `S,REC_NOT_GAP`, `X`, ...
bool is_shared(const Lock& lock) { return lock.mode.starts_with("S"); }

/// Modes of whole tables that clash: MySQL's (lock0priv.h, lock_compatibility_matrix), PostgreSQL's (manual, 13.3.1).
struct Clash {
  std::string_view a, b;
};
constexpr std::array table_clashes{
    Clash{"IS", "X"},
    Clash{"IX", "S"},
    Clash{"IX", "X"},
    Clash{"S", "X"},
    Clash{"X", "X"},
    Clash{"S", "AUTO_INC"},
    Clash{"X", "AUTO_INC"},
    Clash{"AUTO_INC", "AUTO_INC"},
    Clash{"AccessShareLock", "AccessExclusiveLock"},
    Clash{"RowShareLock", "ExclusiveLock"},
    Clash{"RowShareLock", "AccessExclusiveLock"},
    Clash{"RowExclusiveLock", "ShareLock"},
    Clash{"RowExclusiveLock", "ShareRowExclusiveLock"},
    Clash{"RowExclusiveLock", "ExclusiveLock"},
    Clash{"RowExclusiveLock", "AccessExclusiveLock"},
    Clash{"ShareUpdateExclusiveLock", "ShareUpdateExclusiveLock"},
    Clash{"ShareUpdateExclusiveLock", "ShareLock"},
    Clash{"ShareUpdateExclusiveLock", "ShareRowExclusiveLock"},
    Clash{"ShareUpdateExclusiveLock", "ExclusiveLock"},
    Clash{"ShareUpdateExclusiveLock", "AccessExclusiveLock"},
    Clash{"ShareLock", "ShareRowExclusiveLock"},
    Clash{"ShareLock", "ExclusiveLock"},
    Clash{"ShareLock", "AccessExclusiveLock"},
    Clash{"ShareRowExclusiveLock", "ShareRowExclusiveLock"},
    Clash{"ShareRowExclusiveLock", "ExclusiveLock"},
    Clash{"ShareRowExclusiveLock", "AccessExclusiveLock"},
    Clash{"ExclusiveLock", "ExclusiveLock"},
    Clash{"ExclusiveLock", "AccessExclusiveLock"},
    Clash{"AccessExclusiveLock", "AccessExclusiveLock"},
};

/// PostgreSQL's row locks (manual, 13.3.2, table 13.3).
constexpr std::array row_clashes{
    Clash{"FOR KEY SHARE", "FOR UPDATE"},     Clash{"FOR SHARE", "FOR NO KEY UPDATE"},
    Clash{"FOR SHARE", "FOR UPDATE"},         Clash{"FOR NO KEY UPDATE", "FOR NO KEY UPDATE"},
    Clash{"FOR NO KEY UPDATE", "FOR UPDATE"}, Clash{"FOR UPDATE", "FOR UPDATE"},
};

template <class Clashes>
bool clash(const Clashes& clashes, const std::string& a, const std::string& b) {
  return std::any_of(clashes.begin(), clashes.end(),
                     [&](const Clash& one) { return (one.a == a && one.b == b) || (one.a == b && one.b == a); });
}

bool same_place(const Lock& a, const Lock& b) {
  return bare_table(a.table) == bare_table(b.table) && a.index == b.index && a.object == b.object;
}

bool same_row(const Lock& a, const Lock& b) {
  return same_place(a, b) && a.key == b.key && a.supremum == b.supremum && a.data == b.data;
}

/// One transaction holds a lock and asks for another one.
struct Step {
  std::size_t transaction;
  std::size_t held, wanted;  ///< places in its locks
};

class Graph {
 public:
  explicit Graph(const std::vector<LockOrder>& orders) : orders_(orders) {}

  OrderGraph build() {
    std::set<std::string> classes;
    std::set<std::pair<std::string, std::string>> edges;
    for (std::size_t t = 0; t < orders_.size(); ++t) {
      const auto& locks = orders_[t].locks;
      for (std::size_t i = 0; i < locks.size(); ++i) {
        classes.insert(class_of(locks[i].lock));
        for (std::size_t h = 0; h < i; ++h) {
          if (!edges.emplace(class_of(locks[h].lock), class_of(locks[i].lock)).second && seen_before(t, h, i)) continue;
          steps_.push_back({t, h, i});
        }
      }
    }
    graph_.classes = classes.size();
    graph_.edges = edges.size();
    for (std::size_t a = 0; a < steps_.size(); ++a)
      for (std::size_t b = a; b < steps_.size(); ++b) ring({steps_[a], steps_[b]});
    if (graph_.potential.empty())
      for (const Step& a : steps_)
        for (const Step& b : steps_)
          for (const Step& c : steps_)
            if (a.transaction < b.transaction && a.transaction < c.transaction && b.transaction != c.transaction)
              ring({a, b, c});
    return std::move(graph_);
  }

 private:
  const LockOrder::Taken& held(const Step& step) const { return orders_[step.transaction].locks[step.held]; }
  const LockOrder::Taken& wanted(const Step& step) const { return orders_[step.transaction].locks[step.wanted]; }

  /// The same classes by the same statements of the same transaction: one step says it.
  bool seen_before(std::size_t t, std::size_t h, std::size_t i) {
    const auto& locks = orders_[t].locks;
    return !steps_seen_
                .emplace(t, locks[h].statement, locks[i].statement, class_of(locks[h].lock), class_of(locks[i].lock))
                .second;
  }

  void ring(const std::vector<Step>& steps) {
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const Step& next = steps[(i + 1) % steps.size()];
      if (!may_block(held(next).lock, wanted(steps[i]).lock)) return;
    }
    if (is_guarded(steps)) {
      ++graph_.guarded;
      return;
    }
    PotentialDeadlock found;
    std::string key;
    found.same_rows = true;
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const Step& step = steps[i];
      const Step& next = steps[(i + 1) % steps.size()];
      found.same_rows = found.same_rows && same_row(held(next).lock, wanted(step).lock);
      found.parties.push_back(
          {step.transaction, held(step).statement, wanted(step).statement, held(step).lock, wanted(step).lock});
      key += fmt::format("{} {} {} {}\n", orders_[step.transaction].transaction, held(step).statement,
                         wanted(step).statement, class_of(wanted(step).lock));
    }
    if (keys_.insert(key).second) graph_.potential.push_back(std::move(found));
  }

  /// Two of the ring's transactions take clashing locks of one row before all else: then they never hold theirs at the
  /// same time. Two executions of one transaction take the same row only if it is the same in every execution, which a
  /// lock of a whole table is.
  bool is_guarded(const std::vector<Step>& steps) const {
    for (std::size_t i = 0; i < steps.size(); ++i)
      for (std::size_t j = i + 1; j < steps.size(); ++j)
        if (guards(steps[i], steps[j])) return true;
    return false;
  }

  bool guards(const Step& a, const Step& b) const {
    const bool one = a.transaction == b.transaction;
    for (std::size_t x = 0; x < a.held; ++x)
      for (std::size_t y = 0; y < b.held; ++y) {
        const Lock& p = orders_[a.transaction].locks[x].lock;
        const Lock& q = orders_[b.transaction].locks[y].lock;
        if (may_block(p, q) && same_row(p, q) && (!one || p.key.empty())) return true;
      }
    return false;
  }

  const std::vector<LockOrder>& orders_;
  OrderGraph graph_;
  std::vector<Step> steps_;
  std::set<std::tuple<std::size_t, std::size_t, std::size_t, std::string, std::string>> steps_seen_;
  std::set<std::string> keys_;
};

}  // namespace

OrderGraph order_graph(const std::vector<LockOrder>& orders) { return Graph(orders).build(); }

bool may_block(const Lock& held, const Lock& wanted) {
  if (!same_place(held, wanted)) return false;
  if (!held.object.empty() || held.kind == LockKind::user || held.kind == LockKind::advisory) return true;
  if (held.kind == LockKind::table || held.kind == LockKind::auto_increment)
    return clash(table_clashes, held.mode, wanted.mode);
  if (wanted.kind == LockKind::insert_intention) return held.kind == LockKind::gap || held.kind == LockKind::next_key;
  if (wanted.kind == LockKind::gap || held.kind == LockKind::gap || held.kind == LockKind::insert_intention)
    return false;
  if (held.kind == LockKind::tuple) return clash(row_clashes, held.mode, wanted.mode);
  return is_row(held.kind) && is_row(wanted.kind) && !(is_shared(held) && is_shared(wanted));
}

std::string class_of(const Lock& lock) {
  if (!lock.object.empty()) return lock.mode + " on " + lock.object;
  std::string out = lock.mode + (lock.index.empty() ? "" : " on " + lock.index);
  return out + (lock.table.empty() ? "" : (lock.index.empty() ? " on " : " of ") + bare_table(lock.table));
}

}  // namespace gridlock
