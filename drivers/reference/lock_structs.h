#pragma once
/// Lock structs: what InnoDB allocates for one transaction, index page and mode, to be shared by all such locks.
///
/// They matter twice: a deadlock victim's weight counts them, and a lock stands in its record's queue where its struct
/// stands. A transaction with few of them has them looked through; many are found by a hash whose order nobody sees.
/// Ids are indices, 0 means none.
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "drivers/reference/lock_rules.h"

namespace gridlock::reference {

/// Values in one vector, addressed by index from 1, with the free ones chained through one of their own fields.
template <typename T, std::uint32_t T::*link>
class Pool {
 public:
  T& operator[](std::uint32_t id) { return values_[id]; }
  const T& operator[](std::uint32_t id) const { return values_[id]; }

  /// An unused value, with whatever its last user left in it.
  std::uint32_t take() {
    if (free_ == 0) [[unlikely]]
      return grow();
    return std::exchange(free_, values_[free_].*link);
  }
  void give_back(std::uint32_t id) { give_back(id, id); }
  /// A whole chain from `first` to `last` along the link.
  void give_back(std::uint32_t first, std::uint32_t last) {
    values_[last].*link = free_;
    free_ = first;
  }
  std::size_t bytes() const { return values_.capacity() * sizeof(T); }

 private:
  std::uint32_t grow() {
    if (values_.empty()) values_.emplace_back();
    values_.emplace_back();
    return static_cast<std::uint32_t>(values_.size() - 1);
  }

  std::vector<T> values_;
  std::uint32_t free_ = 0;
};

struct LockStruct {
  /// Its place in its queues: the larger stands nearer to the front. Below 0: its waiting request was dropped with the
  /// record, it is empty and stands behind all granted ones.
  std::int64_t place = 0;
  std::uint32_t space = 0;
  std::uint32_t page = 0;
  std::uint32_t trx = 0;
  std::uint32_t older = 0;   ///< the transaction's struct before this one
  std::uint32_t number = 0;  ///< counts the transaction's structs, in order of creation
  Mode mode = no_mode;
  bool waiting = false;
  bool table = false;
};

/// The structs of one transaction.
struct StructList {
  std::uint32_t records = 0;  ///< chain, newest first
  std::uint32_t tables = 0;   ///< chain, newest first
  std::uint32_t count = 0;
  std::uint32_t made = 0;   ///< those that went included
  std::uint64_t kinds = 0;  ///< a bit for each kind among them: what has none is not there
};

class LockStructs {
 public:
  LockStruct& operator[](std::uint32_t id) { return pool_[id]; }
  const LockStruct& operator[](std::uint32_t id) const { return pool_[id]; }

  /// The one nearest to the front that a granted lock like `wanted` can join (lock_rec_find_similar_on_page); 0: none.
  std::uint32_t find(const StructList& list, const LockStruct& wanted) const {
    if ((list.kinds & kind_bit(wanted)) == 0) return 0;
    if (list.made > few) return slots_[slot_of(wanted)];
    std::uint32_t found = 0;
    for (std::uint32_t id = list.records; id != 0; id = pool_[id].older) {
      const LockStruct& one = pool_[id];
      if (!alike(one, wanted) || one.waiting) continue;
      if (found == 0 || one.place > pool_[found].place) found = id;
    }
    return found;
  }

  /// A new one, with the place that `value` says.
  std::uint32_t make(StructList& list, const LockStruct& value) {
    const std::uint32_t id = pool_.take();
    LockStruct& made = pool_[id];
    made = value;
    made.number = list.made++;
    made.older = std::exchange(value.table ? list.tables : list.records, id);
    ++list.count;
    list.kinds |= kind_bit(value);
    if (list.made > few) [[unlikely]]
      hash_new(list, id);
    return id;
  }

  /// From now on a waiting one can be joined, at the place it has now: its request was granted or dropped.
  void stop_waiting(const StructList& list, std::uint32_t id);
  /// Gone. REQUIRES: of a table, or waiting.
  void drop(StructList& list, std::uint32_t id);
  /// All gone, the list is as new.
  void drop_all(StructList& list);

  std::size_t bytes() const { return pool_.bytes() + slots_.capacity() * sizeof(std::uint32_t); }

 private:
  /// Up to this many are looked through.
  static constexpr std::uint32_t few = 16;

  static std::uint64_t kind_bit(const LockStruct& value) {
    const std::uint64_t kind = std::uint64_t{value.space} << 40 ^ std::uint64_t{value.page} << 4 ^ index(value.mode);
    return std::uint64_t{1} << (kind * 0x9E3779B97F4A7C15ULL >> 58);
  }
  static bool alike(const LockStruct& a, const LockStruct& b) {
    return a.page == b.page && a.space == b.space && a.mode == b.mode;
  }
  std::size_t home(const LockStruct& value) const;
  std::size_t slot_of(const LockStruct& value) const;
  void hash_new(const StructList& list, std::uint32_t id);
  void hash_in(std::uint32_t id);
  void hash_out(std::uint32_t id);
  void grow();

  Pool<LockStruct, &LockStruct::older> pool_;
  std::vector<std::uint32_t> slots_;  ///< open addressing, linear probing, at most half full
  std::size_t hashed_ = 0;
};

}  // namespace gridlock::reference
