#include "cli/option_table.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstdint>

#include "model/problem.h"

namespace gridlock {
namespace {

using Values = std::vector<std::string>;
using Usage = std::vector<UsageProblem>;

void unknown_word(std::string_view option, const std::string& word, const std::vector<std::string>& known,
                  Usage& usage) {
  const std::string near = did_you_mean(word, known);
  usage.push_back({fmt::format("{} does not know '{}'", option, word),
                   near.empty() ? "one of: " + comma_list(known) : fmt::format("did you mean '{}'?", near)});
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
  std::string list;
  for (const std::string& value : values) list += (list.empty() ? "" : ",") + value;
  const ReadFailOn read = read_fail_on(list);
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

constexpr std::array options{
    OptionRow{"--schema", "FILE", of_locks, "SQL that makes the tables and their rows",
              [](const Values& v, Options& o, Usage&) { o.schema = v.back(); }},
    OptionRow{"--engine", "ENGINE", of_run | of_check | of_locks,
              "where to play, if not on reference:innodb (repeatable)",
              [](const Values& v, Options& o, Usage&) { o.engines = v; }},
    OptionRow{"--seed", "N", of_run, "source of all chance, if not the workload's seed", read_seed},
    OptionRow{"--isolation", "LEVEL", of_run | of_locks, "of every transaction: \"read committed\", rc, rr, ...",
              read_isolation},
    OptionRow{"--locks", "", of_run, "list the locks held after each step of a story",
              [](const Values&, Options& o, Usage&) { o.locks = true; }},
    OptionRow{"--trace", "FILE", of_run, "write every event to FILE (for gridlock analyze)",
              [](const Values& v, Options& o, Usage&) { o.trace = v.back(); }},
    OptionRow{"--allow-partial", "", of_analyze, "do not end in 4 when something is not understood",
              [](const Values&, Options& o, Usage&) { o.allow_partial = true; }},
    OptionRow{"--format", "FORMAT", of_every, "text (unless given), json, jsonl or markdown", read_format},
    OptionRow{"-o,--output", "FILE", of_every | of_import, "write the report to FILE instead of standard output",
              [](const Values& v, Options& o, Usage&) { o.output = v.back() == "-" ? "" : v.back(); }},
    OptionRow{"--report", "FORMAT=FILE", of_every, "write one more report (repeatable)", read_reports},
    OptionRow{"--fail-on", "LIST", of_run | of_analyze, "what makes 1: deadlock,lock-timeout,wait>500ms,never",
              read_fail_on_option},
    OptionRow{"--color", "WHEN", of_every | of_import, "auto, always or never (auto: terminal and NO_COLOR)",
              read_colour},
    OptionRow{"--width", "COLUMNS", of_every, "width of the text, if not the terminal's", read_width},
    OptionRow{"-q,--quiet", "", of_every | of_import, "nothing but the report and what is wrong",
              [](const Values&, Options& o, Usage&) { o.quiet = true; }},
    OptionRow{"-v,--verbose", "", of_every, "every deadlock, every step, every lock",
              [](const Values&, Options& o, Usage&) { o.verbose = true; }},
};

constexpr std::array commands{
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
    CommandRow{Command::locks, of_locks, "locks", "STATEMENT|FILE.sql...",
               "shows what statements lock, in an index's own order",
               "  gridlock locks --schema shop.sql 'SELECT * FROM orders WHERE id > 7 FOR UPDATE'\n"
               "  gridlock locks --schema shop.sql --engine reference:innodb --engine reference:mariadb steps.sql\n"},
    CommandRow{Command::import, of_import, "import", "FILE.spec",
               "turns an isolation-tester spec into a story workload",
               "  gridlock import deadlock-soft.spec -o deadlock-soft.yaml\n"
               "  gridlock run deadlock-soft.yaml --engine reference:postgres\n"},
};

}  // namespace

std::span<const OptionRow> option_rows() { return options; }

std::span<const CommandRow> command_rows() { return commands; }

std::string long_name(const OptionRow& row) { return std::string(row.names.substr(row.names.find("--"))); }

std::string comma_list(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

}  // namespace gridlock
