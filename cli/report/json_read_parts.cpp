#include "cli/report/json_read_parts.h"

#include <optional>
#include <stdexcept>
#include <utility>

namespace gridlock::report {
namespace {

template <typename Found>
auto known(const Found& found, const std::string& word) {
  if (!found) throw std::invalid_argument("unknown word `" + word + "`");
  return *found;
}

LockKind kind_of(const std::string& word) { return known(lock_kind(word), word); }
Proof proof_of(const std::string& word) { return known(proof(word), word); }
Outcome outcome_of(const std::string& word) { return known(outcome(word), word); }

Condition condition_of(const std::string& word) {
  for (const Condition condition :
       {Condition::mutual_exclusion, Condition::hold_and_wait, Condition::no_preemption, Condition::circular_wait})
    if (to_string(condition) == word) return condition;
  throw std::invalid_argument("unknown condition `" + word + "`");
}

Lock lock_of(const Json& json) {
  Lock lock;
  lock.kind = kind_of(json.at("kind").get<std::string>());
  lock.mode = text_or_empty(json, "mode");
  lock.table = text_or_empty(json, "table");
  lock.index = text_or_empty(json, "index");
  if (json.at("key").is_object())
    for (const auto& [column, value] : json["key"].items())
      lock.key.push_back({column, value.is_null() ? std::nullopt : std::optional(value_of(value))});
  lock.data = text_or_empty(json, "data");
  lock.object = text_or_empty(json, "object");
  lock.supremum = json.at("supremum").get<bool>();
  lock.doubtful = json.at("doubtful").get<bool>();
  return lock;
}

std::optional<std::uint64_t> number_of(const Json& json) {
  return json.is_null() ? std::nullopt : std::optional(json.get<std::uint64_t>());
}

Party party_of(const Json& json) {
  Party party;
  party.name = json.at("name").get<std::string>();
  party.transaction_id = text_or_empty(json, "transaction_id");
  party.thread_or_pid = text_or_empty(json, "thread_or_pid");
  party.user = text_or_empty(json, "user");
  party.isolation = text_or_empty(json, "isolation");
  party.step = text_or_empty(json, "step");
  party.statement = text_or_empty(json, "statement");
  for (const Json& past : json.at("earlier"))
    party.earlier.push_back({text_or_empty(past, "step"), past.at("statement").get<std::string>()});
  if (!json.at("waits_for").is_null()) {
    party.waits_for = lock_of(json["waits_for"]);
    party.waits_for->waiting = true;
  }
  for (const Json& lock : json.at("holds")) party.holds.push_back(lock_of(lock));
  party.blocked_by = json.at("blocked_by").get<std::vector<std::size_t>>();
  party.hard = json.at("hard").get<bool>();
  party.undo_entries = number_of(json.at("undo_entries"));
  party.lock_structs = number_of(json.at("lock_structs"));
  return party;
}

Advice advice_of(const Json& json) {
  Advice advice;
  advice.rule = json.at("rule").get<std::string>();
  advice.title = json.at("title").get<std::string>();
  advice.detail = json.at("detail").get<std::string>();
  for (const Json& rewrite : json.at("rewrites"))
    advice.rewrites.push_back(
        {text_or_empty(rewrite, "party"), text_or_empty(rewrite, "before"), rewrite.at("after").get<std::string>()});
  advice.breaks = condition_of(json.at("breaks").get<std::string>());
  if (const Json& verified = json.at("verified"); !verified.is_null())
    advice.verified =
        Advice::Verified{verified.at("engine").get<std::string>(), verified.at("before").get<std::uint64_t>(),
                         verified.at("after").get<std::uint64_t>(), verified.at("exhaustive").get<bool>()};
  return advice;
}

Deadlock told_of(const Json& json) {
  Deadlock deadlock;
  deadlock.count = json.at("count").get<std::uint64_t>();
  deadlock.first_seen = text_or_empty(json, "first_seen");
  deadlock.last_seen = text_or_empty(json, "last_seen");
  deadlock.proof = proof_of(json.at("proof").get<std::string>());
  deadlock.limit_reached = json.at("limit_reached").get<bool>();
  deadlock.engine = text_or_empty(json, "engine");
  deadlock.where = text_or_empty(json, "where");
  for (const Json& party : json.at("parties")) deadlock.parties.push_back(party_of(party));
  if (!json.at("victim").is_null()) deadlock.victim = json["victim"].get<std::size_t>();
  for (const Json& step : json.at("schedule"))
    deadlock.schedule.push_back({step.at("session").get<std::string>(), text_or_empty(step, "step"),
                                 step.at("sql").get<std::string>(), outcome_of(step.at("outcome").get<std::string>())});
  deadlock.notes = json.at("notes").get<std::vector<std::string>>();
  // what the report's words go by must be there
  for (const Party& party : deadlock.parties)
    for (const std::size_t other : party.blocked_by)
      if (other >= deadlock.parties.size()) throw std::invalid_argument("a party is blocked by one that is not there");
  if (deadlock.victim && *deadlock.victim >= deadlock.parties.size())
    throw std::invalid_argument("the victim is none of the parties");
  return deadlock;
}

}  // namespace

std::string text_or_empty(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found == json.end() || found->is_null() ? std::string() : found->get<std::string>();
}

Value value_of(const Json& json) {
  if (json.is_null()) return Null{};
  if (json.is_number_integer()) return json.get<std::int64_t>();
  if (json.is_number()) return json.get<double>();
  return json.get<std::string>();
}

Lock lock_of_row(const Json& row) {
  Lock lock;
  lock.table = text_or_empty(row, "table");
  lock.index = text_or_empty(row, "index");
  lock.mode = row.at("mode").get<std::string>();
  lock.waiting = row.at("status").get<std::string>() == "waiting";
  lock.data = text_or_empty(row, "data");
  return lock;
}

DiagnosedDeadlock deadlock_of(const Json& json) {
  DiagnosedDeadlock one;
  one.deadlock = told_of(json);
  one.diagnosis.pattern = json.at("pattern").get<std::string>();
  one.diagnosis.title = json.at("title").get<std::string>();
  one.diagnosis.explanation = text_or_empty(json, "explanation");
  for (const Json& advice : json.at("advice")) one.diagnosis.advice.push_back(advice_of(advice));
  one.diagnosis.folklore = json.at("would_not_help").get<std::vector<std::string>>();
  one.diagnosis.fingerprint = text_or_empty(json, "fingerprint");
  if (const auto hours = json.find("by_hour"); hours != json.end())
    for (const auto& [hour, count] : hours->items())
      one.by_hour[known(parse_datetime(hour), hour).micros / 1'000'000] = count.get<std::uint64_t>();
  one.suppressed = text_or_empty(json, "suppressed");
  if (const auto of_baseline = json.find("known"); of_baseline != json.end()) one.known = of_baseline->get<bool>();
  return one;
}

}  // namespace gridlock::report
