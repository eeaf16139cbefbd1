#pragma once
/// In which order transactions take their locks, and which of those orders go against each other: deadlocks that have
/// not happened yet, told from runs in which nobody waited (as lockdep does for the Linux kernel).
///
/// A potential deadlock is a ring: each transaction holds one lock and then asks for one that the next one holds. Locks
/// are compared by class (table, index, kind, mode), because another execution works on other rows; whether the rows
/// can meet is for a directed schedule to find out. A guard makes a ring impossible: a lock that two of its
/// transactions both take before, on the very same row, so that they cannot be there at the same time.
#include <cstddef>
#include <string>
#include <vector>

#include "model/lock.h"

namespace gridlock {

/// What one transaction locks, in the order in which it does.
struct LockOrder {
  std::string transaction;
  struct Taken {
    std::size_t statement = 0;  ///< number of the statement that took it
    Lock lock;
  };
  std::vector<Taken> locks;
};

/// A ring that could close. `parties[i]` waits for what `parties[i + 1]` holds, the last for what the first holds.
struct PotentialDeadlock {
  struct Party {
    std::size_t transaction = 0;  ///< place among the lock orders; one may take part twice, as two executions
    std::size_t held_by = 0;      ///< the statement that takes the lock in its predecessor's way
    std::size_t wanted_by = 0;    ///< the statement that waits
    Lock holds, wants;
  };
  std::vector<Party> parties;
  bool same_rows = false;  ///< the very rows seen meet; else other executions would have to
};

struct OrderGraph {
  std::size_t classes = 0;                   ///< of locks
  std::size_t edges = 0;                     ///< pairs of classes of which one is taken while the other is held
  std::size_t guarded = 0;                   ///< rings that a guard makes impossible
  std::vector<PotentialDeadlock> potential;  ///< one for each set of classes, statements and transactions
};

/// Rings of two, and of three when there is none of two among their transactions' classes.
OrderGraph order_graph(const std::vector<LockOrder>& orders);

/// A lock like `held` makes a request for a lock like `wanted` wait, if their rows are the same.
bool may_block(const Lock& held, const Lock& wanted);

/// `X,REC_NOT_GAP on PRIMARY of accounts`
std::string class_of(const Lock& lock);

}  // namespace gridlock
