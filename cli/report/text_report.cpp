// The report for people: what was found in one sentence, then each deadlock explained, then the figures.
#include <fmt/format.h>

#include <algorithm>

#include "cli/report/headline.h"
#include "cli/report/report.h"
#include "cli/report/sections.h"
#include "cli/report/words.h"

namespace gridlock {
namespace {

using namespace report;

constexpr std::size_t kinds_shown = 3;

void tell_headline(const Report& report, Page& page) {
  const bool bad = deadlocks_found(report) > 0 || (report.explored && !report.explored->witnesses.empty()) ||
                   checks_failed(report) > 0 || std::any_of(report.inputs.begin(), report.inputs.end(), not_understood);
  const Ink ink = checks_made(report) > 0 && checks_failed(report) == 0 ? Ink::strong : bad ? Ink::bad : Ink::good;
  if (report.stopped)
    page.paragraph(Text(), Text(Ink::waiting, "Stopped by a signal: this is the report of what happened so far."));
  page.paragraph(Text(), Text(ink, headline(report)));
  if (const std::string line = context(report); !line.empty()) page.paragraph(Text(), Text(Ink::dim, line));
  if (checks_made(report) == 0) return;
  if (const std::uint64_t failed = checks_failed(report); failed > 0) {
    page.paragraph(Text(), Text(Ink::bad, fmt::format("{} of the workload's {} failed.", thousands(failed),
                                                      counted(checks_made(report), "expectation"))));
  } else {
    page.paragraph(
        Text(), Text(Ink::good, checks_made(report) == 1 ? "The workload's expectation holds."
                                                         : fmt::format("All {} of the workload hold.",
                                                                       counted(checks_made(report), "expectation"))));
  }
}

void tell_deadlocks(const Report& report, const Style& style, bool with_dance, Page& page) {
  const auto kinds = kinds_of(report.analysis);
  const std::size_t shown = style.verbose ? kinds.size() : std::min(kinds.size(), kinds_shown);
  Told told;
  for (std::size_t i = 0; i < shown; ++i)
    tell_kind(kinds[i],
              {i + 1, kinds.size(), with_dance, report.command == "run" || report.command == "compare", style.verbose},
              told, page);
  if (shown == kinds.size()) return;
  std::uint64_t rest = 0;
  for (std::size_t i = shown; i < kinds.size(); ++i) rest += kinds[i].count;
  page.blank();
  page.paragraph(Text(),
                 Text(Ink::dim, fmt::format("And {} of {} (--verbose tells them).", counted(rest, "more deadlock"),
                                            counted(kinds.size() - shown, "other kind"))));
}

/// One run is one schedule: that it was quiet proves little, and the report says so.
void tell_limits(const Report& report, Page& page) {
  if (report.command != "run" || deadlocks_found(report) > 0 || report.runs.empty()) return;
  const bool story = !report.runs.front().orders.empty();
  page.blank();
  page.paragraph(Text(),
                 Text(Ink::dim, story ? "Only the orders above were played: in another order of the same steps a "
                                        "deadlock may still be possible."
                                      : "One run plays one of many possible schedules: another --seed may still "
                                        "find a deadlock."));
}

void tell_again(const Report& report, Page& page) {
  if (report.again.empty()) return;
  heading("The same again", page);
  page.line(Text("  " + clean(report.again)));
}

}  // namespace

std::string to_text(const Report& report, const Style& style) {
  Page page(static_cast<std::size_t>(std::max(style.width, 40)));
  const bool step_by_step = report.command != "compare" && told_step_by_step(report, style.verbose);
  tell_headline(report, page);
  tell_replay(report, page);
  const bool compares = report.command == "compare" && !report.runs.empty();
  // a comparison has them in its table
  if (!compares && checks_failed(report) > 0) tell_checks(report, page);
  tell_kinds(kinds_of(report.analysis), style.verbose, page);
  if (compares) tell_comparison(report, style.verbose, page);
  if (!compares)
    for (const Run& run : report.runs) tell_orders(report, run, step_by_step, style.verbose, page);
  tell_deadlocks(report, style, !step_by_step, page);
  tell_witnesses(report, style.verbose, page);
  tell_coverage(report, page);
  tell_predicted(report, page);
  if (!report.explored) tell_lock_waits(report, style.verbose, page);
  if (!compares && !report.explored) tell_runs(report, page);
  if (!compares && checks_failed(report) == 0) tell_checks(report, page);
  tell_inputs(report, style.verbose, page);
  tell_limits(report, page);
  tell_again(report, page);
  return page.str(style.colour);
}

}  // namespace gridlock
