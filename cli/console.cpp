#include "cli/console.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <system_error>

#include "cli/files.h"
#include "cli/report/text.h"

namespace gridlock {
namespace {

constexpr int plain_width = 80;
constexpr int narrowest = 40;

/// https://no-color.org: set and not empty means no.
bool environment_allows_colour() {
  const char* no_color = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  return (no_color == nullptr || *no_color == '\0') && (terminal == nullptr || std::string_view(terminal) != "dumb");
}

int terminal_width(int stream) {
  struct winsize size {};
  if (::ioctl(stream, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return plain_width;
  return std::max<int>(size.ws_col, narrowest);
}

void say(const Options& options, const report::Text& text) {
  write_stderr(text.str(style_for(options, STDERR_FILENO).colour) + "\n");
}

/// Every file that the command is to write, trace included.
std::vector<std::string> targets(const Options& options) {
  std::vector<std::string> files;
  if (!options.output.empty()) files.push_back(options.output);
  if (!options.trace.empty()) files.push_back(options.trace);
  for (const auto& [format, file] : options.reports) files.push_back(file);
  return files;
}

}  // namespace

Style style_for(const Options& options, int stream) {
  const bool terminal = ::isatty(stream) == 1;
  Style style;
  style.colour = options.colour == Colour::always ||
                 (options.colour == Colour::automatic && terminal && environment_allows_colour());
  style.width = options.width.value_or(terminal ? terminal_width(stream) : plain_width);
  style.verbose = options.verbose;
  return style;
}

void complain(const Options& options, std::string_view message, std::string_view hint) {
  using report::Ink;
  say(options, report::Text(Ink::bad, "error:").add(" ").add(report::clean(message)));
  if (!hint.empty()) say(options, report::Text(Ink::good, "  hint:").add(" ").add(report::clean(hint)));
}

void complain(const Options& options, const Problems& problems, std::string_view source) {
  write_stderr(to_text(problems, source, style_for(options, STDERR_FILENO)));
}

void remark(const Options& options, std::string_view message) {
  if (!options.quiet) say(options, report::Text(report::Ink::dim, report::clean(message)));
}

bool can_deliver(const Options& options) {
  bool good = true;
  std::set<std::string> seen;
  for (const std::string& file : targets(options)) {
    if (const auto problem = why_not_writable(file)) {
      complain(options, *problem);
      good = false;
    }
    std::error_code not_there;
    for (const std::string& input : options.files) {
      if (input == "-" || !std::filesystem::equivalent(file, input, not_there)) continue;
      complain(options, "the report would overwrite the input " + file);
      good = false;
    }
    if (!seen.insert(file).second && file != "/dev/null") {
      complain(options, "two reports would be written to " + file);
      good = false;
    }
  }
  return good;
}

int deliver(const Report& report, const Options& options) {
  bool good = true;
  const auto check = [&](const std::optional<std::string>& problem) {
    if (!problem) return;
    complain(options, *problem);
    good = false;
  };
  Style plain{options.colour == Colour::always, options.width.value_or(plain_width), options.verbose};
  for (const auto& [format, file] : options.reports) check(write_file(file, rendered(format, report, plain)));
  if (!options.trace.empty()) check(write_file(options.trace, to_json_lines(report)));
  if (!options.output.empty()) {
    check(write_file(options.output, rendered(options.format, report, plain)));
  } else {
    check(write_stdout(rendered(options.format, report, style_for(options, STDOUT_FILENO))));
  }
  return good ? report.exit_code : exit_wrong_input;
}

}  // namespace gridlock
