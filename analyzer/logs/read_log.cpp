#include <algorithm>
#include <cstring>
#include <utility>

#include "analyzer/log_reader.h"
#include "analyzer/logs/unwrap.h"

namespace gridlock {
namespace {

/// Keeps every deadlock.
class Collector : public DeadlockSink {
 public:
  std::size_t found(Deadlock deadlock) override {
    deadlocks.push_back(std::move(deadlock));
    return deadlocks.size() - 1;
  }
  void again(std::size_t, const std::string&) override {}
  bool folds() const override { return false; }

  std::vector<Deadlock> deadlocks;
};

ReadLog read(std::string_view text, const std::string& file) {
  Collector collector;
  LogReader reader(file, collector);
  while (!text.empty()) {
    const auto room = reader.room();
    const std::size_t taken = std::min(room.size(), text.size());
    std::memcpy(room.data(), text.data(), taken);
    reader.took(taken);
    text.remove_prefix(taken);
  }
  ReadLog log = reader.finish();
  log.deadlocks = std::move(collector.deadlocks);
  return log;
}

}  // namespace

ReadLog read_log(std::string_view text, const std::string& file) { return read(text, file); }

}  // namespace gridlock
