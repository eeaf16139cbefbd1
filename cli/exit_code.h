#pragma once
/// What the command ends with: the contract's exit codes, never renumbered.
#include <optional>
#include <string>
#include <string_view>

#include "cli/report/report.h"

namespace gridlock {

enum ExitCode : int {
  exit_nothing_found = 0,   ///< or all expectations hold
  exit_found = 1,           ///< a deadlock, or an expectation that failed
  exit_wrong_input = 2,     ///< the input or the command line is wrong
  exit_engine_lost = 3,     ///< an engine could not be reached or was lost
  exit_not_understood = 4,  ///< a log carries something not understood, or is no known log at all
  exit_signalled = 128,     ///< plus the signal's number
};

/// What makes exit code 1.
struct FailOn {
  bool chosen =
      false;  ///< `--fail-on` was given; else a deadlock counts, unless the workload's own expectations judge it
  bool never = false;
  bool deadlock = false;
  bool lock_timeout = false;
  bool potential_deadlock = false;  ///< one that a command finds without its having happened; run and analyze find none
  std::optional<double> wait_ms;    ///< a lock wait longer than this
};

struct ReadFailOn {
  FailOn fail_on;
  std::string problem;  ///< empty: it was understood
  std::string hint;
};
/// Reads `deadlock,lock-timeout,wait>500ms,never`.
ReadFailOn read_fail_on(std::string_view words);

struct Judging {
  FailOn fail_on;
  bool allow_partial = false;
  bool workload_judges_deadlocks =
      false;  ///< its `expect` says how many deadlocks there are to be, or what steps come to
};

/// 4 outranks 1: a report on half a log is no clean bill. 2 outranks both: nothing was played.
int exit_code(const Report& report, const Judging& judging);

}  // namespace gridlock
