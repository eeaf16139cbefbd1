// gridlock's lock table: the loads of lock_bdb_bench.cpp and lock_rocksdb_bench.cpp, and one that only it can play.
#include <benchmark/benchmark.h>

#include <array>
#include <span>

#include "bench_keys.h"
#include "drivers/reference/deadlock_detector.h"
#include "drivers/reference/lock_table.h"

namespace gridlock::bench {
namespace {

using namespace gridlock::reference;

constexpr std::uint32_t index_space = 1;

Request exclusive(Trx trx, std::uint32_t key) {
  return {.trx = trx, .on = {index_space, key}, .mode = innodb::X_record, .page = key / keys_per_page};
}

void uncontended_gridlock(benchmark::State& state) {
  LockTable table;
  TransactionKeys keys;
  std::vector<Woken> woken;
  for (auto _ : state) {
    const std::uint32_t* key = keys.next();
    for (std::size_t i = 0; i < locks_per_transaction; ++i)
      benchmark::DoNotOptimize(table.request(exclusive(0, key[i])));
    table.release_all(0, woken);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(locks_per_transaction));
}

// As the reference engine asks: a table lock and next-key locks of two indexes beside the record locks.
void uncontended_gridlock_mixed(benchmark::State& state) {
  LockTable table;
  TransactionKeys keys;
  std::vector<Woken> woken;
  for (auto _ : state) {
    const std::uint32_t* key = keys.next();
    table.request({.trx = 0, .on = {0, 0}, .mode = innodb::IX});
    for (std::size_t i = 1; i < locks_per_transaction; i += 3) {
      table.request({.trx = 0, .on = {2, key[i]}, .mode = innodb::X_next_key, .page = key[i] / keys_per_page});
      table.request(exclusive(0, key[i + 1]));
      table.request({.trx = 0, .on = {2, key[i + 2]}, .mode = innodb::S_gap, .page = key[i + 2] / keys_per_page});
    }
    table.release_all(0, woken);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(locks_per_transaction));
}

// The table grows in the first round; the peers' environments live through all rounds as well.
void hold_million_gridlock(benchmark::State& state) {
  double bytes = 0;
  LockTable table;
  std::vector<Woken> woken;
  for (auto _ : state) {
    for (const std::uint32_t key : shuffled_keys()) benchmark::DoNotOptimize(table.request(exclusive(0, key)));
    bytes = static_cast<double>(table.bytes());
    table.release_all(0, woken);
  }
  state.SetItemsProcessed(state.iterations() * std::int64_t{key_count});
  state.counters["bytes_per_lock"] = bytes / key_count;
}

// Each round starts with an empty table, so this counts the memory it asks the system for.
void hold_million_from_nothing_gridlock(benchmark::State& state) {
  for (auto _ : state) {
    LockTable table;
    std::vector<Woken> woken;
    for (const std::uint32_t key : shuffled_keys()) benchmark::DoNotOptimize(table.request(exclusive(0, key)));
    table.release_all(0, woken);
  }
  state.SetItemsProcessed(state.iterations() * std::int64_t{key_count});
}

// Transaction i holds key i and waits for i + 1; the last one asks for the first key and is refused.
void close_cycle_gridlock(benchmark::State& state) {
  const auto waiters = static_cast<Trx>(state.range(0));
  LockTable table;
  std::vector<Woken> woken;
  DeadlockCycle cycle;
  for (Trx trx = 0; trx <= waiters; ++trx) table.request(exclusive(trx, trx + 1));
  for (Trx trx = 0; trx < waiters; ++trx) table.request(exclusive(trx, trx + 2));
  while (next_deadlock(table, {}, cycle)) state.SkipWithError("a cycle too early");
  for (auto _ : state) {
    table.request(exclusive(waiters, 1));
    if (!next_deadlock(table, {}, cycle) || cycle.victim != waiters) state.SkipWithError("not refused");
    table.cancel_wait(waiters, woken);
  }
}

/// Eight sessions, each locking four of sixteen keys in random order; who waits stands still, a victim starts again.
class HotSessions {
 public:
  static constexpr Trx sessions = 8;
  static constexpr std::size_t locks = 4;
  static constexpr std::uint32_t hot_keys = 16;

  /// Plays until `count` more transactions have ended.
  void play(std::uint64_t count) {
    for (const std::uint64_t goal = committed + count; committed < goal;)
      for (Trx session = 0; session < sessions; ++session)
        if (!table_.waiting(session)) step(session);
  }

  std::uint64_t committed = 0;
  std::uint64_t deadlocks = 0;
  std::uint64_t waits = 0;

 private:
  void step(Trx session) {
    std::size_t& done = held_[session];
    if (done == locks) {
      ++committed;
      end(session);
      return;
    }
    ++done;
    const std::uint32_t key = 1 + static_cast<std::uint32_t>(chance_() % hot_keys);
    if (table_.request(exclusive(session, key)).what != Answer::What::waiting) return;
    ++waits;
    while (next_deadlock(table_, {}, cycle_)) {
      ++deadlocks;
      end(cycle_.victim);
    }
  }

  void end(Trx session) {
    held_[session] = 0;
    woken_.clear();
    table_.release_all(session, woken_);
  }

  LockTable table_;
  std::array<std::size_t, sessions> held_{};
  std::minstd_rand chance_{42};
  std::vector<Woken> woken_;
  DeadlockCycle cycle_;
};

void hot_sessions_gridlock(benchmark::State& state) {
  HotSessions hot;
  constexpr std::uint64_t batch = 100;
  for (auto _ : state) hot.play(batch);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(batch));
  state.counters["deadlocks_per_commit"] = static_cast<double>(hot.deadlocks) / static_cast<double>(hot.committed);
  state.counters["waits_per_commit"] = static_cast<double>(hot.waits) / static_cast<double>(hot.committed);
}

void copy_small_state_gridlock(benchmark::State& state) {
  LockTable table;
  for (Trx trx = 0; trx < 4; ++trx) {
    table.request({.trx = trx, .on = {0, 0}, .mode = innodb::IX});
    for (std::uint32_t key = 1; key <= 4; ++key) table.request(exclusive(trx, trx * 4 + key));
  }
  LockTable copy;
  for (auto _ : state) {
    copy = table;
    benchmark::DoNotOptimize(copy);
  }
  state.counters["bytes"] = static_cast<double>(table.bytes());
}

BENCHMARK(uncontended_gridlock);
BENCHMARK(uncontended_gridlock_mixed);
BENCHMARK(hold_million_gridlock)->Unit(benchmark::kMillisecond);
BENCHMARK(hold_million_from_nothing_gridlock)->Unit(benchmark::kMillisecond);
BENCHMARK(close_cycle_gridlock)->Arg(10)->Arg(100)->Arg(1000);
BENCHMARK(hot_sessions_gridlock);
BENCHMARK(copy_small_state_gridlock);

}  // namespace
}  // namespace gridlock::bench
