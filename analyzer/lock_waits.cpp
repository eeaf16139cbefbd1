#include "analyzer/lock_waits.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <variant>

namespace gridlock {
namespace {

using Key = std::tuple<std::string, std::string, std::string>;  // table, index, mode

class Waits {
 public:
  void observe(const Event& event) {
    last_ = std::max(last_, event.at);
    if (const auto* state = std::get_if<WaitState>(&event.what)) {
      if (state->blockers.empty()) return end(event.session, event.at);
      begin(event.session, event.at, state->wanted);
    } else if (std::holds_alternative<StatementEnded>(event.what)) {
      end(event.session, event.at);
    }
  }

  std::vector<LockWaitSummary> summary() {
    while (!open_.empty()) end(open_.begin()->first, last_);
    std::vector<LockWaitSummary> out;
    for (const auto& [key, sum] : sums_) {
      const auto& [table, index, mode] = key;
      out.push_back(
          {table, index, mode, sum.count, static_cast<double>(sum.total) / 1e3, static_cast<double>(sum.max) / 1e3});
    }
    sort_lock_waits(out);
    return out;
  }

 private:
  struct Open {
    Time since;
    Lock wanted;
  };
  struct Sum {
    std::uint64_t count = 0;
    std::int64_t total = 0, max = 0;  // microseconds
  };

  /// A statement may wait for one lock after another.
  void begin(SessionId session, Time at, const Lock& wanted) {
    const auto open = open_.find(session);
    if (open != open_.end()) {
      const Lock& before = open->second.wanted;
      const bool same = before.table == wanted.table && before.index == wanted.index && before.mode == wanted.mode &&
                        before.key == wanted.key && before.object == wanted.object && before.data == wanted.data;
      if (same) return;
      end(session, at);
    }
    open_[session] = {at, wanted};
  }

  void end(SessionId session, Time at) {
    const auto open = open_.find(session);
    if (open == open_.end()) return;
    const Lock& wanted = open->second.wanted;
    Sum& sum = sums_[{wanted.table, wanted.index, wanted.mode}];
    const std::int64_t waited = at.micros - open->second.since.micros;
    ++sum.count;
    sum.total += waited;
    sum.max = std::max(sum.max, waited);
    open_.erase(open);
  }

  std::map<SessionId, Open> open_;
  std::map<Key, Sum> sums_;
  Time last_;
};

}  // namespace

std::vector<LockWaitSummary> lock_waits(const Trace& trace) {
  Waits waits;
  for (const Event& event : trace.events) waits.observe(event);
  return waits.summary();
}

void sort_lock_waits(std::vector<LockWaitSummary>& waits) {
  std::stable_sort(waits.begin(), waits.end(), [](const LockWaitSummary& a, const LockWaitSummary& b) {
    if (a.total_ms != b.total_ms) return a.total_ms > b.total_ms;
    return std::tie(a.table, a.index, a.mode) < std::tie(b.table, b.index, b.mode);
  });
}

}  // namespace gridlock
