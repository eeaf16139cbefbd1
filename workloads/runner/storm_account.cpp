#include "workloads/runner/storm_account.h"

#include <algorithm>
#include <utility>

#include "workloads/runner/error_counts.h"

namespace gridlock {
namespace {

double seconds(std::int64_t micros) { return static_cast<double>(micros) / 1e6; }

}  // namespace

StormAccount::StormAccount(const Storm& storm, RunSummary& summary) : summary_(summary) {
  for (const auto& type : storm.transactions) {
    summary_.types.emplace_back();
    summary_.types.back().name = type.name;
  }
}

void StormAccount::statement_failed(Outcome outcome, const std::optional<ServerError>& error, const std::string& step) {
  if (outcome == Outcome::deadlock) ++summary_.deadlocks;
  if (outcome == Outcome::lock_timeout) ++summary_.lock_timeouts;
  if (outcome == Outcome::serialization_failure) ++summary_.serialization_failures;
  if (outcome != Outcome::error) return;
  ++summary_.errors;
  count_error(error, step, summary_);
}

void StormAccount::completed(std::size_t type, Time service, std::optional<Time> response, int attempts) {
  TransactionTimes& times = summary_.types[type];
  ++times.completed;
  times.service.add(std::max<std::int64_t>(0, service.micros));
  if (response) times.response.add(std::max<std::int64_t>(0, response->micros));
  summary_.most_attempts = std::max(summary_.most_attempts, attempts);
}

RetryCount& StormAccount::reason(Outcome outcome) {
  auto& retries = summary_.retries;
  const auto at = std::find_if(retries.begin(), retries.end(), [&](const auto& one) { return one.reason >= outcome; });
  if (at != retries.end() && at->reason == outcome) return *at;
  return *retries.insert(at, {outcome, 0, 0});
}

void StormAccount::retried(std::size_t type, Outcome why, Time backoff) {
  ++summary_.retried;
  ++summary_.types[type].retried;
  ++reason(why).retried;
  backoff_micros_ += std::max<std::int64_t>(0, backoff.micros);
}

void StormAccount::given_up(std::size_t type, Outcome why, int attempts) {
  ++summary_.failed;
  ++summary_.types[type].failed;
  ++reason(why).given_up;
  summary_.most_attempts = std::max(summary_.most_attempts, attempts);
}

void StormAccount::begin_measuring(Time warm_up) {
  summary_.warm_up_s = seconds(warm_up.micros);
  for (auto& type : summary_.types) {
    summary_.warm_up_transactions += type.completed + type.failed;
    type = {std::move(type.name), 0, 0, 0, {}, {}};
  }
  summary_.committed = summary_.rolled_back = summary_.retried = summary_.failed = summary_.not_begun = 0;
  summary_.retries.clear();
  summary_.most_attempts = 0;
  backoff_micros_ = 0;
  waits_.begin_measuring();
}

void StormAccount::close(Time measured) {
  summary_.duration_s = seconds(measured.micros);
  summary_.backoff_s = seconds(backoff_micros_);
  summary_.wait_times = waits_.times();
}

}  // namespace gridlock
