#pragma once
/// The command line as a value.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/exit_code.h"
#include "cli/formats.h"
#include "drivers/live/live_driver.h"
#include "model/sql/ast.h"
#include "workloads/runner/runner.h"

namespace gridlock {

enum class Command : unsigned char {
  run,
  compare,
  explore,
  replay,
  predict,
  analyze,
  merge,
  check,
  locks,
  import,
  help,
  version,
};
enum class Colour : unsigned char { automatic, always, never };

/// An isolation level, and how it is written.
struct AskedIsolation {
  sql::Isolation level;
  std::string words;
};

struct Options {
  Command command = Command::help;
  std::string help;  ///< what to print, for `help`

  std::vector<std::string> files;  ///< `-` is standard input
  std::vector<std::string> engines;
  std::optional<std::uint64_t> seed;
  std::vector<AskedIsolation> isolations;  ///< one at most, but for `compare`
  std::optional<Shard> shard;
  bool locks = false;
  std::string schema;  ///< file with the tables of `gridlock locks`, and of `predict --from-log`
  std::string trace;   ///< file for the trace; empty: none
  live::Options live;  ///< what a run may do on a server
  bool allow_partial = false;
  std::string since, until;      ///< times, as they were given; empty: none
  std::string table, pattern;    ///< only deadlocks on the table, of the pattern; empty: any
  bool redact = false;           ///< no literals and no key values in any output
  bool follow = false;           ///< go on as the log grows
  std::string baseline;          ///< file of the shapes that are known; empty: none
  bool update_baseline = false;  ///< write the baseline anew
  std::string to_workload;       ///< folder for workloads made of the deadlocks; empty: none
  std::string suppressions;      ///< file of what is no finding, and why; empty: none

  // explore
  std::optional<std::uint64_t> sessions;       ///< of a storm, at the same time
  std::optional<std::uint64_t> values;         ///< of each parameter of a storm
  std::optional<std::uint64_t> max_schedules;  ///< at most
  std::optional<std::uint64_t> time_limit_ms;
  std::optional<std::uint64_t> random;  ///< so many schedules by chance, instead of all
  std::optional<std::uint64_t> depth;   ///< of the bugs that chance looks for
  std::string resume;                   ///< file to go on from, and to leave the rest in; empty: none
  std::vector<std::string> from_logs;   ///< predict: statement logs
  std::string states;                   ///< file for every deadlock state; empty: none
  std::string schedules;                ///< folder for a schedule file of each witness; empty: none

  Format format = Format::text;
  std::string output;  ///< file for the report; empty: standard output
  std::vector<std::pair<Format, std::string>> reports;
  FailOn fail_on;
  Colour colour = Colour::automatic;
  std::optional<int> width;
  bool quiet = false;
  bool verbose = false;
};

/// What is wrong with a command line, and what to type instead.
struct UsageProblem {
  std::string message;
  std::string hint;
};

struct ReadOptions {
  Options options;
  std::vector<UsageProblem> problems;  ///< all at once; empty: `options` is good
};

/// `words`: the command line without the program's name.
ReadOptions read_options(const std::vector<std::string>& words);

/// What `gridlock --help` and `gridlock COMMAND --help` print.
std::string help_text();
std::string help_text(Command command);

}  // namespace gridlock
