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
#include "model/sql/ast.h"

namespace gridlock {

enum class Command : unsigned char { run, analyze, check, locks, import, help, version };
enum class Colour : unsigned char { automatic, always, never };

struct Options {
  Command command = Command::help;
  std::string help;  ///< what to print, for `help`

  std::vector<std::string> files;  ///< `-` is standard input
  std::vector<std::string> engines;
  std::optional<std::uint64_t> seed;
  std::optional<sql::Isolation> isolation;
  std::string isolation_words;  ///< as it was given
  bool locks = false;
  std::string schema;  ///< file with the tables of `gridlock locks`
  std::string trace;   ///< file for the trace; empty: none
  bool allow_partial = false;

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
