#include "drivers/reference/lock_structs.h"

namespace gridlock::reference {
namespace {

constexpr std::size_t slots_min = 16;

bool alike(const LockStruct& a, const LockStruct& b) {
  return a.trx == b.trx && a.page == b.page && a.space == b.space && a.mode == b.mode;
}

std::uint64_t hash(const LockStruct& value) {
  const std::uint64_t where = std::uint64_t{value.space} << 32 | value.page;
  const std::uint64_t who = std::uint64_t{value.trx} << 4 | index(value.mode);
  return (where + who * 0x9E3779B97F4A7C15ULL) * 0xD6E8FEB86659FD93ULL >> 32;
}

}  // namespace

std::size_t LockStructs::home(const LockStruct& value) const { return hash(value) & (slots_.size() - 1); }

std::size_t LockStructs::slot_of(const LockStruct& value) const {
  std::size_t slot = home(value);
  while (slots_[slot] != 0 && !alike(pool_[slots_[slot]], value)) slot = (slot + 1) & (slots_.size() - 1);
  return slot;
}

void LockStructs::grow() {
  std::vector<std::uint32_t> old(slots_.empty() ? slots_min : slots_.size() * 2);
  old.swap(slots_);
  for (const std::uint32_t id : old)
    if (id != 0) slots_[slot_of(pool_[id])] = id;
}

std::pair<std::uint32_t, bool> LockStructs::find_or_make(const LockStruct& value) {
  if (shared_ * 2 >= slots_.size()) grow();
  std::uint32_t& slot = slots_[slot_of(value)];
  if (slot != 0) return {slot, false};
  ++shared_;
  slot = make(value);
  return {slot, true};
}

void LockStructs::share(std::uint32_t id, bool newest) {
  if (shared_ * 2 >= slots_.size()) grow();
  std::uint32_t& slot = slots_[slot_of(pool_[id])];
  if (slot != 0 && !newest) return;
  if (slot == 0) ++shared_;
  slot = id;
}

void LockStructs::unshare(std::uint32_t id) {
  if (slots_.empty()) return;
  std::size_t hole = slot_of(pool_[id]);
  if (slots_[hole] != id) return;
  --shared_;
  const std::size_t mask = slots_.size() - 1;
  slots_[hole] = 0;
  // Linear probing without tombstones: whoever comes after the hole and had been pushed past it moves back into it.
  for (std::size_t slot = (hole + 1) & mask; slots_[slot] != 0; slot = (slot + 1) & mask) {
    const std::size_t pushed = (slot - home(pool_[slots_[slot]])) & mask;
    if (pushed < ((slot - hole) & mask)) continue;
    slots_[hole] = std::exchange(slots_[slot], 0);
    hole = slot;
  }
}

}  // namespace gridlock::reference
