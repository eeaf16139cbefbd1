// CLI11 splits the words; what they mean, and what to type instead, is said here and in the tables.
#include "cli/options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>

#include "cli/option_table.h"
#include "model/problem.h"

namespace gridlock {
namespace {

using Values = std::vector<std::string>;
using Usage = std::vector<UsageProblem>;

std::vector<std::string> names_for(const CommandRow& command) {
  std::vector<std::string> names{"--help"};
  for (const OptionRow& row : option_rows())
    if ((row.commands & command.flag) != 0) names.push_back(long_name(row));
  return names;
}

/// An option that this command does not have: perhaps a slip, perhaps another command's.
UsageProblem unknown_option(const std::string& word, const CommandRow& command) {
  const std::string name = word.substr(0, word.find('='));
  UsageProblem problem{fmt::format("gridlock {} has no option {}", command.name, name), ""};
  for (const OptionRow& row : option_rows())
    if (long_name(row) == name)
      for (const CommandRow& other : command_rows())
        if ((row.commands & other.flag) != 0 && problem.hint.empty())
          problem.hint = fmt::format("{} is an option of gridlock {}", name, other.name);
  if (!problem.hint.empty()) return problem;
  const std::string near = did_you_mean(name, names_for(command));
  problem.hint = near.empty() ? fmt::format("gridlock {} --help lists its options", command.name)
                              : fmt::format("did you mean {}?", near);
  return problem;
}

void check_files(const CommandRow& command, const std::vector<std::string>& unknown, Options& options, Usage& usage) {
  // What follows an unknown option may be its value: then it is no file, and one complaint is enough.
  if (!unknown.empty()) return;
  if (command.command == Command::analyze) {
    if (options.update_baseline && options.baseline.empty())
      usage.push_back({"--update-baseline needs to know the file", "--baseline FILE --update-baseline"});
    if (options.follow && options.files.size() > 1)
      usage.push_back({"--follow follows one log", "gridlock analyze --follow " + options.files.front()});
    return;
  }
  if (command.command == Command::predict && !options.from_logs.empty()) {
    if (!options.files.empty())
      usage.push_back({"gridlock predict takes a workload or logs, not both", "leave out " + options.files.front()});
    if (options.schema.empty())
      usage.push_back({"--from-log needs --schema", "--schema FILE, with the SQL that makes the tables"});
    return;
  }
  if (options.files.empty())
    usage.push_back({fmt::format("gridlock {} needs a file", command.name),
                     fmt::format("gridlock {} {}", command.name, command.files)});
  const bool one = command.command == Command::run || command.command == Command::compare ||
                   command.command == Command::explore || command.command == Command::predict;
  if (one && options.files.size() > 1)
    usage.push_back({fmt::format("gridlock {} plays one workload, not {}", command.name, options.files.size()),
                     fmt::format("gridlock {} {}", command.name, options.files.front())});
  if (command.command == Command::replay && options.files.size() > 2)
    usage.push_back({fmt::format("gridlock replay plays one schedule, not {}", options.files.size()),
                     fmt::format("gridlock replay {}", options.files.front())});
}

/// A word of the command line that names an option which takes a value, and has none.
std::string option_without_value(const std::vector<std::string>& words, const CommandRow& command) {
  for (std::size_t i = 0; i < words.size(); ++i)
    for (const OptionRow& row : option_rows()) {
      const bool named = words[i] == long_name(row) || (row.names.starts_with("-o") && words[i] == "-o");
      if (!named || row.value.empty() || (row.commands & command.flag) == 0) continue;
      if (i + 1 == words.size() || words[i + 1].starts_with("-")) return fmt::format("{} {}", words[i], row.value);
    }
  return "";
}

void read_command(const CommandRow& command, const std::vector<std::string>& words, ReadOptions& read) {
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  bool help = false;
  app.add_flag("-h,--help", help);
  app.add_option("files", read.options.files);
  std::map<std::string, Values> values;
  for (const OptionRow& row : option_rows()) {
    if ((row.commands & command.flag) == 0) continue;
    if (row.value.empty()) {
      app.add_flag(std::string(row.names));
    } else {
      app.add_option(std::string(row.names), values[std::string(row.names)])->allow_extra_args(false);
    }
  }
  try {
    app.parse(std::vector<std::string>(words.rbegin(), words.rend()));
  } catch (const CLI::ParseError& error) {
    const std::string missing = option_without_value(words, command);
    if (missing.empty()) {
      read.problems.push_back({error.what(), fmt::format("gridlock {} --help lists its options", command.name)});
    } else {
      read.problems.push_back({missing.substr(0, missing.find(' ')) + " needs a value", missing});
    }
    return;
  }
  if (help) {
    read.options.command = Command::help;
    read.options.help = help_text(command.command);
    return;
  }
  std::vector<std::string> unknown;
  for (const std::string& word : app.remaining())
    if (word.starts_with("-") && word != "--") unknown.push_back(word);
  for (const std::string& word : unknown) read.problems.push_back(unknown_option(word, command));
  for (const OptionRow& row : option_rows()) {
    if ((row.commands & command.flag) == 0 || app.count(long_name(row)) == 0) continue;
    const Values& given = values[std::string(row.names)];
    // CLI11 takes the next option for the value.
    if (std::any_of(given.begin(), given.end(), [](const std::string& value) { return value.starts_with("--"); })) {
      read.problems.push_back({long_name(row) + " needs a value", fmt::format("{} {}", long_name(row), row.value)});
    } else {
      row.read(given, read.options, read.problems);
    }
  }
  check_files(command, unknown, read.options, read.problems);
}

UsageProblem unknown_command(const std::string& word) {
  std::vector<std::string> names{"help"};
  for (const CommandRow& row : command_rows()) names.emplace_back(row.name);
  const std::string near = did_you_mean(word, names);
  if (!near.empty())
    return {fmt::format("gridlock has no command '{}'", word), fmt::format("did you mean gridlock {}?", near)};
  if (word.ends_with(".yaml") || word.ends_with(".yml"))
    return {fmt::format("gridlock has no command '{}'", word), fmt::format("did you mean gridlock run {}?", word)};
  return {fmt::format("gridlock has no command '{}'", word), "one of: " + comma_list(names)};
}

}  // namespace

ReadOptions read_options(const std::vector<std::string>& words) {
  ReadOptions read;
  if (words.empty()) {
    read.problems.push_back({"a command is missing", "gridlock --help lists them"});
    return read;
  }
  const std::string& word = words.front();
  if (word == "--version" || word == "-V") {
    read.options.command = Command::version;
    return read;
  }
  const bool asks_help = word == "--help" || word == "-h" || word == "help";
  const std::string& name = asks_help && words.size() > 1 ? words[1] : word;
  for (const CommandRow& row : command_rows()) {
    if (row.name != name) continue;
    if (asks_help) {
      read.options.help = help_text(row.command);
      return read;
    }
    read.options.command = row.command;
    read_command(row, {words.begin() + 1, words.end()}, read);
    return read;
  }
  if (asks_help && words.size() == 1) {
    read.options.help = help_text();
  } else if (const std::string near = did_you_mean(name, {"--help", "--version"}); !near.empty()) {
    read.problems.push_back({fmt::format("gridlock has no option '{}'", name), fmt::format("did you mean {}?", near)});
  } else if (name.starts_with("-")) {
    read.problems.push_back({fmt::format("the command comes first, then its options: '{}' is no command", name),
                             "gridlock COMMAND " + name});
  } else {
    read.problems.push_back(unknown_command(name));
  }
  return read;
}

}  // namespace gridlock
