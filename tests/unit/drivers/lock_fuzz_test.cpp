// The lock table against the naive one: the same random calls, the same answers, queues, edges, weights and deadlocks.
// A failure prints its seed; GRIDLOCK_LOCK_SEED=n plays that seed alone, GRIDLOCK_LOCK_SEEDS=n plays n of them.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <random>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "drivers/reference/deadlock_detector.h"
#include "drivers/reference/lock_table.h"
#include "lock_naive.h"

namespace gridlock::reference {
namespace {

constexpr Trx trxs = 7;
constexpr int steps = 300;
constexpr std::uint32_t table_space = 0;
constexpr std::uint32_t index_spaces = 2;

/// What the random calls are made of.
struct World {
  std::uint32_t items = 7;  ///< of an index, the supremum (0) included; a page holds four
  std::vector<Mode> record_modes{innodb::S_next_key, innodb::S_gap,    innodb::S_record,        innodb::X_next_key,
                                 innodb::X_gap,      innodb::X_record, innodb::insert_intention};
  std::uint32_t removals = 4;  ///< of a hundred calls
};

std::uint32_t page_of(Resource on) { return on.item / 4; }

std::string text(const LockView& lock) {
  return std::to_string(lock.trx) + " " + std::string(innodb_rules().name(lock.mode)) + " " +
         std::to_string(lock.on.space) + "." + std::to_string(lock.on.item) + (lock.waiting ? " waiting" : "") + "; ";
}

std::string text(const std::vector<LockView>& locks) {
  std::string all;
  for (const LockView& lock : locks) all += text(lock);
  return all;
}

class Pair {
 public:
  Pair(std::uint64_t seed, World world) : world_(std::move(world)), chance_(seed), undo_(trxs) {
    for (auto& undo : undo_) undo = pick(3);
  }

  /// One random call to both; what was called and what came of it.
  std::string step() {
    said_.str({});
    const std::uint32_t what = pick(100);
    if (what < 60) {
      ask();
    } else if (what < 64) {
      own();
    } else if (what < 70) {
      drop();
    } else if (what < 80) {
      end();
    } else if (what < 84) {
      cancel();
    } else if (what < 89) {
      insert();
    } else if (what < 92) {
      set_inheritance();
    } else if (what < 92 + world_.removals) {
      remove();
    } else {
      const LockTable copy = real_;
      real_ = LockTable();
      real_ = copy;
      said_ << "copied";
    }
    if (pick(3) != 0) resolve();
    compare();
    return said_.str();
  }

 private:
  std::uint32_t pick(std::uint32_t below) { return static_cast<std::uint32_t>(chance_() % below); }
  Trx any_trx() { return pick(trxs); }
  Resource any_record() { return {1 + pick(index_spaces), pick(world_.items)}; }
  Resource any_resource() { return pick(4) == 0 ? Resource{table_space, 0} : any_record(); }
  Mode any_mode(Resource on) {
    return on.space == table_space ? Mode(pick(5))
                                   : world_.record_modes[pick(static_cast<std::uint32_t>(world_.record_modes.size()))];
  }

  void ask() {
    Request request;
    request.trx = any_trx();
    request.on = any_resource();
    request.mode = any_mode(request.on);
    request.page = page_of(request.on);
    const bool intention = request.mode == innodb::insert_intention;
    if (intention || (request.on.space != table_space && pick(4) == 0)) request.record = Request::Record::needed;
    if (pick(6) == 0) request.if_blocked = Request::IfBlocked::refuse;
    if (naive_.waiting(request.trx)) return;
    said_ << request.trx << " asks " << innodb_rules().name(request.mode) << " " << request.on.space << "."
          << request.on.item << (request.record == Request::Record::needed ? " needed" : "");
    const Trx expected = naive_.would_wait_for(request.trx, request.on, request.mode);
    EXPECT_EQ(real_.would_wait_for(request.trx, request.on, request.mode), expected);
    EXPECT_EQ(real_.holds(request.trx, request.on, request.mode), naive_.holds(request.trx, request.on, request.mode));
    const Answer b = naive_.request(request);
    const Answer a = real_.request(request);
    EXPECT_EQ(a.what, b.what);
    EXPECT_EQ(a.mode, b.mode);
    EXPECT_EQ(a.blocker, b.blocker);
    EXPECT_EQ(real_.holds(request.trx, request.on, request.mode), naive_.holds(request.trx, request.on, request.mode));
  }

  void own() {
    const Trx trx = any_trx();
    const Resource on = any_record();
    if (on.item == 0) return;
    said_ << trx << " owns " << on.space << "." << on.item;
    naive_.grant(trx, on, innodb::X_record, page_of(on));
    real_.grant(trx, on, innodb::X_record, page_of(on));
  }

  void drop() {
    const Trx trx = any_trx();
    const std::vector<LockView> locks = naive_.locks_of(trx);
    if (locks.empty()) return;
    const LockView& lock = locks[pick(static_cast<std::uint32_t>(locks.size()))];
    said_ << "drop " << text(lock);
    EXPECT_EQ(real_.release(trx, lock.on, lock.mode, real_woken_),
              naive_.release(trx, lock.on, lock.mode, naive_woken_));
  }

  void end() { end(any_trx()); }
  void end(Trx trx) {
    said_ << trx << " ends";
    real_.release_all(trx, real_woken_);
    naive_.release_all(trx, naive_woken_);
  }

  void cancel() {
    const Trx trx = any_trx();
    said_ << trx << " cancels";
    real_.cancel_wait(trx, real_woken_);
    naive_.cancel_wait(trx, naive_woken_);
  }

  void insert() {
    const Resource inserted = any_record();
    const Resource successor{inserted.space, pick(world_.items)};
    if (inserted.item == 0 || successor == inserted) return;
    said_ << "insert " << inserted.space << "." << inserted.item << " before " << successor.item;
    real_.record_inserted(inserted, successor, page_of(inserted));
    naive_.record_inserted(inserted, successor, page_of(inserted));
  }

  void remove() {
    const Resource removed = any_record();
    const Resource successor{removed.space, pick(world_.items)};
    if (removed.item == 0 || successor == removed) return;
    said_ << "remove " << removed.space << "." << removed.item << " before " << successor.item;
    real_.record_removed(removed, successor, page_of(successor), real_woken_);
    naive_.record_removed(removed, successor, page_of(successor), naive_woken_);
  }

  void set_inheritance() {
    const Trx trx = any_trx();
    const auto inherits = static_cast<Inherits>(pick(8));
    said_ << trx << " inherits " << static_cast<int>(inherits);
    real_.set_inheritance(trx, inherits);
    naive_.set_inheritance(trx, inherits);
  }

  void resolve() {
    for (;;) {
      const auto a = next_deadlock(real_, undo_);
      const auto b = naive_.next_deadlock(undo_);
      ASSERT_EQ(a.has_value(), b.has_value());
      if (!a) return;
      ++deadlocks;
      EXPECT_EQ(a->members, b->members);
      ASSERT_EQ(a->victim, b->victim);
      said_ << ", deadlock, victim: ";
      cancel_and_end(a->victim);
    }
  }

  void cancel_and_end(Trx trx) {
    real_.cancel_wait(trx, real_woken_);
    naive_.cancel_wait(trx, naive_woken_);
    end(trx);
  }

  void compare() {
    EXPECT_EQ(real_woken_, naive_woken_);
    granted_later += real_woken_.size();
    real_woken_.clear();
    naive_woken_.clear();
    for (std::uint32_t space = 0; space <= index_spaces; ++space)
      for (std::uint32_t item = 0; item < (space == table_space ? 1 : world_.items); ++item)
        EXPECT_EQ(text(real_.queue_of({space, item})), text(naive_.queue_of({space, item})));
    std::size_t all = 0;
    for (Trx trx = 0; trx < trxs; ++trx) {
      compare(trx);
      all += real_.locks_of(trx).size();
    }
    EXPECT_EQ(real_.size(), all);
  }

  void compare(Trx trx) {
    EXPECT_EQ(text(real_.locks_of(trx)), text(naive_.locks_of(trx)));
    EXPECT_EQ(real_.lock_count(trx), real_.locks_of(trx).size());
    EXPECT_EQ(real_.lock_structs(trx), naive_.structs(trx)) << "structs of " << trx;
    EXPECT_EQ(real_.waiting(trx), naive_.waiting(trx));
    EXPECT_EQ(real_.blocker_of(trx), naive_.blocker_of(trx)) << "edge of " << trx;
    EXPECT_EQ(real_.schedule_weight(trx), naive_.schedule_weight(trx)) << "weight of " << trx;
    std::uint32_t waiters = 0;
    for (Trx other = 0; other < trxs; ++other) waiters += naive_.blocker_of(other) == trx ? 1 : 0;
    EXPECT_EQ(real_.waiters_of(trx), waiters);
    if (!real_.waiting(trx)) return;
    const auto way = real_.in_the_way_of(trx);
    const auto edges = std::count_if(way.begin(), way.end(), [](const InTheWay& one) { return one.is_edge; });
    EXPECT_EQ(edges, 1) << trx << " waits for nobody";
  }

 public:
  std::size_t deadlocks = 0;
  std::size_t granted_later = 0;

 private:
  World world_;
  std::mt19937_64 chance_;
  std::vector<std::uint64_t> undo_;
  LockTable real_;
  NaiveLocks naive_;
  std::vector<Woken> real_woken_;
  std::vector<Woken> naive_woken_;
  std::ostringstream said_;
};

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : std::strtoull(value, nullptr, 10);
}

void play(const World& world) {
  const std::uint64_t one = from_environment("GRIDLOCK_LOCK_SEED", 0);
  const std::uint64_t seeds = from_environment("GRIDLOCK_LOCK_SEEDS", 30);
  std::size_t deadlocks = 0;
  std::size_t granted_later = 0;
  for (std::uint64_t seed = one == 0 ? 1 : one; seed <= (one == 0 ? seeds : one); ++seed) {
    Pair pair(seed, world);
    std::string history;
    for (int step = 0; step < steps; ++step) {
      history += pair.step() + "\n";
      if (testing::Test::HasFailure()) FAIL() << "GRIDLOCK_LOCK_SEED=" << seed << "\n" << history;
    }
    deadlocks += pair.deadlocks;
    granted_later += pair.granted_later;
  }
  if (one != 0) return;
  EXPECT_GT(deadlocks, seeds) << "the fuzz must reach deadlocks to mean anything";
  EXPECT_GT(granted_later, 10 * seeds);
}

TEST(LockFuzz, TheTableAgreesWithTheNaiveOne) { play({}); }

TEST(LockFuzz, AlsoOnOneCrowdedPageWhereRecordsGoAway) {
  play({.items = 4, .record_modes = {innodb::S_record, innodb::X_record}, .removals = 8});
}

}  // namespace
}  // namespace gridlock::reference
