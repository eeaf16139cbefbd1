// YAML -> Workload -> Schedule -> Driver -> Trace -> wait-for graph -> Diagnosis -> Advice -> Report.
#include "cli/play.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <string>
#include <utility>

#include "analyzer/analyzer.h"
#include "cli/analyzed.h"
#include "cli/console.h"
#include "cli/files.h"
#include "cli/playable.h"
#include "cli/progress.h"
#include "cli/report/headline.h"
#include "cli/signals.h"
#include "drivers/engines.h"
#include "drivers/live/url.h"
#include "workloads/load.h"
#include "workloads/runner/runner.h"

namespace gridlock {
namespace {

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
  std::string out = fmt::format("gridlock {} {}", report.command, quoted(options.files.front()));
  for (const std::string& engine : options.engines) out += " --engine " + quoted(live::without_secrets(engine));
  for (const AskedIsolation& isolation : options.isolations) out += " --isolation " + quoted(isolation.words);
  out += fmt::format(" --seed {}", report.runs.front().summary.seed);
  if (options.shard) out += fmt::format(" --shard {}/{}", options.shard->part, options.shard->of);
  return out + (options.locks ? " --locks" : "");
}

RunOptions run_options(const Options& options, const Combination& combination, const std::string& command) {
  RunOptions run;
  run.seed = options.seed;
  if (combination.isolation) run.isolation = combination.isolation->level;
  run.locks = options.locks || command == "compare";
  run.shard = options.shard;
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

/// Several isolation levels on one engine: it is one input.
bool is_known(const Report& report, const std::string& engine) {
  return std::any_of(report.inputs.begin(), report.inputs.end(),
                     [&](const Report::Input& input) { return input.engine == engine; });
}

std::map<std::string, std::uint64_t> patterns_of(const Analysis& analysis) {
  std::map<std::string, std::uint64_t> patterns;
  for (const DiagnosedDeadlock& one : analysis.deadlocks) patterns[one.diagnosis.pattern] += one.deadlock.count;
  return patterns;
}

void play(const Workload& workload, std::string_view source, const Combination& combination, const Options& options,
          Played& played) {
  const std::string& engine = combination.engine;
  MadeDriver made = make_driver(engine, options.live);
  if (!made.driver) {
    if (is_known(played.report, live::without_secrets(engine))) return;
    complain(options, made.problems, "");
    played.report.inputs.push_back(engine_input(live::without_secrets(engine), std::move(made.problems)));
    return;
  }
  if (!is_known(played.report, made.driver->name())) {
    played.report.inputs.push_back(
        engine_input(made.driver->name(), what_cannot_be_played(workload, made.driver->name())));
    complain(options, played.report.inputs.back().problems, source);
  }
  auto& inputs = played.report.inputs;
  auto& input = *std::find_if(inputs.begin(), inputs.end(),
                              [&](const Report::Input& one) { return one.engine == made.driver->name(); });
  if (!input.problems.empty()) return;
  RunOptions how = run_options(options, combination, played.report.command);
  ProgressLine progress(options, played.report.command == "run" ? "" : combination.words());
  if (progress.is_shown()) how.progress = [&](const Progress& so_far) { progress.show(so_far); };
  Run run = gridlock::run(workload, *made.driver, how);
  progress.clear();
  if (combination.isolation) run.summary.isolation = combination.isolation->words;
  complain(options, run.problems, source);
  input.version = run.summary.version;
  played.analyses.push_back(analyzed(workload, run));
  played.report.patterns.push_back(patterns_of(played.analyses.back()));
  played.report.stopped = played.report.stopped || run.summary.stopped;
  played.report.runs.push_back(std::move(run));
}

void play_all(const Workload& workload, std::string_view source, const std::vector<Combination>& combinations,
              const Options& options, Played& played) {
  for (const Combination& combination : combinations) {
    if (signal_caught() != 0) break;
    try {
      play(workload, source, combination, options, played);
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

/// The parts of a storm need a storm.
Problems cannot_be_sharded(const Workload& workload, const Options& options) {
  if (!options.shard || !workload.is_story()) return {};
  return {{{workload.file, 0, 0}, "a story is played whole: --shard is for storms", "leave --shard out"}};
}

}  // namespace

std::string Combination::words() const {
  return live::without_secrets(engine) + (isolation ? ", " + isolation->words : std::string());
}

std::vector<Combination> combinations(const Options& options, const Workload& workload) {
  const std::vector<std::string> engines =
      options.engines.empty() ? std::vector<std::string>{default_engine_for(workload)} : options.engines;
  std::vector<Combination> all;
  for (const std::string& engine : engines) {
    if (options.isolations.empty()) all.push_back({engine, std::nullopt});
    for (const AskedIsolation& isolation : options.isolations) all.push_back({engine, isolation});
  }
  return all;
}

int play_and_report(const Options& options, const std::string& command) {
  if (!can_deliver(options)) return exit_wrong_input;
  const ReadFile yaml = read_file(options.files.front());
  if (!yaml.problem.empty()) {
    complain(options, yaml.problem);
    return exit_wrong_input;
  }
  Loaded loaded = load_workload(yaml.text, yaml.name);
  if (loaded.workload) loaded.problems = cannot_be_sharded(*loaded.workload, options);
  Played played;
  played.report.command = command;
  played.report.inputs.push_back({yaml.name, "", "workload", "", loaded.problems, std::nullopt});
  if (loaded.problems.empty()) {
    played.report.story = story_of(*loaded.workload);
    play_all(*loaded.workload, yaml.text, combinations(options, *loaded.workload), options, played);
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
