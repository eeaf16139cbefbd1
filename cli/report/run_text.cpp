// A run: the orders that were played, what was expected, where sessions waited, and the figures.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "cli/report/dance.h"
#include "cli/report/headline.h"
#include "cli/report/sections.h"
#include "cli/report/words.h"

namespace gridlock::report {
namespace {

constexpr std::size_t orders_step_by_step = 3;
constexpr std::size_t orders_listed = 12;
constexpr std::size_t lock_waits_listed = 5;

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& name : names) out += (out.empty() ? "" : " ") + clean(name);
  return out;
}

/// Everything that came of an order but `done`, in a line.
Text unusual(const PlayedOrder& order) {
  Text out;
  for (const auto& event : order.events) {
    if (event.outcome == Outcome::done) continue;
    const Ink ink = event.outcome == Outcome::waits     ? Ink::waiting
                    : event.outcome == Outcome::skipped ? Ink::dim
                                                        : Ink::bad;
    out.add(out.empty() ? "" : ", ").add(ink, fmt::format("{} {}", clean(event.step), to_string(event.outcome)));
  }
  return out.empty() ? Text(Ink::good, "all done, nobody waited") : out;
}

using SessionLock = std::pair<std::string, Lock>;

Text in_words(const SessionLock& one) {
  return Text(clean(one.first) + (one.second.waiting ? " waits for " : " holds ")).add(described(one.second));
}

bool contains(const std::vector<SessionLock>& locks, const SessionLock& one) {
  return std::find(locks.begin(), locks.end(), one) != locks.end();
}

/// What changed since the step before: taken or asked for (+), let go (-).
void tell_changes(const std::vector<SessionLock>& before, const std::vector<SessionLock>& now, Page& page) {
  std::size_t unchanged = 0;
  for (const auto& one : now) {
    unchanged += contains(before, one) ? 1U : 0U;
    if (!contains(before, one)) page.paragraph(Text(Ink::good, "    + "), in_words(one));
  }
  for (const auto& one : before)
    if (!contains(now, one)) page.paragraph(Text(Ink::bad, "    - "), in_words(one));
  if (unchanged > 0) page.line(Text(Ink::dim, fmt::format("      and {} as before", counted(unchanged, "lock"))));
}

void tell_locks(const PlayedOrder& order, Page& page) {
  if (order.locks.empty()) return;
  heading("Locks after each step (+ new, - gone)", page);
  std::vector<SessionLock> before;
  for (const auto& after : order.locks) {
    Text step = Text("  ").add(Ink::strong, clean(after.step));
    const bool same = after.locks == before;
    if (after.locks.empty())
      step.add(Ink::dim, same ? "  no locks" : "  no locks any more");
    else if (same)
      step.add(Ink::dim, "  as before");
    page.line(step);
    if (!same && !after.locks.empty()) tell_changes(before, after.locks, page);
    before = after.locks;
  }
}

void figure(std::string_view name, const std::string& value, Page& page) {
  page.paragraph(Text("  ").add(Text(name).padded(14)), Text(value));
}

std::string waits_in_words(const LockWaits& waits) {
  if (waits.count == 0) return "none";
  if (waits.count < 4) return fmt::format("{}, the longest {}", thousands(waits.count), milliseconds(waits.max_ms));
  return fmt::format("{}: half of them up to {}, 95% up to {}, 99% up to {}, the longest {}", thousands(waits.count),
                     milliseconds(waits.p50_ms), milliseconds(waits.p95_ms), milliseconds(waits.p99_ms),
                     milliseconds(waits.max_ms));
}

/// What was not counted, and why.
void tell_warm_up(const RunSummary& summary, Page& page) {
  if (summary.warm_up_s <= 0) return;
  figure("not counted",
         fmt::format("a warm-up of {} in which {} ended; deadlocks, timeouts and errors count from the beginning",
                     milliseconds(summary.warm_up_s * 1000), counted(summary.warm_up_transactions, "transaction")),
         page);
}

std::string retries_in_words(const RunSummary& summary) {
  std::string out;
  for (const RetryCount& one : summary.retries)
    out += fmt::format("after {}: {} retried, {} given up; ", to_string(one.reason), thousands(one.retried),
                       thousands(one.given_up));
  out += fmt::format("at most {}", counted(static_cast<std::uint64_t>(summary.most_attempts), "attempt"));
  if (summary.backoff_s > 0) out += fmt::format("; {} in backoff", milliseconds(summary.backoff_s * 1000));
  return out;
}

/// How long transactions took, beside how long they waited.
void tell_times(const RunSummary& summary, Page& page) {
  const auto name = [&](const TransactionTimes& type) {
    return summary.types.size() > 1 ? clean(type.name) + ": " : std::string();
  };
  for (const TransactionTimes& type : summary.types)
    if (type.service.count() > 0) figure("took", name(type) + waits_in_words(percentiles(type.service)), page);
  for (const TransactionTimes& type : summary.types)
    if (type.response.count() > 0)
      figure("from schedule", name(type) + waits_in_words(percentiles(type.response)), page);
  if (summary.not_begun > 0)
    page.paragraph(Text("  ").add(Text("behind").padded(14)),
                   Text(Ink::bad, fmt::format("{} that the rate had scheduled could not begin in time",
                                              counted(summary.not_begun, "transaction"))));
}

void tell_errors(const RunSummary& summary, Page& page) {
  if (summary.errors == 0) return;
  figure("errors", thousands(summary.errors), page);
  constexpr std::size_t shown = 5;
  for (std::size_t i = 0; i < std::min(shown, summary.error_kinds.size()); ++i) {
    const ErrorCount& kind = summary.error_kinds[i];
    page.paragraph(
        Text(fmt::format("    {:>8}  ", thousands(kind.count))),
        Text(clean(kind.message)).add(Ink::dim, fmt::format(" ({}, first in {})", clean(kind.code), clean(kind.step))));
  }
}

void tell_run(const Run& run, Page& page) {
  const RunSummary& summary = run.summary;
  const bool is_reference = summary.engine.starts_with("reference:");
  heading(fmt::format("The run on {}{}{}", clean(summary.engine),
                      summary.isolation.empty() ? "" : ", " + clean(summary.isolation),
                      summary.shard ? fmt::format(", part {} of {}", summary.shard->part, summary.shard->of) : ""),
          page);
  if (!summary.version.empty()) figure(is_reference ? "behaves as" : "version", clean(summary.version), page);
  figure("transactions",
         fmt::format("{} committed, {} rolled back, {} retried, {} failed", thousands(summary.committed),
                     thousands(summary.rolled_back), thousands(summary.retried), thousands(summary.failed)),
         page);
  if (summary.duration_s > 0 && run.orders.empty())
    figure(
        "throughput",
        fmt::format("{:.1f} committed a second, in {}{}", static_cast<double>(summary.committed) / summary.duration_s,
                    milliseconds(summary.duration_s * 1000), is_reference ? " of virtual time" : ""),
        page);
  tell_warm_up(summary, page);
  if (!summary.retries.empty()) figure("retries", retries_in_words(summary), page);
  tell_times(summary, page);
  figure("lock waits", waits_in_words(summary.waits), page);
  figure("deadlocks",
         thousands(summary.deadlocks) + (summary.unreported_deadlocks == 0
                                             ? ""
                                             : fmt::format(", and {} that the engine reported to nobody",
                                                           thousands(summary.unreported_deadlocks))),
         page);
  if (const auto& server = summary.server_count)
    figure("  the server",
           server->deadlocks == summary.deadlocks
               ? fmt::format("counted as many ({})", clean(server->source))
               : fmt::format("counted {} ({}): {}", thousands(server->deadlocks), clean(server->source),
                             server->deadlocks > summary.deadlocks
                                 ? "others were on it, or sessions of this run were not told"
                                 : "its counter leaves some kinds out, or was read too early"),
           page);
  if (summary.lock_timeouts > 0) figure("lock timeouts", thousands(summary.lock_timeouts), page);
  if (summary.serialization_failures > 0) figure("not serialized", thousands(summary.serialization_failures), page);
  tell_errors(summary, page);
  for (const std::string& note : summary.notes) figure("note", clean(note), page);
  if (summary.stalled)
    page.paragraph(Text("  "),
                   Text(Ink::bad, "The run came to a standstill: every session waited, and nothing could go on."));
}

}  // namespace

bool told_step_by_step(const Report& report, bool verbose) {
  std::size_t orders = 0;
  for (const Run& run : report.runs) orders += run.orders.size();
  return orders > 0 && (verbose || orders <= orders_step_by_step);
}

void tell_orders(const Report& report, const Run& run, bool step_by_step, bool verbose, Page& page) {
  const std::size_t total = run.orders.size();
  if (total == 0) return;
  if (!step_by_step) heading(fmt::format("The {} orders played on {}", total, clean(run.summary.engine)), page);
  for (std::size_t i = 0; i < total; ++i) {
    const PlayedOrder& order = run.orders[i];
    if (step_by_step) {
      heading(total == 1 ? "What happened, step by step" : fmt::format("Order {} of {}, step by step", i + 1, total),
              page);
      draw(dance_of(order, report.story), page);
      tell_locks(order, page);
    } else if (verbose || i < orders_listed) {
      page.paragraph(Text(Ink::dim, fmt::format("  {:3}  ", i + 1)), Text(joined(order.order)));
      page.paragraph(Text("         "), unusual(order));
    }
  }
  if (!step_by_step && !verbose && total > orders_listed)
    page.line(
        Text(Ink::dim, fmt::format("  and {} (--verbose shows them)", counted(total - orders_listed, "more order"))));
}

void tell_checks(const Report& report, Page& page) {
  if (checks_made(report) == 0) return;
  const std::uint64_t failed = checks_failed(report);
  const bool parts =
      std::any_of(report.runs.begin(), report.runs.end(), [](const Run& run) { return run.summary.shard.has_value(); });
  heading(parts ? "What the workload expects of the whole: gridlock merge tells whether it holds"
          : failed == 0
              ? fmt::format("What the workload expects: {} of {} hold", checks_made(report), checks_made(report))
              : fmt::format("What the workload expects: {} of {} FAILED", failed, checks_made(report)),
          page);
  for (const Run& run : report.runs)
    for (const Check& check : run.checks) {
      Text mark = !check.judged ? Text(Ink::dim, "  open    ")
                  : check.holds ? Text(Ink::good, "  holds   ")
                                : Text(Ink::bad, "  FAILED  ");
      Text text(clean(check.what) + ": expected " + clean(check.expected));
      if (!check.judged) {
        page.paragraph(mark, text.add(", here " + clean(check.got)));
      } else if (check.holds) {
        page.paragraph(mark, text);
      } else {
        text.add(", got ").add(Ink::bad, clean(check.got));
        if (const std::string where = to_string(check.where); !where.empty())
          text.add(Ink::dim, " (" + clean(where) + ")");
        page.paragraph(mark, text);
      }
    }
}

void tell_lock_waits(const Report& report, bool verbose, Page& page) {
  const auto& waits = report.analysis.lock_waits;
  if (waits.empty()) return;
  heading("Where sessions waited", page);
  page.line(Text(Ink::dim, fmt::format("  {:>7}  {:>10}  {:>10}  {}", "waits", "in all", "longest", "for a lock on")));
  const std::size_t shown = verbose ? waits.size() : std::min(waits.size(), lock_waits_listed);
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& wait = waits[i];
    Text what(clean(wait.table));
    if (!wait.index.empty()) what.add(fmt::format(" (index {})", clean(wait.index)));
    what.add(" ").add(Ink::dim, "[" + clean(wait.mode) + "]");
    page.paragraph(Text(fmt::format("  {:>7}  {:>10}  {:>10}  ", thousands(wait.count), milliseconds(wait.total_ms),
                                    milliseconds(wait.max_ms))),
                   what);
  }
  if (shown < waits.size())
    page.line(
        Text(Ink::dim, fmt::format("  and {} (--verbose shows them)", counted(waits.size() - shown, "more place"))));
}

void tell_runs(const Report& report, Page& page) {
  for (const Run& run : report.runs)
    if (run.problems.empty()) tell_run(run, page);
}

void tell_inputs(const Report& report, bool verbose, Page& page) {
  if (report.command == "run" || report.command == "compare") return;
  if (report.explored || report.replayed || report.predicted) return;
  heading(report.command == "check" ? "What was checked" : "What was read", page);
  for (const auto& input : report.inputs) {
    Text text;
    if (!input.ledger) {
      text = input.problems.empty() ? Text(Ink::good, "no mistake found")
                                    : Text(Ink::bad, counted(input.problems.size(), "mistake"));
      if (!input.format.empty()) text.add(" (" + clean(input.format) + ")");
    } else {
      const Ledger& ledger = *input.ledger;
      text.add(format_in_words(ledger.format));
      if (!ledger.version.empty()) text.add(", " + clean(ledger.version));
      text.add(fmt::format(", {}, {}", counted(ledger.lines, "line"), counted(ledger.markers, "deadlock report")));
      if (ledger.markers > 0) text.add(fmt::format(": {} understood", thousands(ledger.understood)));
      if (ledger.partly > 0) text.add(Ink::waiting, fmt::format(", {} in part", thousands(ledger.partly)));
      if (ledger.not_understood > 0)
        text.add(Ink::bad, fmt::format(", {} NOT understood", thousands(ledger.not_understood)));
    }
    page.line(Text("  ").add(Ink::strong, clean(input.file)));
    page.paragraph(Text("    "), text);
    if (!verbose || !input.ledger) continue;
    for (const Problem& problem : input.ledger->problems)
      page.paragraph(Text("    "), Text(Ink::dim, clean(to_string(problem.where) + ": " + problem.message)));
  }
}

}  // namespace gridlock::report
