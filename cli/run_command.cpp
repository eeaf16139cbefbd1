#include "cli/commands.h"
#include "cli/play.h"

namespace gridlock {

int run_command(const Options& options) { return play_and_report(options, "run"); }

}  // namespace gridlock
