// CLI11 splits the words; what they mean, and what to type instead, is said here.
#include "cli/options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include "model/problem.h"

namespace gridlock {
namespace {

using Values = std::vector<std::string>;
using Usage = std::vector<UsageProblem>;

/// Which commands have an option.
enum : unsigned { of_run = 1, of_analyze = 2, of_check = 4, of_every = 7 };

/// An option: one line of the table says what it is called, what it takes, what it is for and how it is read.
struct Row {
  std::string_view names;  ///< as CLI11 wants them: `-o,--output`
  std::string_view value;  ///< empty: a switch
  unsigned commands;
  std::string_view help;
  void (*read)(const Values&, Options&, Usage&);
};

// ------------------------------------------------------------------------------------------------- reading values

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

void unknown_word(std::string_view option, const std::string& word, const std::vector<std::string>& known,
                  Usage& usage) {
  const std::string near = did_you_mean(word, known);
  usage.push_back({fmt::format("{} does not know '{}'", option, word),
                   near.empty() ? "one of: " + joined(known) : fmt::format("did you mean '{}'?", near)});
}

void read_seed(const Values& values, Options& options, Usage& usage) {
  const std::string& text = values.back();
  std::uint64_t seed = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seed);
  if (error != std::errc() || end != text.data() + text.size()) {
    usage.push_back(
        {fmt::format("--seed '{}' is not a number", text), "a whole number from 0 to 18446744073709551615"});
    return;
  }
  options.seed = seed;
}

struct Level {
  std::string_view name, short_name;
  sql::Isolation isolation;
};
constexpr std::array levels{
    Level{"read uncommitted", "ru", sql::Isolation::read_uncommitted},
    Level{"read committed", "rc", sql::Isolation::read_committed},
    Level{"repeatable read", "rr", sql::Isolation::repeatable_read},
    Level{"serializable", "ser", sql::Isolation::serializable},
};

void read_isolation(const Values& values, Options& options, Usage& usage) {
  std::string word;
  for (const char c : values.back())
    word += c == '-' || c == '_' ? ' ' : static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  std::vector<std::string> names;
  for (const Level& level : levels) {
    names.emplace_back(level.name);
    if (word != level.name && word != level.short_name) continue;
    options.isolation = level.isolation;
    options.isolation_words = level.name;
  }
  if (!options.isolation) unknown_word("--isolation", values.back(), names, usage);
}

void read_format(const Values& values, Options& options, Usage& usage) {
  if (const auto format = format_named(values.back())) {
    options.format = *format;
  } else {
    unknown_word("--format", values.back(), format_names(), usage);
  }
}

void read_reports(const Values& values, Options& options, Usage& usage) {
  for (const std::string& value : values) {
    const std::size_t equals = value.find('=');
    const std::string name = value.substr(0, equals);
    const auto format = format_named(name);
    if (!format) {
      unknown_word("--report", name, format_names(), usage);
    } else if (equals == std::string::npos || equals + 1 == value.size()) {
      usage.push_back({fmt::format("--report {} says no file", value), fmt::format("--report {}=FILE", name)});
    } else {
      options.reports.emplace_back(*format, value.substr(equals + 1));
    }
  }
}

void read_fail_on_option(const Values& values, Options& options, Usage& usage) {
  const ReadFailOn read = read_fail_on(joined(values));
  if (!read.problem.empty()) usage.push_back({read.problem, read.hint});
  options.fail_on = read.fail_on;
}

void read_colour(const Values& values, Options& options, Usage& usage) {
  const std::string& word = values.back();
  if (word == "auto")
    options.colour = Colour::automatic;
  else if (word == "always")
    options.colour = Colour::always;
  else if (word == "never")
    options.colour = Colour::never;
  else
    unknown_word("--color", word, {"auto", "always", "never"}, usage);
}

void read_width(const Values& values, Options& options, Usage& usage) {
  const std::string& text = values.back();
  int width = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), width);
  if (error != std::errc() || end != text.data() + text.size() || width < 40 || width > 1000) {
    usage.push_back({fmt::format("--width '{}' is no width", text), "a number of columns from 40 to 1000"});
    return;
  }
  options.width = width;
}

// ------------------------------------------------------------------------------------------------- the tables

constexpr std::array option_rows{
    Row{"--engine", "ENGINE", of_run | of_check, "where to play, if not on reference:innodb (repeatable)",
        [](const Values& v, Options& o, Usage&) { o.engines = v; }},
    Row{"--seed", "N", of_run, "source of all chance, if not the workload's seed", read_seed},
    Row{"--isolation", "LEVEL", of_run, "of every transaction: \"read committed\", rc, rr, ...", read_isolation},
    Row{"--locks", "", of_run, "list the locks held after each step of a story",
        [](const Values&, Options& o, Usage&) { o.locks = true; }},
    Row{"--trace", "FILE", of_run, "write every event to FILE (for gridlock analyze)",
        [](const Values& v, Options& o, Usage&) { o.trace = v.back(); }},
    Row{"--allow-partial", "", of_analyze, "do not end in 4 when something is not understood",
        [](const Values&, Options& o, Usage&) { o.allow_partial = true; }},
    Row{"--format", "FORMAT", of_every, "text (unless given), json, jsonl or markdown", read_format},
    Row{"-o,--output", "FILE", of_every, "write the report to FILE instead of standard output",
        [](const Values& v, Options& o, Usage&) { o.output = v.back() == "-" ? "" : v.back(); }},
    Row{"--report", "FORMAT=FILE", of_every, "write one more report (repeatable)", read_reports},
    Row{"--fail-on", "LIST", of_run | of_analyze, "what makes 1: deadlock,lock-timeout,wait>500ms,never",
        read_fail_on_option},
    Row{"--color", "WHEN", of_every, "auto, always or never (auto: terminal and NO_COLOR)", read_colour},
    Row{"--width", "COLUMNS", of_every, "width of the text, if not the terminal's", read_width},
    Row{"-q,--quiet", "", of_every, "nothing but the report and what is wrong",
        [](const Values&, Options& o, Usage&) { o.quiet = true; }},
    Row{"-v,--verbose", "", of_every, "every deadlock, every step, every lock",
        [](const Values&, Options& o, Usage&) { o.verbose = true; }},
};

struct CommandRow {
  Command command;
  unsigned flag;
  std::string_view name, files, help, examples;
};
constexpr std::array command_rows{
    CommandRow{Command::run, of_run, "run", "WORKLOAD.yaml", "plays a workload; finds and explains its deadlocks",
               "  gridlock run examples/holidays.yaml\n"
               "  gridlock run examples/phantom-range.yaml --locks --isolation rc\n"
               "  gridlock run examples/transfers.yaml --seed 7 --report json=report.json\n"},
    CommandRow{Command::analyze, of_analyze, "analyze", "[LOG|-]...", "finds and explains the deadlocks in logs",
               "  gridlock analyze /var/log/postgresql/postgresql-15-main.log\n"
               "  mysql -e 'SHOW ENGINE INNODB STATUS\\G' | gridlock analyze\n"
               "  gridlock analyze --fail-on never --format json *.log\n"},
    CommandRow{Command::check, of_check, "check", "WORKLOAD.yaml...", "looks for mistakes in workloads",
               "  gridlock check examples/*.yaml\n"},
};

const CommandRow& row_of(Command command) {
  return *std::find_if(command_rows.begin(), command_rows.end(),
                       [&](const auto& row) { return row.command == command; });
}

/// `--output` of `-o,--output`.
std::string long_name(const Row& row) { return std::string(row.names.substr(row.names.find("--"))); }

std::vector<std::string> names_for(const CommandRow& command) {
  std::vector<std::string> names{"--help"};
  for (const Row& row : option_rows)
    if ((row.commands & command.flag) != 0) names.push_back(long_name(row));
  return names;
}

// ------------------------------------------------------------------------------------------------- reading

/// An option that this command does not have: perhaps a slip, perhaps another command's.
UsageProblem unknown_option(const std::string& word, const CommandRow& command) {
  const std::string name = word.substr(0, word.find('='));
  UsageProblem problem{fmt::format("gridlock {} has no option {}", command.name, name), ""};
  for (const Row& row : option_rows)
    if (long_name(row) == name)
      for (const CommandRow& other : command_rows)
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
  if (command.command == Command::analyze) return;
  if (options.files.empty())
    usage.push_back({fmt::format("gridlock {} needs a file", command.name),
                     fmt::format("gridlock {} {}", command.name, command.files)});
  if (command.command == Command::run && options.files.size() > 1)
    usage.push_back({fmt::format("gridlock run plays one workload, not {}", options.files.size()),
                     fmt::format("gridlock run {}", options.files.front())});
}

/// A word of the command line that names an option which takes a value, and has none.
std::string option_without_value(const std::vector<std::string>& words, const CommandRow& command) {
  for (std::size_t i = 0; i < words.size(); ++i)
    for (const Row& row : option_rows) {
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
  for (const Row& row : option_rows) {
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
  for (const Row& row : option_rows) {
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
  for (const CommandRow& row : command_rows) names.emplace_back(row.name);
  const std::string near = did_you_mean(word, names);
  if (!near.empty())
    return {fmt::format("gridlock has no command '{}'", word), fmt::format("did you mean gridlock {}?", near)};
  if (word.ends_with(".yaml") || word.ends_with(".yml"))
    return {fmt::format("gridlock has no command '{}'", word), fmt::format("did you mean gridlock run {}?", word)};
  return {fmt::format("gridlock has no command '{}'", word), "one of: " + joined(names)};
}

std::string option_lines(unsigned flag) {
  std::string out;
  for (const Row& row : option_rows) {
    if ((row.commands & flag) == 0) continue;
    std::string left = row.names.starts_with("--") ? "    " : "";
    for (const char c : row.names) left += c == ',' ? std::string(", ") : std::string(1, c);
    if (!row.value.empty()) left += fmt::format(" {}", row.value);
    out += left.size() > 23 ? fmt::format("  {}\n  {:23} {}\n", left, "", row.help)
                            : fmt::format("  {:23} {}\n", left, row.help);
  }
  return out + fmt::format("  {:23} {}\n", "-h, --help", "this text");
}

constexpr std::string_view exit_codes =
    "Exit codes:\n"
    "  0  nothing found, or all expectations of the workload hold\n"
    "  1  a deadlock was found, or an expectation of the workload failed\n"
    "  2  the input or the command line is wrong\n"
    "  3  an engine could not be reached, or was lost\n"
    "  4  a log holds something that was not understood, or is no known log\n"
    "  130, 143  stopped by a signal; the report so far is written\n";

}  // namespace

std::string help_text() {
  std::string out =
      "gridlock finds, explains and fixes database deadlocks.\n\n"
      "Usage: gridlock COMMAND [OPTION]... [FILE]...\n\nCommands:\n";
  for (const CommandRow& row : command_rows) out += fmt::format("  {:8} {:17}  {}\n", row.name, row.files, row.help);
  out += "\nExamples:\n";
  for (const CommandRow& row : command_rows) out += row.examples.substr(0, row.examples.find('\n') + 1);
  return out + "\ngridlock COMMAND --help tells more; gridlock --version tells the version.\n\n" +
         std::string(exit_codes);
}

std::string help_text(Command command) {
  const CommandRow& row = row_of(command);
  return fmt::format("gridlock {} {}: {}.\n\nUsage: gridlock {} [OPTION]... {}\n\nOptions:\n{}\nExamples:\n{}\n{}",
                     row.name, row.files, row.help, row.name, row.files, option_lines(row.flag), row.examples,
                     exit_codes);
}

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
  for (const CommandRow& row : command_rows) {
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
  } else if (name.starts_with("-")) {
    read.problems.push_back({fmt::format("the command comes first, then its options: '{}' is no command", name),
                             "gridlock COMMAND " + name});
  } else {
    read.problems.push_back(unknown_command(name));
  }
  return read;
}

}  // namespace gridlock
