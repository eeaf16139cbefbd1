#pragma once
/// The parts of the text report, in the order in which they are told.
#include <cstddef>
#include <string_view>
#include <vector>

#include "cli/report/headline.h"
#include "cli/report/report.h"
#include "cli/report/text.h"

namespace gridlock::report {

/// What has been explained already, so that a term is explained where it is first met and not again.
struct Told {
  std::vector<std::string_view> terms;
  bool deadlock = false;    ///< what a deadlock is
  bool conditions = false;  ///< the four conditions
};

void heading(std::string_view title, Page& page);

/// A paragraph of words of the user or of a rule, with its own line breaks kept.
void paragraphs(const Text& first, std::string_view text, Page& page);

/// How often each kind of deadlock was seen, when there are several.
void tell_kinds(const std::vector<Kind>& kinds, bool verbose, Page& page);

/// One kind of deadlock by its most frequent shape: what happened, the ring, why, what to do. `number` of `total`
/// kinds.
struct Telling {
  std::size_t number, total;
  bool with_dance;  ///< false: the orders played, shown before, told it already
  bool of_run;      ///< its times are times since the run began
  bool verbose;     ///< every shape
};
void tell_kind(const Kind& kind, const Telling& telling, Told& told, Page& page);

/// The orders of a story: step by step while they are few, else a line each.
bool told_step_by_step(const Report& report, bool verbose);
void tell_orders(const Report& report, const Run& run, bool step_by_step, bool verbose, Page& page);

/// explore: the bounds, and the shortest order to each finding; replay: where it departed from its schedule.
void tell_coverage(const Report& report, Page& page);
void tell_witnesses(const Report& report, bool verbose, Page& page);
void tell_predicted(const Report& report, Page& page);
void tell_replay(const Report& report, Page& page);

/// Several runs side by side.
void tell_comparison(const Report& report, bool verbose, Page& page);

void tell_checks(const Report& report, Page& page);
void tell_lock_waits(const Report& report, bool verbose, Page& page);
void tell_runs(const Report& report, Page& page);
void tell_inputs(const Report& report, bool verbose, Page& page);

}  // namespace gridlock::report
