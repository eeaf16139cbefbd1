#include "workloads/runner/merge.h"

#include <algorithm>
#include <utility>

#include "workloads/runner/checks.h"

namespace gridlock {
namespace {

void merge_types(std::vector<TransactionTimes>& whole, const std::vector<TransactionTimes>& part) {
  for (const TransactionTimes& type : part) {
    const auto known = std::find_if(whole.begin(), whole.end(), [&](const auto& one) { return one.name == type.name; });
    if (known == whole.end()) {
      whole.push_back(type);
      continue;
    }
    known->completed += type.completed;
    known->retried += type.retried;
    known->failed += type.failed;
    known->service.merge(type.service);
    known->response.merge(type.response);
  }
}

void merge_retries(std::vector<RetryCount>& whole, const std::vector<RetryCount>& part) {
  for (const RetryCount& one : part) {
    const auto at =
        std::find_if(whole.begin(), whole.end(), [&](const auto& known) { return known.reason >= one.reason; });
    if (at == whole.end() || at->reason != one.reason) {
      whole.insert(at, one);
      continue;
    }
    at->retried += one.retried;
    at->given_up += one.given_up;
  }
}

void merge_errors(std::vector<ErrorCount>& whole, const std::vector<ErrorCount>& part) {
  for (const ErrorCount& one : part) {
    const auto known =
        std::find_if(whole.begin(), whole.end(), [&](const auto& kind) { return kind.code == one.code; });
    if (known == whole.end())
      whole.push_back(one);
    else
      known->count += one.count;
  }
  std::stable_sort(whole.begin(), whole.end(), [](const auto& a, const auto& b) { return a.count > b.count; });
}

/// Parts that run at one time on one server read one counter: the largest reading is nearest to the truth.
void merge_server_count(std::optional<ServerCount>& whole, const std::optional<ServerCount>& part) {
  if (part && (!whole || part->deadlocks > whole->deadlocks)) whole = part;
}

void merge_notes(std::vector<std::string>& whole, const std::vector<std::string>& part) {
  for (const std::string& note : part)
    if (std::find(whole.begin(), whole.end(), note) == whole.end()) whole.push_back(note);
}

void merge_summary(RunSummary& whole, const RunSummary& part) {
  for (const auto count : {&RunSummary::committed, &RunSummary::rolled_back, &RunSummary::retried, &RunSummary::failed,
                           &RunSummary::deadlocks, &RunSummary::unreported_deadlocks, &RunSummary::lock_timeouts,
                           &RunSummary::serialization_failures, &RunSummary::errors, &RunSummary::not_begun,
                           &RunSummary::warm_up_transactions})
    whole.*count += part.*count;
  whole.duration_s = std::max(whole.duration_s, part.duration_s);
  whole.warm_up_s = std::max(whole.warm_up_s, part.warm_up_s);
  whole.wait_times.merge(part.wait_times);
  whole.waits = percentiles(whole.wait_times);
  merge_types(whole.types, part.types);
  merge_retries(whole.retries, part.retries);
  merge_errors(whole.error_kinds, part.error_kinds);
  whole.backoff_s += part.backoff_s;
  whole.most_attempts = std::max(whole.most_attempts, part.most_attempts);
  whole.stopped = whole.stopped || part.stopped;
  whole.stalled = whole.stalled || part.stalled;
  whole.trace_truncated = whole.trace_truncated || part.trace_truncated;
  merge_server_count(whole.server_count, part.server_count);
  merge_notes(whole.notes, part.notes);
}

}  // namespace

void merge_into(Run& whole, Run part) {
  merge_summary(whole.summary, part.summary);
  whole.problems.insert(whole.problems.end(), part.problems.begin(), part.problems.end());
  for (Check& check : part.checks) {
    const auto same = [&](const Check& known) { return known.what == check.what && known.expected == check.expected; };
    if (std::none_of(whole.checks.begin(), whole.checks.end(), same)) whole.checks.push_back(std::move(check));
  }
}

void judge_counts(Run& whole) {
  for (Check& check : whole.checks) judge_count(whole.summary, check);
}

}  // namespace gridlock
