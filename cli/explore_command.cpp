// Workload -> every order that matters -> what can happen -> Report.
#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <utility>

#include "cli/commands.h"
#include "cli/console.h"
#include "cli/files.h"
#include "cli/playable.h"
#include "cli/schedule_files.h"
#include "cli/signals.h"
#include "drivers/engines.h"
#include "workloads/explore/explore.h"
#include "workloads/explore/token.h"
#include "workloads/load.h"

namespace gridlock {
namespace {

using Clock = std::chrono::steady_clock;

/// A line now and then on a terminal's standard error.
class Progress {
 public:
  explicit Progress(const Options& options) : options_(options) {}

  void operator()(std::uint64_t schedules, std::uint64_t turns, std::size_t plan, std::size_t plans) {
    const auto now = Clock::now();
    if (options_.quiet || now - told_ < std::chrono::seconds(2)) return;
    told_ = now;
    const std::string cast = plans > 1 ? fmt::format(", cast {} of {}", plan + 1, plans) : "";
    remark(options_, fmt::format("{} orders, {} statements played{}", schedules, turns, cast));
  }

 private:
  const Options& options_;
  Clock::time_point told_ = Clock::now();
};

std::optional<sql::Isolation> isolation_of(const Options& options) {
  return options.isolations.empty() ? std::nullopt : std::optional(options.isolations.front().level);
}

explore::Options explore_options(const Options& options, const std::string& engine, std::string_view source) {
  explore::Options out;
  out.engine = engine;
  out.seed = options.seed;
  out.isolation = isolation_of(options);
  out.workload_hash = explore::hash_of(source);
  out.casts.sessions = options.sessions.value_or(out.casts.sessions);
  out.casts.values = options.values.value_or(0);
  out.schedules = options.max_schedules;
  if (options.random) out.chance = {*options.random, static_cast<std::uint32_t>(options.depth.value_or(2))};
  out.stop = [] { return signal_caught() != 0; };
  if (options.time_limit_ms) {
    const auto end = Clock::now() + std::chrono::milliseconds(*options.time_limit_ms);
    out.out_of_time = [end] { return Clock::now() >= end; };
  }
  out.progress = Progress(options);
  return out;
}

/// The witnesses as one run that played them all.
Run run_of(const Workload& workload, const explore::Exploration& exploration) {
  Run run;
  run.summary.engine = exploration.engine;
  run.summary.version = exploration.version;
  run.summary.workload = workload.name;
  run.summary.seed = exploration.seed;
  for (const explore::Witness& witness : exploration.witnesses) {
    run.orders.push_back(witness.played);
    run.summary.deadlocks += witness.finding.what == explore::Anomaly::deadlock ? 1U : 0U;
  }
  run.problems = exploration.problems;
  return run;
}

std::map<std::string, Report::StoryStep> steps_of(const std::vector<explore::Plan>& plans,
                                                  const std::vector<explore::Witness>& witnesses) {
  std::map<std::string, Report::StoryStep> steps;
  for (const explore::Witness& witness : witnesses)
    for (const auto& session : plans[witness.finding.plan].sessions)
      for (const auto& step : session.steps) steps[step.name] = {session.name, step.statement->text};
  return steps;
}

/// False when a file could not be written.
bool write_schedules(const Workload& workload, const explore::Exploration& exploration, const Options& options,
                     std::uint32_t hash, Report::Explored& explored) {
  std::error_code error;
  std::filesystem::create_directories(options.schedules, error);
  std::map<explore::Anomaly, int> numbers;
  for (std::size_t i = 0; i < exploration.witnesses.size(); ++i) {
    const explore::Witness& witness = exploration.witnesses[i];
    std::string kind(to_string(witness.finding.what));
    std::replace(kind.begin(), kind.end(), ' ', '-');
    const std::string file =
        (std::filesystem::path(options.schedules) / fmt::format("{}-{}.yaml", kind, ++numbers[witness.finding.what]))
            .generic_string();
    const auto schedule = schedule_of(witness, exploration, workload,
                                      path_from(options.schedules, options.files.front()), hash, isolation_of(options));
    const std::string remark = fmt::format("A {} that gridlock explore found. Play it: gridlock replay {}",
                                           to_string(witness.finding.what), file);
    if (const auto problem = write_file(file, to_yaml(schedule, remark))) {
      complain(options, *problem);
      return false;
    }
    explored.witnesses[i].file = file;
  }
  return true;
}

Report::Explored explored_of(const explore::Exploration& exploration) {
  Report::Explored explored{exploration.coverage, {}};
  for (const explore::Witness& witness : exploration.witnesses) {
    const auto& finding = witness.finding;
    explored.witnesses.push_back({finding.what, finding.detail, ring_of(witness.played).fingerprint, witness.token, "",
                                  finding.count, witness.played.order});
  }
  return explored;
}

/// A line a state: how far each session came (`a:2` waits for its third row, `b:end`), and in how many orders of its
/// queues.
struct StateLines {
  std::string& out;
  void operator()(const explore::Plan& plan, const explore::RowLocks&, const explore::Progresses& progress,
                  std::uint64_t queues) const {
    for (std::size_t s = 0; s < progress.size(); ++s)
      out += progress[s] == explore::done ? fmt::format("{}:end ", plan.sessions[s].name)
                                          : fmt::format("{}:{} ", plan.sessions[s].name, progress[s]);
    out += fmt::format("x{}\n", queues);
  }
};

bool write_states(const std::string& states, const explore::Exploration& exploration, const Options& options) {
  if (options.states.empty()) return true;
  if (!exploration.coverage.states) {
    complain(options, "--states: this workload does more than lock rows exclusively, so there are no states to list",
             "leave out --states; the report has every deadlock");
    return false;
  }
  const auto problem = write_file(options.states, states);
  if (problem) complain(options, *problem);
  return !problem;
}

/// What is left to do goes into the file; of a search that came to its end nothing is left, and neither is the file.
bool save_state(const explore::Exploration& exploration, const Options& options) {
  if (options.resume.empty()) return true;
  if (exploration.state.empty()) {
    std::error_code error;
    std::filesystem::remove(options.resume, error);
    return true;
  }
  const auto problem = write_file(options.resume, exploration.state);
  if (problem) complain(options, *problem);
  return !problem;
}

int code_of(const Report& report, const explore::Exploration& exploration, const Options& options) {
  if (!exploration.problems.empty()) return exit_wrong_input;
  if (const int signal = signal_caught(); signal != 0) return exit_signalled + signal;
  if (options.fail_on.never) return exit_nothing_found;
  for (const auto& witness : report.explored->witnesses) {
    const bool deadlock = witness.what == explore::Anomaly::deadlock;
    const bool timeout = witness.what == explore::Anomaly::stall || witness.what == explore::Anomaly::lock_timeout;
    if (!options.fail_on.chosen || witness.what == explore::Anomaly::invariant) return exit_found;
    if (deadlock && (options.fail_on.deadlock || options.fail_on.potential_deadlock)) return exit_found;
    if (timeout && options.fail_on.lock_timeout) return exit_found;
  }
  return exit_nothing_found;
}

std::string quoted(const std::string& word) {
  return word.find_first_of(" '\"$\\*?") == std::string::npos ? word : "'" + word + "'";
}

std::string again(const Options& options, const std::string& engine) {
  if (options.files.front() == "-") return "";
  std::string out = "gridlock explore " + quoted(options.files.front());
  if (!options.engines.empty()) out += " --engine " + engine;
  if (!options.isolations.empty()) out += " --isolation " + quoted(options.isolations.front().words);
  if (options.sessions) out += fmt::format(" --sessions {}", *options.sessions);
  if (options.values) out += fmt::format(" --values {}", *options.values);
  if (options.max_schedules) out += fmt::format(" --max-schedules {}", *options.max_schedules);
  if (options.random) out += fmt::format(" --random {} --depth {}", *options.random, options.depth.value_or(2));
  return out;
}

/// The engine, if it can be explored; else a complaint was made and it is empty.
std::string engine_to_explore(const Options& options) {
  const std::string engine = options.engines.empty() ? "reference:innodb" : options.engines.back();
  const MadeDriver made = make_driver(engine);
  complain(options, made.problems, "");
  if (!made.driver) return "";
  if (!engine.starts_with("reference:") || options.engines.size() > 1) {
    complain(options, "gridlock explore plays on one reference engine",
             "explore on reference:..., then gridlock replay its schedules on a live server");
    return "";
  }
  return engine;
}

}  // namespace

int explore_command(const Options& options) {
  if (!can_deliver(options)) return exit_wrong_input;
  const std::string engine = engine_to_explore(options);
  if (engine.empty()) return exit_wrong_input;
  const ReadFile yaml = read_file(options.files.front());
  if (!yaml.problem.empty()) {
    complain(options, yaml.problem);
    return exit_wrong_input;
  }
  const Loaded loaded = load_workload(yaml.text, yaml.name);
  Problems problems = loaded.workload ? what_cannot_be_played(*loaded.workload, engine) : loaded.problems;
  complain(options, problems, yaml.text);
  if (!problems.empty()) return exit_wrong_input;

  explore::Options asked = explore_options(options, engine, yaml.text);
  if (!options.resume.empty() && std::filesystem::exists(options.resume)) {
    ReadFile state = read_file(options.resume);
    if (!state.problem.empty()) {
      complain(options, state.problem);
      return exit_wrong_input;
    }
    asked.resume = std::move(state.text);
  }
  std::string states;
  if (!options.states.empty()) asked.each_state = StateLines{states};
  const explore::Exploration exploration = explore::explore(*loaded.workload, asked);
  complain(options, exploration.problems, yaml.text);
  if (!exploration.problems.empty()) return exit_wrong_input;

  Report report;
  report.command = "explore";
  report.inputs.push_back({yaml.name, "", "workload", "", {}, std::nullopt});
  report.inputs.push_back({"", engine, "", exploration.version, {}, std::nullopt});
  report.explored = explored_of(exploration);
  if (!options.schedules.empty() &&
      !write_schedules(*loaded.workload, exploration, options, asked.workload_hash, *report.explored))
    return exit_wrong_input;
  if (!write_states(states, exploration, options)) return exit_wrong_input;
  if (!save_state(exploration, options)) return exit_wrong_input;
  report.story = steps_of(exploration.plans, exploration.witnesses);
  std::vector<Analysis> parts;
  for (const explore::Witness& witness : exploration.witnesses) parts.push_back(analyze(witness.played.trace));
  report.analysis = merge(std::move(parts));
  report.runs.push_back(run_of(*loaded.workload, exploration));
  report.stopped = exploration.coverage.ended == explore::Ended::stopped;
  report.again = again(options, engine);
  report.exit_code = code_of(report, exploration, options);
  return deliver(report, options);
}

}  // namespace gridlock
