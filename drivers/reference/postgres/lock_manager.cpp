#include "drivers/reference/postgres/lock_manager.h"

#include <algorithm>
#include <utility>

namespace gridlock::reference::postgres {

// ------------------------------------------------------------------------------------------------ objects and holders

std::uint32_t LockManager::object_of(const LockTag& tag) {
  const auto [place, fresh] = index_.try_emplace(tag, none);
  if (!fresh) return place->second;
  if (free_objects_.empty()) {
    objects_.emplace_back();
    free_objects_.push_back(static_cast<std::uint32_t>(objects_.size() - 1));
  }
  const std::uint32_t lock = free_objects_.back();
  free_objects_.pop_back();
  objects_[lock] = Object{};
  objects_[lock].tag = tag;
  place->second = lock;
  return lock;
}

std::uint32_t LockManager::find_holder(Slot session, std::uint32_t lock) const {
  for (const Local& local : sessions_[session].locals)
    if (local.lock == lock) return local.holder;
  return none;
}

std::uint32_t LockManager::holder_of(Slot session, std::uint32_t lock) {
  if (const std::uint32_t found = find_holder(session, lock); found != none) return found;
  if (free_holders_.empty()) {
    holders_.emplace_back();
    free_holders_.push_back(static_cast<std::uint32_t>(holders_.size() - 1));
  }
  const std::uint32_t holder = free_holders_.back();
  free_holders_.pop_back();
  Object& object = objects_[lock];
  holders_[holder] = {lock, session, 0, object.last_holder, none};
  (object.last_holder == none ? object.first_holder : holders_[object.last_holder].next) = holder;
  object.last_holder = holder;
  return holder;
}

/// CleanUpLock: what nobody holds or waits for is forgotten.
void LockManager::clean_up(std::uint32_t lock, std::uint32_t holder) {
  Object& object = objects_[lock];
  if (holder != none && holders_[holder].held == 0) {
    const Holder gone = holders_[holder];
    (gone.previous == none ? object.first_holder : holders_[gone.previous].next) = gone.next;
    (gone.next == none ? object.last_holder : holders_[gone.next].previous) = gone.previous;
    free_holders_.push_back(holder);
  }
  if (object.grant_mask != 0 || !object.queue.empty() || object.first_holder != none) return;
  index_.erase(object.tag);
  free_objects_.push_back(lock);
}

/// LockCheckConflicts: whether others hold what conflicts.
bool LockManager::conflicts(const Object& lock, ModeMask own, Mode mode) const {
  const ModeMask in_conflict = conflicts_of(mode);
  if ((in_conflict & lock.grant_mask) == 0) return false;
  for (int m = 1; m < mode_count; ++m) {
    const ModeMask one = bit(static_cast<Mode>(m));
    if ((in_conflict & one) == 0) continue;
    if (lock.granted[static_cast<std::size_t>(m)] > ((own & one) != 0 ? 1U : 0U)) return true;
  }
  return false;
}

LockManager::Local* LockManager::find_local(Slot session, const LockTag& tag, Mode mode) {
  for (Local& local : sessions_[session].locals)
    if (local.mode == mode && local.tag == tag) return &local;
  return nullptr;
}

// ------------------------------------------------------------------------------------------------ acquiring

namespace {
template <class Owners>
void count_up(Owners& owners, Depth depth) {
  for (auto& owner : owners) {
    if (owner.depth != depth) continue;
    ++owner.count;
    return;
  }
  owners.push_back({depth, 1});
}
}  // namespace

void LockManager::grant(Slot session, std::uint32_t lock, Mode mode, Depth depth) {
  Object& object = objects_[lock];
  const std::uint32_t holder = holder_of(session, lock);
  ++object.granted[static_cast<std::size_t>(mode)];
  object.grant_mask |= bit(mode);
  holders_[holder].held |= bit(mode);
  sessions_[session].locals.push_back({object.tag, lock, holder, mode, {{depth, 1}}});
}

Acquired LockManager::acquire(Slot session, const LockTag& tag, Mode mode, Depth depth, bool no_wait) {
  if (Local* local = find_local(session, tag, mode)) {
    count_up(local->owners, depth);
    return Acquired::granted;
  }
  const std::uint32_t lock = object_of(tag);
  Object& object = objects_[lock];
  const std::uint32_t holder = find_holder(session, lock);
  const ModeMask own = holder == none ? 0 : holders_[holder].held;
  if ((conflicts_of(mode) & object.wait_mask) == 0 && !conflicts(object, own, mode)) {
    grant(session, lock, mode, depth);
    return Acquired::granted;
  }
  if (no_wait) return Acquired::not_available;
  return join_queue(session, lock, mode, depth);
}

/// ProcSleep's first half: where in the queue, and whether it has to wait at all.
Acquired LockManager::join_queue(Slot session, std::uint32_t lock, Mode mode, Depth depth) {
  Object& object = objects_[lock];
  const std::uint32_t holder = find_holder(session, lock);
  const ModeMask own = holder == none ? 0 : holders_[holder].held;
  std::size_t place = object.queue.size();
  ModeMask ahead = 0;
  for (std::size_t i = 0; own != 0 && i < object.queue.size(); ++i) {
    const SessionLocks& waiter = sessions_[object.queue[i]];
    if ((conflicts_of(waiter.wait_mode) & own) != 0) {                                 // must he wait for me?
      if ((conflicts_of(mode) & waiter.held_on_wait) != 0) return Acquired::deadlock;  // and I for him
      if ((conflicts_of(mode) & ahead) == 0 && !conflicts(object, own, mode)) {
        grant(session, lock, mode, depth);
        return Acquired::granted;
      }
      place = i;
      break;
    }
    ahead |= bit(waiter.wait_mode);
  }
  object.queue.insert(object.queue.begin() + static_cast<std::ptrdiff_t>(place), session);
  object.wait_mask |= bit(mode);
  ++object.waiting[static_cast<std::size_t>(mode)];
  SessionLocks& mine = sessions_[session];
  mine.wait_lock = lock;
  mine.wait_mode = mode;
  mine.wait_depth = depth;
  mine.held_on_wait = own;
  return Acquired::waiting;
}

namespace {
/// Whether every mode that somebody waits for conflicts with one of those ahead: nobody behind can go on.
bool all_blocked_by(ModeMask ahead, ModeMask waiting) {
  for (int m = 1; m < mode_count; ++m)
    if ((waiting & bit(static_cast<Mode>(m))) != 0 && (conflicts_of(static_cast<Mode>(m)) & ahead) == 0) return false;
  return true;
}
}  // namespace

/// ProcLockWakeup: front to back, whoever conflicts neither with what is granted nor with those who stay ahead.
void LockManager::wake_up(std::uint32_t lock) {
  ModeMask ahead = 0;
  for (std::size_t i = 0; i < objects_[lock].queue.size();) {
    Object& object = objects_[lock];
    const Slot session = object.queue[i];
    const Mode mode = sessions_[session].wait_mode;
    const Depth depth = sessions_[session].wait_depth;
    if ((conflicts_of(mode) & ahead) != 0 || conflicts(object, sessions_[session].held_on_wait, mode)) {
      ahead |= bit(mode);
      if (all_blocked_by(ahead, objects_[lock].wait_mask)) return;
      ++i;
      continue;
    }
    leave_queue(session);
    grant(session, lock, mode, depth);
    woken_.push_back(session);
  }
}

void LockManager::leave_queue(Slot session) {
  SessionLocks& mine = sessions_[session];
  Object& object = objects_[mine.wait_lock];
  object.queue.erase(std::find(object.queue.begin(), object.queue.end(), session));
  if (--object.waiting[static_cast<std::size_t>(mine.wait_mode)] == 0)
    object.wait_mask &= static_cast<ModeMask>(~bit(mine.wait_mode));
  mine.wait_lock = none;
}

void LockManager::cancel_wait(Slot session) {
  const std::uint32_t lock = sessions_[session].wait_lock;
  if (lock == none) return;
  leave_queue(session);
  wake_up(lock);
  clean_up(lock, none);
}

// ------------------------------------------------------------------------------------------------ releasing

void LockManager::ungrant(Slot session, const Local& local) {
  Object& object = objects_[local.lock];
  const auto mode = static_cast<std::size_t>(local.mode);
  if (--object.granted[mode] == 0) object.grant_mask &= static_cast<ModeMask>(~bit(local.mode));
  holders_[local.holder].held &= static_cast<ModeMask>(~bit(local.mode));
  if (sessions_[session].wait_lock == local.lock) sessions_[session].held_on_wait = holders_[local.holder].held;
  const bool wakes = (conflicts_of(local.mode) & object.wait_mask) != 0;
  const std::uint32_t lock = local.lock, holder = local.holder;
  if (wakes) wake_up(lock);
  clean_up(lock, holder);
}

bool LockManager::release(Slot session, const LockTag& tag, Mode mode, Depth depth) {
  auto& locals = sessions_[session].locals;
  for (std::size_t i = locals.size(); i-- > 0;) {
    if (locals[i].mode != mode || !(locals[i].tag == tag)) continue;
    auto& owners = locals[i].owners;
    const auto owner = std::find_if(owners.begin(), owners.end(), [&](const Owner& one) { return one.depth == depth; });
    if (owner == owners.end()) return false;
    if (--owner->count == 0) owners.erase(owner);
    if (!owners.empty()) return true;
    const Local gone = std::move(locals[i]);
    locals.erase(locals.begin() + static_cast<std::ptrdiff_t>(i));
    ungrant(session, gone);
    return true;
  }
  return false;
}

void LockManager::release_from(Slot session, Depth depth) {
  auto& locals = sessions_[session].locals;
  std::vector<Local> gone;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < locals.size(); ++i) {
    std::erase_if(locals[i].owners, [&](const Owner& one) { return one.depth != session_scope && one.depth >= depth; });
    if (locals[i].owners.empty()) {
      gone.push_back(std::move(locals[i]));
    } else {
      if (kept != i) locals[kept] = std::move(locals[i]);
      ++kept;
    }
  }
  locals.resize(kept);
  for (const Local& local : gone) ungrant(session, local);
}

void LockManager::release_session_scope(Slot session) {
  auto& locals = sessions_[session].locals;
  std::vector<Local> gone;
  for (Local& local : locals) {
    std::erase_if(local.owners, [](const Owner& one) { return one.depth == session_scope; });
    if (local.owners.empty()) gone.push_back(local);
  }
  std::erase_if(locals, [](const Local& local) { return local.owners.empty(); });
  for (const Local& local : gone) ungrant(session, local);
}

void LockManager::give_to_parent(Slot session, Depth depth) {
  for (Local& local : sessions_[session].locals) {
    const auto mine =
        std::find_if(local.owners.begin(), local.owners.end(), [&](const Owner& one) { return one.depth == depth; });
    if (mine == local.owners.end()) continue;
    const std::uint32_t count = mine->count;
    local.owners.erase(mine);
    count_up(local.owners, depth - 1);
    for (Owner& owner : local.owners)
      if (owner.depth == depth - 1) owner.count += count - 1;
  }
}

// ------------------------------------------------------------------------------------------------ looking

std::vector<Slot> LockManager::take_woken() { return std::exchange(woken_, {}); }

bool LockManager::holds(Slot session, const LockTag& tag, Mode mode) const {
  for (const Local& local : sessions_[session].locals)
    if (local.mode == mode && local.tag == tag) return true;
  return false;
}

bool LockManager::holds_at(Slot session, const LockTag& tag, Mode mode, Depth depth) const {
  for (const Local& local : sessions_[session].locals)
    if (local.mode == mode && local.tag == tag)
      return std::any_of(local.owners.begin(), local.owners.end(),
                         [&](const Owner& owner) { return owner.depth == depth; });
  return false;
}

LockShown LockManager::wanted(Slot session) const {
  const SessionLocks& mine = sessions_[session];
  if (mine.wait_lock == none) return {};
  return {objects_[mine.wait_lock].tag, mine.wait_mode, true, session};
}

std::vector<LockShown> LockManager::locks_of(Slot session) const {
  std::vector<LockShown> shown;
  for (const Local& local : sessions_[session].locals) shown.push_back({local.tag, local.mode, false, session});
  if (waiting(session)) shown.push_back(wanted(session));
  return shown;
}

std::vector<LockBlocker> LockManager::in_the_way_of(Slot session, std::size_t most) const {
  std::vector<LockBlocker> found;
  const SessionLocks& mine = sessions_[session];
  if (mine.wait_lock == none) return found;
  const Object& object = objects_[mine.wait_lock];
  const ModeMask in_conflict = conflicts_of(mine.wait_mode);
  for (std::uint32_t h = object.first_holder; h != none && found.size() < most; h = holders_[h].next) {
    const Holder& holder = holders_[h];
    if (holder.session == session || (holder.held & in_conflict) == 0) continue;
    for (int m = mode_count - 1; m > 0; --m) {
      const Mode mode = static_cast<Mode>(m);
      if ((holder.held & in_conflict & bit(mode)) == 0) continue;
      found.push_back({{object.tag, mode, false, holder.session}, true});
      break;
    }
  }
  for (const Slot ahead : object.queue) {
    if (ahead == session || found.size() >= most) break;
    if ((in_conflict & bit(sessions_[ahead].wait_mode)) != 0)
      found.push_back({{object.tag, sessions_[ahead].wait_mode, true, ahead}, false});
  }
  return found;
}

bool LockManager::in_cycle(Slot start) const {
  std::vector<Slot> stack{start}, seen{start};
  while (!stack.empty()) {
    const Slot at = stack.back();
    stack.pop_back();
    for (const LockBlocker& blocker : in_the_way_of(at, static_cast<std::size_t>(-1))) {
      if (blocker.lock.owner == start) return true;
      if (std::find(seen.begin(), seen.end(), blocker.lock.owner) != seen.end()) continue;
      seen.push_back(blocker.lock.owner);
      stack.push_back(blocker.lock.owner);
    }
  }
  return false;
}

}  // namespace gridlock::reference::postgres
