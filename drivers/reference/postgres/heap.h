#pragma once
/// A table's row versions, as PostgreSQL keeps them: each with who made it, who locks, replaced or deleted it, and
/// where its successor is. Sources: htup_details.h, heapam_visibility.c, README.tuplock.
///
/// Where PostgreSQL folds several lockers into one multixact id, a version here simply has all its members; which of
/// them are a multixact makes no difference to who waits for whom.
#include <deque>
#include <vector>

#include "drivers/reference/postgres/lock_modes.h"
#include "drivers/reference/postgres/transactions.h"
#include "model/value.h"

namespace gridlock::reference::postgres {

using Row = std::vector<Value>;
using TupleId = std::uint32_t;

/// Who locks a version, or has replaced or deleted it (`update`).
struct Member {
  Xid xid = no_xid;
  RowMode mode = RowMode::key_share;
  bool update = false;
};

struct Tuple {
  Row values;
  Xid xmin = no_xid;
  std::uint32_t cmin = 0;
  std::uint32_t cmax = 0;  ///< of the member that updates
  TupleId next = none;     ///< its successor; itself while it has none (t_ctid)
  std::vector<Member> members;
  std::uint32_t page = 0;
  std::uint32_t item = 0;
  std::uint32_t token = 0;  ///< speculative insertion's, 0 when it is confirmed
  bool used = false;

  const Member* updater() const {
    for (const Member& member : members)
      if (member.update) return &member;
    return nullptr;
  }
};

class Heap {
 public:
  /// `row_bytes`: what a row of the table takes on a page.
  explicit Heap(std::size_t row_bytes) : row_bytes_(row_bytes) {}

  TupleId insert(Row values, Xid xmin, std::uint32_t command);
  void clear();
  Tuple& at(TupleId id) { return tuples_[id]; }
  const Tuple& at(TupleId id) const { return tuples_[id]; }

  /// All versions, in the order of the pages.
  const std::vector<TupleId>& order() const { return order_; }
  std::size_t pages() const { return page_ + 1; }
  /// What a planner without statistics takes a small table for (plancat.c, estimate_rel_size): ten pages of rows.
  std::size_t unknown_rows() const { return 10 * 8168 / row_bytes_; }
  /// After many insertions: time to look for dead versions.
  bool wants_pruning() const { return inserted_since_ > 256 && inserted_since_ > order_.size() / 2; }
  /// Removes the versions for which `dead` is true, telling each to `gone` first.
  template <class Dead, class Gone>
  void prune(Dead dead, Gone gone) {
    inserted_since_ = 0;
    std::size_t kept = 0;
    for (const TupleId id : order_) {
      if (dead(tuples_[id])) {
        gone(id);
        release(id);
      } else {
        order_[kept++] = id;
      }
    }
    order_.resize(kept);
  }

 private:
  void release(TupleId id);

  std::deque<Tuple> tuples_;  // addresses stay
  std::vector<TupleId> free_;
  std::vector<TupleId> order_;
  std::size_t row_bytes_;
  std::uint32_t page_ = 0;
  std::uint32_t item_ = 0;
  std::size_t used_bytes_ = 0;
  std::size_t inserted_since_ = 0;
};

}  // namespace gridlock::reference::postgres
