#include "told.h"

#include <fmt/format.h>

#include <array>

namespace gridlock::test {
namespace {

std::string indented(const std::string& text, const std::string& margin) {
  std::string out = margin;
  for (const char c : text) {
    out += c;
    if (c == '\n') out += margin;
  }
  return out + "\n";
}

/// Paragraphs at a readable width.
std::string wrapped(const std::string& text, const std::string& margin) {
  constexpr std::size_t width = 110;
  std::string out, line = margin;
  std::string word;
  const auto flush = [&] {
    if (line.size() + 1 + word.size() > width && line != margin) {
      out += line + "\n";
      line = margin;
    }
    line += (line == margin ? "" : " ") + word;
    word.clear();
  };
  for (const char c : text) {
    if (c != ' ') {
      word += c;
    } else {
      flush();
    }
  }
  flush();
  return out + line + "\n";
}

}  // namespace

std::string told(const Lock& lock) {
  std::string text = fmt::format("{} {}", to_string(lock.kind), lock.mode);
  if (!lock.table.empty()) text += " " + lock.table + (lock.index.empty() ? "" : "." + lock.index);
  if (lock.table.empty() && !lock.index.empty()) text += " index " + lock.index;
  if (!lock.object.empty()) text += " " + lock.object;
  if (!lock.key.empty()) {
    std::string key;
    for (const KeyPart& part : lock.key)
      key += (key.empty() ? "" : ", ") + (part.column.empty() ? "" : part.column + "=") +
             (part.value ? to_sql(*part.value) : "?");
    text += " (" + key + ")";
  }
  if (lock.supremum) text += " supremum";
  if (lock.waiting) text += " waiting";
  if (lock.doubtful) text += " doubtful";
  return text;
}

std::string ring(const Deadlock& deadlock) {
  std::string text;
  for (std::size_t i = 0; i < deadlock.parties.size(); ++i)
    text += deadlock.parties[i].name + (deadlock.victim == i ? "!" : "") + " -> ";
  return deadlock.parties.empty() ? "" : text + deadlock.parties.front().name;
}

std::string told(const Deadlock& deadlock) {
  std::string text = fmt::format("deadlock {} ({}{}{}) at {}\n", ring(deadlock), to_string(deadlock.proof),
                                 deadlock.engine.empty() ? "" : ", " + deadlock.engine,
                                 deadlock.limit_reached ? ", limit reached" : "", deadlock.where);
  if (!deadlock.first_seen.empty()) text += "  seen " + deadlock.first_seen + "\n";
  for (const Party& party : deadlock.parties) {
    text += fmt::format("  {}: transaction {}, thread or pid {}{}\n", party.name,
                        party.transaction_id.empty() ? "?" : party.transaction_id,
                        party.thread_or_pid.empty() ? "?" : party.thread_or_pid,
                        party.user.empty() ? "" : ", " + party.user);
    if (!party.statement.empty()) text += indented(party.statement, "    | ");
    text += "    waits for " + (party.waits_for ? told(*party.waits_for) : "?") + (party.hard ? "" : " (soft)") + "\n";
    for (const Lock& lock : party.holds) text += "    holds " + told(lock) + "\n";
    if (party.blocked_by.size() > 1) text += fmt::format("    blocked by {}\n", fmt::join(party.blocked_by, ", "));
  }
  for (const ScheduledStep& step : deadlock.schedule)
    text += fmt::format("  step {} {} {}: {}\n", step.session, step.step, to_string(step.outcome), step.sql);
  for (const std::string& note : deadlock.notes) text += "  note: " + note + "\n";
  return text;
}

std::string told(const Diagnosis& diagnosis) {
  std::string text = fmt::format("pattern {}\n{}\n", diagnosis.pattern, diagnosis.title);
  text += wrapped(diagnosis.explanation, "  ");
  for (const Advice& advice : diagnosis.advice) {
    text += fmt::format("\nadvice {} (breaks {}){}\n", advice.rule, to_string(advice.breaks),
                        advice.verified ? " verified" : "");
    text += wrapped(advice.title + ".", "  ") + wrapped(advice.detail, "  ");
    for (const Advice::Rewrite& rewrite : advice.rewrites) {
      text += "  " + (rewrite.party.empty() ? "schema" : rewrite.party) + "\n";
      if (!rewrite.before.empty()) text += indented(rewrite.before, "    - ");
      if (!rewrite.after.empty()) text += indented(rewrite.after, "    + ");
    }
  }
  if (!diagnosis.folklore.empty()) text += "\nwould not help\n";
  for (const std::string& one : diagnosis.folklore) text += wrapped(one, "  ");
  return text;
}

std::string told(const Ledger& ledger) {
  std::string text =
      fmt::format("{}{}{}: {} lines, {} marker{}, {} understood, {} partly, {} not\n",
                  ledger.format.empty() ? "no known log" : ledger.format, ledger.version.empty() ? "" : ", ",
                  ledger.version, ledger.lines, ledger.markers, ledger.markers == 1 ? "" : "s", ledger.understood,
                  ledger.partly, ledger.not_understood);
  for (const Problem& problem : ledger.problems)
    text += fmt::format("  {}: {}{}\n", to_string(problem.where), problem.message,
                        problem.hint.empty() ? "" : " [" + problem.hint + "]");
  return text;
}

std::string told(const ReadLog& log) {
  std::string text = told(log.ledger);
  for (const Deadlock& deadlock : log.deadlocks) {
    text += "\n" + told(deadlock);
    text += "  pattern " + diagnose(deadlock).pattern + "\n";
  }
  for (const LockWaitSummary& wait : log.lock_waits)
    text += fmt::format("\nwaited for {}{}{}{}: {} times, {:.3f} ms, at most {:.3f} ms\n", wait.mode,
                        wait.table.empty() ? "" : " on " + wait.table, wait.index.empty() ? "" : ".", wait.index,
                        wait.count, wait.total_ms, wait.max_ms);
  return text;
}

}  // namespace gridlock::test
