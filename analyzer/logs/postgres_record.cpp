#include "analyzer/logs/postgres_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "analyzer/logs/flavour.h"
#include "analyzer/logs/postgres_labels.h"
#include "analyzer/logs/text.h"

namespace gridlock::logs {
namespace {

/// The session that finds a deadlock says so first, if log_lock_waits is on; its ERROR comes next.
constexpr std::string_view announces_deadlock = "detected deadlock while waiting";
constexpr std::string_view avoided_deadlock = "avoided deadlock for ";

/// 55P03 is also NOWAIT's answer: nobody waited then.
bool is_lock_timeout(std::string_view message) { return contains(message, "due to lock timeout"); }

bool is_serialization_failure(std::string_view message, std::string_view sqlstate) {
  return sqlstate == "40001" || contains(message, "could not serialize access");
}

/// The row's place and the relation in `while updating tuple (0,2) in relation "t"`, whatever the language.
struct ContextPlace {
  std::string name;
  bool index = false;  ///< `while inserting index tuple`: the name is an index's
};

std::optional<ContextPlace> place_of(std::string_view context) {
  const std::size_t open = context.find('(');
  if (open == std::string_view::npos) return std::nullopt;
  std::string_view rest = context.substr(open + 1);
  if (take_digits(rest).empty() || !take(rest, ",") || take_digits(rest).empty() || !take(rest, ")"))
    return std::nullopt;
  struct Quotes {
    std::string_view open, close;
  };
  for (const Quotes quotes :
       {Quotes{"\"", "\""}, Quotes{"«", "»"}, Quotes{"»", "«"}, Quotes{"„", "“"}, Quotes{"“", "”"}}) {
    const std::string_view name = between(rest, quotes.open, quotes.close);
    if (!name.empty()) return ContextPlace{std::string(name), contains(context, "index tuple")};
  }
  return std::nullopt;
}

void set_place(Lock& lock, const ContextPlace& place) { (place.index ? lock.index : lock.table) = place.name; }

/// Where `line` says `Process 4711: ` and what follows, in any language; empty when it does not.
std::optional<std::string_view> query_after_label(std::string_view line, std::string_view pid) {
  line = trim_left(line);
  const std::size_t at = line.find(pid);
  constexpr std::size_t longest_word = 40;
  if (at == std::string_view::npos || at > longest_word) return std::nullopt;
  const std::string_view before = line.substr(0, at);
  if (std::any_of(before.begin(), before.end(), [](char c) { return is_digit(c) || c == ':'; })) return std::nullopt;
  std::string_view rest = line.substr(at + pid.size());
  if (!rest.empty() && is_digit(rest.front())) return std::nullopt;
  const std::size_t colon = rest.find(':');
  if (colon == std::string_view::npos || colon > longest_word) return std::nullopt;
  const std::string_view word = rest.substr(0, colon);
  if (word.find_first_of("0123456789;=(") != std::string_view::npos) return std::nullopt;
  rest = rest.substr(colon + 1);
  take(rest, " ");
  return rest;
}

std::string squeezed(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool blank = is_blank(c) || c == '\n';
    if (blank && (out.empty() || out.back() == ' ')) continue;
    out += blank ? ' ' : c;
  }
  return std::string(trim(out));
}

/// DETAIL's queries, in the order of the wait lines. A query is the user's text and may contain such labels itself: the
/// victim's is known from STATEMENT, so the end of the first query can be told; others end at the first fitting label.
class Queries {
 public:
  Queries(const PostgresRecord& record, const std::vector<WaitLine>& waits)
      : lines_(record.detail), begin_(waits.size()), waits_(waits), statement_(squeezed(record.statement)) {
    // The last line of a log that was cut off may be the beginning of the next label.
    const bool all_begun = std::any_of(lines_.begin(), lines_.end(), [&](const std::string& line) {
      return query_after_label(line, waits.back().pid).has_value();
    });
    if (record.cut && !all_begun && lines_.size() > begin_) lines_.pop_back();
  }

  std::vector<std::string> read() const {
    std::vector<std::string> queries(waits_.size());
    std::size_t line = begin_;
    for (std::size_t i = 0; i < waits_.size() && line < lines_.size(); ++i) {
      if (!query_after_label(lines_[line], waits_[i].pid)) break;
      const std::size_t end = end_of(i, line);
      queries[i] = text_of(i, line, end);
      line = end;
    }
    return queries;
  }

 private:
  /// The line where the next process's query begins: where the label stands behind the very STATEMENT, else behind its
  /// beginning (track_activity_query_size cuts the query, never the STATEMENT), else the first.
  std::size_t end_of(std::size_t party, std::size_t line) const {
    if (party + 1 == waits_.size()) return lines_.size();
    std::size_t first = lines_.size(), beginning = lines_.size();
    for (std::size_t next = line + 1; next < lines_.size(); ++next) {
      if (!query_after_label(lines_[next], waits_[party + 1].pid)) continue;
      first = std::min(first, next);
      if (party > 0 || statement_.empty()) break;
      const std::string query = squeezed(text_of(party, line, next));
      if (query == statement_) return next;
      constexpr std::size_t smallest_cut = 90;
      if (query.size() >= smallest_cut && statement_.starts_with(query)) beginning = std::min(beginning, next);
    }
    return beginning < lines_.size() ? beginning : first;
  }

  std::string text_of(std::size_t party, std::size_t line, std::size_t end) const {
    std::string query(query_after_label(lines_[line], waits_[party].pid).value_or(""));
    for (std::size_t more = line + 1; more < end; ++more) query += "\n" + lines_[more];
    return std::string(trim(query));
  }

  std::vector<std::string> lines_;
  std::size_t begin_;
  const std::vector<WaitLine>& waits_;
  std::string statement_;
};

/// The wait lines at the beginning of a DETAIL. They end where the chain closes: what follows is the users' text.
std::vector<WaitLine> wait_lines(const PostgresRecord& record, bool& closed) {
  std::vector<WaitLine> waits;
  closed = false;
  for (const std::string& line : record.detail) {
    auto wait = read_wait_line(line);
    if (!wait) break;
    // The last line of a log that was cut off may have lost digits.
    const bool may_be_cut = record.cut && &line == &record.detail.back() && !line.ends_with('.');
    if (may_be_cut && (waits.empty() || wait->blocker != waits.front().pid)) break;
    waits.push_back(std::move(*wait));
    closed = waits.back().blocker == waits.front().pid;
    if (closed) break;
  }
  return waits;
}

bool is_chain(const std::vector<WaitLine>& waits) {
  for (std::size_t i = 0; i + 1 < waits.size(); ++i)
    if (waits[i].blocker != waits[i + 1].pid) return false;
  return true;
}

/// `Process holding the lock: 13142. Wait queue: 13140.` is never translated.
std::vector<std::string> holders_of(const std::vector<std::string>& detail) {
  std::vector<std::string> holders;
  if (detail.empty()) return holders;
  std::string_view text = between(detail.front(), "holding the lock: ", " Wait queue:");
  while (!text.empty()) {
    const std::string_view pid = take_digits(text);
    if (!pid.empty()) {
      holders.emplace_back(pid);
    } else {
      text.remove_prefix(1);
    }
  }
  return holders;
}

/// Drivers append the statement to the last line: `: UPDATE "routes" SET ...`.
std::string statement_in(const std::vector<std::string>& context) {
  for (const std::string& line : context) {
    std::string_view text = line;
    while (!text.empty() && (is_blank(text.front()) || text.front() == ';' || text.front() == '#'))
      text.remove_prefix(1);
    if (take(text, ": ") && !text.empty() && is_word(text.front())) return std::string(trim(text));
  }
  return {};
}

/// A transaction's end is locked by nobody but itself: whoever blocks a wait for it is that transaction.
void own_transaction(Party& owner, const Lock& wanted) {
  constexpr std::string_view transaction = "transaction ";
  if (wanted.kind != LockKind::transaction || !wanted.object.starts_with(transaction)) return;
  owner.transaction_id = wanted.object.substr(transaction.size());
  Lock held;
  held.kind = LockKind::transaction;
  held.mode = "ExclusiveLock";
  held.object = wanted.object;
  owner.holds.push_back(std::move(held));
}

/// What the record says of the session that wrote it.
void complete_victim(Party& victim, const PostgresRecord& record) {
  if (victim.statement.empty()) victim.statement = record.statement;
  if (victim.statement.empty()) victim.statement = statement_in(record.context);
  for (const std::string& line : record.context)
    if (const auto place = place_of(line)) return set_place(*victim.waits_for, *place);
}

}  // namespace

bool may_matter(std::string_view message, std::string_view detail, std::string_view sqlstate) {
  return sqlstate == "40P01" || contains(message, announces_deadlock) || contains(message, "Lock") ||
         contains(detail, "Lock") || says_deadlock(message) || contains(message, "40P01") || is_lock_timeout(message) ||
         is_serialization_failure(message, sqlstate);
}

void PostgresStory::not_understood(std::uint32_t line, std::string message, std::string hint) {
  ++telling_.ledger.markers;
  ++telling_.ledger.not_understood;
  telling_.problem(line, std::move(message), std::move(hint));
}

void PostgresStory::add(const PostgresRecord& record) {
  if (users_.size() > sessions_kept) users_.erase(users_.begin());
  if (waiting_.size() > sessions_kept) end_wait(std::string(waiting_.begin()->first));
  if (!record.pid.empty() && !record.user.empty()) users_[record.pid] = record.user;
  bool closed = false;
  const bool has_chain = !wait_lines(record, closed).empty();
  if (record.sqlstate == "40P01" || says_deadlock(record.message) || has_chain) return add_deadlock(record);
  if (contains(record.message, announces_deadlock)) {
    if (announced_.size() > sessions_kept) drop_announcement(announced_.begin()->first);
    announced_[record.pid] = {record.line};
  }
  Ledger& ledger = telling_.ledger;
  if (is_lock_timeout(record.message)) ++ledger.lock_timeouts;
  if (is_serialization_failure(record.message, record.sqlstate)) ++ledger.serialization_failures;
  if (contains(record.message, avoided_deadlock)) ++ledger.avoided;
  if (auto wait = read_wait_message(record.message)) add_wait_message(record, std::move(*wait));
}

void PostgresStory::add_wait_message(const PostgresRecord& record, WaitMessage message) {
  for (const std::string& line : record.context)
    if (const auto place = place_of(line)) {
      set_place(message.wanted, *place);
      break;
    }
  auto& waiting = waiting_[message.pid];
  const bool same = waiting.wanted.object == message.wanted.object && waiting.wanted.mode == message.wanted.mode &&
                    message.ms >= waiting.ms;
  if (!same) end_wait(message.pid);
  auto holders = holders_of(record.detail);
  Waiting& now = waiting_[message.pid];
  now.wanted = message.wanted;
  now.ms = message.ms;
  if (!holders.empty()) now.holders = std::move(holders);
}

void PostgresStory::end_wait(const std::string& pid) {
  const auto at = waiting_.find(pid);
  if (at == waiting_.end()) return;
  const Waiting& waiting = at->second;
  if (waiting.ms > 0) telling_.add_wait(waiting.wanted.table, waiting.wanted.index, waiting.wanted.mode, waiting.ms);
  waiting_.erase(at);
}

/// A party, with what its own earlier messages said of the lock that it waits for.
Party PostgresStory::party_of(const WaitLine& wait) const {
  Party party;
  party.name = "process " + wait.pid;
  party.thread_or_pid = wait.pid;
  party.waits_for = wait.wanted;
  if (const auto user = users_.find(wait.pid); user != users_.end()) party.user = user->second;
  const auto told = waiting_.find(wait.pid);
  if (told == waiting_.end() || told->second.wanted.object != wait.wanted.object) return party;
  party.waits_for->table = told->second.wanted.table;
  party.waits_for->index = told->second.wanted.index;
  const auto& holders = told->second.holders;
  party.hard = holders.empty() || std::find(holders.begin(), holders.end(), wait.blocker) != holders.end();
  return party;
}

/// The parties in the order of the wait lines; who only blocks, in a log that was cut off, comes last.
std::vector<Party> PostgresStory::parties_of(const std::vector<WaitLine>& waits) const {
  std::vector<Party> parties;
  for (const WaitLine& wait : waits) parties.push_back(party_of(wait));
  const auto index_of = [&](const std::string& pid) {
    for (std::size_t i = 0; i < parties.size(); ++i)
      if (parties[i].thread_or_pid == pid) return i;
    Party blocker;
    blocker.name = "process " + pid;
    blocker.thread_or_pid = pid;
    parties.push_back(std::move(blocker));
    return parties.size() - 1;
  };
  for (std::size_t i = 0; i < waits.size(); ++i) {
    const std::size_t blocker = index_of(waits[i].blocker);
    parties[i].blocked_by = {blocker};
    own_transaction(parties[blocker], waits[i].wanted);
  }
  return parties;
}

void PostgresStory::add_deadlock(const PostgresRecord& record) {
  bool closed = false;
  const auto waits = wait_lines(record, closed);
  if (!record.pid.empty()) announced_.erase(record.pid);
  if (waits.empty())
    return not_understood(
        record.line, fmt::format("a deadlock is announced here without its DETAIL: {}", excerpt(record.message)),
        "log_error_verbosity = default writes who waits for whom; the lines may also have been filtered out");
  announced_.erase(waits.front().pid);
  ++telling_.ledger.markers;
  Deadlock deadlock;
  deadlock.engine = "postgres";
  deadlock.first_seen = deadlock.last_seen = record.time;
  deadlock.where = fmt::format("{}:{}", telling_.file, record.line);
  deadlock.parties = parties_of(waits);
  deadlock.victim = 0;  // who reports the deadlock is who is cancelled
  const auto queries = Queries(record, waits).read();
  for (std::size_t i = 0; i < waits.size(); ++i) deadlock.parties[i].statement = queries[i];
  complete_victim(deadlock.parties.front(), record);
  if (closed && is_chain(waits)) {
    ++telling_.ledger.understood;
  } else {
    ++telling_.ledger.partly;
    deadlock.limit_reached = !closed;
    const std::string gap = closed ? "the wait lines do not form a chain" : "the chain of waits does not close";
    telling_.problem(record.line, "this deadlock report was understood only in part: " + gap,
                     "the log may have been cut off");
    deadlock.notes.push_back(gap);
  }
  end_wait(waits.front().pid);
  telling_.sink.found(canonical(std::move(deadlock)));
}

/// A process said that it detected a deadlock, and its ERROR did not come.
void PostgresStory::drop_announcement(std::string pid) {
  not_understood(announced_[pid].line,
                 fmt::format("process {} detected a deadlock here, but the ERROR with its parties is missing", pid),
                 "the log may have been cut off, or filtered");
  announced_.erase(pid);
}

void PostgresStory::finish() {
  while (!waiting_.empty()) end_wait(std::string(waiting_.begin()->first));
  while (!announced_.empty()) drop_announcement(announced_.begin()->first);
}

}  // namespace gridlock::logs
