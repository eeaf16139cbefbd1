#pragma once
/// What a log has told so far, whatever flavour reads it.
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "analyzer/analyzer.h"
#include "analyzer/log_reader.h"

namespace gridlock::logs {

class Telling {
 public:
  Telling(std::string file_name, DeadlockSink& deadlocks) : file(std::move(file_name)), sink(deadlocks) {}

  /// Adds something that was not understood. So many are kept, the rest is counted.
  void problem(std::uint32_t line, std::string message, std::string hint = {});

  /// Adds a wait to the summary's line of its table, index and mode. The same bound.
  void add_wait(const std::string& table, const std::string& index, const std::string& mode, double ms);

  /// Adds waits that were summed up before.
  void add_waits(const LockWaitSummary& waits);

  std::vector<LockWaitSummary> waits() const;

  const std::string file;
  DeadlockSink& sink;
  Ledger ledger;

 private:
  static constexpr std::size_t problems_kept = 1000, waits_kept = 10000;
  std::map<std::tuple<std::string, std::string, std::string>, LockWaitSummary> waits_;
};

}  // namespace gridlock::logs
