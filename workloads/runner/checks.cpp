#include "workloads/runner/checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

namespace gridlock {
namespace {

constexpr const char* deadlocks_check = "deadlocks";

std::string words(const std::vector<Outcome>& outcomes) {
  std::string text;
  for (const Outcome outcome : outcomes) text += fmt::format("{}{}", text.empty() ? "" : ", ", to_string(outcome));
  return text.empty() ? "nothing" : text;
}

std::string expected_text(const Bounds& bounds) {
  if (bounds.exactly) return fmt::format("{}", *bounds.exactly);
  if (bounds.at_least && bounds.at_most) return fmt::format("{} to {}", *bounds.at_least, *bounds.at_most);
  return bounds.at_least ? fmt::format("at least {}", *bounds.at_least) : fmt::format("at most {}", *bounds.at_most);
}

void check_count(const Bounds& bounds, const char* what, std::uint64_t got, std::vector<Check>& checks) {
  if (!bounds.exactly && !bounds.at_least && !bounds.at_most) return;
  const auto count = static_cast<std::int64_t>(got);
  const bool holds = count == bounds.exactly.value_or(count) && count >= bounds.at_least.value_or(count) &&
                     count <= bounds.at_most.value_or(count);
  checks.push_back({bounds.where, what, expected_text(bounds), fmt::format("{}", got), holds, true});
}

std::optional<std::int64_t> number_of(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

/// The inverse of `expected_text`; of other text nothing.
Bounds bounds_of(std::string_view text) {
  constexpr std::string_view least = "at least ", most = "at most ", between = " to ";
  Bounds bounds;
  if (text.starts_with(least)) {
    bounds.at_least = number_of(text.substr(least.size()));
  } else if (text.starts_with(most)) {
    bounds.at_most = number_of(text.substr(most.size()));
  } else if (const std::size_t middle = text.find(between); middle != std::string_view::npos) {
    bounds.at_least = number_of(text.substr(0, middle));
    bounds.at_most = number_of(text.substr(middle + between.size()));
  } else {
    bounds.exactly = number_of(text);
  }
  return bounds;
}

/// A count that a workload may have expectations about.
struct Counted {
  const char* what;
  Bounds Expectation::*expected;
  std::uint64_t (*got)(const RunSummary&);
};

constexpr std::array counted_things{
    Counted{deadlocks_check, &Expectation::deadlocks,
            [](const RunSummary& summary) { return summary.deadlocks + summary.unreported_deadlocks; }},
    Counted{"lock timeouts", &Expectation::lock_timeouts,
            [](const RunSummary& summary) { return summary.lock_timeouts; }},
    Counted{"serialization failures", &Expectation::serialization_failures,
            [](const RunSummary& summary) { return summary.serialization_failures; }},
    Counted{"committed", &Expectation::committed, [](const RunSummary& summary) { return summary.committed; }},
    Counted{"failed", &Expectation::failed, [](const RunSummary& summary) { return summary.failed; }},
};

/// Whether the expected outcomes occur in this order; others may stand between.
bool occur(const std::vector<Outcome>& expected, const std::vector<Outcome>& got) {
  auto at = got.begin();
  for (const Outcome outcome : expected) {
    at = std::find(at, got.end(), outcome);
    if (at == got.end()) return false;
    ++at;
  }
  return true;
}

void check_outcomes(const Workload& workload, const PlayedOrder& order, const std::string& suffix,
                    std::vector<Check>& checks) {
  for (const auto& [step, expected] : workload.expect.outcomes) {
    std::vector<Outcome> got;
    for (const auto& event : order.events)
      if (event.step == step) got.push_back(event.outcome);
    checks.push_back({expected.where, fmt::format("outcome of {}{}", step, suffix), words(expected.outcomes),
                      words(got), occur(expected.outcomes, got)});
  }
}

/// Numbers by value, also when one of them came as text; anything else by its text.
std::strong_ordering compare_results(const Value& a, const Value& b) {
  const auto number = [](const Value& value) -> Value {
    const auto* text = std::get_if<std::string>(&value);
    return text ? parse_number(*text).value_or(value) : value;
  };
  const Value x = number(a), y = number(b);
  const bool texts = std::holds_alternative<std::string>(x) || std::holds_alternative<std::string>(y);
  return texts ? to_text(a) <=> to_text(b) : compare(x, y);
}

bool holds(const Invariant& invariant, const Value& got) {
  if (invariant.equals && compare_results(got, *invariant.equals) != 0) return false;
  if (is_null(got) && (invariant.at_least || invariant.at_most)) return false;
  if (invariant.at_least && compare_results(got, *invariant.at_least) < 0) return false;
  return !invariant.at_most || compare_results(got, *invariant.at_most) <= 0;
}

std::string expected_text(const Invariant& invariant) {
  if (invariant.equals) return to_text(*invariant.equals);
  if (!invariant.at_least) return fmt::format("at most {}", to_text(*invariant.at_most));
  if (!invariant.at_most) return fmt::format("at least {}", to_text(*invariant.at_least));
  return fmt::format("{} to {}", to_text(*invariant.at_least), to_text(*invariant.at_most));
}

}  // namespace

void check_order(const Workload& workload, const PlayedOrder& order, std::size_t number, Driver* driver,
                 std::vector<Check>& checks) {
  const bool several = std::get<Story>(workload.play).orders.size() > 1;
  const std::string suffix = several ? fmt::format(" in order {}", number + 1) : "";
  check_outcomes(workload, order, suffix, checks);
  check_invariants(workload, suffix, driver, checks);
}

void check_invariants(const Workload& workload, const std::string& where, Driver* driver, std::vector<Check>& checks) {
  for (const auto& invariant : workload.expect.invariants) {
    Check check{invariant.where, invariant.query + where, expected_text(invariant), not_asked, false, true};
    if (driver) {
      const auto rows = driver->query(invariant.query);
      const bool found = !rows.empty() && !rows.front().empty();
      check.got = found ? to_text(rows.front().front()) : "no row";
      check.holds = found && holds(invariant, rows.front().front());
    }
    checks.push_back(std::move(check));
  }
}

void check_counts(const Workload& workload, const RunSummary& summary, std::vector<Check>& checks) {
  for (const Counted& one : counted_things)
    check_count(workload.expect.*one.expected, one.what, one.got(summary), checks);
}

void judge_count(const RunSummary& summary, Check& check) {
  for (const Counted& one : counted_things) {
    if (check.what != one.what) continue;
    std::vector<Check> again;
    Bounds bounds = bounds_of(check.expected);
    bounds.where = check.where;
    check_count(bounds, one.what, one.got(summary), again);
    if (!again.empty()) check = std::move(again.front());
  }
}

void count_unreported(const Workload& workload, std::uint64_t unreported, Run& run) {
  run.summary.unreported_deadlocks = unreported;
  for (Check& check : run.checks) {
    if (check.what != deadlocks_check || check.where != workload.expect.deadlocks.where) continue;
    std::vector<Check> again;
    check_count(workload.expect.deadlocks, deadlocks_check, run.summary.deadlocks + unreported, again);
    again.front().judged = check.judged;
    check = std::move(again.front());
  }
}

}  // namespace gridlock
