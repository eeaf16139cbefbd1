#include <algorithm>
#include <map>
#include <utility>

#include "analyzer/analyzer.h"
#include "analyzer/fingerprint.h"
#include "analyzer/lock_waits.h"

namespace gridlock {
namespace {

/// Adds `again` to a deadlock of the same shape that was seen before.
void fold(Deadlock& seen, const Deadlock& again) {
  seen.count += again.count;
  // In the order of the source: its times are text, and not every server's text sorts.
  if (seen.first_seen.empty()) seen.first_seen = again.first_seen;
  if (!again.last_seen.empty()) seen.last_seen = again.last_seen;
  seen.proof = std::min(seen.proof, again.proof);
  seen.limit_reached = seen.limit_reached || again.limit_reached;
  for (const std::string& note : again.notes)
    if (std::find(seen.notes.begin(), seen.notes.end(), note) == seen.notes.end()) seen.notes.push_back(note);
}

void add(std::vector<LockWaitSummary>& waits, const LockWaitSummary& wait) {
  for (LockWaitSummary& known : waits) {
    if (known.table != wait.table || known.index != wait.index || known.mode != wait.mode) continue;
    known.count += wait.count;
    known.total_ms += wait.total_ms;
    known.max_ms = std::max(known.max_ms, wait.max_ms);
    return;
  }
  waits.push_back(wait);
}

}  // namespace

std::string_view to_string(Condition condition) {
  switch (condition) {
    case Condition::mutual_exclusion: return "mutual exclusion";
    case Condition::hold_and_wait: return "hold and wait";
    case Condition::no_preemption: return "no preemption";
    case Condition::circular_wait: return "circular wait";
  }
  return "";
}

Analysis analyze(std::vector<Deadlock> found) {
  Analysis analysis;
  std::map<std::string, std::size_t> known;
  for (Deadlock& deadlock : found) {
    std::string shape = fingerprint(deadlock);
    const auto [at, fresh] = known.emplace(shape, analysis.deadlocks.size());
    if (!fresh) {
      fold(analysis.deadlocks[at->second].deadlock, deadlock);
      continue;
    }
    Diagnosis diagnosis = diagnose(deadlock);
    diagnosis.fingerprint = std::move(shape);
    analysis.deadlocks.push_back({std::move(deadlock), std::move(diagnosis), {}, false, {}});
  }
  return analysis;
}

Analysis analyze(const Trace& trace) {
  Analysis analysis = analyze(deadlocks(trace));
  analysis.lock_waits = lock_waits(trace);
  return analysis;
}

Analysis merge(std::vector<Analysis> parts) {
  Analysis whole;
  std::map<std::string, std::size_t> known;
  for (Analysis& part : parts) {
    for (DiagnosedDeadlock& diagnosed : part.deadlocks) {
      const auto [at, fresh] = known.emplace(diagnosed.diagnosis.fingerprint, whole.deadlocks.size());
      if (fresh) {
        whole.deadlocks.push_back(std::move(diagnosed));
      } else {
        fold(whole.deadlocks[at->second].deadlock, diagnosed.deadlock);
        for (const auto& [hour, count] : diagnosed.by_hour) whole.deadlocks[at->second].by_hour[hour] += count;
      }
    }
    for (const LockWaitSummary& wait : part.lock_waits) add(whole.lock_waits, wait);
  }
  sort_lock_waits(whole.lock_waits);
  return whole;
}

}  // namespace gridlock
