#pragma once
/// The dance: who did what when, and what came of it, a column per session.
#include <map>
#include <string>
#include <vector>

#include "cli/report/report.h"
#include "cli/report/text.h"
#include "model/deadlock.h"

namespace gridlock::report {

/// One line of the dance.
struct DanceStep {
  std::string session;
  std::string label;  ///< the step's name, or its number
  std::string sql;    ///< empty: the step stood in a queue and goes on now
  Text outcome;       ///< "done", "waits for bob", "deadlock: ..."
};

/// What led to a deadlock. Only the last `at_most` steps; `left_out` says how many came before (0: none).
struct Dance {
  std::vector<std::string> sessions;  ///< in the order of their columns
  std::vector<DanceStep> steps;
  std::size_t left_out = 0;
  std::size_t statement_lines = 0;  ///< longer statements are cut in the middle; 0: none is
};
Dance dance_of(const Deadlock& deadlock, std::size_t at_most);

/// One played order of a story, whole.
Dance dance_of(const PlayedOrder& order, const std::map<std::string, Report::StoryStep>& story);

/// Columns side by side where they fit, a line per step where they do not.
void draw(const Dance& dance, Page& page);

}  // namespace gridlock::report
