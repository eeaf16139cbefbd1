#include "lock_naive.h"

#include <algorithm>
#include <string_view>

namespace gridlock::reference {
namespace {

constexpr bool compatible[5][5] = {{true, true, true, false, true},
                                   {true, true, false, false, true},
                                   {true, false, true, false, false},
                                   {false, false, false, false, false},
                                   {true, true, false, false, false}};
constexpr bool stronger[5][5] = {{true, false, false, false, false},
                                 {true, true, false, false, false},
                                 {true, false, true, false, false},
                                 {true, true, true, true, true},
                                 {false, false, false, false, true}};

constexpr std::string_view table_names[] = {"IS", "IX", "S", "X", "AUTO_INC"};

}  // namespace

// --- modes, by their printed names

NaiveLocks::Flags NaiveLocks::flags(Mode mode, std::uint32_t item) {
  const ModeRules& rules = innodb_rules()[mode];
  Flags made;
  made.table = rules.kind == LockKind::table || rules.kind == LockKind::auto_increment;
  if (made.table) {
    made.base = static_cast<int>(std::find(table_names, table_names + 5, rules.name) - table_names);
    return made;
  }
  made.base = rules.name[0] == 'S' ? 2 : 3;
  made.intention = rules.name.find("INSERT_INTENTION") != std::string_view::npos;
  made.gap = item != 0 && rules.name.find(",GAP") != std::string_view::npos;
  made.record_only = item != 0 && rules.name.find("REC_NOT_GAP") != std::string_view::npos;
  return made;
}

Mode NaiveLocks::mode(const Flags& f, std::uint32_t item) {
  using namespace innodb;
  if (f.table) return Mode(f.base);
  const bool s = f.base == 2;
  if (f.intention) return item == 0 ? insert_intention_supremum : insert_intention;
  if (item == 0) return s ? S_supremum : X_supremum;
  if (f.gap) return s ? S_gap : X_gap;
  if (f.record_only) return s ? S_record : X_record;
  return s ? S_next_key : X_next_key;
}

LockView NaiveLocks::view(const Struct& one, std::uint32_t item) {
  return {one.trx, {one.space, item}, mode(one.flags, item), one.waiting, one.page};
}

// --- lock_rec_has_expl, rec_lock_check_conflict, lock_rec_other_has_conflicting

bool NaiveLocks::covers(const Flags& held, const Flags& wanted, bool supremum) {
  if (held.table) return stronger[held.base][wanted.base];
  if (held.intention || wanted.intention || !stronger[held.base][wanted.base]) return false;
  return supremum || ((!held.record_only || wanted.record_only) && (!held.gap || wanted.gap));
}

bool NaiveLocks::owns(Trx trx, Resource on, Flags wanted) const {
  const auto chain = chains_.find(on.space);
  if (chain == chains_.end()) return false;
  return std::any_of(chain->second.begin(), chain->second.end(), [&](const Struct& one) {
    return one.trx == trx && !one.waiting && one.bits.count(on.item) != 0 && covers(one.flags, wanted, on.item == 0);
  });
}

bool NaiveLocks::must_wait(Trx trx, Flags request, const Struct& other, Resource on, bool* bypassed) const {
  const Flags& theirs = other.flags;
  if (other.trx == trx || compatible[request.base][theirs.base]) return false;
  if (request.table) return true;
  if ((on.item == 0 || request.gap) && !request.intention) return false;
  if (!request.intention && theirs.gap) return false;
  if (request.gap && theirs.record_only) return false;
  if (theirs.intention) return false;
  Flags shared_record;
  shared_record.base = 2;
  shared_record.record_only = true;
  if (!request.intention && other.waiting && request.base == 3 && theirs.base == 3 && owns(trx, on, shared_record)) {
    if (bypassed != nullptr) *bypassed = true;
    return false;
  }
  return true;
}

const NaiveLocks::Struct* NaiveLocks::conflict(Trx trx, Flags request, Resource on, bool* bypassed) const {
  const auto chain = chains_.find(on.space);
  if (chain == chains_.end()) return nullptr;
  const Struct* found = nullptr;
  for (const Struct& one : chain->second) {
    if (one.bits.count(on.item) == 0 || !must_wait(trx, request, one, on, bypassed)) continue;
    found = &one;
    if (!request.table) return found;  // tables: the last one
  }
  return found;
}

// --- asking

void NaiveLocks::add(Trx trx, Resource on, Flags wanted, std::uint32_t page) {
  Chain& chain = chain_of(on);
  if (!wanted.table) {
    bool waiter_before = false;
    for (auto one = chain.begin(); one != chain.end(); ++one) {
      if (one->page != page) continue;
      if (one->trx == trx && !one->waiting && one->flags == wanted) {
        one->bits.emplace(on.item, ++clock_);
        if (waiter_before) chain.splice(chain.begin(), chain, one);
        return;
      }
      waiter_before = waiter_before || one->waiting;
    }
  }
  const Struct made{trx, on.space, page, wanted, false, {{on.item, ++clock_}}, clock_};
  chain.insert(wanted.table ? chain.end() : chain.begin(), made);
}

void NaiveLocks::wait(const Request& ask, Flags wanted, Trx blocker) {
  chain_of(ask.on).push_back({ask.trx, ask.on.space, ask.page, wanted, true, {{ask.on.item, ++clock_}}, clock_});
  wait_number_[ask.trx] = waits_++;
  blocker_[ask.trx] = no_trx;
  point(ask.trx, blocker);
}

void NaiveLocks::point(Trx waiter, Trx blocker) {
  if (blocker_[waiter] == blocker) return;
  blocker_[waiter] = blocker;
  if (std::find(changed_.begin(), changed_.end(), waiter) == changed_.end()) changed_.push_back(waiter);
}

Answer NaiveLocks::request(const Request& ask) {
  using What = Answer::What;
  Flags wanted = flags(ask.mode, ask.on.item);
  if (owns(ask.trx, ask.on, wanted)) return {What::covered, mode(wanted, ask.on.item), no_trx};
  const bool next_key = !wanted.table && !wanted.gap && !wanted.record_only && !wanted.intention && ask.on.item != 0;
  Flags part = wanted;
  part.record_only = true;
  if (next_key && owns(ask.trx, ask.on, part)) wanted.gap = true;
  if (owns(ask.trx, ask.on, wanted)) return {What::covered, mode(wanted, ask.on.item), no_trx};
  bool bypassed = false;
  const Mode said = mode(wanted, ask.on.item);
  if (const Struct* other = conflict(ask.trx, wanted, ask.on, &bypassed)) {
    const Trx blocker = other->trx;
    if (ask.if_blocked == Request::IfBlocked::refuse) return {What::refused, said, blocker};
    wait(ask, wanted, blocker);
    return {What::waiting, said, blocker};
  }
  if (ask.record == Request::Record::needed && !bypassed) return {What::clear, said, no_trx};
  add(ask.trx, ask.on, wanted, ask.page);
  return {What::granted, said, no_trx};
}

void NaiveLocks::grant(Trx trx, Resource on, Mode wanted, std::uint32_t page) {
  if (!owns(trx, on, flags(wanted, on.item))) add(trx, on, flags(wanted, on.item), page);
}

bool NaiveLocks::holds(Trx trx, Resource on, Mode wanted) const {
  const Flags whole = flags(wanted, on.item);
  if (owns(trx, on, whole)) return true;
  if (whole.table || whole.gap || whole.record_only || whole.intention || on.item == 0) return false;
  Flags record = whole;
  record.record_only = true;
  Flags gap = whole;
  gap.gap = true;
  return owns(trx, on, record) && owns(trx, on, gap);
}

Trx NaiveLocks::would_wait_for(Trx trx, Resource on, Mode wanted) const {
  const Flags whole = flags(wanted, on.item);
  Flags record = whole;
  record.record_only = true;
  const bool next_key = !whole.table && !whole.gap && !whole.intention && on.item != 0;
  if (owns(trx, on, whole) || (next_key && !whole.record_only && owns(trx, on, record))) return no_trx;
  const Struct* other = conflict(trx, whole, on, nullptr);
  return other == nullptr ? no_trx : other->trx;
}

// --- letting go

bool NaiveLocks::release(Trx trx, Resource on, Mode wanted, std::vector<Woken>& woken) {
  Chain& chain = chain_of(on);
  const Flags f = flags(wanted, on.item);
  const auto one = std::find_if(chain.begin(), chain.end(), [&](const Struct& each) {
    return each.trx == trx && !each.waiting && each.flags == f && each.bits.count(on.item) != 0;
  });
  if (one == chain.end()) return false;
  one->bits.erase(on.item);
  if (f.table) chain.erase(one);
  serve(on, trx, woken);
  return true;
}

void NaiveLocks::cancel_wait(Trx trx, std::vector<Woken>& woken) {
  if (!waiting(trx)) return;
  for (auto& [space, chain] : chains_)
    for (auto one = chain.begin(); one != chain.end(); ++one) {
      if (one->trx != trx || !one->waiting) continue;
      const Resource on{space, one->bits.begin()->first};
      chain.erase(one);
      blocker_.erase(trx);
      serve(on, trx, woken);
      return;
    }
}

void NaiveLocks::release_all(Trx trx, std::vector<Woken>& woken) {
  cancel_wait(trx, woken);
  std::vector<std::pair<Chain*, Chain::iterator>> mine;
  for (auto& [space, chain] : chains_)
    for (auto one = chain.begin(); one != chain.end(); ++one)
      if (one->trx == trx) mine.emplace_back(&chain, one);
  std::sort(mine.begin(), mine.end(), [](const auto& a, const auto& b) {
    if (a.second->flags.table != b.second->flags.table) return b.second->flags.table;
    return a.second->flags.table ? a.second->made < b.second->made : a.second->made > b.second->made;
  });
  for (auto& [chain, one] : mine) {
    const Struct gone = *one;
    chain->erase(one);
    for (const auto& [item, when] : gone.bits) serve({gone.space, item}, trx, woken);
  }
  inherits_.erase(trx);
}

// --- serving: lock_rec_grant_by_heap_no, lock_table_dequeue

void NaiveLocks::serve(Resource on, Trx releaser, std::vector<Woken>& woken) {
  Chain& chain = chain_of(on);
  std::vector<Chain::iterator> granted;
  std::vector<std::pair<std::uint32_t, Chain::iterator>> waiters;
  for (auto one = chain.begin(); one != chain.end(); ++one) {
    if (one->bits.count(on.item) == 0) continue;
    if (one->flags.table) return serve_table(on, releaser, woken);
    if (!one->waiting) {
      granted.insert(granted.begin(), one);  // the oldest first
    } else if (blocker_.at(one->trx) == releaser) {
      waiters.emplace_back(schedule_weight(one->trx), one);
    }
  }
  std::stable_sort(waiters.begin(), waiters.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  for (auto& [weight, waiter] : waiters) {
    const auto blocking = std::find_if(granted.begin(), granted.end(), [&, at = waiter](Chain::iterator one) {
      return must_wait(at->trx, at->flags, *one, on, nullptr);
    });
    if (blocking != granted.end()) {
      point(waiter->trx, (*blocking)->trx);
      continue;
    }
    waiter->waiting = false;
    blocker_.erase(waiter->trx);
    chain.splice(chain.begin(), chain, waiter);
    granted.push_back(waiter);
    woken.push_back({waiter->trx, true});
  }
}

void NaiveLocks::serve_table(Resource on, Trx releaser, std::vector<Woken>& woken) {
  Chain& chain = chain_of(on);
  for (Struct& waiter : chain) {
    if (!waiter.waiting || blocker_.at(waiter.trx) != releaser) continue;
    const Struct* blocking = nullptr;
    for (const Struct& one : chain) {
      if (&one == &waiter) break;
      if (blocking == nullptr && must_wait(waiter.trx, waiter.flags, one, on, nullptr)) blocking = &one;
    }
    if (blocking != nullptr) {
      point(waiter.trx, blocking->trx);
      continue;
    }
    waiter.waiting = false;
    blocker_.erase(waiter.trx);
    woken.push_back({waiter.trx, true});
  }
}

// --- inheritance: lock_rec_inherit_to_gap_if_gap_lock, lock_rec_inherit_to_gap

void NaiveLocks::inherit(Trx trx, Resource on, int base, std::uint32_t page) {
  Flags gap;
  gap.base = base;
  gap.gap = on.item != 0;
  for (const Struct& one : chain_of(on))
    if (one.trx == trx && !one.waiting && one.flags == gap && one.bits.count(on.item) != 0) return;
  add(trx, on, gap, page);
}

void NaiveLocks::record_inserted(Resource inserted, Resource successor, std::uint32_t page) {
  const Chain before = chain_of(successor);
  for (const Struct& one : before) {
    const Inherits allowed = inherits_.count(one.trx) != 0 ? inherits_.at(one.trx) : Inherits::everything;
    if (one.bits.count(successor.item) == 0 || !has(allowed, Inherits::on_insert)) continue;
    if (!one.flags.intention && !one.flags.record_only) inherit(one.trx, inserted, one.flags.base, page);
  }
}

void NaiveLocks::record_removed(Resource removed, Resource successor, std::uint32_t page, std::vector<Woken>& woken) {
  const Chain before = chain_of(removed);
  for (const Struct& one : before) {
    if (one.bits.count(removed.item) == 0 || one.flags.intention) continue;
    const Inherits allowed = inherits_.count(one.trx) != 0 ? inherits_.at(one.trx) : Inherits::everything;
    if (has(allowed, one.flags.base == 2 ? Inherits::on_removal_shared : Inherits::on_removal_exclusive))
      inherit(one.trx, successor, one.flags.base, page);
  }
  for (Struct& one : chain_of(removed)) {
    if (one.bits.erase(removed.item) == 0 || !one.waiting) continue;
    one.waiting = false;
    blocker_.erase(one.trx);
    woken.push_back({one.trx, false});
  }
}

// --- deadlocks and weights, straight from their definitions

std::optional<DeadlockCycle> NaiveLocks::next_deadlock(const std::vector<std::uint64_t>& undo) {
  while (!changed_.empty()) {
    const Trx start = changed_.front();
    changed_.erase(changed_.begin());
    std::vector<Trx> path{start};
    Trx at = blocker_of(start);
    while (at != no_trx && std::find(path.begin(), path.end(), at) == path.end()) {
      path.push_back(at);
      at = blocker_of(at);
    }
    if (at != start) continue;
    const auto latest = std::max_element(path.begin(), path.end(),
                                         [&](Trx a, Trx b) { return wait_number_.at(a) < wait_number_.at(b); });
    std::rotate(path.begin(), latest + 1, path.end());
    Trx victim = path.front();
    for (const Trx next : path)
      if (undo[victim] + structs(victim) >= undo[next] + structs(next)) victim = next;
    return DeadlockCycle{path, victim};
  }
  return std::nullopt;
}

std::uint32_t NaiveLocks::schedule_weight(Trx trx) const {
  if (!waiting(trx)) return 0;
  const std::uint64_t n = blocker_.size();
  std::uint64_t weight = 0;
  for (const auto& [start, first] : blocker_) {
    Trx at = start;
    for (std::uint64_t steps = 0; at != trx && at != no_trx && steps <= n; ++steps) at = blocker_of(at);
    if (at == trx)
      weight += wait_number_.at(start) + 2 * n < waits_ ? std::min<std::uint64_t>(n, 1'000'000'000 / n) : 1;
  }
  Trx at = blocker_of(trx);
  for (std::uint64_t steps = 0; at != trx && at != no_trx && steps <= n; ++steps) at = blocker_of(at);
  return at == trx ? 1 : static_cast<std::uint32_t>(weight);
}

// --- looking

std::uint32_t NaiveLocks::structs(Trx trx) const {
  std::uint32_t count = 0;
  for (const auto& [space, chain] : chains_)
    count += static_cast<std::uint32_t>(
        std::count_if(chain.begin(), chain.end(), [trx](const Struct& one) { return one.trx == trx; }));
  return count;
}

std::vector<LockView> NaiveLocks::locks_of(Trx trx) const {
  std::map<std::uint64_t, LockView> in_order;
  for (const auto& [space, chain] : chains_)
    for (const Struct& one : chain)
      if (one.trx == trx)
        for (const auto& [item, when] : one.bits) in_order[when] = view(one, item);
  std::vector<LockView> locks;
  for (const auto& [when, lock] : in_order) locks.push_back(lock);
  return locks;
}

std::vector<LockView> NaiveLocks::queue_of(Resource on) const {
  std::vector<LockView> locks;
  const auto chain = chains_.find(on.space);
  if (chain == chains_.end()) return locks;
  for (const Struct& one : chain->second)
    if (one.bits.count(on.item) != 0) locks.push_back(view(one, on.item));
  return locks;
}

}  // namespace gridlock::reference
