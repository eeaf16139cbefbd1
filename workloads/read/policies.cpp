// Retry policy and expectations.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "workloads/read/scalars.h"
#include "workloads/read/sections.h"
#include "workloads/read/statements.h"

namespace gridlock::read {
namespace {

const std::vector<Outcome>& retryable() {
  static const std::vector<Outcome> outcomes{Outcome::deadlock, Outcome::lock_timeout, Outcome::serialization_failure};
  return outcomes;
}

/// One item, or the items of a list.
std::vector<const yaml::Node*> one_or_more(const yaml::Node& node) {
  if (!node.is_list()) return {&node};
  std::vector<const yaml::Node*> items;
  for (const auto& item : node.items) items.push_back(item.get());
  return items;
}

Backoff::Jitter jitter(Reader& reader, const yaml::Node& node) {
  using enum Backoff::Jitter;
  static const std::vector<std::string> words{"none", "full", "equal"};
  const auto word = text(reader, node, "`jitter`");
  if (word == "none" || word == "full" || word == "equal") return word == "none" ? none : word == "full" ? full : equal;
  if (word) reader.problem(node, fmt::format("unknown jitter `{}`", *word), suggestion(*word, words, "it is one of "));
  return none;
}

Backoff backoff(Reader& reader, const yaml::Node& node) {
  Backoff result;
  if (!node.is_map()) {
    result.first = duration(reader, node, "`backoff`").value_or(result.first);
    return result;
  }
  Fields fields(reader, node, "`backoff`");
  if (const auto* first = fields.find("first"))
    result.first = duration(reader, *first, "`first`").value_or(result.first);
  if (const auto* max = fields.find("max")) result.max = duration(reader, *max, "`max`").value_or(result.max);
  if (const auto* kind = fields.find("jitter")) result.jitter = jitter(reader, *kind);
  if (const auto* factor = fields.find("factor")) {
    result.factor = number(reader, *factor, "`factor`").value_or(result.factor);
    if (result.factor < 1) reader.problem(*factor, "`factor` is 1 or more", "2 doubles the pause each time");
  }
  fields.done();
  return result;
}

Bounds bounds(Reader& reader, const yaml::Node& node, const std::string& what) {
  Bounds result;
  result.where = reader.where(node);
  if (!node.is_map()) {
    result.exactly = whole_number(reader, node, what, 0);
    return result;
  }
  Fields fields(reader, node, what);
  const auto read = [&](const char* key) -> std::optional<std::int64_t> {
    const auto* found = fields.find(key);
    return found ? whole_number(reader, *found, fmt::format("`{}`", key), 0) : std::nullopt;
  };
  result.exactly = read("exactly");
  result.at_least = read("at_least");
  result.at_most = read("at_most");
  if (fields.done() && node.entries.empty())
    reader.problem(node, fmt::format("{} expects nothing", what), "write `0` or `{at_least: 1}`");
  if (result.at_least && result.at_most && *result.at_least > *result.at_most)
    reader.problem(node, "`at_least` is above `at_most`", "no count can be both");
  return result;
}

Invariant invariant(Reader& reader, const yaml::Node& node) {
  Invariant result;
  result.where = reader.where(node);
  Fields fields(reader, node, "an invariant");
  if (const auto* query = fields.require("query", "write `{query: SELECT ..., equals: 0}`")) {
    result.query = query->text;
    result.where = reader.where(*query);
    if (const auto prepared = statement(reader, *query, "any")) check_parameters(reader, *query, *prepared, {});
  }
  const auto read = [&](const char* key) -> std::optional<Value> {
    const auto* found = fields.find(key);
    return found ? value(reader, *found, fmt::format("`{}`", key)) : std::nullopt;
  };
  result.equals = read("equals");
  result.at_least = read("at_least");
  result.at_most = read("at_most");
  if (fields.done() && !result.equals && !result.at_least && !result.at_most)
    reader.problem(node, "this invariant says nothing of the query's result", "add `equals`, `at_least` or `at_most`");
  return result;
}

void invariants(Reader& reader, const yaml::Node& node, Expectation& result) {
  if (!node.is_list())
    return reader.problem(node, fmt::format("`invariants` is a list, but this is {}", describe(node)),
                          "write `- {query: SELECT ..., equals: 0}`");
  for (const auto& item : node.items) result.invariants.push_back(invariant(reader, *item));
}

void outcomes(Reader& reader, const yaml::Node& node, const std::vector<std::string>& steps, Expectation& result) {
  using enum Outcome;
  static const std::vector<Outcome> allowed{done, waits, deadlock, lock_timeout, serialization_failure, error, skipped};
  if (!node.is_map())
    return reader.problem(node, fmt::format("`outcomes` is a map of step names, but this is {}", describe(node)),
                          "write `outcomes: {b3: deadlock, a3: [waits, done]}`");
  for (const auto& [step, words] : node.entries) {
    if (std::find(steps.begin(), steps.end(), step->text) == steps.end())
      reader.problem(
          *step, fmt::format("no step is named `{}`", step->text),
          steps.empty() ? "only a story's steps have names" : suggestion(step->text, steps, "the steps are "));
    ExpectedOutcome expected;
    expected.where = reader.where(*step);
    for (const auto* word : one_or_more(*words))
      if (const auto found = outcome_word(reader, *word, allowed)) expected.outcomes.push_back(*found);
    if (words->is_list() && words->items.empty()) reader.problem(*words, "no outcome is named", "write `done`");
    result.outcomes[step->text] = std::move(expected);
  }
}

}  // namespace

RetryPolicy retry(Reader& reader, const yaml::Node& node) {
  RetryPolicy result;
  result.on = retryable();
  result.attempts = 3;
  Fields fields(reader, node, "`retry`");
  if (const auto* on = fields.find("on")) {
    result.on.clear();
    for (const auto* word : one_or_more(*on))
      if (const auto found = outcome_word(reader, *word, retryable())) result.on.push_back(*found);
  }
  if (const auto* attempts = fields.find("attempts"))
    result.attempts = static_cast<int>(whole_number(reader, *attempts, "`attempts`", 1, 1'000'000).value_or(1));
  if (const auto* pause = fields.find("backoff")) result.backoff = backoff(reader, *pause);
  fields.done();
  return result;
}

Expectation expectation(Reader& reader, const yaml::Node& node, const std::vector<std::string>& steps) {
  Expectation result;
  result.where = reader.where(node);
  Fields fields(reader, node, "`expect`");
  const auto read = [&](const char* key, Bounds& into) {
    if (const auto* found = fields.find(key)) into = bounds(reader, *found, fmt::format("`{}`", key));
  };
  read("deadlocks", result.deadlocks);
  read("lock_timeouts", result.lock_timeouts);
  read("serialization_failures", result.serialization_failures);
  read("committed", result.committed);
  read("failed", result.failed);
  if (const auto* found = fields.find("outcomes")) outcomes(reader, *found, steps, result);
  if (const auto* found = fields.find("invariants")) invariants(reader, *found, result);
  fields.done();
  return result;
}

}  // namespace gridlock::read
