// What `gridlock --help` and `gridlock COMMAND --help` print, made from the tables.
#include <fmt/format.h>

#include <algorithm>

#include "cli/option_table.h"

namespace gridlock {
namespace {

/// `left` in a column of its own and the words of `help` beside it, in 80 columns.
std::string two_columns(const std::string& left, std::size_t width, std::string_view help) {
  constexpr std::size_t columns = 80;
  const std::string margin(width + 3, ' ');
  std::string out = left.size() > width ? fmt::format("  {}\n{}", left, margin) : fmt::format("  {:{}} ", left, width);
  std::size_t at = margin.size();
  bool first = true;
  while (!help.empty()) {
    const std::string_view word = help.substr(0, help.find(' '));
    help.remove_prefix(std::min(word.size() + 1, help.size()));
    if (!first && at + 1 + word.size() > columns) {
      out += "\n" + margin;
      at = margin.size();
      first = true;
    }
    if (!first) out += ' ';
    out += word;
    at += word.size() + (first ? 0 : 1);
    first = false;
  }
  return out + "\n";
}

std::string option_lines(unsigned flag) {
  std::string out;
  for (const OptionRow& row : option_rows()) {
    if ((row.commands & flag) == 0) continue;
    std::string left = row.names.starts_with("--") ? "    " : "";
    for (const char c : row.names) left += c == ',' ? std::string(", ") : std::string(1, c);
    if (!row.value.empty()) left += fmt::format(" {}", row.value);
    out += two_columns(left, 23, row.help);
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
  for (const CommandRow& row : command_rows())
    out += two_columns(fmt::format("{:8} {}", row.name, row.files.substr(0, row.files.find(' '))), 26, row.help);
  out += "\nExamples:\n";
  for (const CommandRow& row : command_rows()) out += row.examples.substr(0, row.examples.find('\n') + 1);
  return out + "\ngridlock COMMAND --help tells more; gridlock --version tells the version.\n\n" +
         std::string(exit_codes);
}

std::string help_text(Command command) {
  const auto rows = command_rows();
  const CommandRow& row =
      *std::find_if(rows.begin(), rows.end(), [&](const auto& one) { return one.command == command; });
  return fmt::format("gridlock {} {}: {}.\n\nUsage: gridlock {} [OPTION]... {}\n\nOptions:\n{}\nExamples:\n{}\n{}",
                     row.name, row.files, row.help, row.name, row.files, option_lines(row.flag), row.examples,
                     exit_codes);
}

}  // namespace gridlock
