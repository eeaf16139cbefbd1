#include "workloads/explore/row_locks.h"

#include <algorithm>
#include <bit>
#include <map>
#include <string_view>
#include <utility>

#include "drivers/explorable.h"
#include "workloads/explore/player.h"

namespace gridlock::explore {
namespace {

// ------------------------------------------------------------------------------------------- what is nothing but locks

/// `id = 7` or `id = :id`.
bool picks_by_one_value(const std::optional<sql::Expr>& where) {
  if (!where || where->kind != sql::ExprKind::binary || where->op != sql::Op::equal) return false;
  const auto is = [&](std::size_t i, sql::ExprKind kind) { return where->args[i].kind == kind; };
  return where->args.size() == 2 && is(0, sql::ExprKind::column) &&
         (is(1, sql::ExprKind::literal) || is(1, sql::ExprKind::parameter));
}

bool has_subquery(const sql::Expr& expr) {
  return expr.subquery != nullptr || std::any_of(expr.args.begin(), expr.args.end(), has_subquery);
}

bool locks_by_key(const sql::StatementNode& node) {
  if (const auto* select = std::get_if<sql::Select>(&node))
    return select->from.size() == 1 && picks_by_one_value(select->where) && select->locking.size() == 1 &&
           select->locking.front().strength == sql::LockStrength::update &&
           select->locking.front().wait == sql::WaitPolicy::wait && !select->limit && select->group_by.empty() &&
           std::none_of(select->items.begin(), select->items.end(),
                        [](const sql::SelectItem& item) { return has_subquery(item.expr); });
  if (const auto* update = std::get_if<sql::Update>(&node))
    return update->tables.size() == 1 && update->from.empty() && picks_by_one_value(update->where) && !update->limit &&
           std::none_of(update->set.begin(), update->set.end(), [&](const sql::Assignment& one) {
             return has_subquery(one.value) || one.column.text == update->where->args.front().name;
           });
  return false;
}

/// Only primary keys: no other index entry, no other table is locked with a row.
bool only_primary_keys(const Plan& plan) {
  return std::all_of(plan.setup.schema.begin(), plan.setup.schema.end(), [](const auto& statement) {
    if (std::holds_alternative<sql::Insert>(statement->statement.node)) return true;
    const auto* create = std::get_if<sql::CreateTable>(&statement->statement.node);
    if (create == nullptr || !create->foreign_keys.empty()) return false;
    const bool keys = std::all_of(create->keys.begin(), create->keys.end(),
                                  [](const sql::KeyDef& key) { return key.kind == sql::KeyDef::Kind::primary; });
    return keys;
  });
}

/// BEGIN, then statements that lock by key, then COMMIT or ROLLBACK.
bool is_one_transaction(const PlannedSession& session) {
  const auto& steps = session.steps;
  if (steps.size() < 2 || !std::holds_alternative<sql::Begin>(steps.front().statement->statement.node)) return false;
  return steps.back().ends_transaction && std::all_of(steps.begin() + 1, steps.end() - 1, [](const PlannedStep& step) {
           return step.into.empty() && locks_by_key(step.statement->statement.node);
         });
}

/// Sees what a session locks, alone.
class Probe {
 public:
  Probe(const Plan& plan, const Driver& driver, RowLocks& locks) : plan_(plan), driver_(driver), locks_(locks) {}

  /// False when a statement locks anything but one row, exclusively.
  bool see(SessionId session) {
    Player player(plan_, std::shared_ptr<Driver>(copy_of(driver_)));
    std::vector<std::uint8_t> line;
    std::vector<std::uint32_t> steps;
    const auto count = static_cast<std::uint32_t>(plan_.sessions[session].steps.size());
    for (std::uint32_t i = 0; i + 1 < count; ++i) {
      std::vector<Event> events;
      player.play({session, i}, events);
      if (!ended_well(events, session)) return false;
      if (i == 0) continue;
      const auto row = row_locked(events, session, line.size());
      if (!row) return false;
      if (std::find(line.begin(), line.end(), *row) != line.end()) continue;  // it has it already
      line.push_back(*row);
      steps.push_back(i);
    }
    locks_.lines.push_back(std::move(line));
    locks_.steps.push_back(std::move(steps));
    return true;
  }

 private:
  static bool ended_well(const std::vector<Event>& events, SessionId session) {
    return std::any_of(events.begin(), events.end(), [&](const Event& event) {
      const auto* ended = std::get_if<StatementEnded>(&event.what);
      return ended != nullptr && event.session == session && ended->outcome == Outcome::done;
    });
  }

  /// The row of the statement: the newest record lock, when all locks are intentions on tables and exclusive ones on
  /// records, and there is at most one more of these than before.
  std::optional<std::uint8_t> row_locked(const std::vector<Event>& events, SessionId session, std::size_t before) {
    const LocksState* state = nullptr;
    for (const Event& event : events)
      if (event.session == session)
        if (const auto* now = std::get_if<LocksState>(&event.what)) state = now;
    if (state == nullptr) return std::nullopt;
    std::vector<std::string> rows;
    for (const Lock& lock : state->locks) {
      if (lock.kind == LockKind::table && lock.mode == "IX") continue;
      if (lock.kind != LockKind::record || lock.mode != "X,REC_NOT_GAP" || lock.index != "PRIMARY") return std::nullopt;
      rows.push_back(lock.table + " " + lock.data);
    }
    if (rows.empty() || rows.size() > before + 1) return std::nullopt;
    if (rows.size() == before) return 0 == before ? std::nullopt : std::optional(again(rows));
    return number_of(rows.back());
  }

  /// A row that is locked already: any will do, for it is on the line.
  std::uint8_t again(const std::vector<std::string>& rows) { return *number_of(rows.front()); }

  std::optional<std::uint8_t> number_of(const std::string& row) {
    const auto known = std::find(locks_.row_names.begin(), locks_.row_names.end(), row);
    if (known != locks_.row_names.end()) return static_cast<std::uint8_t>(known - locks_.row_names.begin());
    if (locks_.row_names.size() == rows_max) return std::nullopt;
    locks_.row_names.push_back(row);
    return static_cast<std::uint8_t>(locks_.row_names.size() - 1);
  }

  const Plan& plan_;
  const Driver& driver_;
  RowLocks& locks_;
};

// ------------------------------------------------------------------------------------------- deadlock states

using Rows = std::uint64_t;
constexpr Rows row_bit(std::uint8_t row) { return Rows{1} << row; }

/// Walks all choices of progress, session by session, and leaves each as soon as it cannot become a deadlock.
class States {
 public:
  States(const RowLocks& locks, StateCounts& counts, const std::function<void(const Progresses&)>& each,
         const std::function<bool()>& stop)
      : locks_(locks), counts_(counts), each_(each), stop_(stop), progress_(locks.lines.size(), done) {
    waiting_.resize(rows_max, 0);
    reachable_.resize(locks.lines.size() + 1, 0);
    for (std::size_t s = locks.lines.size(); s-- > 0;) {
      reachable_[s] = reachable_[s + 1];
      for (std::size_t i = 0; i + 1 < locks.lines[s].size(); ++i) reachable_[s] |= row_bit(locks.lines[s][i]);
    }
  }

  bool walk() {
    choose(0, 0, 0);
    return !stopped_;
  }

 private:
  /// The sessions before `session` hold `held` and wait for `wanted`.
  void choose(std::size_t session, Rows held, Rows wanted) {
    if ((++counts_.visited & 0xfffff) == 0 && stop_ && stop_()) stopped_ = true;
    if (stopped_ || (wanted & ~held & ~reachable_[session]) != 0) return;  // somebody would wait for nobody
    if (session == locks_.lines.size()) {
      if (wanted != 0) found(wanted);
      return;
    }
    progress_[session] = done;
    choose(session + 1, held, wanted);
    const auto& line = locks_.lines[session];
    Rows own = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
      progress_[session] = static_cast<std::uint8_t>(i);
      ++waiting_[line[i]];
      choose(session + 1, held | own, wanted | row_bit(line[i]));
      --waiting_[line[i]];
      own |= row_bit(line[i]);
      if ((held & own) != 0) break;  // two would hold one row
    }
    progress_[session] = done;
  }

  void found(Rows wanted) {
    std::uint64_t queues = 1;
    for (Rows left = wanted; left != 0; left &= left - 1) {
      const int waiting = waiting_[static_cast<std::size_t>(std::countr_zero(left))];
      for (int i = 2; i <= waiting; ++i) queues *= static_cast<std::uint64_t>(i);
    }
    counts_.deadlocks += queues;
    ++counts_.progresses;
    if (each_) each_(progress_);
  }

  const RowLocks& locks_;
  StateCounts& counts_;
  const std::function<void(const Progresses&)>& each_;
  const std::function<bool()>& stop_;
  Progresses progress_;
  std::vector<int> waiting_;     ///< by row
  std::vector<Rows> reachable_;  ///< what the sessions from here on can hold while they wait
  bool stopped_ = false;
};

// ------------------------------------------------------------------------------------------- rings

/// Walks along "waits for the holder": who holds the row that the last one waits for?
class Rings {
 public:
  Rings(const RowLocks& locks, const std::function<void(const Ring&)>& each, const std::function<bool()>& stop)
      : locks_(locks), each_(each), stop_(stop), holders_(rows_max) {
    for (SessionId s = 0; s < locks.lines.size(); ++s)
      for (std::size_t i = 0; i + 1 < locks.lines[s].size(); ++i)
        holders_[locks.lines[s][i]].push_back({s, static_cast<std::uint8_t>(i)});
  }

  bool walk() {
    for (SessionId first = 0; first < locks_.lines.size() && !stopped_; ++first) {
      const auto& line = locks_.lines[first];
      Rows own = 0;
      for (std::uint8_t held = 1; held < line.size(); ++held) {
        own |= row_bit(line[held - 1U]);
        ring_ = {{first}, {held}};
        follow(line[held], own, own, std::uint64_t{1} << first);
      }
    }
    return !stopped_;
  }

 private:
  struct Holder {
    SessionId session;
    std::uint8_t at;  ///< place of the row on its line
  };

  /// The last of the ring waits for `row`; `held`: by all of it; `firsts`: by its first.
  void follow(std::uint8_t row, Rows held, Rows firsts, std::uint64_t members) {
    if ((++asked_ & 0xfffff) == 0 && stop_ && stop_()) stopped_ = true;
    if (stopped_) return;
    if ((row_bit(row) & firsts) != 0) {
      if (ring_.sessions.size() > 1) each_(ring_);
      return;
    }
    if ((row_bit(row) & held) != 0) return;  // a smaller ring, told from its own first
    for (const Holder& holder : holders_[row]) {
      if (holder.session < ring_.sessions.front() || (members >> holder.session & 1U) != 0) continue;
      const auto& line = locks_.lines[holder.session];
      Rows own = 0;
      for (std::size_t i = 0; i <= holder.at; ++i) own |= row_bit(line[i]);
      for (std::size_t next = holder.at + 1U; next < line.size() && (own & held) == 0; ++next) {
        ring_.sessions.push_back(holder.session);
        ring_.held.push_back(static_cast<std::uint8_t>(next));
        follow(line[next], held | own, firsts, members | std::uint64_t{1} << holder.session);
        ring_.sessions.pop_back();
        ring_.held.pop_back();
        own |= row_bit(line[next]);
      }
    }
  }

  const RowLocks& locks_;
  const std::function<void(const Ring&)>& each_;
  const std::function<bool()>& stop_;
  std::vector<std::vector<Holder>> holders_;  ///< by row
  Ring ring_;
  std::uint64_t asked_ = 0;
  bool stopped_ = false;
};

}  // namespace

std::optional<RowLocks> row_locks_of(const Plan& plan, const Driver& driver) {
  const bool eligible = only_primary_keys(plan) && plan.sessions.size() <= 64 &&
                        std::all_of(plan.sessions.begin(), plan.sessions.end(), is_one_transaction);
  if (!eligible) return std::nullopt;
  RowLocks locks;
  Probe probe(plan, driver, locks);
  for (SessionId s = 0; s < plan.sessions.size(); ++s)
    if (!probe.see(s)) return std::nullopt;
  locks.rows = locks.row_names.size();
  return locks;
}

bool deadlock_states(const RowLocks& locks, StateCounts& counts, const std::function<void(const Progresses&)>& each,
                     const std::function<bool()>& stop) {
  return States(locks, counts, each, stop).walk();
}

bool rings(const RowLocks& locks, const std::function<void(const Ring&)>& each, const std::function<bool()>& stop) {
  return Rings(locks, each, stop).walk();
}

Turns witness_of(const RowLocks& locks, const Ring& ring) {
  Turns turns;
  for (std::size_t i = 0; i < ring.sessions.size(); ++i) {
    const SessionId session = ring.sessions[i];
    turns.push_back({session, 0});  // BEGIN
    for (std::uint8_t held = 0; held < ring.held[i]; ++held) turns.push_back({session, locks.steps[session][held]});
  }
  for (std::size_t i = 0; i < ring.sessions.size(); ++i)
    turns.push_back({ring.sessions[i], locks.steps[ring.sessions[i]][ring.held[i]]});
  return turns;
}

}  // namespace gridlock::explore
