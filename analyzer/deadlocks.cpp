// From a trace's events to its deadlocks.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <variant>

#include "analyzer/account.h"
#include "analyzer/analyzer.h"
#include "analyzer/inference.h"
#include "analyzer/replay.h"

namespace gridlock {
namespace {

/// The family of engines, by the trace's engine: `reference:innodb`, `mysql://app@db1/shop`.
std::string engine_of(const std::string& engine) {
  struct Family {
    std::string_view beginning, name;
  };
  for (const Family family : {Family{"reference:innodb", "innodb"}, Family{"reference:mariadb", "mariadb"},
                              Family{"reference:postgres", "postgres"}, Family{"mysql", "innodb"},
                              Family{"mariadb", "mariadb"}, Family{"postgres", "postgres"}})
    if (engine.starts_with(family.beginning)) return std::string(family.name);
  return engine;
}

std::string time_text(Time at) { return fmt::format("{}.{:06}s", at.micros / 1'000'000, at.micros % 1'000'000); }

/// A member of a cycle: the session, and which of its statements waits (counted from 1).
using Place = std::pair<SessionId, std::uint64_t>;
using Places = std::set<Place>;

/// A victim: the session and the step at which it lost.
using Loss = std::pair<SessionId, std::string>;

bool is_known(const Lock& lock) { return !lock.mode.empty() || !lock.table.empty() || !lock.object.empty(); }

void add_if_new(std::vector<Lock>& locks, const Lock& lock) {
  if (std::find(locks.begin(), locks.end(), lock) == locks.end()) locks.push_back(lock);
}

class Finder {
 public:
  explicit Finder(const Trace& trace) : trace_(trace), replay_(trace), tables_(tables_of(trace)) {}

  std::vector<Deadlock> find() {
    for (const Event& event : trace_.events) {
      now_ = event.at;
      if (const auto* ended = std::get_if<StatementEnded>(&event.what)) before_end(event.session, *ended);
      replay_.observe(event);
      if (const auto* found = std::get_if<DeadlockFound>(&event.what)) take_found(*found);
      if (const auto* connected = std::get_if<Connected>(&event.what))
        connections_[connected->connection] = event.session;
      if (const auto* account = std::get_if<DeadlockAccount>(&event.what)) take_account(event.session, *account);
      if (const auto* wait = std::get_if<WaitState>(&event.what); wait != nullptr && !wait->blockers.empty())
        take_cycle(event.session);
      ++position_;
    }
    report_unexplained();
    std::vector<Deadlock> out;
    for (auto& [position, deadlock] : found_)
      out.push_back(deadlock.parties.size() > 1 ? canonical(std::move(deadlock)) : std::move(deadlock));
    return out;
  }

 private:
  /// A cycle of waits that no DeadlockFound has told of yet.
  struct Unexplained {
    Places places;
    WaitCycle cycle;
    std::size_t position = 0;
    std::size_t seen = 1;  ///< in how many states
    bool soft = false;     ///< over a place in a queue only
    Deadlock deadlock;
  };
  struct LonelyVictim {
    Loss loss;
    std::size_t position = 0;
    Deadlock deadlock;
  };

  Places places_of(const WaitCycle& cycle) {
    Places places;
    for (const SessionId id : cycle) places.insert({id, replay_.session(id).started});
    return places;
  }

  Party party_of(SessionId id) {
    const ReplayedSession& session = replay_.session(id);
    Party party;
    party.name = replay_.name(id);
    party.transaction_id = session.transaction_id;
    party.isolation = session.isolation;
    party.step = session.step;
    party.statement = session.sql;
    party.earlier = session.earlier;
    // A statement that has ended already (the deadlock was told late) is not an earlier one.
    if (!session.running && !party.earlier.empty() && party.earlier.back().step == party.step) party.earlier.pop_back();
    if (session.wait) party.waits_for = session.wait->wanted;
    if (party.waits_for) party.waits_for->waiting = true;
    return party;
  }

  const Blocker* edge(SessionId from, SessionId to) {
    const auto& wait = replay_.session(from).wait;
    if (!wait) return nullptr;
    const Blocker* best = nullptr;
    for (const Blocker& blocker : wait->blockers)
      if (blocker.session == to && (best == nullptr || (blocker.hard && !best->hard))) best = &blocker;
    return best;
  }

  /// The lock in the way may have been granted since the wait began.
  static bool is_hard(const Blocker* blocker, const Party& next) {
    return next.holds.empty() ? blocker == nullptr || blocker->hard : !next.holds.front().waiting;
  }

  /// Whom each party waits for, and the lock in its way first among what the other holds.
  void join(std::vector<Party>& parties, const WaitCycle& cycle) {
    for (std::size_t i = 0; i < cycle.size(); ++i) {
      const std::size_t next = (i + 1) % cycle.size();
      parties[i].blocked_by = {next};
      const Blocker* blocker = edge(cycle[i], cycle[next]);
      if (blocker != nullptr && parties[next].holds.empty() && is_known(blocker->lock))
        parties[next].holds.push_back(blocker->lock);
      parties[i].hard = is_hard(blocker, parties[next]);
      const auto& wait = replay_.session(cycle[i]).wait;
      if (!wait) continue;
      for (std::size_t other = 0; other < cycle.size(); ++other) {
        const bool also = other != i && other != next && edge(cycle[i], cycle[other]) != nullptr;
        if (also) parties[i].blocked_by.push_back(other);
      }
    }
    for (std::size_t i = 0; i < cycle.size(); ++i)
      for (const Lock& lock : replay_.session(cycle[i]).locks)
        if (!lock.waiting) add_if_new(parties[i].holds, lock);
  }

  Deadlock deadlock_of(const WaitCycle& cycle, std::vector<Party> parties, std::optional<SessionId> victim) {
    Deadlock deadlock;
    deadlock.parties = std::move(parties);
    join(deadlock.parties, cycle);
    deadlock.engine = engine_of(trace_.engine);
    deadlock.first_seen = deadlock.last_seen = time_text(now_);
    deadlock.schedule = replay_.schedule(cycle, victim);
    for (std::size_t i = 0; i < cycle.size(); ++i)
      if (victim && cycle[i] == *victim) deadlock.victim = i;
    return deadlock;
  }

  void take_found(const DeadlockFound& found) {
    WaitCycle cycle;
    std::vector<Party> parties;
    for (const DeadlockFound::Member& member : found.cycle) {
      cycle.push_back(member.session);
      parties.push_back(told_party(member));
    }
    const Places places = places_of(cycle);
    if (cycle.empty() || !explained_.insert(places).second) return;  // told again
    Deadlock deadlock = deadlock_of(cycle, std::move(parties), found.victim);
    deadlock.proof = found.proof;
    found_.emplace(position_, std::move(deadlock));
    std::erase_if(unexplained_, [&](const Unexplained& cycle_seen) { return cycle_seen.places == places; });
    match_victim(found);
  }

  /// A live server's own words about the deadlock whose victim `id` is. Where they are of another one, what was seen of
  /// the waits has to do: the victim's error comes next.
  void take_account(SessionId id, const DeadlockAccount& account) {
    if (!account.text.empty() && !accounts_.insert(account.text).second) return;  // that one is told
    auto read = read_account(account, id, connections_);
    if (!read || !is_about_now(*read, id)) return;
    const WaitCycle cycle = read->sessions;
    const Places places = places_of(cycle);
    if (!explained_.insert(places).second) return;
    Deadlock& told = read->deadlock;
    for (std::size_t i = 0; i < cycle.size(); ++i) told.parties[i] = accounted_party(cycle[i], told.parties[i]);
    for (std::size_t i = 0; i < cycle.size(); ++i) name_table(cycle[i], told.parties, i);
    told.engine = engine_of(trace_.engine);
    told.first_seen = told.last_seen = time_text(now_);
    told.schedule = replay_.schedule(cycle, id);
    told.where.clear();
    awaited_.insert({id, replay_.session(id).step});
    std::erase_if(unexplained_, [&](const Unexplained& seen) { return seen.places == places; });
    found_.emplace(position_, std::move(told));
  }

  /// InnoDB shows the latest deadlock, whosever it is: the victim's statement there must be the one under way.
  bool is_about_now(const AccountedDeadlock& account, SessionId victim) {
    const std::string& said = account.deadlock.parties[*account.deadlock.victim].statement;
    return said.empty() || is_text_of(said, replay_.session(victim).sql);
  }

  /// What the server said of a party, and what the trace knows of its session.
  Party accounted_party(SessionId id, const Party& said) {
    Party party = party_of(id);
    party.transaction_id = said.transaction_id;
    party.thread_or_pid = said.thread_or_pid;
    party.user = said.user;
    const std::optional<Lock> seen = party.waits_for;
    party.waits_for = said.waits_for ? said.waits_for : seen;
    party.holds = said.holds;
    if (party.waits_for) unqualify(*party.waits_for);
    for (Lock& held : party.holds) unqualify(held);
    party.blocked_by = said.blocked_by;
    party.hard = said.hard;
    party.undo_entries = said.undo_entries;
    party.lock_structs = said.lock_structs;
    if (!said.statement.empty() && !is_text_of(said.statement, party.statement)) stepped_back(id, said, party);
    return party;
  }

  /// InnoDB names tables with their database, which is the run's own and another one each time.
  void unqualify(Lock& lock) {
    const std::size_t dot = lock.table.rfind('.');
    if (dot != std::string::npos && tables_.contains(lock.table.substr(dot + 1))) lock.table.erase(0, dot + 1);
  }

  /// The session has gone on since: which of its statements waited then?
  void stepped_back(SessionId id, const Party& said, Party& party) {
    party.statement = said.statement;
    const auto& steps = replay_.session(id).steps;
    const auto step = std::find_if(steps.rbegin(), steps.rend(),
                                   [&](const ReplayedStep& one) { return is_text_of(said.statement, one.step.sql); });
    if (step == steps.rend()) return;
    party.step = step->step.step;
    party.statement = step->step.sql;
    const auto cut = std::find_if(party.earlier.begin(), party.earlier.end(),
                                  [&](const PastStatement& past) { return past.step == party.step; });
    party.earlier.erase(cut, party.earlier.end());
  }

  /// PostgreSQL's account does not say for which table's row a session waits; the waits seen do, or else its statement,
  /// where that can be of one table only.
  void name_table(SessionId id, std::vector<Party>& parties, std::size_t i) {
    auto& wanted = parties[i].waits_for;
    const bool row = wanted && (wanted->kind == LockKind::transaction || wanted->kind == LockKind::tuple);
    if (!row || !wanted->table.empty()) return;
    wanted->table = table_seen(id, *wanted);
    if (wanted->table.empty()) wanted->table = only_table_of(parties[i].statement);
    Party& next = parties[(i + 1) % parties.size()];
    for (Lock& held : next.holds)
      if (held.object == wanted->object && held.table.empty()) held.table = wanted->table;
  }

  /// `tuple (0,1)` in the waits is `tuple (0,1) of relation 16526 of database 5` in the account.
  std::string table_seen(SessionId id, const Lock& wanted) {
    const auto& wait = replay_.session(id).wait;
    if (!wait) return {};
    const std::string& seen = wait->wanted.object;
    const bool same = wanted.object == seen || wanted.object.starts_with(seen + " of ");
    return same ? wait->wanted.table : std::string();
  }

  /// With foreign keys a statement may wait for another table's row.
  std::string only_table_of(const std::string& sql) const {
    if (trace_.schema.find("REFERENCES") != std::string::npos || trace_.schema.find("references") != std::string::npos)
      return {};
    const std::set<std::string> named = tables_in(sql, trace_, tables_);
    return named.size() == 1 ? *named.begin() : std::string();
  }

  /// The server cuts long statements, and leaves nothing else out.
  static bool is_text_of(const std::string& said, const std::string& sql) {
    return sql.starts_with(said) || (said.size() > 64 && said.starts_with(sql));
  }

  Party told_party(const DeadlockFound::Member& member) {
    Party party = party_of(member.session);
    if (!member.transaction_id.empty()) party.transaction_id = member.transaction_id;
    if (!member.step.empty() && member.step != party.step) {
      party.step = member.step;
      party.statement = statement_at(member.session, member.step);
    }
    if (is_known(member.waits_for)) party.waits_for = member.waits_for;
    if (party.waits_for) party.waits_for->waiting = true;
    party.holds = member.holds;
    return party;
  }

  std::string statement_at(SessionId id, const std::string& step) {
    for (const ReplayedStep& played : replay_.session(id).steps)
      if (played.step.step == step) return played.step.sql;
    return {};
  }

  /// A victim's own error and the account of its deadlock are two events, in either order.
  void match_victim(const DeadlockFound& found) {
    for (const DeadlockFound::Member& member : found.cycle) {
      if (member.session != found.victim) continue;
      const Loss loss{member.session, member.step.empty() ? replay_.session(member.session).step : member.step};
      const auto lonely =
          std::find_if(lonely_.begin(), lonely_.end(), [&](const LonelyVictim& victim) { return victim.loss == loss; });
      if (lonely != lonely_.end()) {
        lonely_.erase(lonely);
      } else {
        awaited_.insert(loss);
      }
    }
  }

  void before_end(SessionId id, const StatementEnded& ended) {
    if (ended.outcome != Outcome::deadlock) return;
    const Loss loss{id, ended.step};
    if (const auto awaited = awaited_.find(loss); awaited != awaited_.end()) {
      awaited_.erase(awaited);
      return;
    }
    // The cycle may be known from the waits, though nobody reported it.
    for (Unexplained& cycle : unexplained_) {
      if (!cycle.places.contains({id, replay_.session(id).started}) || cycle.deadlock.victim ||
          !replay_.graph().holds(cycle.cycle))
        continue;
      cycle.deadlock = snapshot(cycle.cycle, id);
      return;
    }
    if (infer(loss)) return;
    Deadlock deadlock = deadlock_of({id}, {party_of(id)}, id);
    deadlock.parties.front().blocked_by.clear();
    deadlock.limit_reached = true;
    deadlock.notes.emplace_back("the server reported a deadlock to this session; who else took part is not known");
    lonely_.push_back({loss, position_, std::move(deadlock)});
  }

  /// From what the sessions' statements have touched: who must have been in whose way.
  bool infer(const Loss& loss) {
    const WaitCycle cycle = inferred_cycle(replay_, trace_, loss.first);
    if (cycle.empty()) return false;
    std::vector<Party> parties;
    for (const SessionId id : cycle) parties.push_back(party_of(id));
    Deadlock deadlock = deadlock_of(cycle, std::move(parties), loss.first);
    deadlock.proof = Proof::inferred;
    deadlock.notes.emplace_back(
        "the server gave no account of this deadlock: who took part is inferred from the rows that their statements "
        "name");
    explained_.insert(places_of(cycle));
    found_.emplace(position_, std::move(deadlock));
    return true;
  }

  Deadlock snapshot(const WaitCycle& cycle, std::optional<SessionId> victim) {
    std::vector<Party> parties;
    for (const SessionId id : cycle) parties.push_back(party_of(id));
    return deadlock_of(cycle, std::move(parties), victim);
  }

  void take_cycle(SessionId session) {
    const WaitCycle cycle = replay_.graph().cycle_through(session);
    if (cycle.empty()) return;
    const Places places = places_of(cycle);
    if (explained_.contains(places)) return;
    for (Unexplained& known : unexplained_) {
      if (known.places != places) continue;
      ++known.seen;
      return;
    }
    Unexplained fresh{places, cycle, position_, 1, false, snapshot(cycle, std::nullopt)};
    fresh.soft = std::any_of(fresh.deadlock.parties.begin(), fresh.deadlock.parties.end(),
                             [](const Party& party) { return !party.hard; });
    unexplained_.push_back(std::move(fresh));
  }

  void report_unexplained() {
    for (Unexplained& cycle : unexplained_) {
      // A queue can be rearranged: one look at a cycle over places in a queue proves nothing.
      if (cycle.soft && cycle.seen < 2 && !cycle.deadlock.victim) continue;
      cycle.deadlock.proof = cycle.seen >= 2 ? Proof::observed : Proof::inferred;
      cycle.deadlock.notes.emplace_back("no server reported this deadlock: it was seen in the waits");
      found_.emplace(cycle.position, std::move(cycle.deadlock));
    }
    for (LonelyVictim& victim : lonely_) found_.emplace(victim.position, std::move(victim.deadlock));
  }

  const Trace& trace_;
  Replay replay_;
  Time now_;
  std::size_t position_ = 0;
  std::multimap<std::size_t, Deadlock> found_;  ///< by position in the trace
  std::vector<Unexplained> unexplained_;
  std::vector<LonelyVictim> lonely_;
  std::set<std::string> tables_;  ///< that the trace's schema makes
  Connections connections_;
  std::set<std::string> accounts_;  ///< texts that were told of
  std::multiset<Loss> awaited_;     ///< victims whose own error has not been seen yet
  std::set<Places> explained_;      ///< cycles that a DeadlockFound told of
};

}  // namespace

std::vector<Deadlock> deadlocks(const Trace& trace) { return Finder(trace).find(); }

}  // namespace gridlock
