#include "tests/fidelity/played.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <vector>

#include "drivers/engines.h"
#include "workloads/load.h"

namespace gridlock::fidelity {
namespace {

std::optional<sql::Isolation> level(const std::string& words) {
  if (words == "read uncommitted") return sql::Isolation::read_uncommitted;
  if (words == "read committed") return sql::Isolation::read_committed;
  if (words == "repeatable read") return sql::Isolation::repeatable_read;
  if (words == "serializable") return sql::Isolation::serializable;
  return std::nullopt;
}

/// A session that states its own level keeps it.
void set_level(Workload& workload, const std::string& words) {
  for (auto& session : std::get<Story>(workload.play).sessions)
    if (!session.isolation) session.isolation = level(words);
}

/// As capture.py's `plain`: numbers as numbers, a whole decimal too, NULL as null, all else as text.
Json plain(const Value& value) {
  if (is_null(value)) return nullptr;
  if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
  if (const auto* number = std::get_if<double>(&value)) return *number;
  if (const auto* decimal = std::get_if<Decimal>(&value)) {
    const auto whole = as_integer(value);
    if (whole && compare(value, Value(*whole)) == 0) return *whole;
    return to_text(*decimal);
  }
  return to_text(value);
}

/// MySQL's codes are numbers in a golden, SQLSTATEs text.
Json code(const std::string& code) {
  const bool number = !code.empty() && code.find_first_not_of("0123456789") == std::string::npos && code.size() < 5;
  return number ? Json(std::stoi(code)) : Json(code);
}

Json event(const PlayedOrder::StepEvent& event) {
  Json json = {event.step, to_string(event.outcome)};
  if (event.error) json.push_back({{"code", code(event.error->code)}, {"message", event.error->message}});
  return json;
}

/// `rows` of what returned a result set, even an empty one; `affected` of what writes.
Json result(const PlayedOrder::Result& result) {
  if (!result.returns_rows) return {{"step", result.step}, {"affected", result.affected}};
  Json rows = Json::array();
  for (const auto& row : result.rows) {
    Json values = Json::array();
    for (const auto& value : row) values.push_back(plain(value));
    rows.push_back(std::move(values));
  }
  return {{"step", result.step}, {"rows", std::move(rows)}};
}

Json or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json lock(const std::string& session, const Lock& lock) {
  return {{"session", session},
          {"table", or_null(lock.table)},
          {"index", or_null(lock.index)},
          {"mode", lock.mode},
          {"status", lock.waiting ? "waiting" : "granted"},
          {"data", or_null(lock.data)}};
}

/// A record lock's mode in the words of SHOW ENGINE INNODB STATUS (lock_rec_print and lock_mode_string in
/// lock0lock.cc).
std::string status_words(const std::string& mode) {
  const auto has = [&](const char* flag) { return mode.find(flag) != std::string::npos; };
  std::string words = mode.starts_with('X') ? "lock_mode X" : "lock mode S";
  if (has("REC_NOT_GAP")) words += " locks rec but not gap";
  if (has(",GAP")) words += " locks gap before rec";
  if (has("INSERT_INTENTION")) words += " insert intention";
  return words;
}

Json party(const DeadlockFound::Member& member, const Trace& trace) {
  const Lock& wanted = member.waits_for;
  return {{"session", trace.sessions.at(member.session)},
          {"waits_for", {{"table", wanted.table}, {"index", wanted.index}, {"mode", status_words(wanted.mode)}}},
          {"step", member.step}};
}

/// Metadata and user locks: SHOW ENGINE INNODB STATUS does not tell of their deadlocks.
bool is_named(LockKind kind) { return kind == LockKind::metadata || kind == LockKind::user; }

/// The deadlocks, with the step that was launched last before each.
Json deadlocks(const Trace& trace) {
  Json found = Json::array();
  std::string launched;
  for (const auto& event : trace.events) {
    if (const auto* started = std::get_if<StatementStarted>(&event.what)) launched = started->step;
    const auto* deadlock = std::get_if<DeadlockFound>(&event.what);
    if (!deadlock || is_named(deadlock->cycle.front().waits_for.kind)) continue;
    Json parties = Json::array();
    for (const auto& member : deadlock->cycle) parties.push_back(party(member, trace));
    found.push_back({{"after", launched}, {"parties", parties}, {"victim", trace.sessions.at(deadlock->victim)}});
  }
  return found;
}

std::string list(const Json& items, const char* indent) {
  std::string text;
  for (const auto& item : items) text += indent + item.dump() + "\n";
  return text.empty() ? std::string(indent) + "nothing\n" : text;
}

/// What is expected and what came from the first different item on.
std::string list_difference(const char* what, const Json& expected, const Json& got) {
  std::size_t same = 0;
  while (same < expected.size() && same < got.size() && expected[same] == got[same]) ++same;
  if (same == expected.size() && same == got.size()) return "";
  const auto at = [&](const Json& items) { return same < items.size() ? items[same].dump() : std::string("nothing"); };
  return fmt::format("{} differ at number {}\n  expected {}\n  got      {}\nall expected:\n{}all that came:\n{}", what,
                     same + 1, at(expected), at(got), list(expected, "    "), list(got, "    "));
}

std::set<std::string> lines(const Json& locks) {
  std::set<std::string> result;
  for (const auto& one : locks) result.insert(one.dump());
  return result;
}

std::string lock_difference(const Json& expected, const Json& got) {
  const auto wanted = lines(expected.at("locks")), came = lines(got.at("locks"));
  std::string text;
  for (const auto& line : wanted)
    if (!came.count(line)) text += "  missing " + line + "\n";
  for (const auto& line : came)
    if (!wanted.count(line)) text += "  too much " + line + "\n";
  return text;
}

std::string locks_difference(const Json& expected, const Json& got) {
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const std::string step = expected[i].at("after").get<std::string>();
    if (i >= got.size() || got[i].at("after") != step) return fmt::format("no locks are told after {}\n", step);
    if (const std::string text = lock_difference(expected[i], got[i]); !text.empty())
      return fmt::format("locks differ after {}\n{}", step, text);
  }
  return expected.size() == got.size() ? "" : "locks are told after more steps than expected\n";
}

/// The same victim, and the same parties wherever the ring begins.
bool same_deadlock(const Json& expected, const Json& got) {
  return expected.at("after") == got.at("after") && expected.at("victim") == got.at("victim") &&
         lines(expected.at("parties")) == lines(got.at("parties"));
}

/// The server tells only the latest of several deadlocks that one step led to.
std::string deadlocks_difference(const Json& expected, const Json& got) {
  for (const auto& one : expected)
    if (std::none_of(got.begin(), got.end(), [&](const Json& other) { return same_deadlock(one, other); }))
      return fmt::format("a deadlock differs\n  expected {}\n  got\n{}", one.dump(), list(got, "    "));
  for (const auto& one : got)
    if (std::none_of(expected.begin(), expected.end(),
                     [&](const Json& other) { return other.at("after") == one.at("after"); }))
      return fmt::format("a deadlock too much\n  {}\n", one.dump());
  return "";
}

}  // namespace

Run play(const Golden& golden, const std::string& engine) {
  Run run;
  auto loaded = load_workload(golden.yaml, golden.name + ".yaml");
  run.problems = loaded.problems;
  if (!loaded.workload) return run;
  set_level(*loaded.workload, golden.isolation);
  auto made = make_driver(engine);
  run.problems = made.problems;
  if (!made.driver) return run;
  RunOptions options;
  options.locks = true;
  return gridlock::run(*loaded.workload, *made.driver, options);
}

Json as_golden(const PlayedOrder& order) {
  Json json = {{"order", order.order},
               {"events", Json::array()},
               {"results", Json::array()},
               {"deadlocks", deadlocks(order.trace)},
               {"locks", Json::array()}};
  for (const auto& one : order.events) json["events"].push_back(event(one));
  for (const auto& one : order.results) json["results"].push_back(result(one));
  for (const auto& after : order.locks) {
    Json locks = Json::array();
    for (const auto& [session, one] : after.locks) locks.push_back(lock(session, one));
    json["locks"].push_back({{"after", after.step}, {"locks", std::move(locks)}});
  }
  return json;
}

std::string first_difference(const Json& expected, const Json& got) {
  const auto part = [](const Json& json, const char* key) { return json.contains(key) ? json.at(key) : Json::array(); };
  for (const char* what : {"events", "results"})
    if (std::string text = list_difference(what, part(expected, what), part(got, what)); !text.empty()) return text;
  const std::string text = deadlocks_difference(part(expected, "deadlocks"), part(got, "deadlocks"));
  if (!text.empty() || !expected.contains("locks")) return text;  // a server that does not show its locks
  return locks_difference(part(expected, "locks"), part(got, "locks"));
}

}  // namespace gridlock::fidelity
