#include "drivers/reference/lock_table.h"

#include "drivers/reference/lock_check.h"

namespace gridlock::reference {

LockTable::LockTable(const LockRules& rules) : rules_(&rules) {}

Mode LockTable::placed(Mode mode, std::uint32_t item) const {
  if (item != 0) return mode;
  const Mode there = (*rules_)[mode].at_supremum;
  return there == no_mode ? mode : there;
}

// What the lock struct says, from which `placed` makes the supremum's mode again.
Mode LockTable::struct_mode(Mode mode) const {
  const Mode plain = (*rules_)[mode].elsewhere;
  return plain == no_mode ? mode : plain;
}

Mode LockTable::mode_of(std::uint32_t lock) const {
  const Entry& entry = locks_[lock];
  return placed(structs_[entry.owner].mode, entry.item);
}

std::uint32_t& LockTable::head_at(Resource on) {
  if (on.space < spaces_.size() && on.item < spaces_[on.space].size()) [[likely]]
    return spaces_[on.space][on.item];
  return grow_to(on);
}

std::uint32_t& LockTable::grow_to(Resource on) {
  if (on.space >= spaces_.size()) spaces_.resize(on.space + 1);
  auto& heads = spaces_[on.space];
  if (on.item >= heads.size()) heads.resize(on.item + 1);
  return heads[on.item];
}

std::uint32_t LockTable::head_of(Resource on) const {
  if (on.space >= spaces_.size() || on.item >= spaces_[on.space].size()) return 0;
  return spaces_[on.space][on.item];
}

LockTable::TrxState& LockTable::trx_at(Trx trx) {
  if (trx < trxs_.size()) [[likely]]
    return trxs_[trx];
  return grow_to(trx);
}

LockTable::TrxState& LockTable::grow_to(Trx trx) {
  trxs_.resize(trx + 1);
  edges_.resize(trx + 1);
  return trxs_[trx];
}

// Walks the transaction's locks and the queue side by side until the shorter one ends.
ModeSet LockTable::held_modes(Trx trx, Resource on, std::uint32_t head) const {
  if (head == 0 || trx >= trxs_.size()) return 0;
  if (!is_queue(head)) return owner(head).trx == trx ? bit(mode_of(head)) : ModeSet{0};
  ModeSet by_queue = 0;
  ModeSet by_trx = 0;
  std::uint32_t mine = trxs_[trx].newest;
  for (std::uint32_t lock = queue_at(head).first; lock != 0; lock = locks_[lock].next) {
    if (owner(lock).trx == trx) by_queue = static_cast<ModeSet>(by_queue | bit(mode_of(lock)));
    if (mine == 0) return by_trx;
    if (locks_[mine].item == on.item && owner(mine).space == on.space && !owner(mine).waiting)
      by_trx = static_cast<ModeSet>(by_trx | bit(mode_of(mine)));
    mine = locks_[mine].older;
  }
  return by_queue;
}

ModeSet LockTable::covered_by(ModeSet held) const {
  ModeSet covered = 0;
  for (std::size_t mode = 0; held >> mode != 0; ++mode)
    if (contains(held, Mode(mode))) covered = static_cast<ModeSet>(covered | rules_->modes[mode].covers);
  return covered;
}

// --- conflicts

std::uint32_t LockTable::granted_conflict(Trx trx, ModeSet conflicts, const Queue& queue, bool oldest_first) const {
  if ((queue.granted_modes & conflicts) == 0) return 0;
  const std::uint32_t start = oldest_first ? locks_[queue.first].prev : queue.first;
  for (std::uint32_t lock = start; lock != 0;) {
    if (owner(lock).trx != trx && contains(conflicts, mode_of(lock))) return lock;
    if (oldest_first && lock == queue.first) return 0;
    lock = oldest_first ? locks_[lock].prev : locks_[lock].next;
  }
  return 0;
}

LockTable::Conflict LockTable::waiting_conflict(Trx trx, Mode mode, ModeSet covered, const Queue& queue,
                                                bool oldest_first) const {
  const ModeRules& rule = (*rules_)[mode];
  const ModeSet conflicts = rules_->waits_for_queued(mode);
  Conflict found;
  if ((queue.waiting_modes & conflicts) == 0) return found;
  const bool may_bypass = rules_->bypass_needs != no_mode && contains(covered, rules_->bypass_needs);
  for (Trx other = oldest_first ? queue.first_waiting : queue.last_waiting; other != no_trx;
       other = oldest_first ? trxs_[other].behind : trxs_[other].ahead) {
    const Mode theirs = mode_of(trxs_[other].waits_with);
    if (other == trx || !contains(conflicts, theirs)) continue;
    if (!may_bypass || !contains(rule.bypasses, theirs)) {
      found.blocker = other;
      return found;
    }
    found.bypassed = true;
  }
  return found;
}

LockTable::Conflict LockTable::conflict_in(Trx trx, Mode mode, ModeSet covered, const Queue& queue) const {
  const Edge edge = rules_->discipline(mode).edge;
  const ModeSet conflicts = (*rules_)[mode].conflicts;
  const std::uint32_t granted = granted_conflict(trx, conflicts, queue, edge == Edge::oldest);
  if (granted != 0 && edge == Edge::granted_first) return {owner(granted).trx, false};
  Conflict waiting = waiting_conflict(trx, mode, covered, queue, edge != Edge::newest);
  if (granted == 0) return waiting;
  const auto place_of_waiting = [&] { return owner(trxs_[waiting.blocker].waits_with).place; };
  if (waiting.blocker != no_trx && (place_of_waiting() < owner(granted).place) == (edge == Edge::oldest))
    return waiting;
  return {owner(granted).trx, false};
}

LockTable::Conflict LockTable::conflict(Trx trx, Mode mode, ModeSet covered, std::uint32_t head) const {
  if (is_queue(head)) return conflict_in(trx, mode, covered, queue_at(head));
  const Trx only = owner(head).trx;
  if (only != trx && contains((*rules_)[mode].conflicts, mode_of(head))) return {only, false};
  return {};
}

// --- adding a lock: the hot path, kept in one piece for the compiler

[[gnu::always_inline]] inline std::uint32_t LockTable::struct_for(TrxState& state, Trx trx, Resource on, Mode mode,
                                                                  std::uint32_t page) {
  LockStruct wanted;
  wanted.space = on.space;
  wanted.page = page;
  wanted.trx = trx;
  wanted.mode = struct_mode(mode);
  wanted.table = rules_->is_table(mode);
  const std::uint32_t id = wanted.table ? 0 : structs_.find(state.structs, wanted);
  if (id == 0) {
    wanted.place = ++places_;
    return structs_.make(state.structs, wanted);
  }
  if (structs_[id].place < 0 && waiter_stands_before(structs_[id])) structs_[id].place = ++places_;
  return id;
}

// lock_rec_find_similar_on_page: an empty struct that stands behind a waiter of its page cannot hold a granted lock.
bool LockTable::waiter_stands_before(const LockStruct& displaced) const {
  for (const TrxState& trx : trxs_) {
    if (trx.waits_with == 0) continue;
    const LockStruct& other = owner(trx.waits_with);
    if (other.space == displaced.space && other.page == displaced.page && other.place < -displaced.place) return true;
  }
  return false;
}

[[gnu::always_inline]] inline std::uint32_t LockTable::new_lock(TrxState& state, std::uint32_t owner_struct,
                                                                std::uint32_t item) {
  const std::uint32_t lock = locks_.take();
  (state.newest == 0 ? state.oldest : locks_[state.newest].newer) = lock;
  locks_[lock] = {0, lock, state.newest, 0, item, owner_struct};
  state.newest = lock;
  ++state.locks;
  ++size_;
  return lock;
}

[[gnu::always_inline]] inline void LockTable::add_granted(Trx trx, Resource on, Mode mode, std::uint32_t page,
                                                          std::uint32_t& head) {
  TrxState& state = trx_at(trx);
  const std::uint32_t lock = new_lock(state, struct_for(state, trx, on, mode, page), on.item);
  if (head == 0) {
    head = lock;
  } else {
    link_granted(lock, head);
  }
}

// --- asking

Answer LockTable::request(const Request& ask) {
  require(!waiting(ask.trx), "a transaction that waits asks for another lock");
  const Mode mode = placed(ask.mode, ask.on.item);
  std::uint32_t& head = head_at(ask.on);
  if (head != 0) return request_contended(ask, mode, head);
  if (ask.record == Request::Record::needed) return {Answer::What::clear, mode, no_trx};
  add_granted(ask.trx, ask.on, mode, ask.page, head);
  return {Answer::What::granted, mode, no_trx};
}

Answer LockTable::request_contended(const Request& ask, Mode mode, std::uint32_t& head) {
  const ModeSet covered = covered_by(held_modes(ask.trx, ask.on, head));
  if (contains(covered, mode)) return {Answer::What::covered, mode, no_trx};
  if (const ModeRules& rule = (*rules_)[mode]; rule.record_part != no_mode && contains(covered, rule.record_part))
    mode = rule.gap_part;  // lock_reuse_for_next_key_lock
  if (contains(covered, mode)) return {Answer::What::covered, mode, no_trx};

  const Conflict found = conflict(ask.trx, mode, covered, head);
  if (found.blocker != no_trx && ask.if_blocked == Request::IfBlocked::refuse)
    return {Answer::What::refused, mode, found.blocker};
  if (found.blocker != no_trx) {
    enqueue(ask, mode, found.blocker, head);
    return {Answer::What::waiting, mode, found.blocker};
  }
  if (is_queue(head) && (queue_at(head).granted_modes & (*rules_)[mode].conflicts) != 0) refresh_modes(queue_at(head));
  if (ask.record == Request::Record::needed && !found.bypassed) return {Answer::What::clear, mode, no_trx};
  add_granted(ask.trx, ask.on, mode, ask.page, head);
  return {Answer::What::granted, mode, no_trx};
}

void LockTable::grant(Trx trx, Resource on, Mode mode, std::uint32_t page) {
  mode = placed(mode, on.item);
  std::uint32_t& head = head_at(on);
  if (!contains(covered_by(held_modes(trx, on, head)), mode)) add_granted(trx, on, mode, page, head);
}

bool LockTable::holds(Trx trx, Resource on, Mode mode) const {
  mode = placed(mode, on.item);
  const ModeSet covered = covered_by(held_modes(trx, on, head_of(on)));
  const ModeRules& rule = (*rules_)[mode];
  return contains(covered, mode) ||
         (rule.record_part != no_mode && contains(covered, rule.record_part) && contains(covered, rule.gap_part));
}

Trx LockTable::would_wait_for(Trx trx, Resource on, Mode mode) const {
  const std::uint32_t head = head_of(on);
  if (head == 0) return no_trx;
  mode = placed(mode, on.item);
  const ModeSet covered = covered_by(held_modes(trx, on, head));
  const ModeRules& rule = (*rules_)[mode];
  if (contains(covered, mode) || (rule.record_part != no_mode && contains(covered, rule.record_part))) return no_trx;
  return conflict(trx, mode, covered, head).blocker;
}

void LockTable::set_inheritance(Trx trx, Inherits inherits) { trx_at(trx).inherits = inherits; }

// --- queues

void LockTable::link_granted(std::uint32_t lock, std::uint32_t& head) {
  open_queue(head);
  link_in_queue(lock, queue_at(head));
}

// The granted part of a queue is ordered by place, the newest first; its first entry's prev is its last entry.
void LockTable::link_in_queue(std::uint32_t lock, Queue& queue) {
  const std::int64_t place = owner(lock).place;
  queue.granted_modes = static_cast<ModeSet>(queue.granted_modes | bit(mode_of(lock)));
  if (queue.first == 0) {
    queue.first = lock;
    locks_[lock].next = 0;
    locks_[lock].prev = lock;
    return;
  }
  const std::uint32_t last = locks_[queue.first].prev;
  std::uint32_t after = 0;
  std::uint32_t before = queue.first;
  while (before != 0 && owner(before).place > place) after = std::exchange(before, locks_[before].next);
  locks_[lock].next = before;
  locks_[lock].prev = after == 0 ? last : after;
  if (after != 0) locks_[after].next = lock;
  locks_[before == 0 ? queue.first : before].prev = lock;
  if (after == 0) queue.first = lock;
}

void LockTable::refresh_modes(Queue& queue) {
  queue.granted_modes = 0;
  for (std::uint32_t lock = queue.first; lock != 0; lock = locks_[lock].next)
    queue.granted_modes = static_cast<ModeSet>(queue.granted_modes | bit(mode_of(lock)));
}

void LockTable::open_queue(std::uint32_t& head) {
  if (is_queue(head)) return;
  const std::uint32_t id = queues_.take();
  Queue& queue = queues_[id];
  queue = {};
  if (head != 0) {
    queue.first = head;
    queue.granted_modes = bit(mode_of(head));
    locks_[head].next = 0;
    locks_[head].prev = head;
  }
  head = id | queue_flag;
}

void LockTable::close_queue(std::uint32_t& head) {
  if (!is_queue(head)) return;
  const Queue& queue = queue_at(head);
  if (queue.first_waiting != no_trx || (queue.first != 0 && locks_[queue.first].next != 0)) return;
  const std::uint32_t id = head & ~queue_flag;
  head = queue.first;
  queues_.give_back(id);
}

void LockTable::enqueue(const Request& ask, Mode mode, Trx blocker, std::uint32_t& head) {
  LockStruct made;
  made.space = ask.on.space;
  made.page = ask.page;
  made.trx = ask.trx;
  made.mode = struct_mode(mode);
  made.waiting = true;
  made.table = rules_->is_table(mode);
  made.place = ++places_;
  TrxState& trx = trx_at(ask.trx);
  trx.waits_with = new_lock(trx, structs_.make(trx.structs, made), ask.on.item);
  edges_[ask.trx].number = waits_begun_++;
  ++waiting_count_;

  open_queue(head);
  Queue& queue = queue_at(head);
  queue.waiting_modes = static_cast<ModeSet>(queue.waiting_modes | bit(mode));
  trx.ahead = std::exchange(queue.last_waiting, ask.trx);
  trx.behind = no_trx;
  if (trx.ahead == no_trx) {
    queue.first_waiting = ask.trx;
  } else {
    trxs_[trx.ahead].behind = ask.trx;
  }
  point_edge(ask.trx, blocker);
}

void LockTable::point_edge(Trx waiter, Trx blocker) {
  Trx& edge = edges_[waiter].blocker;
  if (edge == blocker) return;
  if (edge != no_trx) --trxs_[edge].waiters;
  edges_[waiter].moved = edge != no_trx;
  edge = blocker;
  if (blocker == no_trx) return;
  ++trxs_[blocker].waiters;
  if (!trxs_[waiter].edge_changed) changed_edges_.push_back(waiter);
  trxs_[waiter].edge_changed = true;
}

Trx LockTable::next_changed_edge() {
  while (changed_edges_seen_ < changed_edges_.size()) {
    const Trx waiter = changed_edges_[changed_edges_seen_++];
    trxs_[waiter].edge_changed = false;
    if (waiting(waiter)) return waiter;
  }
  changed_edges_.clear();
  changed_edges_seen_ = 0;
  return no_trx;
}

// --- records come and go

void LockTable::inherit(Trx trx, Resource on, Mode mode, std::uint32_t page) {
  mode = placed(mode, on.item);
  std::uint32_t& head = head_at(on);
  if (!contains(held_modes(trx, on, head), mode)) add_granted(trx, on, mode, page, head);
}

void LockTable::record_inserted(Resource inserted, Resource successor, std::uint32_t page) {
  if (head_of(successor) == 0) return;
  for (const std::uint32_t lock : in_queue_order(successor)) {
    const Trx trx = owner(lock).trx;
    const Mode heir = (*rules_)[mode_of(lock)].on_insert;
    if (heir != no_mode && has(trxs_[trx].inherits, Inherits::on_insert)) inherit(trx, inserted, heir, page);
  }
}

}  // namespace gridlock::reference
