#include "analyzer/deadlock_folder.h"

#include <algorithm>
#include <cctype>
#include <limits>
#include <utility>

#include "analyzer/fingerprint.h"
#include "analyzer/log_time.h"
#include "model/sql/parse.h"

namespace gridlock {
namespace {

constexpr std::size_t nowhere = std::numeric_limits<std::size_t>::max();

bool same_letters(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

bool is_about(const Lock& lock, const std::string& table) {
  return same_letters(lock.table, table) || same_letters(bare_table(lock.table), table);
}

bool is_about(const Deadlock& deadlock, const std::string& table) {
  return std::any_of(deadlock.parties.begin(), deadlock.parties.end(), [&](const Party& party) {
    return (party.waits_for && is_about(*party.waits_for, table)) ||
           std::any_of(party.holds.begin(), party.holds.end(), [&](const Lock& lock) { return is_about(lock, table); });
  });
}

sql::Dialect dialect_of(const Deadlock& deadlock) {
  if (deadlock.engine == "postgres") return sql::Dialect::postgres;
  return deadlock.engine.empty() ? sql::Dialect::either : sql::Dialect::mysql;
}

void redact(Lock& lock) {
  for (KeyPart& part : lock.key) part.value.reset();
  if (!lock.supremum) lock.data.clear();
}

}  // namespace

Deadlock redacted(Deadlock deadlock) {
  const sql::Dialect dialect = dialect_of(deadlock);
  const auto plain = [&](std::string& statement) {
    if (!statement.empty()) statement = sql::fingerprint(statement, dialect);
  };
  for (Party& party : deadlock.parties) {
    plain(party.statement);
    for (PastStatement& past : party.earlier) plain(past.sql);
    if (party.waits_for) redact(*party.waits_for);
    for (Lock& lock : party.holds) redact(lock);
  }
  for (ScheduledStep& step : deadlock.schedule) plain(step.sql);
  return deadlock;
}

bool DeadlockFolder::in_time(std::optional<std::int64_t> seconds) const {
  if (!seconds) return true;
  return (!wanted_.since || *seconds >= *wanted_.since) && (!wanted_.until || *seconds < *wanted_.until);
}

std::size_t DeadlockFolder::keep(Deadlock deadlock) {
  const std::string shape = fingerprint(deadlock);
  if (const auto known = known_.find(shape); known != known_.end()) {
    if (known->second != nowhere) {
      Deadlock& first = kinds_[known->second].deadlock;
      first.proof = std::min(first.proof, deadlock.proof);
      first.limit_reached = first.limit_reached || deadlock.limit_reached;
      for (std::string& note : deadlock.notes)
        if (first.notes.size() < 20 && std::find(first.notes.begin(), first.notes.end(), note) == first.notes.end())
          first.notes.push_back(std::move(note));
    }
    return known->second;
  }
  if (kinds_.size() >= shapes_kept) return nowhere - 1;
  std::size_t place = nowhere;
  if (wanted_.table.empty() || is_about(deadlock, wanted_.table)) {
    if (wanted_.redact) deadlock = redacted(std::move(deadlock));
    Diagnosis diagnosis = diagnose(deadlock);
    diagnosis.fingerprint = shape;
    if (wanted_.pattern.empty() || diagnosis.pattern == wanted_.pattern) {
      place = kinds_.size();
      deadlock.count = 0;
      kinds_.push_back({std::move(deadlock), std::move(diagnosis), {}, false, {}});
    }
  }
  known_.emplace(shape, place);
  return place;
}

std::size_t DeadlockFolder::found(Deadlock deadlock) {
  if (!in_time(seconds_of(deadlock.first_seen))) {
    ++unwanted_;
    return nowhere;
  }
  const std::string first = deadlock.first_seen, last = deadlock.last_seen;
  const std::uint64_t count = deadlock.count;
  const std::size_t handle = keep(std::move(deadlock));
  for (std::uint64_t i = 0; i < count; ++i) again(handle, i + 1 == count ? last : first);
  return handle;
}

void DeadlockFolder::again(std::size_t handle, const std::string& time) {
  const auto seconds = seconds_of(time);
  if (handle == nowhere || !in_time(seconds)) {
    ++unwanted_;
    return;
  }
  if (handle >= kinds_.size()) {
    ++shapes_left_off_;
    return;
  }
  DiagnosedDeadlock& kind = kinds_[handle];
  ++kind.deadlock.count;
  // In the order of the source: its times are text, and not every server's text sorts.
  if (kind.deadlock.first_seen.empty()) kind.deadlock.first_seen = time;
  if (!time.empty()) kind.deadlock.last_seen = time;
  constexpr std::size_t hours_kept = 24 * 366;
  if (!seconds) return;
  const std::int64_t hour = *seconds - ((*seconds % 3600) + 3600) % 3600;
  if (kind.by_hour.size() < hours_kept || kind.by_hour.count(hour) > 0) ++kind.by_hour[hour];
}

std::vector<DiagnosedDeadlock> DeadlockFolder::take() {
  known_.clear();
  return std::exchange(kinds_, {});
}

}  // namespace gridlock
