#include "drivers/reference/lock_structs.h"

namespace gridlock::reference {
namespace {

constexpr std::size_t slots_min = 64;

bool can_be_joined(const LockStruct& one) { return !one.table && !one.waiting; }

std::uint64_t hash(const LockStruct& value) {
  const std::uint64_t where = std::uint64_t{value.space} << 32 | value.page;
  const std::uint64_t who = std::uint64_t{value.trx} << 4 | index(value.mode);
  return (where + who * 0x9E3779B97F4A7C15ULL) * 0xD6E8FEB86659FD93ULL >> 32;
}

}  // namespace

void LockStructs::hash_new(const StructList& list, std::uint32_t id) {
  if (list.made > few + 1) {
    if (can_be_joined(pool_[id])) hash_in(id);
    return;
  }
  for (std::uint32_t one = list.records; one != 0; one = pool_[one].older)
    if (can_be_joined(pool_[one])) hash_in(one);
}

void LockStructs::stop_waiting(const StructList& list, std::uint32_t id) {
  pool_[id].waiting = false;
  if (list.made > few && can_be_joined(pool_[id])) hash_in(id);
}

void LockStructs::drop(StructList& list, std::uint32_t id) {
  std::uint32_t* link = pool_[id].table ? &list.tables : &list.records;
  while (*link != id) link = &pool_[*link].older;
  *link = pool_[id].older;
  pool_.give_back(id);
  --list.count;
}

void LockStructs::drop_all(StructList& list) {
  for (const std::uint32_t chain : {list.records, list.tables}) {
    std::uint32_t last = 0;
    for (std::uint32_t id = chain; id != 0; id = pool_[id].older) {
      if (list.made > few) hash_out(id);
      last = id;
    }
    if (last != 0) pool_.give_back(chain, last);
  }
  list = {};
}

// --- the hash

std::size_t LockStructs::home(const LockStruct& value) const { return hash(value) & (slots_.size() - 1); }

std::size_t LockStructs::slot_of(const LockStruct& value) const {
  std::size_t slot = home(value);
  while (slots_[slot] != 0) {
    const LockStruct& other = pool_[slots_[slot]];
    if (other.trx == value.trx && alike(other, value)) return slot;
    slot = (slot + 1) & (slots_.size() - 1);
  }
  return slot;
}

void LockStructs::grow() {
  std::vector<std::uint32_t> old(slots_.empty() ? slots_min : slots_.size() * 2);
  old.swap(slots_);
  for (const std::uint32_t id : old)
    if (id != 0) slots_[slot_of(pool_[id])] = id;
}

// Of several alike, the one nearest to the front is found.
void LockStructs::hash_in(std::uint32_t id) {
  if (hashed_ * 2 >= slots_.size()) grow();
  std::uint32_t& slot = slots_[slot_of(pool_[id])];
  if (slot == 0) {
    ++hashed_;
  } else if (pool_[slot].place > pool_[id].place) {
    return;
  }
  slot = id;
}

void LockStructs::hash_out(std::uint32_t id) {
  std::size_t hole = slot_of(pool_[id]);
  if (slots_[hole] != id) return;
  --hashed_;
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
