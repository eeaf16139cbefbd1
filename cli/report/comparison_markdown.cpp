#include "cli/report/comparison_markdown.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/report/comparison_figures.h"

namespace gridlock::report {
namespace {

// GitHub refuses comments above 65,536 characters.
constexpr std::size_t steps_shown = 20;

}  // namespace

std::string comparison_markdown(const Report& report, std::string (*escaped)(std::string_view),
                                std::string (*code)(std::string_view)) {
  const Comparison comparison = compare_runs(report);
  std::string out = "\n| |", line = "\n|---|";
  for (const Run& run : report.runs) {
    out += fmt::format(" {} |", escaped(run_in_words(run)));
    line += "--:|";
  }
  out += line + "\n";
  for (const FigureRow& row : figures_of(report, comparison)) {
    const bool stands_out = row.finding && row.differs();
    out += fmt::format("| {}{} |", row.name.starts_with("  ") ? "&nbsp;&nbsp;" : "", escaped(row.name));
    const char* bold = stands_out ? "**" : "";
    for (const std::string& value : row.values) out += fmt::format(" {}{}{} |", bold, escaped(value), bold);
    out += "\n";
  }
  if (comparison.steps == 0) return out;
  if (comparison.rows.empty()) return out + "\nStep by step, they do the same.\n";
  out += "\n**Where they differ, step by step**\n\n| step | |";
  for (const Run& run : report.runs) out += fmt::format(" {} |", escaped(run_in_words(run)));
  out += "\n|---|---|";
  for (std::size_t i = 0; i < report.runs.size(); ++i) out += "---|";
  out += "\n";
  for (std::size_t i = 0; i < std::min(comparison.rows.size(), steps_shown); ++i) {
    const ComparedRow& row = comparison.rows[i];
    out += fmt::format("| {} | {} |", escaped(row.step), code(row.sql));
    for (const ComparedStep& step : row.on)
      out += fmt::format(" {}{} |", escaped(in_words(step)),
                         row.locks ? fmt::format(", {} locks taken", step.took.size()) : "");
    out += "\n";
  }
  if (comparison.rows.size() > steps_shown)
    out += fmt::format("\nAnd {} more steps.\n", comparison.rows.size() - steps_shown);
  return out;
}

}  // namespace gridlock::report
