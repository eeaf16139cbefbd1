// A comparison for people: the table, then where the engines went different ways.
#include <fmt/format.h>

#include <algorithm>

#include "cli/report/comparison_figures.h"
#include "cli/report/sections.h"
#include "cli/report/words.h"

namespace gridlock::report {
namespace {

constexpr std::size_t rows_shown = 12;
constexpr std::size_t locks_shown = 4;

void tell_legend(const Report& report, Page& page) {
  heading("Compared", page);
  for (std::size_t i = 0; i < report.runs.size(); ++i)
    page.paragraph(Text("  ").add(Ink::strong, column_name(i)).add("  "), Text(run_in_words(report.runs[i])));
}

std::string right(const std::string& text, std::size_t width) {
  const std::size_t used = columns(text);
  return std::string(used < width ? width - used : 0, ' ') + text;
}

/// Columns `first` to `last` of the table, last excluded.
void tell_columns(const std::vector<FigureRow>& rows, std::size_t first, std::size_t last, std::size_t name_width,
                  std::size_t width, Page& page) {
  page.blank();
  Text head = Text("  ").add(Text("").padded(name_width));
  for (std::size_t i = first; i < last; ++i) head.add(Ink::strong, right(column_name(i), width));
  page.line(head);
  for (const FigureRow& row : rows) {
    std::string shown = row.name;
    if (columns(shown) > name_width) shown = Text(shown).wrapped(name_width - 3).front().str(false) + "...";
    Text line = Text("  ").add(Text(shown).padded(name_width));
    const Ink ink = row.finding && row.differs() ? Ink::waiting : Ink::plain;
    for (std::size_t i = first; i < last; ++i) {
      std::string value = row.values[i];
      if (columns(value) >= width) value = Text(value).wrapped(width - 2).front().str(false) + "~";
      line.add(ink, right(value, width));
    }
    page.line(line);
  }
}

void tell_figures(const std::vector<FigureRow>& rows, std::size_t count, Page& page) {
  std::size_t width = 12;
  for (const FigureRow& row : rows)
    for (const std::string& value : row.values) width = std::max(width, std::min<std::size_t>(columns(value) + 2, 22));
  std::size_t longest = 0;
  for (const FigureRow& row : rows) longest = std::max(longest, columns(row.name) + 2);
  const std::size_t least = page.width() >= 70 ? 28 : 20;
  const std::size_t left = page.width() > count * width + 2 ? page.width() - count * width - 2 : 0;
  const std::size_t name_width = std::max(least, std::min(longest, left));
  const std::size_t at_once =
      std::max<std::size_t>(1, (page.width() - 2 - std::min(page.width() - 2, name_width)) / width);
  for (std::size_t first = 0; first < count; first += at_once)
    tell_columns(rows, first, std::min(count, first + at_once), name_width, width, page);
}

void tell_locks(const std::vector<Lock>& took, Page& page) {
  for (std::size_t i = 0; i < std::min(took.size(), locks_shown); ++i)
    page.paragraph(Text("         "), Text(took[i].waiting ? "asks for " : "now holds ").add(described(took[i])));
  if (took.size() > locks_shown)
    page.line(Text(Ink::dim, fmt::format("         and {}", counted(took.size() - locks_shown, "more lock"))));
}

/// Columns with the same words share a line.
void tell_row(const ComparedRow& row, Page& page) {
  page.paragraph(Text("  ").add(Ink::strong, clean(row.step)).add("  "),
                 Text(clean(row.session) + ": " + clean(row.sql)));
  std::vector<bool> told(row.on.size());
  for (std::size_t i = 0; i < row.on.size(); ++i) {
    if (told[i]) continue;
    std::string names = column_name(i);
    for (std::size_t j = i + 1; j < row.on.size(); ++j) {
      if (in_words(row.on[j]) != in_words(row.on[i]) || (row.locks && !(row.on[j].took == row.on[i].took))) continue;
      told[j] = true;
      names += " " + column_name(j);
    }
    const bool waits = row.on[i].played && row.on[i].outcome == Outcome::waits;
    page.paragraph(Text("      ").add(Ink::strong, names).add("  "),
                   Text(waits ? Ink::waiting : Ink::plain, in_words(row.on[i])));
    if (row.locks || row.outcomes) tell_locks(row.on[i].took, page);
  }
  page.paragraph(Text("      "), Text(Ink::dim, explained(row)));
}

}  // namespace

void tell_comparison(const Report& report, bool verbose, Page& page) {
  const Comparison comparison = compare_runs(report);
  tell_legend(report, page);
  tell_figures(figures_of(report, comparison), report.runs.size(), page);
  if (comparison.steps == 0) return;
  heading(comparison.rows.empty() ? "Step by step, they do the same" : "Where they differ, step by step", page);
  const bool several = comparison.rows.size() > 0 && report.runs.front().orders.size() > 1;
  std::size_t order = comparison.rows.size();
  const std::size_t shown = verbose ? comparison.rows.size() : std::min(comparison.rows.size(), rows_shown);
  for (std::size_t i = 0; i < shown; ++i) {
    const ComparedRow& row = comparison.rows[i];
    if (several && (i == 0 || row.order != order))
      page.line(Text(Ink::title, fmt::format("  Order {}", row.order + 1)));
    order = row.order;
    tell_row(row, page);
  }
  if (shown < comparison.rows.size())
    page.line(Text(Ink::dim, fmt::format("  and {} (--verbose shows them)",
                                         counted(comparison.rows.size() - shown, "more step"))));
}

}  // namespace gridlock::report
