#pragma once
/// InnoDB's lock queues as its source writes them, for comparison: a list of structs with bitmaps per page, scanned
/// from one end to the other, and conflict rules spelt out on flags. Slow, and obviously what lock0lock.cc does.
#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "drivers/reference/deadlock_detector.h"
#include "drivers/reference/lock_table.h"

namespace gridlock::reference {

class NaiveLocks {
 public:
  Answer request(const Request& ask);
  void grant(Trx trx, Resource on, Mode mode, std::uint32_t page);
  bool holds(Trx trx, Resource on, Mode mode) const;
  Trx would_wait_for(Trx trx, Resource on, Mode mode) const;
  bool release(Trx trx, Resource on, Mode mode, std::vector<Woken>& woken);
  void release_all(Trx trx, std::vector<Woken>& woken);
  void cancel_wait(Trx trx, std::vector<Woken>& woken);
  void record_inserted(Resource inserted, Resource successor, std::uint32_t page);
  void record_removed(Resource removed, Resource successor, std::uint32_t page, std::vector<Woken>& woken);
  void set_inheritance(Trx trx, Inherits inherits) { inherits_[trx] = inherits; }
  std::optional<DeadlockCycle> next_deadlock(const std::vector<std::uint64_t>& undo);

  bool waiting(Trx trx) const { return blocker_.count(trx) != 0; }
  Trx blocker_of(Trx trx) const { return waiting(trx) ? blocker_.at(trx) : no_trx; }
  std::uint32_t structs(Trx trx) const;
  std::vector<LockView> locks_of(Trx trx) const;
  std::vector<LockView> queue_of(Resource on) const;
  std::uint32_t schedule_weight(Trx trx) const;

 private:
  struct Flags {
    bool table = false;
    int base = 0;  // tables: 0 IS 1 IX 2 S 3 X 4 AUTO_INC; records: 2 S, 3 X
    bool gap = false;
    bool record_only = false;
    bool intention = false;
    friend bool operator==(const Flags&, const Flags&) = default;
  };
  struct Struct {
    Trx trx = 0;
    std::uint32_t space = 0;
    std::uint32_t page = 0;
    Flags flags;
    bool waiting = false;
    std::map<std::uint32_t, std::uint64_t> bits;  // item -> when it was set
    std::uint64_t made = 0;
  };
  using Chain = std::list<Struct>;

  static Flags flags(Mode mode, std::uint32_t item);
  static Mode mode(const Flags& flags, std::uint32_t item);
  static bool covers(const Flags& held, const Flags& wanted, bool supremum);
  static LockView view(const Struct& one, std::uint32_t item);

  bool owns(Trx trx, Resource on, Flags wanted) const;
  bool must_wait(Trx trx, Flags request, const Struct& other, Resource on, bool* bypassed) const;
  const Struct* conflict(Trx trx, Flags request, Resource on, bool* bypassed) const;
  void add(Trx trx, Resource on, Flags wanted, std::uint32_t page);
  void wait(const Request& ask, Flags wanted, Trx blocker);
  void point(Trx waiter, Trx blocker);
  void serve(Resource on, Trx releaser, std::vector<Woken>& woken);
  void serve_table(Resource on, Trx releaser, std::vector<Woken>& woken);
  Chain& chain_of(Resource on) { return chains_[on.space]; }
  void inherit(Trx trx, Resource on, int base, std::uint32_t page);

  std::map<std::uint32_t, Chain> chains_;  // by space; pages are told apart by the struct
  std::map<Trx, Trx> blocker_;
  std::map<Trx, std::uint64_t> wait_number_;
  std::map<Trx, Inherits> inherits_;
  std::vector<Trx> changed_;
  std::uint64_t clock_ = 0;
  std::uint64_t waits_ = 0;
};

}  // namespace gridlock::reference
