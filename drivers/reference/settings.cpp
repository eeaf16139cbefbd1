#include "drivers/reference/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <utility>

namespace gridlock::reference {
namespace {

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

std::optional<bool> as_flag(const std::string& text) {
  const std::string word = lower(text);
  if (word == "1" || word == "on" || word == "true") return true;
  if (word == "0" || word == "off" || word == "false") return false;
  return std::nullopt;
}

std::optional<std::int64_t> as_number(const std::string& text) {
  std::int64_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<sql::Isolation> as_isolation(std::string text) {
  text = lower(std::move(text));
  std::replace(text.begin(), text.end(), '-', ' ');
  std::replace(text.begin(), text.end(), '_', ' ');
  using sql::Isolation;
  for (const Isolation level :
       {Isolation::read_uncommitted, Isolation::read_committed, Isolation::repeatable_read, Isolation::serializable}) {
    if (text == isolation_words(level)) return level;
  }
  return std::nullopt;
}

/// Where a variable lives: its setter answers false when the value is not one of its values.
struct Variable {
  std::string_view name;
  std::string_view values;  ///< for the hint
  bool (*set)(SessionSettings& session, EngineSettings* engine, const std::string& value);
};

bool set_flag(bool& flag, const std::string& value) {
  const auto parsed = as_flag(value);
  if (parsed) flag = *parsed;
  return parsed.has_value();
}

bool set_number(std::int64_t& number, const std::string& value, std::int64_t least) {
  const auto parsed = as_number(value);
  if (!parsed || *parsed < least) return false;
  number = *parsed;
  return true;
}

bool set_isolation(SessionSettings& session, EngineSettings*, const std::string& value) {
  const auto level = as_isolation(value);
  if (level) session.isolation = *level;
  return level.has_value();
}

bool accept(SessionSettings&, EngineSettings*, const std::string&) { return true; }

/// Those that `accept` takes change nothing that this engine plays.
constexpr std::array variables{
    Variable{"autocommit", "on or off",
             [](SessionSettings& s, EngineSettings*, const std::string& v) { return set_flag(s.autocommit, v); }},
    Variable{"concurrent_insert", "0, 1 or 2",
             [](SessionSettings&, EngineSettings* e, const std::string& v) {
               const auto mode = as_number(v);
               if (e == nullptr || !mode || *mode < 0 || *mode > 2) return false;
               e->concurrent_insert = static_cast<int>(*mode);
               return true;
             }},
    Variable{
        "low_priority_updates", "on or off",
        [](SessionSettings& s, EngineSettings*, const std::string& v) { return set_flag(s.low_priority_updates, v); }},
    Variable{"innodb_autoinc_lock_mode", "0, 1 or 2",
             [](SessionSettings&, EngineSettings* e, const std::string& v) {
               const auto mode = as_number(v);
               if (e == nullptr || !mode || *mode < 0 || *mode > 2) return false;
               e->autoinc_lock_mode = static_cast<int>(*mode);
               return true;
             }},
    Variable{"innodb_deadlock_detect", "on or off",
             [](SessionSettings&, EngineSettings* e, const std::string& v) {
               return e != nullptr && set_flag(e->deadlock_detect, v);
             }},
    Variable{"innodb_lock_wait_timeout", "seconds, from 1",
             [](SessionSettings& s, EngineSettings*, const std::string& v) {
               return set_number(s.lock_wait_timeout_s, v, 1);
             }},
    Variable{"innodb_rollback_on_timeout", "on or off",
             [](SessionSettings&, EngineSettings* e, const std::string& v) {
               return e != nullptr && set_flag(e->rollback_on_timeout, v);
             }},
    Variable{
        "innodb_snapshot_isolation", "on or off",
        [](SessionSettings& s, EngineSettings*, const std::string& v) { return set_flag(s.snapshot_isolation, v); }},
    Variable{"lock_wait_timeout", "seconds, from 1",
             [](SessionSettings& s, EngineSettings*, const std::string& v) {
               return set_number(s.metadata_timeout_s, v, 1);
             }},
    Variable{"transaction_isolation", "read-uncommitted, read-committed, repeatable-read or serializable",
             set_isolation},
    Variable{"tx_isolation", "read-uncommitted, read-committed, repeatable-read or serializable", set_isolation},
    Variable{"foreign_key_checks", "1",
             [](SessionSettings&, EngineSettings*, const std::string& v) { return as_flag(v) == true; }},
    Variable{"innodb_print_all_deadlocks", "on or off", accept},
    Variable{"innodb_status_output", "on or off", accept},
    Variable{"innodb_status_output_locks", "on or off", accept},
    Variable{"names", "a character set", accept},
    Variable{"sql_mode", "a list of modes", accept},
    Variable{"sql_safe_updates", "0 or 1", accept},
    Variable{"time_zone", "a time zone", accept},
};

}  // namespace

std::string isolation_words(sql::Isolation isolation) {
  switch (isolation) {
    case sql::Isolation::read_uncommitted: return "read uncommitted";
    case sql::Isolation::read_committed: return "read committed";
    case sql::Isolation::repeatable_read: return "repeatable read";
    case sql::Isolation::serializable: return "serializable";
  }
  return {};
}

std::vector<std::string> variable_names() {
  std::vector<std::string> names;
  for (const Variable& variable : variables) names.emplace_back(variable.name);
  return names;
}

std::optional<Problem> set_variable(SessionSettings& session, EngineSettings* engine, const std::string& name,
                                    const std::string& value) {
  const std::string wanted = lower(name);
  const auto found =
      std::find_if(variables.begin(), variables.end(), [&](const Variable& v) { return v.name == wanted; });
  if (found == variables.end()) {
    const std::string meant = did_you_mean(wanted, variable_names());
    return Problem{{},
                   fmt::format("the reference engine has no setting `{}`", name),
                   meant.empty() ? "" : fmt::format("did you mean `{}`?", meant)};
  }
  if (found->set(session, engine, value)) return std::nullopt;
  return Problem{
      {}, fmt::format("`{}` cannot be `{}` here", name, value), fmt::format("it takes {}", std::string(found->values))};
}

}  // namespace gridlock::reference
