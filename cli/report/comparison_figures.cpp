#include "cli/report/comparison_figures.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/report/headline.h"
#include "cli/report/text.h"
#include "cli/report/words.h"

namespace gridlock::report {
namespace {

using Runs = std::vector<Run>;

constexpr std::string_view expectation = "expected ";

class Table {
 public:
  explicit Table(const Runs& runs) : runs_(runs) {}

  /// A row of the figure that `of` takes from a run. `always`: also when it is nowhere more than nothing.
  template <typename Of>
  void row(std::string name, bool finding, bool always, Of of) {
    FigureRow row{std::move(name), {}, finding};
    bool any = always;
    for (const Run& run : runs_) {
      row.values.push_back(of(run));
      any = any || (row.values.back() != "0" && row.values.back() != "-");
    }
    if (any) rows.push_back(std::move(row));
  }

  void count(std::string name, bool finding, bool always, std::uint64_t RunSummary::*member) {
    row(std::move(name), finding, always, [&](const Run& run) { return thousands(run.summary.*member); });
  }

  std::vector<FigureRow> rows;

 private:
  const Runs& runs_;
};

std::string time_or_dash(double ms) { return ms > 0 ? milliseconds(ms) : "-"; }

/// Of all types together.
Percentiles service_times(const Run& run) {
  Histogram all;
  for (const TransactionTimes& type : run.summary.types) all.merge(type.service);
  return percentiles(all);
}

void add_transactions(const Report& report, Table& table) {
  table.count("committed", false, true, &RunSummary::committed);
  table.count("rolled back", false, false, &RunSummary::rolled_back);
  table.count("retried", false, false, &RunSummary::retried);
  table.count("failed", false, false, &RunSummary::failed);
  const bool storm =
      std::all_of(report.runs.begin(), report.runs.end(), [](const Run& run) { return run.orders.empty(); });
  if (!storm) return;
  table.row("committed a second", false, true, [](const Run& run) {
    const double seconds = run.summary.duration_s;
    return seconds > 0 ? fmt::format("{:.1f}", static_cast<double>(run.summary.committed) / seconds) : std::string("-");
  });
  table.row("took, half up to", false, false, [](const Run& run) { return time_or_dash(service_times(run).p50_ms); });
  table.row("took, 99% up to", false, false, [](const Run& run) { return time_or_dash(service_times(run).p99_ms); });
}

void add_waits(const Report& report, Table& table) {
  table.row("lock waits", false, true, [](const Run& run) { return thousands(run.summary.waits.count); });
  const bool timed =
      std::any_of(report.runs.begin(), report.runs.end(), [](const Run& run) { return run.summary.waits.max_ms > 0; });
  if (!timed) return;
  table.row("  half up to", false, false, [](const Run& run) { return time_or_dash(run.summary.waits.p50_ms); });
  table.row("  95% up to", false, false, [](const Run& run) { return time_or_dash(run.summary.waits.p95_ms); });
  table.row("  99% up to", false, false, [](const Run& run) { return time_or_dash(run.summary.waits.p99_ms); });
  table.row("  the longest", false, false, [](const Run& run) { return time_or_dash(run.summary.waits.max_ms); });
}

void add_findings(const Comparison& comparison, Table& table) {
  table.row("deadlocks", true, true,
            [](const Run& run) { return thousands(run.summary.deadlocks + run.summary.unreported_deadlocks); });
  for (const auto& pattern : comparison.patterns) {
    FigureRow row{"  " + pattern.pattern, {}, true};
    for (const std::uint64_t count : pattern.counts) row.values.push_back(thousands(count));
    table.rows.push_back(std::move(row));
  }
  table.row("  the server counted", true, false, [](const Run& run) {
    return run.summary.server_count ? thousands(run.summary.server_count->deadlocks) : std::string("-");
  });
  table.count("  reported to nobody", true, false, &RunSummary::unreported_deadlocks);
  table.count("lock timeouts", true, false, &RunSummary::lock_timeouts);
  table.count("not serialized", true, false, &RunSummary::serialization_failures);
  table.count("errors", true, false, &RunSummary::errors);
}

/// The workload's expectations, by what they are about.
void add_checks(const Report& report, Table& table) {
  std::vector<std::string> names;
  for (const Run& run : report.runs)
    for (const Check& check : run.checks)
      if (std::find(names.begin(), names.end(), check.what) == names.end()) names.push_back(check.what);
  for (const std::string& name : names)
    table.row(std::string(expectation) + clean(name), true, true, [&](const Run& run) {
      for (const Check& check : run.checks)
        if (check.what == name) return check.holds ? std::string("holds") : "FAILED: " + clean(check.got);
      return std::string("-");
    });
}

std::string result_in_words(const PlayedOrder::Result& result) {
  if (!result.returns_rows) return counted(static_cast<std::uint64_t>(result.affected), "row");
  if (result.rows.empty()) return "reads no row";
  constexpr std::size_t cells_shown = 6;
  std::string out = result.rows.size() == 1 ? "reads " : fmt::format("reads {} rows: ", result.rows.size());
  std::size_t cells = 0;
  for (const auto& row : result.rows) {
    if (cells >= cells_shown) return out + ", ...";
    if (&row != &result.rows.front()) out += "; ";
    for (std::size_t i = 0; i < row.size(); ++i, ++cells) out += (i == 0 ? "" : ", ") + clean(to_text(row[i]));
  }
  return out;
}

std::string outcome_in_words(Outcome outcome, const ComparedStep& step) {
  if (outcome == Outcome::error && step.error)
    return fmt::format("error {}: {}", clean(step.error->code), clean(step.error->message));
  if (outcome == Outcome::deadlock) return "deadlock: it is the victim";
  if (outcome == Outcome::skipped) return "skipped: its session still waits";
  if (outcome == Outcome::done && step.result) return "done: " + result_in_words(*step.result);
  return std::string(to_string(outcome));
}

}  // namespace

bool FigureRow::differs() const {
  return std::any_of(values.begin(), values.end(), [&](const std::string& value) { return value != values.front(); });
}

std::vector<FigureRow> figures_of(const Report& report, const Comparison& comparison) {
  Table table(report.runs);
  add_transactions(report, table);
  add_waits(report, table);
  add_findings(comparison, table);
  add_checks(report, table);
  return std::move(table.rows);
}

std::string column_name(std::size_t number) {
  const std::string letter(1, static_cast<char>('A' + number % 26));
  return number < 26 ? letter : column_name(number / 26 - 1) + letter;
}

std::string run_in_words(const Run& run) {
  return clean(run.summary.engine) + (run.summary.isolation.empty() ? "" : ", " + clean(run.summary.isolation));
}

std::string in_words(const ComparedStep& step) {
  if (!step.played) return "not played";
  if (step.outcome != Outcome::waits) return outcome_in_words(step.outcome, step);
  std::string out = step.blocked_by.empty() ? "waits" : "waits for " + listed(step.blocked_by);
  return out + (step.end ? ", then " + outcome_in_words(*step.end, step) : ", and waits still at the end");
}

std::string_view explained(const ComparedRow& row) {
  const auto any = [&](Outcome outcome) {
    return std::any_of(row.on.begin(), row.on.end(), [&](const ComparedStep& step) {
      return step.played && (step.outcome == outcome || step.end == outcome);
    });
  };
  const bool skipped = any(Outcome::skipped) ||
                       std::any_of(row.on.begin(), row.on.end(), [](const ComparedStep& step) { return !step.played; });
  if (row.outcomes && skipped) return "It could not be played everywhere: what came before it went another way.";
  if (row.outcomes && any(Outcome::deadlock))
    return "Only where each waits for the other is one rolled back; elsewhere one of the locks was not taken, or did "
           "not conflict.";
  if (row.outcomes && any(Outcome::serialization_failure))
    return "Where reads must stay repeatable without a lock, the database refuses the write instead of letting it "
           "wait.";
  if (row.outcomes && any(Outcome::waits))
    return "Where it waits, another session holds a lock that this statement needs; where it goes on, that lock was "
           "not taken, or does not conflict.";
  if (row.outcomes) return "The databases answer this statement differently.";
  if (row.blockers) return "It waits everywhere, but not for the same sessions.";
  if (row.results)
    return "It goes on everywhere, but finds other rows: which changes of others a statement sees depends on the "
           "isolation level.";
  return "It does the same everywhere, but locks more or less: later statements of others may wait on one, and not on "
         "the other.";
}

std::string comparison_headline(const Report& report, const Comparison& comparison) {
  const auto figures = figures_of(report, comparison);
  std::vector<std::string> apart;
  for (const FigureRow& row : figures)
    if (row.finding && row.differs() && !row.name.starts_with("  ") && !row.name.starts_with(expectation))
      apart.push_back(row.name);
  const auto is_broken = [](const FigureRow& row) { return row.name.starts_with(expectation) && row.differs(); };
  if (std::any_of(figures.begin(), figures.end(), is_broken)) apart.emplace_back("what the workload expects");
  const std::string what = counted(report.runs.size(), "run");
  if (!apart.empty()) return fmt::format("{} compared: they differ in {}.", what, listed(apart));
  if (!comparison.rows.empty())
    return fmt::format("{} compared: they come to the same, by different ways ({} of {} differ).", what,
                       thousands(comparison.rows.size()), counted(comparison.steps, "step"));
  return comparison.steps > 0 ? fmt::format("{} compared: the same, step by step.", what)
                              : fmt::format("{} compared: the same findings on all.", what);
}

}  // namespace gridlock::report
