#pragma once
/// Which commands and options there are: a line each says what it is called, what it takes, what it is for and how it
/// is read. The help is made from it.
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/options.h"

namespace gridlock {

/// Which commands have an option.
enum : unsigned {
  of_run = 1,
  of_analyze = 2,
  of_check = 4,
  of_locks = 8,
  of_compare = 16,
  of_merge = 32,
  of_explore = 64,
  of_replay = 128,
  of_predict = 256,
  of_import = 512,
  of_every = ~0U
};

struct OptionRow {
  std::string_view names;  ///< as CLI11 wants them: `-o,--output`
  std::string_view value;  ///< empty: a switch
  unsigned commands;
  std::string_view help;
  /// Puts the values given (none for a switch) into the options, or says what is wrong with them.
  void (*read)(const std::vector<std::string>&, Options&, std::vector<UsageProblem>&);
};

struct CommandRow {
  Command command;
  unsigned flag;
  std::string_view name, files, help, examples;
};

std::span<const OptionRow> option_rows();
std::span<const CommandRow> command_rows();

/// `--output` of `-o,--output`.
std::string long_name(const OptionRow& row);

/// `a, b, c`
std::string comma_list(const std::vector<std::string>& words);

}  // namespace gridlock
