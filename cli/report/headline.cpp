#include "cli/report/headline.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <utility>

#include "cli/report/comparison_figures.h"
#include "cli/report/explored.h"
#include "cli/report/predicted.h"
#include "cli/report/text.h"
#include "cli/report/words.h"

namespace gridlock::report {
namespace {

std::uint64_t problem_count(const Report& report) {
  std::uint64_t sum = 0;
  for (const auto& input : report.inputs) sum += input.problems.size();
  for (const Run& run : report.runs) sum += run.problems.size();
  return sum;
}

std::uint64_t waits(const Report& report) {
  std::uint64_t sum = 0;
  for (const Run& run : report.runs) sum += run.summary.waits.count;
  return sum;
}

std::uint64_t transactions(const Report& report) {
  std::uint64_t sum = 0;
  for (const Run& run : report.runs) sum += run.summary.committed + run.summary.rolled_back;
  return sum;
}

std::vector<std::string> files_of(const Report& report, bool (*which)(const Report::Input&)) {
  std::vector<std::string> names;
  for (const auto& input : report.inputs)
    if (!input.file.empty() && which(input)) names.push_back(clean(input.file));
  return names;
}

std::string some_files(const std::vector<std::string>& names) {
  return names.size() > 3 ? counted(names.size(), "file") : listed(names);
}

std::vector<std::string> names_of(const Deadlock& deadlock) {
  std::vector<std::string> names;
  for (const Party& party : deadlock.parties) names.push_back(clean(party.name));
  return names;
}

/// `alice and bob wait for each other, and the database rolls back bob`
std::string the_ring(const Deadlock& deadlock) {
  std::string out =
      deadlock.parties.size() > 4 ? counted(deadlock.parties.size(), "transaction") : listed(names_of(deadlock));
  out += deadlock.parties.size() > 2 ? " wait for each other in a ring" : " wait for each other";
  if (deadlock.victim && *deadlock.victim < deadlock.parties.size())
    out += fmt::format(", and the database rolls {} back", clean(deadlock.parties[*deadlock.victim].name));
  return out;
}

/// The tables that the deadlock is about, each once.
std::string tables_of(const Deadlock& deadlock) {
  std::vector<std::string> tables;
  for (const Party& party : deadlock.parties) {
    if (!party.waits_for || party.waits_for->table.empty()) continue;
    const std::string table = clean(party.waits_for->table);
    if (std::find(tables.begin(), tables.end(), table) == tables.end()) tables.push_back(table);
  }
  std::sort(tables.begin(), tables.end());
  return tables.empty() ? "" : " on " + listed(tables);
}

std::string found(const Report& report) {
  const std::uint64_t count = deadlocks_found(report);
  const auto& all = report.analysis.deadlocks;
  std::string out = counted(count, "deadlock");
  if (const std::size_t kinds = kinds_of(report.analysis).size(); kinds > 1) out += fmt::format(" of {} kinds", kinds);
  if (report.command == "analyze") {
    out += " found in " + some_files(files_of(report, [](const auto&) { return true; }));
  } else {
    out += " found";
    if (transactions(report) > count + 8) out += fmt::format(" in {}", counted(transactions(report), "transaction"));
  }
  if (all.size() == 1 && !all.front().deadlock.parties.empty()) out += ": " + the_ring(all.front().deadlock);
  if (findings(report) == 0) {
    out += count == 1 ? "; it is known or suppressed" : "; all of them are known or suppressed";
  } else if (const std::uint64_t excused = count - findings(report); excused > 0) {
    out += fmt::format("; {} of them known or suppressed", thousands(excused));
  }
  const auto blind = files_of(report, [](const auto& input) { return not_understood(input); });
  return blind.empty() ? out : out + "; not everything was understood in " + some_files(blind);
}

std::string none_found(const Report& report) {
  if (report.command == "analyze") {
    const auto blind = files_of(report, [](const auto& input) { return not_understood(input); });
    if (!blind.empty()) return "No deadlock could be read, but not everything was understood in " + some_files(blind);
    return "No deadlock in " + some_files(files_of(report, [](const auto&) { return true; }));
  }
  std::string out = fmt::format("No deadlock in this run: {}, {}", counted(transactions(report), "transaction"),
                                counted(waits(report), "lock wait"));
  std::uint64_t timeouts = 0, errors = 0;
  for (const Run& run : report.runs) timeouts += run.summary.lock_timeouts;
  for (const Run& run : report.runs) errors += run.summary.errors;
  if (timeouts > 0) out += ", " + counted(timeouts, "lock timeout");
  return errors > 0 ? out + ", " + counted(errors, "error") : out;
}

std::string checked(const Report& report) {
  const auto files = files_of(report, [](const auto&) { return true; });
  const std::uint64_t mistakes = problem_count(report);
  if (mistakes == 0) return fmt::format("No mistake found in {}", some_files(files));
  const auto bad = files_of(report, [](const auto& input) { return !input.problems.empty(); });
  return fmt::format("{} in {}", counted(mistakes, "mistake"), some_files(bad));
}

bool nothing_played(const Report& report) {
  return (report.command == "run" || report.command == "compare") && problem_count(report) > 0 &&
         std::all_of(report.runs.begin(), report.runs.end(), [](const Run& run) { return !run.problems.empty(); });
}

}  // namespace

std::uint64_t deadlocks_found(const Report& report) {
  std::uint64_t told = 0, counted_by_run = 0;
  for (const auto& one : report.analysis.deadlocks) told += one.deadlock.count;
  for (const Run& run : report.runs) counted_by_run += run.summary.deadlocks + run.summary.unreported_deadlocks;
  return std::max(told, counted_by_run);
}

bool is_finding(const DiagnosedDeadlock& one) { return !one.known && one.suppressed.empty(); }

std::uint64_t findings(const Report& report) {
  std::uint64_t excused = 0;
  for (const auto& one : report.analysis.deadlocks)
    if (!is_finding(one)) excused += one.deadlock.count;
  return deadlocks_found(report) - excused;
}

std::uint64_t checks_made(const Report& report) {
  std::uint64_t sum = 0;
  for (const Run& run : report.runs) sum += run.checks.size();
  return sum;
}

std::uint64_t checks_failed(const Report& report) {
  std::uint64_t sum = 0;
  for (const Run& run : report.runs)
    for (const Check& check : run.checks) sum += check.holds || !check.judged ? 0 : 1;
  return sum;
}

bool not_understood(const Report::Input& input) {
  if (!input.ledger) return false;
  const Ledger& ledger = *input.ledger;
  return ledger.format.empty() || ledger.not_understood > 0 || ledger.understood + ledger.partly < ledger.markers;
}

std::string headline(const Report& report) {
  std::string out;
  if (report.command == "check") {
    out = checked(report);
  } else if (report.explored) {
    out = explored_headline(report);
  } else if (report.replayed) {
    out = replayed_headline(report);
  } else if (report.predicted) {
    out = predicted_headline(report);
  } else if (report.command == "compare" && !report.runs.empty() && !nothing_played(report)) {
    return comparison_headline(report, compare_runs(report));
  } else if (nothing_played(report)) {
    out = "Nothing was played: " + counted(problem_count(report), "mistake");
  } else {
    out = deadlocks_found(report) > 0 ? found(report) : none_found(report);
  }
  return out + ".";
}

std::string context(const Report& report) {
  std::string out;
  const bool played = report.command == "run" || report.explored || report.replayed;
  if (!played || report.runs.empty()) return out;
  out = clean(report.runs.front().summary.workload);
  for (std::size_t i = 0; i < report.runs.size(); ++i)
    out += (i == 0 ? " on " : ", ") + clean(report.runs[i].summary.engine);
  out += fmt::format(", seed {}", report.runs.front().summary.seed);
  return out;
}

std::string format_in_words(const std::string& format) {
  struct Row {
    std::string_view id, words;
  };
  static constexpr std::array rows{
      Row{"", "no known log format"},
      Row{"innodb-status", "InnoDB status text"},
      Row{"innodb-error-log", "MySQL error log"},
      Row{"innodb-report", "InnoDB deadlock report"},
      Row{"mysql-client", "error messages of a MySQL client"},
      Row{"postgresql-stderr", "PostgreSQL log"},
      Row{"postgresql-csvlog", "PostgreSQL log (CSV)"},
      Row{"postgresql-jsonlog", "PostgreSQL log (JSON)"},
      Row{"postgresql-client", "error messages of a PostgreSQL client"},
      Row{"gridlock-trace", "gridlock trace"},
  };
  // A file may hold several kinds of logs.
  if (const std::size_t plus = format.find(" + "); plus != std::string::npos)
    return format_in_words(format.substr(0, plus)) + " and " + format_in_words(format.substr(plus + 3));
  for (const Row& row : rows)
    if (row.id == format) return std::string(row.words);
  return format;
}

std::vector<Kind> kinds_of(const Analysis& analysis) {
  std::vector<Kind> kinds;
  std::map<std::pair<std::string, std::string>, std::size_t> places;  // pattern and tables, to the place in `kinds`
  for (const DiagnosedDeadlock& one : analysis.deadlocks) {
    const std::string tables = tables_of(one.deadlock);
    const auto [place, is_new] = places.try_emplace({one.diagnosis.pattern, tables}, kinds.size());
    if (is_new) kinds.push_back({{}, 0, tables});
    Kind& kind = kinds[place->second];
    kind.shapes.push_back(&one);
    kind.count += one.deadlock.count;
  }
  const auto more_often = [](const auto* a, const auto* b) { return a->deadlock.count > b->deadlock.count; };
  for (Kind& kind : kinds) std::stable_sort(kind.shapes.begin(), kind.shapes.end(), more_often);
  std::stable_sort(kinds.begin(), kinds.end(), [](const Kind& a, const Kind& b) { return a.count > b.count; });
  return kinds;
}

}  // namespace gridlock::report
