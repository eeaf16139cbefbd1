#include "cli/report/json_parts.h"

#include <cmath>
#include <utility>

namespace gridlock::report {
namespace {

/// Only where every column has its name: a key must not be guessed.
Json key_json(const Lock& lock) {
  Json key = Json::object();
  for (const KeyPart& part : lock.key) {
    if (part.column.empty()) return nullptr;
    key[part.column] = part.value ? value_json(*part.value) : Json();
  }
  return lock.key.empty() ? Json() : key;
}

}  // namespace

Json lock_json(const Lock& lock) {
  return Json{{"kind", std::string(to_string(lock.kind))},
              {"mode", or_null(lock.mode)},
              {"table", or_null(lock.table)},
              {"index", or_null(lock.index)},
              {"key", key_json(lock)},
              {"data", or_null(lock.data)},
              {"object", or_null(lock.object)},
              {"supremum", lock.supremum},
              {"doubtful", lock.doubtful}};
}

namespace {

Json number_or_null(const std::optional<std::uint64_t>& number) { return number ? Json(*number) : Json(); }

Json party_json(const Party& party) {
  Json holds = Json::array(), earlier = Json::array();
  for (const Lock& lock : party.holds) holds.push_back(lock_json(lock));
  for (const PastStatement& past : party.earlier)
    earlier.push_back(Json{{"step", or_null(past.step)}, {"statement", past.sql}});
  Json json;
  json["name"] = party.name;
  json["transaction_id"] = or_null(party.transaction_id);
  json["thread_or_pid"] = or_null(party.thread_or_pid);
  json["user"] = or_null(party.user);
  json["isolation"] = or_null(party.isolation);
  json["step"] = or_null(party.step);
  json["statement"] = or_null(party.statement);
  json["earlier"] = std::move(earlier);
  json["waits_for"] = party.waits_for ? lock_json(*party.waits_for) : Json();
  json["holds"] = std::move(holds);
  json["blocked_by"] = party.blocked_by;
  json["hard"] = party.hard;
  json["undo_entries"] = number_or_null(party.undo_entries);
  json["lock_structs"] = number_or_null(party.lock_structs);
  return json;
}

Json rewrite_json(const Advice::Rewrite& rewrite) {
  return Json{{"party", or_null(rewrite.party)}, {"before", or_null(rewrite.before)}, {"after", rewrite.after}};
}

Json advice_json(const Advice& advice) {
  Json rewrites = Json::array();
  for (const auto& rewrite : advice.rewrites) rewrites.push_back(rewrite_json(rewrite));
  Json json;
  json["rule"] = advice.rule;
  json["title"] = advice.title;
  json["detail"] = advice.detail;
  json["rewrite"] = advice.rewrites.empty() ? Json() : rewrites.front();
  json["rewrites"] = std::move(rewrites);
  json["breaks"] = std::string(to_string(advice.breaks));
  json["verified"] = nullptr;
  if (advice.verified)
    json["verified"] = {{"engine", advice.verified->engine},
                        {"before", advice.verified->before},
                        {"after", advice.verified->after},
                        {"exhaustive", advice.verified->exhaustive}};
  return json;
}

Json schedule_json(const std::vector<ScheduledStep>& schedule) {
  Json list = Json::array();
  for (const ScheduledStep& step : schedule)
    list.push_back(Json{{"session", step.session},
                        {"step", or_null(step.step)},
                        {"sql", step.sql},
                        {"outcome", std::string(to_string(step.outcome))}});
  return list;
}

/// `{"2026-11-22T03:00": 12}`, by the log's own clock.
Json by_hour_json(const std::map<std::int64_t, std::uint64_t>& by_hour) {
  Json json = Json::object();
  for (const auto& [hour, count] : by_hour) json[to_text(DateTime{hour * 1'000'000})] = count;
  return json;
}

}  // namespace

Json or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json value_json(const Value& value) {
  if (is_null(value)) return nullptr;
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return *integer;
  if (const auto* real = std::get_if<double>(&value); real != nullptr && std::isfinite(*real)) return *real;
  return to_text(value);
}

Json lock_row_json(const std::string& session, const Lock& lock) {
  return Json{{"session", session},
              {"table", or_null(lock.table)},
              {"index", or_null(lock.index)},
              {"mode", lock.mode},
              {"status", lock.waiting ? "waiting" : "granted"},
              {"data", or_null(lock.data)}};
}

Json deadlock_json(const DiagnosedDeadlock& one, std::size_t number) {
  const Deadlock& deadlock = one.deadlock;
  const Diagnosis& diagnosis = one.diagnosis;
  Json parties = Json::array(), advice = Json::array();
  for (const Party& party : deadlock.parties) parties.push_back(party_json(party));
  for (const Advice& item : diagnosis.advice) advice.push_back(advice_json(item));
  Json json;
  json["id"] = "d" + std::to_string(number);
  json["fingerprint"] = or_null(diagnosis.fingerprint);
  json["count"] = deadlock.count;
  json["first_seen"] = or_null(deadlock.first_seen);
  json["last_seen"] = or_null(deadlock.last_seen);
  json["proof"] = std::string(to_string(deadlock.proof));
  json["limit_reached"] = deadlock.limit_reached;
  json["engine"] = or_null(deadlock.engine);
  json["where"] = or_null(deadlock.where);
  json["pattern"] = diagnosis.pattern;
  json["title"] = diagnosis.title;
  json["explanation"] = or_null(diagnosis.explanation);
  json["victim"] = deadlock.victim ? Json(*deadlock.victim) : Json();
  json["parties"] = std::move(parties);
  json["schedule"] = schedule_json(deadlock.schedule);
  json["advice"] = std::move(advice);
  json["would_not_help"] = diagnosis.folklore;
  json["notes"] = deadlock.notes;
  if (!one.by_hour.empty()) json["by_hour"] = by_hour_json(one.by_hour);
  if (one.known) json["known"] = true;
  if (!one.suppressed.empty()) json["suppressed"] = one.suppressed;
  return json;
}

}  // namespace gridlock::report
