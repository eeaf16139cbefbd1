// YAML -> Workload -> Schedule -> Driver -> Trace -> wait-for graph -> Diagnosis -> Advice -> Report.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <string>
#include <utility>

#include "analyzer/analyzer.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/files.h"
#include "cli/playable.h"
#include "cli/report/headline.h"
#include "cli/signals.h"
#include "drivers/engines.h"
#include "drivers/live/url.h"
#include "workloads/load.h"
#include "workloads/runner/runner.h"

namespace gridlock {
namespace {

constexpr std::string_view default_engine = "reference:innodb";

std::string quoted(const std::string& word) {
  const bool plain = !word.empty() && std::all_of(word.begin(), word.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c >= 0x80 ||
           std::string_view("./-_:@%+=,").find(static_cast<char>(c)) != std::string_view::npos;
  });
  if (plain) return word;
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

/// The command that plays the same again: the same engines, and the seed that chance came from.
std::string again(const Options& options, const Report& report) {
  if (report.runs.empty() || options.files.front() == "-") return "";
  std::string out = "gridlock run " + quoted(options.files.front());
  for (const std::string& engine : options.engines) out += " --engine " + quoted(live::without_secrets(engine));
  if (options.isolation) out += " --isolation " + quoted(options.isolation_words);
  out += fmt::format(" --seed {}", report.runs.front().summary.seed);
  return out + (options.locks ? " --locks" : "");
}

Analysis analysis_of(const Run& run) {
  if (run.orders.empty()) return analyze(run.trace);
  std::vector<Analysis> parts;
  for (const PlayedOrder& order : run.orders) parts.push_back(analyze(order.trace));
  return merge(std::move(parts));
}

RunOptions run_options(const Options& options) {
  RunOptions run;
  run.seed = options.seed;
  run.isolation = options.isolation;
  run.locks = options.locks;
  run.stop = [] { return signal_caught() != 0; };
  return run;
}

/// What the engines made of the workload, so far.
struct Played {
  Report report;
  std::vector<Analysis> analyses;
  bool engine_lost = false;
};

/// The engine is an input too.
Report::Input engine_input(const std::string& name, Problems problems) {
  Report::Input input;
  input.engine = name;
  input.problems = std::move(problems);
  return input;
}

/// The server's own count of deadlocks is no part of the run: where it is another one, that is said.
void hold_against_the_server(const Driver& driver, const RunSummary& summary, const Options& options) {
  const auto counted = driver.counted();
  if (!counted || counted->deadlocks == summary.deadlocks) return;
  remark(options,
         fmt::format("{}: the server counted {} deadlocks in this time ({}), the run's sessions were told of {}: "
                     "others use the server, or it does not count those of metadata and user locks",
                     driver.name(), counted->deadlocks, counted->source, summary.deadlocks));
}

void play(const Workload& workload, std::string_view source, const std::string& engine, const Options& options,
          Played& played) {
  MadeDriver made = make_driver(engine, options.live);
  if (!made.driver) {
    complain(options, made.problems, "");
    played.report.inputs.push_back(engine_input(live::without_secrets(engine), std::move(made.problems)));
    return;
  }
  played.report.inputs.push_back(
      engine_input(made.driver->name(), what_cannot_be_played(workload, made.driver->name())));
  if (!played.report.inputs.back().problems.empty())
    return complain(options, played.report.inputs.back().problems, source);
  Run run = gridlock::run(workload, *made.driver, run_options(options));
  complain(options, run.problems, source);
  for (const std::string& note : made.driver->notes())
    remark(options, fmt::format("{}: {}", made.driver->name(), note));
  played.report.inputs.back().version = run.summary.version;
  played.analyses.push_back(analysis_of(run));
  hold_against_the_server(*made.driver, run.summary, options);
  played.report.stopped = played.report.stopped || run.summary.stopped;
  played.report.runs.push_back(std::move(run));
}

void play_on_every_engine(const Workload& workload, std::string_view source, const Options& options, Played& played) {
  const std::vector<std::string> engines =
      options.engines.empty() ? std::vector<std::string>{std::string(default_engine)} : options.engines;
  for (const std::string& engine : engines) {
    if (signal_caught() != 0) break;
    try {
      play(workload, source, engine, options, played);
    } catch (const EngineLost& lost) {
      complain(options, lost.what());
      played.engine_lost = true;
    }
  }
}

/// The steps of a story, for the report: also those that are never sent.
std::map<std::string, Report::StoryStep> story_of(const Workload& workload) {
  std::map<std::string, Report::StoryStep> steps;
  const auto* story = std::get_if<Story>(&workload.play);
  if (story == nullptr) return steps;
  for (const StorySession& session : story->sessions)
    for (const Step& step : session.steps)
      steps[step.name] = {session.name, step.statement ? step.statement->text : std::string("(a pause)")};
  return steps;
}

/// True when the workload's author said what to expect of deadlocks: then the expectations judge, not the deadlock
/// alone.
bool judges_deadlocks(const Workload& workload) {
  const Bounds& deadlocks = workload.expect.deadlocks;
  return deadlocks.exactly || deadlocks.at_least || deadlocks.at_most || !workload.expect.outcomes.empty();
}

int code_of(const Played& played, const Options& options, bool workload_judges) {
  if (const int signal = signal_caught(); signal != 0) return exit_signalled + signal;
  if (played.engine_lost) return exit_engine_lost;
  return exit_code(played.report, {options.fail_on, options.allow_partial, workload_judges});
}

}  // namespace

int run_command(const Options& options) {
  if (!can_deliver(options)) return exit_wrong_input;
  const ReadFile yaml = read_file(options.files.front());
  if (!yaml.problem.empty()) {
    complain(options, yaml.problem);
    return exit_wrong_input;
  }
  Loaded loaded = load_workload(yaml.text, yaml.name);
  Played played;
  played.report.command = "run";
  played.report.inputs.push_back({yaml.name, "", "workload", "", loaded.problems, std::nullopt});
  if (loaded.workload) {
    played.report.story = story_of(*loaded.workload);
    play_on_every_engine(*loaded.workload, yaml.text, options, played);
  } else {
    complain(options, loaded.problems, yaml.text);
  }
  Report& report = played.report;
  report.analysis = merge(std::move(played.analyses));
  report.stopped = report.stopped || signal_caught() != 0;
  report.again = again(options, report);
  report.exit_code = code_of(played, options, loaded.workload && judges_deadlocks(*loaded.workload));
  if (report.exit_code == exit_wrong_input && options.format == Format::text) {
    remark(options, report::headline(report));
    // The problems have been told; a text report of nothing would only repeat it.
    if (options.output.empty() && options.reports.empty()) return report.exit_code;
  }
  return deliver(report, options);
}

}  // namespace gridlock
