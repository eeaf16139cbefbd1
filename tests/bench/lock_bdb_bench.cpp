// Berkeley DB's lock manager under the loads of lock_table_bench.cpp: a private environment in memory with locking
// only.
#include <benchmark/benchmark.h>
#include <db.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <thread>
#include <vector>

#include "bench_keys.h"

namespace gridlock::bench {
namespace {

void must(int code, const char* what) {
  if (code == 0) return;
  std::fprintf(stderr, "Berkeley DB: %s: %s\n", what, db_strerror(code));
  std::abort();
}

/// Closed with its last user; the page and cache sizes are the library's, the lock tables fit a million locks.
class Locks {
 public:
  explicit Locks(std::uint32_t detect = DB_LOCK_NORUN) {
    must(db_env_create(&env_, 0), "db_env_create");
    const std::uint32_t room = key_count + key_count / 4;
    must(env_->set_lk_max_locks(env_, room), "set_lk_max_locks");
    must(env_->set_lk_max_objects(env_, room), "set_lk_max_objects");
    must(env_->set_lk_max_lockers(env_, 4096), "set_lk_max_lockers");
    if (detect != DB_LOCK_NORUN) must(env_->set_lk_detect(env_, detect), "set_lk_detect");
    must(env_->open(env_, nullptr, DB_CREATE | DB_INIT_LOCK | DB_PRIVATE | DB_THREAD, 0), "open");
  }
  ~Locks() { env_->close(env_, 0); }
  Locks(const Locks&) = delete;
  Locks& operator=(const Locks&) = delete;

  DB_ENV* operator->() const { return env_; }
  std::uint32_t locker() const {
    std::uint32_t id = 0;
    must(env_->lock_id(env_, &id), "lock_id");
    return id;
  }
  /// Takes the key exclusively. `key` must live until the lock is let go.
  int get(std::uint32_t locker, const std::uint32_t& key, DB_LOCK& lock) const {
    DBT object = object_of(key);
    return env_->lock_get(env_, locker, 0, &object, DB_LOCK_WRITE, &lock);
  }
  void put_all(std::uint32_t locker) const {
    DB_LOCKREQ all{};
    all.op = DB_LOCK_PUT_ALL;
    must(env_->lock_vec(env_, locker, 0, &all, 1, nullptr), "lock_vec");
  }
  static DBT object_of(const std::uint32_t& key) {
    DBT object{};
    object.data = const_cast<std::uint32_t*>(&key);
    object.size = sizeof key;
    return object;
  }
  DB_ENV* raw() const { return env_; }

 private:
  DB_ENV* env_ = nullptr;
};

void uncontended_bdb_get_put(benchmark::State& state) {
  const Locks locks;
  const std::uint32_t locker = locks.locker();
  TransactionKeys keys;
  DB_LOCK held[locks_per_transaction];
  for (auto _ : state) {
    const std::uint32_t* key = keys.next();
    for (std::size_t i = 0; i < locks_per_transaction; ++i) must(locks.get(locker, key[i], held[i]), "lock_get");
    for (DB_LOCK& lock : held) must(locks->lock_put(locks.raw(), &lock), "lock_put");
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(locks_per_transaction));
}

void uncontended_bdb_put_all(benchmark::State& state) {
  const Locks locks;
  const std::uint32_t locker = locks.locker();
  TransactionKeys keys;
  for (auto _ : state) {
    const std::uint32_t* key = keys.next();
    DB_LOCK lock;
    for (std::size_t i = 0; i < locks_per_transaction; ++i) must(locks.get(locker, key[i], lock), "lock_get");
    locks.put_all(locker);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(locks_per_transaction));
}

// One call for the whole transaction.
void uncontended_bdb_vec(benchmark::State& state) {
  const Locks locks;
  const std::uint32_t locker = locks.locker();
  TransactionKeys keys;
  DB_LOCKREQ requests[locks_per_transaction + 1]{};
  DBT objects[locks_per_transaction];
  for (auto _ : state) {
    const std::uint32_t* key = keys.next();
    for (std::size_t i = 0; i < locks_per_transaction; ++i) {
      objects[i] = Locks::object_of(key[i]);
      requests[i].op = DB_LOCK_GET;
      requests[i].mode = DB_LOCK_WRITE;
      requests[i].obj = &objects[i];
    }
    requests[locks_per_transaction].op = DB_LOCK_PUT_ALL;
    must(locks->lock_vec(locks.raw(), locker, 0, requests, locks_per_transaction + 1, nullptr), "lock_vec");
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(locks_per_transaction));
}

void hold_million_bdb(benchmark::State& state) {
  const Locks locks;
  for (auto _ : state) {
    const std::uint32_t locker = locks.locker();
    DB_LOCK lock;
    for (const std::uint32_t& key : shuffled_keys()) must(locks.get(locker, key, lock), "lock_get");
    locks.put_all(locker);
  }
  state.SetItemsProcessed(state.iterations() * std::int64_t{key_count});
}

// Thread i holds key i and waits for i + 1; this one holds the last and is refused the first. Berkeley DB blocks
// threads, so there is one per waiter, all asleep while this one asks.
void close_cycle_bdb(benchmark::State& state) {
  const auto waiters = static_cast<std::uint32_t>(state.range(0));
  const Locks locks(DB_LOCK_YOUNGEST);
  std::vector<std::uint32_t> keys(waiters + 1);
  for (std::uint32_t i = 0; i <= waiters; ++i) keys[i] = i;
  std::vector<std::uint32_t> lockers(waiters + 1);
  std::vector<DB_LOCK> held(waiters + 1);
  for (std::uint32_t i = 0; i <= waiters; ++i) {
    lockers[i] = locks.locker();
    must(locks.get(lockers[i], keys[i], held[i]), "lock_get");
  }
  std::vector<std::thread> threads;
  for (std::uint32_t i = 0; i < waiters; ++i)
    threads.emplace_back([&, i] {
      DB_LOCK lock;
      if (locks.get(lockers[i], keys[i + 1], lock) == 0) locks.put_all(lockers[i]);
    });
  for (DB_LOCK_STAT* stat = nullptr;; std::this_thread::sleep_for(std::chrono::milliseconds(1))) {
    must(locks->lock_stat(locks.raw(), &stat, 0), "lock_stat");
    const bool all_asleep = stat->st_lock_wait >= waiters;
    std::free(stat);
    if (all_asleep) break;
  }
  for (auto _ : state) {
    DB_LOCK lock;
    if (locks.get(lockers[waiters], keys[0], lock) != DB_LOCK_DEADLOCK) {
      state.SkipWithError("the closing request was not refused");
      break;
    }
  }
  locks.put_all(lockers[waiters]);
  for (std::thread& thread : threads) thread.join();
}

BENCHMARK(uncontended_bdb_get_put);
BENCHMARK(uncontended_bdb_put_all);
BENCHMARK(uncontended_bdb_vec);
BENCHMARK(hold_million_bdb)->Unit(benchmark::kMillisecond);
BENCHMARK(close_cycle_bdb)->Arg(10)->Arg(100)->Arg(1000);

}  // namespace
}  // namespace gridlock::bench
