#pragma once
/// The table of a comparison: one figure a row, one run a column, as text that every format can use.
#include <string>
#include <vector>

#include "cli/report/comparison.h"
#include "cli/report/report.h"

namespace gridlock::report {

struct FigureRow {
  std::string name;
  std::vector<std::string> values;  ///< as `Report::runs`
  bool finding = false;             ///< not a measurement: where it differs, the engines do

  bool differs() const;
};

/// The figures that say something about these runs.
std::vector<FigureRow> figures_of(const Report& report, const Comparison& comparison);

/// `A`, `B`, ..., `Z`, `AA`: what the columns are called.
std::string column_name(std::size_t number);

/// `reference:innodb, read committed`
std::string run_in_words(const Run& run);

/// `waits for alice, then done`, `error 1062: Duplicate entry`, `done: 1 row`
std::string in_words(const ComparedStep& step);

/// Why such a difference is one, for a reader who sees it for the first time.
std::string_view explained(const ComparedRow& row);

/// The comparison in one sentence.
std::string comparison_headline(const Report& report, const Comparison& comparison);

}  // namespace gridlock::report
