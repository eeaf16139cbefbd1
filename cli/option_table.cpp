#include "cli/option_table.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstdint>

#include "analyzer/log_time.h"
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

void add_isolation(const std::string& value, Options& options, Usage& usage) {
  std::string word;
  for (const char c : value)
    word += c == '-' || c == '_' ? ' ' : static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  std::vector<std::string> names;
  for (const Level& level : levels) {
    names.emplace_back(level.name);
    if (word == level.name || word == level.short_name)
      return options.isolations.push_back({level.isolation, std::string(level.name)});
  }
  unknown_word("--isolation", value, names, usage);
}

/// `compare` takes several; elsewhere the last one counts.
void read_isolation(const Values& values, Options& options, Usage& usage) {
  if (options.command != Command::compare) return add_isolation(values.back(), options, usage);
  for (const std::string& value : values) add_isolation(value, options, usage);
}

/// `2/4`; `0/4` plays nobody, and so only makes the tables.
void read_shard(const Values& values, Options& options, Usage& usage) {
  const std::string& text = values.back();
  const char *begin = text.data(), *end = begin + text.size();
  Shard shard{0, 0};
  const auto part = std::from_chars(begin, end, shard.part);
  if (part.ec == std::errc() && part.ptr != end && *part.ptr == '/') {
    const auto of = std::from_chars(part.ptr + 1, end, shard.of);
    if (of.ec == std::errc() && of.ptr == end && shard.of >= 1 && shard.part <= shard.of) {
      options.shard = shard;
      return;
    }
  }
  usage.push_back({fmt::format("--shard '{}' is no part", text), "--shard 1/4 to --shard 4/4 are the parts of four"});
}

void read_format(const Values& values, Options& options, Usage& usage) {
  if (const auto format = format_named(values.back())) {
    options.format = *format;
  } else {
    unknown_word("--format", values.back(), format_names(), usage);
  }
}

void read_time(std::string_view option, const Values& values, std::string& time, Usage& usage) {
  if (!seconds_of(values.back()))
    usage.push_back({fmt::format("{} '{}' is no time", option, values.back()),
                     fmt::format("{} \"2026-11-22 03:00\", or only the day", option)});
  time = values.back();
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

/// A whole number of at least 1.
template <std::optional<std::uint64_t> Options::*member>
void read_count(const Values& values, Options& options, Usage& usage) {
  const std::string& text = values.back();
  std::uint64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end != text.data() + text.size() || count == 0) {
    usage.push_back({fmt::format("'{}' is no count", text), "a whole number from 1"});
    return;
  }
  options.*member = count;
}

/// `30s`, `500ms`, `5m`.
void read_time_limit(const Values& values, Options& options, Usage& usage) {
  const std::string& text = values.back();
  std::uint64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  const std::string unit(static_cast<const char*>(end), text.data() + text.size());
  const std::uint64_t ms = unit == "ms" ? 1 : unit == "s" ? 1000 : unit == "m" ? 60'000 : unit == "h" ? 3'600'000 : 0;
  if (error != std::errc() || ms == 0 || count == 0 || count > 1'000'000'000) {
    usage.push_back({fmt::format("--time-limit '{}' is no time", text), "30s, 500ms, 5m or 1h"});
    return;
  }
  options.time_limit_ms = count * ms;
}

constexpr std::array options{
    OptionRow{"--engine", "ENGINE", of_run | of_compare | of_check | of_locks | of_explore | of_replay | of_predict,
              "where to play, if not on reference:innodb (repeatable)",
              [](const Values& v, Options& o, Usage&) { o.engines = v; }},
    OptionRow{"--seed", "N", of_run | of_compare | of_explore, "source of all chance, if not the workload's seed",
              read_seed},
    OptionRow{"--isolation", "LEVEL", of_run | of_compare | of_locks | of_explore,
              "of all: \"read committed\", rc, rr (compare: repeatable)", read_isolation},
    OptionRow{"--shard", "I/N", of_run, "play the I-th of N parts of a storm (see merge)", read_shard},
    OptionRow{"--sessions", "N", of_explore, "of a storm: so many transactions at the same time (2)",
              read_count<&Options::sessions>},
    OptionRow{"--values", "N", of_explore, "of a storm: so many values of each parameter (as many as sessions)",
              read_count<&Options::values>},
    OptionRow{"--max-schedules", "N", of_explore, "stop after so many orders", read_count<&Options::max_schedules>},
    OptionRow{"--time-limit", "TIME", of_explore, "stop after so long: 30s, 5m", read_time_limit},
    OptionRow{"--random", "N", of_explore, "play N orders by chance (PCT) instead of all",
              read_count<&Options::random>},
    OptionRow{"--depth", "D", of_explore, "with --random: look for what needs D turns in a certain order (2)",
              read_count<&Options::depth>},
    OptionRow{"--resume", "FILE", of_explore, "go on from FILE if it is there; leave what is left to do in it",
              [](const Values& v, Options& o, Usage&) { o.resume = v.back(); }},
    OptionRow{"--from-log", "FILE", of_predict, "a server's statement log instead of a workload (repeatable)",
              [](const Values& v, Options& o, Usage&) { o.from_logs = v; }},
    OptionRow{"--schema", "FILE", of_locks | of_predict, "SQL that makes the tables and their rows",
              [](const Values& v, Options& o, Usage&) { o.schema = v.back(); }},
    OptionRow{"--states", "FILE", of_explore, "write each state in which nobody can go on (row locks only)",
              [](const Values& v, Options& o, Usage&) { o.states = v.back(); }},
    OptionRow{"--schedules", "DIR", of_explore | of_predict, "write each witness to DIR, for gridlock replay",
              [](const Values& v, Options& o, Usage&) { o.schedules = v.back(); }},
    OptionRow{"--locks", "", of_run, "list the locks held after each step of a story",
              [](const Values&, Options& o, Usage&) { o.locks = true; }},
    OptionRow{"--trace", "FILE", of_run | of_compare | of_merge, "write every event to FILE (for gridlock analyze)",
              [](const Values& v, Options& o, Usage&) { o.trace = v.back(); }},
    OptionRow{"--keep", "", of_run | of_compare, "leave the run's schema on the server; says its name",
              [](const Values&, Options& o, Usage&) { o.live.keep = true; }},
    OptionRow{"--run-schema", "NAME", of_run | of_compare, "name of the run's own schema on a server",
              [](const Values& v, Options& o, Usage&) { o.live.place = v.back(); }},
    OptionRow{"--use-existing-schema", "", of_run | of_compare, "play in a --run-schema that is not gridlock's",
              [](const Values&, Options& o, Usage&) { o.live.reuse = true; }},
    OptionRow{"--join", "", of_run, "play in the --run-schema that part 0 has made",
              [](const Values&, Options& o, Usage&) { o.live.join = true; }},
    OptionRow{"--allow-partial", "", of_analyze | of_merge, "do not end in 4 when something is not understood",
              [](const Values&, Options& o, Usage&) { o.allow_partial = true; }},
    OptionRow{"--since", "TIME", of_analyze, "only deadlocks from TIME on: \"2026-11-22 03:00\", by the log's clock",
              [](const Values& v, Options& o, Usage& u) { read_time("--since", v, o.since, u); }},
    OptionRow{"--until", "TIME", of_analyze, "only deadlocks before TIME",
              [](const Values& v, Options& o, Usage& u) { read_time("--until", v, o.until, u); }},
    OptionRow{"--table", "TABLE", of_analyze, "only deadlocks on this table",
              [](const Values& v, Options& o, Usage&) { o.table = v.back(); }},
    OptionRow{"--pattern", "RULE", of_analyze, "only deadlocks of this pattern: opposite-order, gap-then-insert, ...",
              [](const Values& v, Options& o, Usage&) { o.pattern = v.back(); }},
    OptionRow{"--redact", "", of_analyze, "no literals of statements and no key values in any report",
              [](const Values&, Options& o, Usage&) { o.redact = true; }},
    OptionRow{"--follow", "", of_analyze, "go on as the log grows, also when it is rotated",
              [](const Values&, Options& o, Usage&) { o.follow = true; }},
    OptionRow{"--baseline", "FILE", of_analyze, "shapes of deadlocks listed in FILE make no exit code 1",
              [](const Values& v, Options& o, Usage&) { o.baseline = v.back(); }},
    OptionRow{"--update-baseline", "", of_analyze, "write the shapes found to the baseline's FILE",
              [](const Values&, Options& o, Usage&) { o.update_baseline = true; }},
    OptionRow{"--suppress", "FILE", of_analyze, "what FILE lists, with a reason each, is no finding",
              [](const Values& v, Options& o, Usage&) { o.suppressions = v.back(); }},
    OptionRow{"--to-workload", "DIR", of_analyze, "write a workload for each deadlock, tried on the reference engine",
              [](const Values& v, Options& o, Usage&) { o.to_workload = v.back(); }},
    OptionRow{"--format", "FORMAT", of_every,
              "text (unless given), json, jsonl, markdown, sarif, junit, github, gitlab", read_format},
    OptionRow{"-o,--output", "FILE", of_every, "write the report to FILE instead of standard output",
              [](const Values& v, Options& o, Usage&) { o.output = v.back() == "-" ? "" : v.back(); }},
    OptionRow{"--report", "FORMAT=FILE", of_every, "write one more report (repeatable)", read_reports},
    OptionRow{"--fail-on", "LIST", of_run | of_compare | of_analyze | of_merge | of_explore | of_replay | of_predict,
              "what makes 1: deadlock,lock-timeout,wait>500ms,never", read_fail_on_option},
    OptionRow{"--color", "WHEN", of_every, "auto, always or never (auto: terminal and NO_COLOR)", read_colour},
    OptionRow{"--width", "COLUMNS", of_every, "width of the text, if not the terminal's", read_width},
    OptionRow{"-q,--quiet", "", of_every, "nothing but the report and what is wrong",
              [](const Values&, Options& o, Usage&) { o.quiet = true; }},
    OptionRow{"-v,--verbose", "", of_every, "every deadlock, every step, every lock",
              [](const Values&, Options& o, Usage&) { o.verbose = true; }},
};

constexpr std::array commands{
    CommandRow{Command::run, of_run, "run", "WORKLOAD.yaml", "plays a workload; finds and explains its deadlocks",
               "  gridlock run examples/holidays.yaml\n"
               "  gridlock run examples/phantom-range.yaml --locks --isolation rc\n"
               "  gridlock run examples/transfers.yaml --seed 7 --report json=report.json\n"},
    CommandRow{Command::explore, of_explore, "explore", "WORKLOAD.yaml",
               "plays every order that matters; finds what can happen",
               "  gridlock explore examples/opposite-order.yaml\n"
               "  gridlock explore examples/transfers.yaml --sessions 3 --schedules witnesses\n"
               "  gridlock explore big.yaml --random 10000 --depth 3 --time-limit 5m\n"},
    CommandRow{Command::replay, of_replay, "replay", "SCHEDULE.yaml | TOKEN WORKLOAD.yaml",
               "plays a schedule, lock-step, on any engine",
               "  gridlock replay witnesses/deadlock-1.yaml\n"
               "  gridlock replay witnesses/deadlock-1.yaml --engine mysql://root@localhost\n"
               "  gridlock replay gl1-2c9k0t8v4m0hq examples/opposite-order.yaml\n"},
    CommandRow{Command::predict, of_predict, "predict", "WORKLOAD.yaml|TRACE",
               "deadlocks that have not happened yet, from lock orders",
               "  gridlock predict examples/transfers.yaml\n"
               "  gridlock predict --from-log postgresql.json --schema schema.sql\n"
               "  gridlock predict --from-log general.log --fail-on potential-deadlock\n"},
    CommandRow{Command::compare, of_compare, "compare", "WORKLOAD.yaml", "plays it on several engines, side by side",
               "  gridlock compare examples/phantom-range.yaml --isolation rc --isolation rr\n"
               "  gridlock compare storm.yaml --engine reference:innodb --engine $DATABASE_URL\n"},
    CommandRow{Command::analyze, of_analyze, "analyze", "[LOG|-]...", "finds and explains the deadlocks in logs",
               "  gridlock analyze /var/log/postgresql/postgresql-15-main.log\n"
               "  mysql -e 'SHOW ENGINE INNODB STATUS\\G' | gridlock analyze\n"
               "  gridlock analyze --fail-on never --format json /var/log/mysql *.log.gz\n"
               "  gridlock analyze --baseline known.json --report sarif=found.sarif error.log\n"},
    CommandRow{Command::merge, of_merge, "merge", "REPORT|TRACE...", "joins the reports or traces of parts into one",
               "  gridlock merge --format json part-1.json part-2.json\n"
               "  gridlock merge --trace whole.jsonl part-*.jsonl\n"},
    CommandRow{Command::check, of_check, "check", "WORKLOAD.yaml...", "looks for mistakes in workloads",
               "  gridlock check examples/*.yaml\n"},
    CommandRow{Command::locks, of_locks, "locks", "STATEMENT|FILE.sql...",
               "shows what statements lock, in an index's own order",
               "  gridlock locks --schema shop.sql 'SELECT * FROM t WHERE id > 7 FOR UPDATE'\n"
               "  gridlock locks --engine reference:innodb --engine reference:mariadb steps.sql\n"},
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
