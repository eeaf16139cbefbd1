// From BEGIN to COMMIT: ids, snapshots, savepoints, settings.
#include <fmt/format.h>

#include <algorithm>

#include "drivers/reference/postgres/engine_schedule.h"
#include "drivers/reference/postgres/text.h"

namespace gridlock::reference::postgres {

void Engine::ensure_transaction(Slot slot) {
  Session& session = sessions_[slot];
  if (session.number != 0) return;
  session.number = next_number_++;
  session.isolation = session.settings.isolation;
  session.read_only = session.settings.read_only;
  session.deferrable = session.settings.deferrable;
  session.before = session.kept;
  session.command = 0;
  session.defined = false;
  session.snapshot_taken = false;
  session.levels.assign(1, Level{});
  tell_transaction(slot, TransactionState::Ended::no);
}

/// GetCurrentTransactionId: parents first; each holds its own id until it ends.
Xid Engine::assign_xid(Slot slot) {
  Session& session = sessions_[slot];
  Xid parent = no_xid;
  for (std::size_t i = 0; i < session.levels.size(); ++i) {
    Level& level = session.levels[i];
    if (level.xid == no_xid) {
      level.xid = log_.begin(slot, parent);
      locks_.acquire(slot, tag_of(level.xid), Mode::exclusive, static_cast<Depth>(i + 1));
      if (i == 0) ssi_.note_xid(slot, level.xid);
    }
    parent = level.xid;
  }
  return parent;
}

/// At READ COMMITTED each statement has its own, above it the transaction has one. `latest`: what foreign keys see.
Snapshot Engine::take_snapshot(Slot slot, bool latest) {
  Session& session = sessions_[slot];
  session.snapshot_taken = true;
  Snapshot snapshot{log_.commits(), session.command};
  if (session.xact_snapshot() && !latest) {
    if (!session.snapshot) {
      session.snapshot = snapshot;
      log_.open(snapshot);
    }
    snapshot.commits = session.snapshot->commits;
  }
  return snapshot;
}

/// The first snapshot of a transaction above READ COMMITTED. READ ONLY DEFERRABLE waits until it is a safe one.
Task<void> Engine::take_transaction_snapshot(Slot slot) {
  Session& session = sessions_[slot];
  if (!session.xact_snapshot() || session.snapshot) co_return;
  while (true) {
    const Snapshot snapshot = take_snapshot(slot);
    if (session.isolation != sql::Isolation::serializable) co_return;
    Xid oldest = log_.newest() + 1;
    for (const Session& other : sessions_)
      if (!other.levels.empty() && other.levels[0].xid != no_xid) oldest = std::min(oldest, other.levels[0].xid);
    ssi_.begin(slot, {snapshot, oldest, session.read_only});
    if (!session.deferrable || !session.read_only) co_return;
    while (ssi_.safety(slot) == Serializable::Safety::unknown) {
      session.waits_for_snapshot = true;
      co_await lock_wait(slot);
      session.waits_for_snapshot = false;
    }
    const bool safe = ssi_.safety(slot) == Serializable::Safety::safe;
    ssi_.forget(slot);
    if (safe) co_return;
    log_.close(*session.snapshot);
    session.snapshot.reset();
  }
}

// --------------------------------------------------------------------------------------------- ends

void Engine::check_commit(Slot slot) { ssi_.before_commit(slot); }

/// REQUIRES: check_commit did not throw.
void Engine::commit(Slot slot) {
  Session& session = sessions_[slot];
  if (session.number == 0) return;
  if (session.levels[0].xid != no_xid) log_.commit(session.levels[0].xid);
  if (session.defined) {
    for (Table& table : catalog_.tables) {
      if (table.creator != no_xid && table.creator_session == slot) table.creator = no_xid;
      if (table.dropper == slot) table.dropped = true;
    }
    ++catalog_.version;
  }
  ssi_.end(slot, true, log_.newest() + 1);
  session.settings = session.kept;
  tell_transaction(slot, TransactionState::Ended::committed);
  end_transaction(slot);
}

void Engine::abort(Slot slot) {
  Session& session = sessions_[slot];
  if (session.number == 0) return;
  while (session.levels.size() > 1) abort_level(slot);
  auto& undo = session.levels[0].undo;
  for (auto one = undo.rbegin(); one != undo.rend(); ++one) (*one)();
  if (session.levels[0].xid != no_xid) log_.abort(session.levels[0].xid);
  ssi_.end(slot, false, log_.newest() + 1);
  session.settings = session.kept = session.before;
  tell_transaction(slot, TransactionState::Ended::rolled_back);
  end_transaction(slot);
}

void Engine::end_transaction(Slot slot) {
  Session& session = sessions_[slot];
  if (session.snapshot) log_.close(*session.snapshot);
  session.snapshot.reset();
  session.number = 0;
  session.levels.clear();
  locks_.release_from(slot, top_transaction);
  for (Slot other = 0; other < sessions_.size(); ++other) {
    Session& waiting = sessions_[other];
    if (!waiting.waits_for_snapshot || waiting.state != Session::State::waiting) continue;
    if (ssi_.safety(other) == Serializable::Safety::unknown) continue;
    end_wait(other);
    tell(other, WaitState{waiting.call.step, {}, {}});
    make_runnable(other, now_);
  }
}

/// The innermost savepoint and all since: as if it had not been.
void Engine::abort_level(Slot slot) {
  Session& session = sessions_[slot];
  Level& level = session.levels.back();
  for (auto one = level.undo.rbegin(); one != level.undo.rend(); ++one) (*one)();
  if (level.xid != no_xid) log_.abort(level.xid);
  locks_.release_from(slot, session.depth());
  session.levels.pop_back();
}

/// An error ends the innermost (sub)transaction; of a block the rest must be rolled back by the user.
void Engine::fail_transaction(Slot slot) {
  Session& session = sessions_[slot];
  if (session.block == Block::none || session.number == 0) {
    abort(slot);
    return;
  }
  session.block = Block::aborted;
  if (session.levels.size() > 1) {
    // the level stays, so that ROLLBACK TO finds its name; what it did is gone
    const std::string name = session.levels.back().name;
    abort_level(slot);
    session.levels.push_back({name, no_xid, {}});
    return;
  }
  abort(slot);
}

// --------------------------------------------------------------------------------------------- statements

Task<void> Engine::transaction_statement(Slot slot, const sql::StatementNode& node) {
  Session& session = sessions_[slot];
  if (const auto* begin = std::get_if<sql::Begin>(&node)) {
    if (session.block != Block::none) co_return;  // a warning
    ensure_transaction(slot);
    session.block = Block::open;
    if (begin->isolation) session.isolation = *begin->isolation;
    if (begin->read_only) session.read_only = *begin->read_only;
    co_return;
  }
  const bool commits = std::holds_alternative<sql::Commit>(node);
  if (commits && session.block == Block::open) {
    check_commit(slot);
    if (session.levels[0].xid != no_xid && spend(slot, cost::commit)) co_await pause(slot);
    commit(slot);
  } else {
    abort(slot);
  }
  session.block = Block::none;
}

std::size_t Engine::find_savepoint(Slot slot, const std::string& name) const {
  const auto& levels = sessions_[slot].levels;
  for (std::size_t i = levels.size(); i-- > 1;)
    if (sql::same_name(levels[i].name, name)) return i;
  throw SqlError("3B001", fmt::format("savepoint \"{}\" does not exist", name));
}

void Engine::savepoint_statement(Slot slot, const sql::StatementNode& node) {
  Session& session = sessions_[slot];
  const auto in_block = [&](const char* words) {
    if (session.block == Block::none)
      throw SqlError("25P01", fmt::format("{} can only be used in transaction blocks", words));
  };
  if (const auto* savepoint = std::get_if<sql::Savepoint>(&node)) {
    in_block("SAVEPOINT");
    session.levels.push_back({savepoint->name.text, no_xid, {}});
  } else if (const auto* back = std::get_if<sql::RollbackTo>(&node)) {
    in_block("ROLLBACK TO SAVEPOINT");
    const std::size_t target = find_savepoint(slot, back->name.text);
    while (session.levels.size() > target) abort_level(slot);
    session.levels.push_back({back->name.text, no_xid, {}});
    session.block = Block::open;
  } else if (const auto* release = std::get_if<sql::ReleaseSavepoint>(&node)) {
    in_block("RELEASE SAVEPOINT");
    const std::size_t target = find_savepoint(slot, release->name.text);
    while (session.levels.size() > target) {
      Level level = std::move(session.levels.back());
      if (level.xid != no_xid) {
        log_.commit_sub(level.xid);
        locks_.release(slot, tag_of(level.xid), Mode::exclusive, session.depth());
      }
      locks_.give_to_parent(slot, session.depth());
      session.levels.pop_back();
      auto& undo = session.levels.back().undo;
      undo.insert(undo.end(), level.undo.begin(), level.undo.end());
    }
  }
}

void Engine::set_statement(Slot slot, const sql::StatementNode& node) {
  Session& session = sessions_[slot];
  if (const auto* level = std::get_if<sql::SetIsolation>(&node)) {
    if (level->session) {
      session.settings.isolation = session.kept.isolation = level->isolation;
      if (level->read_only) session.settings.read_only = session.kept.read_only = *level->read_only;
      return;
    }
    if (session.block == Block::none) return;  // a warning
    if (session.snapshot_taken)
      throw SqlError("25001", "SET TRANSACTION ISOLATION LEVEL must be called before any query");
    session.isolation = level->isolation;
    if (level->read_only) session.read_only = *level->read_only;
    return;
  }
  const auto* set = std::get_if<sql::SetVariable>(&node);
  if (set == nullptr) return;
  std::string value = to_text(set->value.value);
  if (set->value.kind == sql::ExprKind::default_value) value = "0";
  const auto apply = [&](Settings& settings) {
    if (const auto problem = set_parameter(settings, set->name.text, value)) {
      const bool unknown = problem->message.find("no parameter") != std::string::npos;
      if (unknown)
        throw SqlError("42704", fmt::format("unrecognized configuration parameter \"{}\"", lower(set->name.text)));
      throw SqlError("22023", fmt::format("invalid value for parameter \"{}\": \"{}\"", lower(set->name.text), value));
    }
  };
  const std::string name = lower(set->name.text);
  if (name == "transaction_isolation" && session.block != Block::none) {
    Settings parsed;
    apply(parsed);
    session.isolation = parsed.isolation;
    return;
  }
  if (set->local && session.block == Block::none) return;  // a warning
  apply(session.settings);
  if (!set->local) apply(session.kept);
  if (session.block == Block::none) session.before = session.kept;
}

}  // namespace gridlock::reference::postgres
