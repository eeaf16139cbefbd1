// RocksDB's pessimistic transactions under the loads of lock_table_bench.cpp, in a database in a temporary folder.
#include <benchmark/benchmark.h>
#include <rocksdb/db.h>
#include <rocksdb/utilities/transaction.h>
#include <rocksdb/utilities/transaction_db.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "bench_keys.h"

namespace gridlock::bench {
namespace {

using rocksdb::ReadOptions;
using rocksdb::Slice;
using rocksdb::Status;
using rocksdb::Transaction;
using rocksdb::TransactionDB;
using rocksdb::TransactionOptions;
using rocksdb::WriteOptions;

void must(const Status& status, const char* what) {
  if (status.ok()) return;
  std::fprintf(stderr, "RocksDB: %s: %s\n", what, status.ToString().c_str());
  std::abort();
}

Slice slice(const std::uint32_t& key) { return {reinterpret_cast<const char*>(&key), sizeof key}; }

class Database {
 public:
  Database() {
    std::string folder = (std::filesystem::temp_directory_path() / "gridlock-bench-XXXXXX").string();
    if (mkdtemp(folder.data()) == nullptr) std::abort();
    folder_ = folder;
    rocksdb::Options options;
    options.create_if_missing = true;
    rocksdb::TransactionDBOptions locking;
    locking.max_num_locks = -1;
    locking.transaction_lock_timeout = -1;
    locking.default_lock_timeout = -1;
    TransactionDB* opened = nullptr;
    must(TransactionDB::Open(options, locking, folder_.string(), &opened), "open");
    database_.reset(opened);
  }
  ~Database() {
    database_.reset();
    std::filesystem::remove_all(folder_);
  }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// `detect_depth` is how long a chain is searched, and how much memory each search takes; 0 searches none.
  std::unique_ptr<Transaction> begin(std::uint32_t detect_depth = 0) {
    TransactionOptions options;
    options.deadlock_detect = detect_depth != 0;
    options.deadlock_detect_depth = detect_depth;
    return std::unique_ptr<Transaction>(database_->BeginTransaction(WriteOptions(), options));
  }
  void begin_again(std::unique_ptr<Transaction>& transaction) {
    database_->BeginTransaction(WriteOptions(), TransactionOptions(), transaction.get());
  }

 private:
  std::filesystem::path folder_;
  std::unique_ptr<TransactionDB> database_;
};

Status lock(Transaction& transaction, const std::uint32_t& key, bool validate) {
  return transaction.GetForUpdate(ReadOptions(), slice(key), static_cast<std::string*>(nullptr), true, validate);
}

void uncontended(benchmark::State& state, bool validate) {
  Database database;
  TransactionKeys keys;
  auto transaction = database.begin();
  for (auto _ : state) {
    const std::uint32_t* key = keys.next();
    for (std::size_t i = 0; i < locks_per_transaction; ++i) must(lock(*transaction, key[i], validate), "lock");
    must(transaction->Rollback(), "rollback");
    database.begin_again(transaction);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(locks_per_transaction));
}

void uncontended_rocksdb_lock_only(benchmark::State& state) { uncontended(state, false); }
void uncontended_rocksdb_get_for_update(benchmark::State& state) { uncontended(state, true); }

void hold_million_rocksdb(benchmark::State& state) {
  Database database;
  for (auto _ : state) {
    auto transaction = database.begin();
    for (const std::uint32_t& key : shuffled_keys()) must(lock(*transaction, key, false), "lock");
    must(transaction->Rollback(), "rollback");
  }
  state.SetItemsProcessed(state.iterations() * std::int64_t{key_count});
}

// As close_cycle_bdb: a sleeping thread per waiter.
void close_cycle_rocksdb(benchmark::State& state) {
  const auto waiters = static_cast<std::uint32_t>(state.range(0));
  Database database;
  std::vector<std::uint32_t> keys(waiters + 1);
  std::vector<std::unique_ptr<Transaction>> transactions;
  for (std::uint32_t i = 0; i <= waiters; ++i) {
    keys[i] = i;
    transactions.push_back(database.begin(waiters + 2));
    must(lock(*transactions[i], keys[i], false), "lock");
  }
  std::vector<std::thread> threads;
  for (std::uint32_t i = 0; i < waiters; ++i)
    threads.emplace_back([&, i] {
      must(lock(*transactions[i], keys[i + 1], false), "waiting");
      must(transactions[i]->Rollback(), "rollback");
    });
  for (std::uint32_t i = 0; i < waiters; ++i)
    while (transactions[i]->GetWaitingTxns(nullptr, nullptr).empty())
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
  for (auto _ : state) {
    if (!lock(*transactions[waiters], keys[0], false).IsDeadlock()) {
      state.SkipWithError("the closing request was not refused");
      break;
    }
  }
  must(transactions[waiters]->Rollback(), "rollback");
  for (std::thread& thread : threads) thread.join();
}

BENCHMARK(uncontended_rocksdb_lock_only);
BENCHMARK(uncontended_rocksdb_get_for_update);
BENCHMARK(hold_million_rocksdb)->Unit(benchmark::kMillisecond);
BENCHMARK(close_cycle_rocksdb)->Arg(10)->Arg(100)->Arg(1000);

}  // namespace
}  // namespace gridlock::bench
