#pragma once
/// Lock structs: what InnoDB allocates for one transaction, index page and mode, to be shared by all such locks.
///
/// They matter twice: a deadlock victim's weight counts them, and a lock stands in its record's queue where its struct
/// stands. Identity is found by a small hash whose order nobody ever sees. Ids are indices, 0 means none.
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
    if (free_ == 0) {
      if (values_.empty()) values_.emplace_back();
      values_.emplace_back();
      return static_cast<std::uint32_t>(values_.size() - 1);
    }
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
  std::vector<T> values_;
  std::uint32_t free_ = 0;
};

struct LockStruct {
  std::int64_t place = 0;  ///< its place in its queues: the larger stands nearer to the front of the granted
  std::uint32_t space = 0;
  std::uint32_t page = 0;
  std::uint32_t trx = 0;
  std::uint32_t older = 0;   ///< the transaction's struct before this one
  std::uint32_t number = 0;  ///< counts the transaction's structs, in order of creation
  Mode mode = no_mode;
  bool waiting = false;
  bool displaced = false;  ///< its waiting request was dropped with the record: empty, behind all granted (place < 0)
};

class LockStructs {
 public:
  LockStruct& operator[](std::uint32_t id) { return pool_[id]; }
  const LockStruct& operator[](std::uint32_t id) const { return pool_[id]; }

  /// A new one that `find_or_make` does not find: of a table, or waiting. `older` is left to the caller.
  std::uint32_t make(const LockStruct& value) {
    const std::uint32_t id = pool_.take();
    pool_[id] = value;
    return id;
  }

  /// The newest struct of the same transaction, space, page and mode that may be shared, or a new one like `value`:
  /// the second says so (lock_rec_find_similar_on_page).
  std::pair<std::uint32_t, bool> find_or_make(const LockStruct& value);

  /// From now on `find_or_make` finds this one for its kind; another of the kind gives way only to a `newest` one.
  void share(std::uint32_t id, bool newest);
  /// No longer found.
  void unshare(std::uint32_t id);
  /// Given back. REQUIRES: not shared. A chain along `older`.
  void free(std::uint32_t first, std::uint32_t last) { pool_.give_back(first, last); }

  std::size_t bytes() const { return pool_.bytes() + slots_.capacity() * sizeof(std::uint32_t); }

 private:
  std::size_t home(const LockStruct& value) const;
  std::size_t slot_of(const LockStruct& value) const;
  void grow();

  Pool<LockStruct, &LockStruct::older> pool_;
  std::vector<std::uint32_t> slots_;  ///< open addressing, linear probing, at most half full
  std::size_t shared_ = 0;
};

}  // namespace gridlock::reference
