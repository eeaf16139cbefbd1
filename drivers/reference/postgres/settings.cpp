#include "drivers/reference/postgres/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "drivers/reference/postgres/text.h"

namespace gridlock::reference::postgres {
namespace {

std::optional<bool> as_flag(const std::string& value) {
  const std::string word = lower(value);
  for (const char* yes : {"on", "true", "yes", "1"})
    if (word == yes) return true;
  for (const char* no : {"off", "false", "no", "0"})
    if (word == no) return false;
  return std::nullopt;
}

struct Unit {
  std::string_view word;
  std::int64_t micros;
};
constexpr std::array units{Unit{"us", 1},           Unit{"ms", 1'000},          Unit{"s", 1'000'000},
                           Unit{"min", 60'000'000}, Unit{"h", 3'600'000'000LL}, Unit{"d", 86'400'000'000LL}};

/// `500`, `500ms`, `2 s`: without a unit milliseconds.
std::optional<std::int64_t> as_micros(const std::string& value) {
  std::int64_t number = 0;
  const char* end = value.data() + value.size();
  const auto [rest, problem] = std::from_chars(value.data(), end, number);
  if (problem != std::errc() || number < 0) return std::nullopt;
  std::string_view unit(rest, static_cast<std::size_t>(end - rest));
  while (unit.starts_with(' ')) unit.remove_prefix(1);
  if (unit.empty()) return number * 1000;
  for (const Unit& one : units)
    if (one.word == unit) return number * one.micros;
  return std::nullopt;
}

std::optional<sql::Isolation> as_isolation(const std::string& value) {
  std::string words = lower(value);
  std::replace(words.begin(), words.end(), '-', ' ');
  std::replace(words.begin(), words.end(), '_', ' ');
  using sql::Isolation;
  for (const Isolation level :
       {Isolation::read_uncommitted, Isolation::read_committed, Isolation::repeatable_read, Isolation::serializable})
    if (words == isolation_words(level)) return level;
  return std::nullopt;
}

template <class T>
bool put(T& place, const std::optional<T>& value) {
  if (value) place = *value;
  return value.has_value();
}

struct Parameter {
  std::string_view name;
  std::string_view values;  ///< for the hint
  bool (*set)(Settings& settings, const std::string& value);
};

bool accept(Settings&, const std::string&) { return true; }

/// Those that `accept` takes change nothing that this engine plays.
constexpr std::array parameters{
    Parameter{"deadlock_timeout", "a time such as 500ms, from 1ms",
              [](Settings& s, const std::string& v) {
                const auto time = as_micros(v);
                if (!time || *time < 1000) return false;
                s.deadlock_timeout = *time;
                s.own_deadlock_timeout = true;
                return true;
              }},
    Parameter{"lock_timeout", "a time such as 500ms; 0 for none",
              [](Settings& s, const std::string& v) { return put(s.lock_timeout, as_micros(v)); }},
    Parameter{"statement_timeout", "a time such as 500ms; 0 for none",
              [](Settings& s, const std::string& v) { return put(s.statement_timeout, as_micros(v)); }},
    Parameter{"default_transaction_isolation", "read committed, repeatable read or serializable",
              [](Settings& s, const std::string& v) { return put(s.isolation, as_isolation(v)); }},
    Parameter{"default_transaction_read_only", "on or off",
              [](Settings& s, const std::string& v) { return put(s.read_only, as_flag(v)); }},
    Parameter{"default_transaction_deferrable", "on or off",
              [](Settings& s, const std::string& v) { return put(s.deferrable, as_flag(v)); }},
    Parameter{"analyzed", "on or off", [](Settings& s, const std::string& v) { return put(s.analyzed, as_flag(v)); }},
    Parameter{"application_name", "text", accept},
    Parameter{"datestyle", "a style", accept},
    Parameter{"client_encoding", "an encoding", accept},
    Parameter{"client_min_messages", "a level", accept},
    Parameter{"enable_seqscan", "on or off", accept},
    Parameter{"enable_indexscan", "on or off", accept},
    Parameter{"enable_indexonlyscan", "on or off", accept},
    Parameter{"enable_bitmapscan", "on or off", accept},
    Parameter{"enable_hashjoin", "on or off", accept},
    Parameter{"enable_mergejoin", "on or off", accept},
    Parameter{"enable_nestloop", "on or off", accept},
    Parameter{"enable_sort", "on or off", accept},
    Parameter{"force_parallel_mode", "on or off", accept},
    Parameter{"idle_in_transaction_session_timeout", "a time", accept},
    Parameter{"log_lock_waits", "on or off", accept},
    Parameter{"max_parallel_workers_per_gather", "a number", accept},
    Parameter{"min_parallel_table_scan_size", "a size", accept},
    Parameter{"parallel_setup_cost", "a number", accept},
    Parameter{"parallel_tuple_cost", "a number", accept},
    Parameter{"search_path", "schemas", accept},
    Parameter{"synchronous_commit", "on or off", accept},
    Parameter{"timezone", "a time zone", accept},
    Parameter{"work_mem", "a size", accept},
};

}  // namespace

std::string isolation_words(sql::Isolation isolation) {
  switch (isolation) {
    case sql::Isolation::read_uncommitted: return "read uncommitted";
    case sql::Isolation::read_committed: return "read committed";
    case sql::Isolation::repeatable_read: return "repeatable read";
    case sql::Isolation::serializable: break;
  }
  return "serializable";
}

std::optional<Problem> set_parameter(Settings& settings, const std::string& name, const std::string& value) {
  std::string known = lower(name);
  if (known == "transaction_isolation") known = "default_transaction_isolation";
  const auto found =
      std::find_if(parameters.begin(), parameters.end(), [&](const Parameter& one) { return one.name == known; });
  if (found == parameters.end()) {
    std::vector<std::string> names;
    for (const Parameter& one : parameters) names.emplace_back(one.name);
    const std::string meant = did_you_mean(known, names);
    return Problem{{},
                   fmt::format("reference:postgres has no parameter `{}`", name),
                   meant.empty() ? "" : fmt::format("did you mean `{}`?", meant)};
  }
  if (found->set(settings, value)) return std::nullopt;
  return Problem{{}, fmt::format("`{}` cannot be `{}`", name, value), fmt::format("write {}", found->values)};
}

}  // namespace gridlock::reference::postgres
