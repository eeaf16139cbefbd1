// Schedule, or token and workload -> the same order on an engine -> whether the same came -> Report.
#include <fmt/format.h>

#include <algorithm>
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
#include "workloads/explore/schedule.h"
#include "workloads/explore/token.h"
#include "workloads/load.h"
#include "workloads/runner/checks.h"

namespace gridlock {
namespace {

using Came = Report::Replayed::Came;

/// What is to be played, whether a file or a token said it.
struct Asked {
  Workload workload;
  std::string source;  ///< text that problems point into
  std::string input;   ///< name of the schedule file; empty for a token
  std::string engine;
  std::optional<std::uint64_t> seed;
  explore::Plan plan;
  explore::Turns turns;
  explore::Schedule::Expected expected;
  bool expects = false;
};

/// A workload and its text, or nothing after a complaint.
std::optional<Workload> loaded(const std::string& text, const std::string& name, const Options& options) {
  Loaded read = load_workload(text, name);
  complain(options, read.problems, text);
  return std::move(read.workload);
}

/// The engine of the command line, else the schedule's if it is a reference one, else the default.
std::string engine_for(const Options& options, const std::string& made_on) {
  if (!options.engines.empty()) return options.engines.back();
  return made_on.starts_with("reference:") ? made_on : "reference:innodb";
}

bool can_be_played(const Asked& asked, const Options& options) {
  const MadeDriver made = make_driver(asked.engine);
  complain(options, made.problems, "");
  if (!made.driver) return false;
  const Problems problems = what_cannot_be_played(asked.workload, asked.engine);
  complain(options, problems, asked.source);
  return problems.empty();
}

std::optional<Asked> ask_token(const std::string& word, const Options& options) {
  const auto token = explore::read_token(word);
  if (!token) {
    complain(options, fmt::format("{} is not a whole token", word), "copy it once more: a letter is missing or wrong");
    return std::nullopt;
  }
  if (options.files.size() < 2) {
    complain(options, "a token needs the workload that it was made of",
             fmt::format("gridlock replay {} WORKLOAD.yaml", word));
    return std::nullopt;
  }
  const ReadFile yaml = read_file(options.files[1]);
  if (!yaml.problem.empty()) {
    complain(options, yaml.problem);
    return std::nullopt;
  }
  if (explore::hash_of(yaml.text) != token->workload) {
    complain(options, fmt::format("{} is another workload than the token's, or another version of it", yaml.name),
             "explore it again for a new token");
    return std::nullopt;
  }
  auto workload = loaded(yaml.text, yaml.name, options);
  if (!workload) return std::nullopt;
  Asked asked{std::move(*workload), yaml.text, "", engine_for(options, ""), std::nullopt, {}, {}, {}, false};
  if (!can_be_played(asked, options)) return std::nullopt;
  const std::string dialect = dialect_of(asked.engine);
  const std::uint64_t seed = asked.workload.seed;
  if (token->cast && !asked.workload.is_story()) {
    explore::CastBounds bounds;
    bounds.sessions = token->cast->sessions;
    bounds.values = token->cast->values;
    bounds.rounds = token->cast->rounds;
    auto casts = explore::casts_of_storm(asked.workload, dialect, seed, token->isolation, bounds);
    if (token->cast->number < casts.plans.size()) asked.plan = std::move(casts.plans[token->cast->number]);
  } else if (!token->cast && asked.workload.is_story()) {
    asked.plan = explore::plan_of_story(asked.workload, dialect, seed, token->isolation);
  }
  const auto turns = explore::turns_of(*token, asked.plan);
  if (!turns) {
    complain(options, fmt::format("the token does not fit {} on {}", yaml.name, asked.engine),
             "it may have been made for another dialect");
    return std::nullopt;
  }
  asked.turns = *turns;
  return asked;
}

/// The workload's text and name, from the schedule itself or from the file that it names.
std::optional<ReadFile> workload_of(const explore::Schedule& schedule, const Options& options) {
  if (schedule.workload_path.empty()) return ReadFile{schedule.workload_text, schedule.file, ""};
  const auto folder = std::filesystem::path(schedule.file).parent_path();
  ReadFile yaml = read_file((folder / schedule.workload_path).generic_string());
  if (!yaml.problem.empty()) {
    complain(options, yaml.problem, fmt::format("{} names it as its workload", schedule.file));
    return std::nullopt;
  }
  if (schedule.hash && explore::hash_of(yaml.text) != *schedule.hash) {
    complain(options, fmt::format("{} has changed since the schedule was made", yaml.name),
             "explore it again, or remove `hash` from the schedule to play it all the same");
    return std::nullopt;
  }
  return yaml;
}

std::optional<Asked> ask_file(const Options& options) {
  const ReadFile file = read_file(options.files.front());
  if (!file.problem.empty()) {
    complain(options, file.problem);
    return std::nullopt;
  }
  const auto read = explore::load_schedule(file.text, file.name);
  complain(options, read.problems, file.text);
  if (!read.schedule) return std::nullopt;
  const explore::Schedule& schedule = *read.schedule;
  const auto yaml = workload_of(schedule, options);
  if (!yaml) return std::nullopt;
  auto workload = loaded(yaml->text, yaml->name, options);
  if (!workload) return std::nullopt;
  if (!workload->is_story()) {
    complain(options, fmt::format("{} is a storm, and a schedule needs named steps", yaml->name),
             "gridlock explore writes its schedules with the story in them");
    return std::nullopt;
  }
  Asked asked{std::move(*workload), yaml->text, file.name, engine_for(options, schedule.engine), schedule.seed, {}, {},
              schedule.expect,      true};
  if (!can_be_played(asked, options)) return std::nullopt;
  asked.plan = explore::plan_of_story(asked.workload, dialect_of(asked.engine),
                                      schedule.seed.value_or(asked.workload.seed), schedule.isolation);
  auto found = explore::turns_of(schedule, asked.plan);
  complain(options, found.problems, file.text);
  if (!found.problems.empty()) return std::nullopt;
  asked.turns = std::move(found.turns);
  return asked;
}

bool same_steps(std::vector<std::string> a, std::vector<std::string> b) {
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  return a == b;
}

Report::Replayed judged(const Asked& asked, const PlayedOrder& played, const std::vector<Check>& broken) {
  Report::Replayed replayed;
  if (!asked.expects) return replayed;
  const auto& expected = asked.expected;
  replayed.diverged = explore::divergence(expected, played);
  replayed.expected = expected.outcome ? std::string(to_string(*expected.outcome)) : "outcome";
  const bool deadlocked = std::any_of(played.events.begin(), played.events.end(),
                                      [](const auto& event) { return event.outcome == Outcome::deadlock; });
  if (expected.outcome == explore::Anomaly::deadlock) {
    bool same = false, ring = false;
    for (const Deadlock& deadlock : deadlocks(played.trace)) {
      std::vector<std::string> steps;
      for (const Party& party : deadlock.parties) steps.push_back(party.step);
      same = same || expected.fingerprint.empty() || diagnose(deadlock).fingerprint == expected.fingerprint;
      ring = ring || same_steps(steps, expected.between);
    }
    // An engine that gives no account of its deadlocks still says who lost.
    const bool loser = deadlocked && !replayed.diverged;
    replayed.came = same            ? Came::as_expected
                    : ring || loser ? Came::same_ring
                    : deadlocked    ? Came::other_deadlock
                                    : Came::no_deadlock;
  } else if (expected.outcome == explore::Anomaly::invariant) {
    replayed.came = std::any_of(broken.begin(), broken.end(), [](const Check& check) { return !check.holds; })
                        ? Came::as_expected
                        : Came::otherwise;
  } else {
    replayed.came = !replayed.diverged ? Came::as_expected : Came::otherwise;
  }
  return replayed;
}

/// What the played order amounts to, for the report's figures.
Run run_of(const Asked& asked, PlayedOrder played, Driver& driver) {
  Run run;
  RunSummary& summary = run.summary;
  summary.engine = driver.name();
  summary.version = driver.version();
  summary.workload = asked.workload.name;
  summary.seed = asked.plan.setup.seed;
  for (const auto& event : played.events) {
    summary.deadlocks += event.outcome == Outcome::deadlock ? 1U : 0U;
    summary.lock_timeouts += event.outcome == Outcome::lock_timeout ? 1U : 0U;
    summary.serialization_failures += event.outcome == Outcome::serialization_failure ? 1U : 0U;
    summary.errors += event.outcome == Outcome::error ? 1U : 0U;
  }
  run.orders.push_back(std::move(played));
  return run;
}

int code_of(const Report& report, const Options& options) {
  if (options.fail_on.never) return exit_nothing_found;
  const Came came = report.replayed->came;
  const bool deadlock = report.runs.front().summary.deadlocks > 0;
  const bool timeout = report.runs.front().summary.lock_timeouts > 0;
  if ((options.fail_on.deadlock && deadlock) || (options.fail_on.lock_timeout && timeout)) return exit_found;
  if (came == Came::nothing_expected) return deadlock && !options.fail_on.chosen ? exit_found : exit_nothing_found;
  return came == Came::as_expected || came == Came::same_ring ? exit_nothing_found : exit_found;
}

/// Plays it. Throws EngineLost.
Report report_of(const Asked& asked, const Options& options) {
  Report report;
  report.command = "replay";
  if (!asked.input.empty()) report.inputs.push_back({asked.input, "", "schedule", "", {}, std::nullopt});
  report.inputs.push_back({asked.workload.file, "", "workload", "", {}, std::nullopt});
  explore::Opened opened = explore::open(asked.plan, asked.engine);
  report.inputs.push_back({"", opened.driver->name(), "", opened.driver->version(), opened.problems, std::nullopt});
  complain(options, opened.problems, asked.source);
  if (!opened.problems.empty()) {
    report.exit_code = exit_wrong_input;
    return report;
  }
  Driver& driver = *opened.driver;
  PlayedOrder played = explore::play_order(asked.plan, driver, asked.turns);
  std::vector<Check> checks;
  bool busy = false;
  for (SessionId s = 0; s < asked.plan.sessions.size(); ++s) busy = busy || driver.busy(s);
  if (!busy) check_invariants(asked.workload, "", &driver, checks);
  report.analysis = analyze(played.trace);
  report.replayed = judged(asked, played, checks);
  report.runs.push_back(run_of(asked, std::move(played), driver));
  driver.close();
  for (const auto& session : asked.plan.sessions)
    for (const auto& step : session.steps) report.story[step.name] = {session.name, step.statement->text};
  report.exit_code = code_of(report, options);
  return report;
}

}  // namespace

int replay_command(const Options& options) {
  if (!can_deliver(options)) return exit_wrong_input;
  const bool token = explore::looks_like_token(options.files.front());
  if (!token && options.files.size() > 1) {
    complain(options, "gridlock replay plays one schedule", "gridlock replay " + options.files.front());
    return exit_wrong_input;
  }
  if (options.engines.size() > 1) {
    complain(options, "gridlock replay plays on one engine", "give --engine once");
    return exit_wrong_input;
  }
  const auto asked = token ? ask_token(options.files.front(), options) : ask_file(options);
  if (!asked) return exit_wrong_input;
  try {
    const Report report = report_of(*asked, options);
    if (report.exit_code == exit_wrong_input) return report.exit_code;
    return deliver(report, options);
  } catch (const EngineLost& lost) {
    complain(options, lost.what());
    return exit_engine_lost;
  }
}

}  // namespace gridlock
