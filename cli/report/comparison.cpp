#include "cli/report/comparison.h"

#include <algorithm>
#include <map>
#include <set>

namespace gridlock::report {
namespace {

/// Engines that call their locks alike: their locks can be compared word by word.
std::string_view lock_words(const std::string& engine) {
  return engine.starts_with("reference:postgres") || engine.starts_with("postgres") ? "postgres" : "innodb";
}

/// What happened on one engine in one order, by step.
class OrderView {
 public:
  explicit OrderView(const PlayedOrder& order) {
    for (const auto& event : order.events) add(event);
    for (const auto& result : order.results) steps_[result.step].result = result;
    add_blockers(order.trace);
  }

  const ComparedStep* find(const std::string& step) const {
    const auto found = steps_.find(step);
    return found == steps_.end() ? nullptr : &found->second;
  }

  ComparedStep& at(const std::string& step) { return steps_[step]; }

 private:
  void add(const PlayedOrder::StepEvent& event) {
    ComparedStep& step = steps_[event.step];
    if (step.played) {
      step.end = event.outcome;
    } else {
      step.outcome = event.outcome;
    }
    step.played = true;
    if (event.error) step.error = event.error;
  }

  /// The first account of each step's wait.
  void add_blockers(const Trace& trace) {
    for (const Event& event : trace.events) {
      const auto* wait = std::get_if<WaitState>(&event.what);
      if (!wait || wait->blockers.empty()) continue;
      const auto found = steps_.find(wait->step);
      if (found == steps_.end() || !found->second.blocked_by.empty()) continue;
      for (const Blocker& blocker : wait->blockers) {
        if (blocker.session >= trace.sessions.size()) continue;
        const std::string& name = trace.sessions[blocker.session];
        auto& names = found->second.blocked_by;
        if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
      }
      std::sort(found->second.blocked_by.begin(), found->second.blocked_by.end());
    }
  }

  std::map<std::string, ComparedStep> steps_;
};

/// The locks of each step's session that were not there before the step.
void add_locks(const PlayedOrder& order, const std::map<std::string, Report::StoryStep>& story, OrderView& view) {
  std::vector<std::pair<std::string, Lock>> before;
  for (const auto& after : order.locks) {
    const auto step = story.find(after.step);
    if (step != story.end())
      for (const auto& one : after.locks)
        if (one.first == step->second.session && std::find(before.begin(), before.end(), one) == before.end())
          view.at(after.step).took.push_back(one.second);
    before = after.locks;
  }
}

/// A lock in words that compare: two engines may list the same locks in another order.
std::multiset<std::string> words_of(const std::vector<Lock>& locks) {
  std::multiset<std::string> words;
  for (const Lock& lock : locks)
    words.insert(lock.table + "|" + lock.index + "|" + lock.mode + "|" + lock.data + "|" + (lock.waiting ? "w" : ""));
  return words;
}

bool same_results(const ComparedStep& a, const ComparedStep& b) {
  if (!a.result || !b.result) return a.result.has_value() == b.result.has_value();
  if (a.result->affected != b.result->affected || a.result->rows.size() != b.result->rows.size()) return false;
  for (std::size_t row = 0; row < a.result->rows.size(); ++row) {
    const auto &x = a.result->rows[row], &y = b.result->rows[row];
    const auto same = [](const Value& p, const Value& q) { return to_text(p) == to_text(q); };
    if (!std::equal(x.begin(), x.end(), y.begin(), y.end(), same)) return false;
  }
  return true;
}

void judge(const Report& report, ComparedRow& row) {
  const ComparedStep& first = row.on.front();
  for (std::size_t i = 1; i < row.on.size(); ++i) {
    const ComparedStep& other = row.on[i];
    const bool same_way = first.played == other.played && first.outcome == other.outcome && first.end == other.end &&
                          first.error.has_value() == other.error.has_value();
    row.outcomes = row.outcomes || !same_way;
    row.blockers = row.blockers || (same_way && first.blocked_by != other.blocked_by);
    row.results = row.results || (same_way && !same_results(first, other));
    const auto& names = report.runs;
    const bool alike = lock_words(names.front().summary.engine) == lock_words(names[i].summary.engine);
    row.locks = row.locks || (alike && words_of(first.took) != words_of(other.took));
  }
}

/// One order on all engines.
void compare_order(const Report& report, std::size_t number, Comparison& comparison) {
  std::vector<OrderView> views;
  std::vector<std::string> steps;
  for (const Run& run : report.runs) {
    const bool played = number < run.orders.size();
    views.emplace_back(played ? run.orders[number] : PlayedOrder{});
    if (!played) continue;
    add_locks(run.orders[number], report.story, views.back());
    if (steps.empty()) steps = run.orders[number].order;
  }
  for (const std::string& step : steps) {
    ComparedRow row;
    row.order = number;
    row.step = step;
    if (const auto known = report.story.find(step); known != report.story.end()) {
      row.session = known->second.session;
      row.sql = known->second.sql;
    }
    for (const OrderView& view : views) row.on.push_back(view.find(step) ? *view.find(step) : ComparedStep{});
    judge(report, row);
    ++comparison.steps;
    if (row.differs()) comparison.rows.push_back(std::move(row));
  }
}

void add_patterns(const Report& report, Comparison& comparison) {
  std::map<std::string, std::vector<std::uint64_t>> all;
  for (std::size_t i = 0; i < report.patterns.size(); ++i)
    for (const auto& [pattern, count] : report.patterns[i]) {
      auto& counts = all[pattern];
      counts.resize(report.patterns.size());
      counts[i] = count;
    }
  for (auto& [pattern, counts] : all) comparison.patterns.push_back({pattern, std::move(counts)});
  const auto sum = [](const Comparison::Pattern& one) {
    std::uint64_t total = 0;
    for (const std::uint64_t count : one.counts) total += count;
    return total;
  };
  std::stable_sort(comparison.patterns.begin(), comparison.patterns.end(),
                   [&](const auto& a, const auto& b) { return sum(a) > sum(b); });
}

}  // namespace

Comparison compare_runs(const Report& report) {
  Comparison comparison;
  if (report.runs.empty()) return comparison;
  add_patterns(report, comparison);
  std::size_t orders = 0;
  for (const Run& run : report.runs) orders = std::max(orders, run.orders.size());
  for (std::size_t i = 0; i < orders; ++i) compare_order(report, i, comparison);
  return comparison;
}

}  // namespace gridlock::report
