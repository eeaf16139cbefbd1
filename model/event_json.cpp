#include "model/event_json.h"

#include <algorithm>
#include <array>

#include "model/lock_json.h"
#include "model/value_json.h"

namespace gridlock {
namespace {

// ------------------------------------------------------------------------------------------------ writing

// The words for the alternatives of Event::what, in their order.
constexpr std::array<std::string_view, 8> kinds = {"statement-started", "statement-ended",   "wait-state",
                                                   "locks-state",       "transaction-state", "deadlock-found",
                                                   "connected",         "deadlock-account"};
constexpr std::array<std::string_view, 3> ended_words = {"no", "committed", "rolled back"};
constexpr std::array<std::string_view, 3> source_words = {"none", "innodb status", "client error"};

void put(Json& json, const char* field, const std::string& text) {
  if (!text.empty()) json[field] = utf8(text);
}

Json locks_json(const std::vector<Lock>& locks) {
  Json json = Json::array();
  for (const auto& lock : locks) json.push_back(to_json(lock));
  return json;
}

Json rows_json(const std::vector<std::vector<Value>>& rows) {
  Json json = Json::array();
  for (const auto& row : rows) {
    Json values = Json::array();
    for (const auto& value : row) values.push_back(to_json(value));
    json.push_back(std::move(values));
  }
  return json;
}

/// Writes the fields of one alternative behind the common ones.
struct Writer {
  Json& json;

  void operator()(const StatementStarted& started) const {
    put(json, "step", started.step);
    put(json, "sql", started.sql);
    put(json, "transaction", started.transaction);
  }
  void operator()(const StatementEnded& ended) const {
    put(json, "step", ended.step);
    json["outcome"] = to_string(ended.outcome);
    if (ended.error) json["error"] = {{"code", utf8(ended.error->code)}, {"message", utf8(ended.error->message)}};
    if (ended.affected != 0) json["affected"] = ended.affected;
    if (!ended.rows.empty()) json["rows"] = rows_json(ended.rows);
  }
  void operator()(const WaitState& wait) const {
    put(json, "step", wait.step);
    json["wanted"] = to_json(wait.wanted);
    json["blockers"] = Json::array();
    for (const auto& blocker : wait.blockers)
      json["blockers"].push_back(
          {{"session", blocker.session}, {"lock", to_json(blocker.lock)}, {"hard", blocker.hard}});
  }
  void operator()(const LocksState& state) const { json["locks"] = locks_json(state.locks); }
  void operator()(const TransactionState& state) const {
    put(json, "id", state.id);
    put(json, "isolation", state.isolation);
    if (state.ended != TransactionState::Ended::no) json["ended"] = ended_words[static_cast<std::size_t>(state.ended)];
  }
  void operator()(const DeadlockFound& found) const {
    json["cycle"] = Json::array();
    for (const auto& member : found.cycle) {
      Json one = {{"session", member.session}};
      put(one, "transaction_id", member.transaction_id);
      put(one, "step", member.step);
      one["waits_for"] = to_json(member.waits_for);
      one["holds"] = locks_json(member.holds);
      json["cycle"].push_back(std::move(one));
    }
    json["victim"] = found.victim;
    json["proof"] = to_string(found.proof);
  }
  void operator()(const Connected& connected) const { put(json, "connection", connected.connection); }
  void operator()(const DeadlockAccount& account) const {
    json["source"] = source_words[static_cast<std::size_t>(account.source)];
    put(json, "text", account.text);
  }
};

// ------------------------------------------------------------------------------------------------ reading

/// Reads the fields of one object and keeps the first thing that is wrong.
class Reader {
 public:
  Reader(std::size_t sessions, std::string& problem) : sessions_(sessions), problem_(problem) {}

  void complain(const std::string& what) const {
    if (problem_.empty()) problem_ = what;
  }

  const Json* field(const Json& json, const char* name) const {
    const auto found = json.find(name);
    return found == json.end() ? nullptr : &*found;
  }

  std::string text(const Json& json, const char* name) const {
    const Json* value = field(json, name);
    if (!value) return {};
    if (value->is_string()) return value->get<std::string>();
    complain(std::string("`") + name + "` is no text");
    return {};
  }

  std::int64_t number(const Json& json, const char* name, bool required) const {
    const Json* value = field(json, name);
    if (!value && !required) return 0;
    if (value && value->is_number_integer() &&
        !(value->is_number_unsigned() && value->get<std::uint64_t>() > INT64_MAX))
      return value->get<std::int64_t>();
    complain(std::string("`") + name + (value ? "` is no whole number" : "` is missing"));
    return 0;
  }

  SessionId session(const Json& json, const char* name) const {
    const std::int64_t id = number(json, name, true);
    if (id >= 0 && static_cast<std::uint64_t>(id) < sessions_) return static_cast<SessionId>(id);
    complain(std::string("`") + name + "` is no session of this trace");
    return 0;
  }

  /// The elements of an array; none when it is missing.
  const Json& array(const Json& json, const char* name) const {
    static const Json none = Json::array();
    const Json* value = field(json, name);
    if (value && value->is_array()) return *value;
    if (value) complain(std::string("`") + name + "` is no list");
    return none;
  }

  Lock lock(const Json& json) const {
    auto lock = lock_of(json);
    if (!lock) complain("a lock is no object");
    return lock.value_or(Lock{});
  }

  Lock lock(const Json& json, const char* name) const {
    const Json* value = field(json, name);
    if (value) return lock(*value);
    complain(std::string("`") + name + "` is missing");
    return {};
  }

  std::vector<Lock> locks(const Json& json, const char* name) const {
    std::vector<Lock> result;
    for (const auto& one : array(json, name)) result.push_back(lock(one));
    return result;
  }

  /// The enumerator that a word stands for.
  template <typename Enum>
  Enum word(const Json& json, const char* name, std::optional<Enum> (*meaning)(std::string_view),
            Enum otherwise) const {
    const std::string said = text(json, name);
    const auto value = meaning(said);
    if (!value) complain(std::string("`") + name + "` says `" + said + "`");
    return value.value_or(otherwise);
  }

 private:
  std::size_t sessions_;
  std::string& problem_;
};

StatementStarted started_of(const Reader& read, const Json& json) {
  return {read.text(json, "step"), read.text(json, "sql"), read.text(json, "transaction")};
}

std::vector<std::vector<Value>> rows_of(const Reader& read, const Json& json) {
  std::vector<std::vector<Value>> rows;
  for (const auto& row : read.array(json, "rows")) {
    if (!row.is_array()) read.complain("a row is no list");
    rows.emplace_back();
    if (!row.is_array()) continue;
    for (const auto& element : row) {
      auto value = value_of(element);
      if (!value) read.complain("a value of a row is of no known kind");
      rows.back().push_back(value.value_or(Null{}));
    }
  }
  return rows;
}

StatementEnded ended_of(const Reader& read, const Json& json) {
  StatementEnded ended;
  ended.step = read.text(json, "step");
  ended.outcome = read.word<Outcome>(json, "outcome", outcome, Outcome::error);
  if (ended.outcome == Outcome::waits) read.complain("a statement that has ended does not wait");
  if (const Json* error = read.field(json, "error"); error && error->is_object())
    ended.error = ServerError{read.text(*error, "code"), read.text(*error, "message")};
  ended.affected = read.number(json, "affected", false);
  ended.rows = rows_of(read, json);
  return ended;
}

WaitState wait_of(const Reader& read, const Json& json) {
  WaitState wait{read.text(json, "step"), read.lock(json, "wanted"), {}};
  for (const auto& one : read.array(json, "blockers")) {
    if (!one.is_object()) {
      read.complain("a blocker is no object");
      continue;
    }
    const Json* hard = read.field(one, "hard");
    wait.blockers.push_back(
        {read.session(one, "session"), read.lock(one, "lock"), !hard || !hard->is_boolean() || hard->get<bool>()});
  }
  return wait;
}

TransactionState transaction_of(const Reader& read, const Json& json) {
  TransactionState state{read.text(json, "id"), read.text(json, "isolation"), TransactionState::Ended::no};
  const std::string ended = read.text(json, "ended");
  for (std::size_t i = 0; i < ended_words.size(); ++i)
    if (ended_words[i] == ended) state.ended = static_cast<TransactionState::Ended>(i);
  return state;
}

DeadlockFound deadlock_of(const Reader& read, const Json& json) {
  DeadlockFound found;
  for (const auto& one : read.array(json, "cycle")) {
    if (!one.is_object()) {
      read.complain("a member of the cycle is no object");
      continue;
    }
    found.cycle.push_back({read.session(one, "session"), read.text(one, "transaction_id"), read.text(one, "step"),
                           read.lock(one, "waits_for"), read.locks(one, "holds")});
  }
  found.victim = read.session(json, "victim");
  found.proof = read.word<Proof>(json, "proof", proof, Proof::reported);
  return found;
}

DeadlockAccount account_of(const Reader& read, const Json& json) {
  DeadlockAccount account{DeadlockAccount::Source::none, read.text(json, "text")};
  const std::string source = read.text(json, "source");
  for (std::size_t i = 0; i < source_words.size(); ++i)
    if (source_words[i] == source) account.source = static_cast<DeadlockAccount::Source>(i);
  return account;
}

decltype(Event::what) what_of(const Reader& read, const Json& json, std::string_view kind) {
  if (kind == kinds[0]) return started_of(read, json);
  if (kind == kinds[1]) return ended_of(read, json);
  if (kind == kinds[2]) return wait_of(read, json);
  if (kind == kinds[3]) return LocksState{read.locks(json, "locks")};
  if (kind == kinds[4]) return transaction_of(read, json);
  if (kind == kinds[6]) return Connected{read.text(json, "connection")};
  if (kind == kinds[7]) return account_of(read, json);
  return deadlock_of(read, json);
}

}  // namespace

Json to_json(const Event& event) {
  Json json = {{"at", event.at.micros}, {"session", event.session}, {"event", kinds[event.what.index()]}};
  std::visit(Writer{json}, event.what);
  return json;
}

ReadEvent event_of(const Json& json, std::size_t sessions) {
  ReadEvent result;
  if (!json.is_object()) return {std::nullopt, "an event is a JSON object"};
  const Reader read(sessions, result.problem);
  const std::string kind = read.text(json, "event");
  if (kind.empty()) read.complain("`event` is missing");
  const bool known = std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
  if (!known) return result;
  Event event{{read.number(json, "at", true)}, read.session(json, "session"), what_of(read, json, kind)};
  if (result.problem.empty()) result.event = std::move(event);
  return result;
}

}  // namespace gridlock
