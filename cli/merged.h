#pragma once
/// Joins the reports of parts into the report of the whole, without loss: counts and histograms add up, deadlocks of
/// one shape become one with their counts.
#include <string>
#include <vector>

#include "cli/report/report.h"

namespace gridlock {

struct MergedReport {
  Report report;
  std::string problem;  ///< why they cannot be joined; empty: they are
};

/// Runs of the same engine, workload, seed and isolation level that are parts of one storm become one run; all others
/// stand side by side. When every part is there, the workload's counts are judged anew. REQUIRES: at least one report.
MergedReport merged(std::vector<Report> parts);

}  // namespace gridlock
