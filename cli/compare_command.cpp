#include "cli/commands.h"
#include "cli/console.h"
#include "cli/play.h"

namespace gridlock {

int compare_command(const Options& options) {
  if (options.engines.size() < 2 && options.isolations.size() < 2) {
    complain(options, "there is nothing to compare with",
             "name two engines (--engine A --engine B), or two isolation levels (--isolation rc --isolation rr)");
    return exit_wrong_input;
  }
  return play_and_report(options, "compare");
}

}  // namespace gridlock
