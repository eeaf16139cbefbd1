// Statements of runs in which nothing happened -> lock orders -> rings -> a schedule that closes each -> Report.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>

#include "analyzer/order_graph.h"
#include "analyzer/statement_log.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/files.h"
#include "cli/lock_orders.h"
#include "cli/playable.h"
#include "cli/schedule_files.h"
#include "cli/signals.h"
#include "drivers/engines.h"
#include "workloads/explore/explore.h"
#include "workloads/explore/schedule.h"
#include "workloads/load.h"

namespace gridlock {
namespace {

using Potential = Report::Predicted::Potential;

/// So many orders are played to confirm one ring.
constexpr std::uint64_t orders_for_one = 20'000;

struct Asked {
  std::string engine;
  TransactionTexts texts;
  Report report;
};

std::string engine_for(const Options& options, const std::string& dialect) {
  if (!options.engines.empty()) return options.engines.back();
  return dialect == "postgres" ? "reference:postgres" : "reference:innodb";
}

bool engine_exists(const Options& options, const std::string& engine) {
  const MadeDriver made = make_driver(engine);
  complain(options, made.problems, "");
  if (made.driver && !engine.starts_with("reference:")) {
    complain(options, "gridlock predict confirms on a reference engine", "--engine reference:innodb");
    return false;
  }
  return made.driver != nullptr;
}

/// Logs, or a trace: what they tell, added to `asked`. False after a complaint.
bool ask_log(const std::string& path, const std::string& schema, const Options& options, Asked& asked) {
  const ReadFile log = read_file(path);
  if (!log.problem.empty()) {
    complain(options, log.problem);
    return false;
  }
  ReadStatements read = read_statement_log(log.text, log.name);
  complain(options, read.problems, log.text);
  if (read.format.empty() || read.statements == 0) {
    complain(options, fmt::format("{} holds no statements that gridlock can read", log.name),
             "PostgreSQL: log_statement = all, as csv, json or stderr with %p in brackets; MySQL: the general log");
    return false;
  }
  if (read.skipped > 0)
    remark(options, fmt::format("{} statements of {} are left out: the log does not tell their parameters",
                                read.skipped, log.name));
  asked.engine = engine_for(options, read.dialect);
  asked.texts = texts_of(read.transactions, schema.empty() ? read.schema : schema, dialect_of(asked.engine));
  asked.report.inputs.push_back({log.name, "", read.format, "", {}, std::nullopt});
  return true;
}

bool ask_workload(const ReadFile& yaml, const Options& options, Asked& asked) {
  const Loaded loaded = load_workload(yaml.text, yaml.name);
  asked.engine = engine_for(options, "mysql");
  if (!engine_exists(options, asked.engine)) return false;
  const Problems problems = loaded.workload ? what_cannot_be_played(*loaded.workload, asked.engine) : loaded.problems;
  complain(options, problems, yaml.text);
  if (!problems.empty()) return false;
  asked.texts = texts_of(*loaded.workload, dialect_of(asked.engine));
  asked.report.inputs.push_back({yaml.name, "", "workload", "", {}, std::nullopt});
  return true;
}

bool ask(const Options& options, Asked& asked) {
  if (!options.from_logs.empty()) {
    const ReadFile schema = read_file(options.schema);
    if (!schema.problem.empty()) {
      complain(options, schema.problem);
      return false;
    }
    std::vector<NamedTransaction> all;
    for (const std::string& path : options.from_logs) {
      if (!ask_log(path, schema.text, options, asked)) return false;
      for (auto& one : asked.texts.transactions) all.push_back(std::move(one));
    }
    asked.texts.transactions = std::move(all);
    return engine_exists(options, asked.engine);
  }
  const ReadFile file = read_file(options.files.front());
  if (!file.problem.empty()) {
    complain(options, file.problem);
    return false;
  }
  if (!file.text.starts_with("{\"schema\":\"gridlock-trace/")) return ask_workload(file, options, asked);
  return ask_log(options.files.front(), "", options, asked) && engine_exists(options, asked.engine);
}

/// Looks for an order that closes the ring, among the ring's transactions alone.
void confirm(const PotentialDeadlock& ring, const Asked& asked, const Options& options, Potential& potential,
             std::vector<explore::Witness>& witnesses, std::string& schedule) {
  const std::string yaml = story_of(ring, asked.texts);
  const Loaded story = load_workload(yaml, "the ring's transactions");
  if (!story.workload) return;  // a statement that the workload language cannot say: not confirmed
  explore::Options limits;
  limits.engine = asked.engine;
  limits.schedules = orders_for_one;
  limits.stop = [] { return signal_caught() != 0; };
  const explore::Exploration exploration = explore::explore(*story.workload, limits);
  if (!exploration.problems.empty()) return;
  std::set<std::string> waiting;
  for (std::size_t i = 0; i < ring.parties.size(); ++i) waiting.insert(step_name(i, ring.parties[i].wanted_by));
  for (const explore::Witness& witness : exploration.witnesses) {
    const RingOf found = ring_of(witness.played);
    const std::set<std::string> steps(found.steps.begin(), found.steps.end());
    const bool same_transactions = steps.size() == waiting.size() && waits_alike(steps, waiting, ring, asked.texts);
    if (witness.finding.what != explore::Anomaly::deadlock || !same_transactions) continue;
    potential.proof = Potential::Proof::confirmed;
    potential.fingerprint = found.fingerprint;
    potential.order = witness.played.order;
    explore::Schedule saved = schedule_of(witness, exploration, *story.workload, "", 0, std::nullopt);
    saved.workload_path.clear();
    saved.workload_text = yaml;
    schedule = to_yaml(saved, "A deadlock that gridlock predict foresaw and confirmed.");
    witnesses.push_back(witness);
    return;
  }
  // Other rows than those seen might meet; only of the very rows seen an exhaustive search is a refutation.
  if (exploration.coverage.exhaustive() && ring.same_rows) potential.proof = Potential::Proof::refuted;
  static_cast<void>(options);
}

Potential told(const PotentialDeadlock& ring, const TransactionTexts& texts) {
  Potential potential;
  for (const auto& party : ring.parties) {
    const NamedTransaction& transaction = texts.transactions[party.transaction];
    potential.parties.push_back({transaction.name, class_of(party.holds), transaction.statements[party.held_by],
                                 class_of(party.wants), transaction.statements[party.wanted_by]});
  }
  return potential;
}

int code_of(const Report& report, const Options& options) {
  if (const int signal = signal_caught(); signal != 0) return exit_signalled + signal;
  if (options.fail_on.never) return exit_nothing_found;
  using Proof = Potential::Proof;
  const auto any = [&](auto wanted) {
    return std::any_of(report.predicted->potential.begin(), report.predicted->potential.end(), wanted);
  };
  const bool confirmed = any([](const Potential& one) { return one.proof == Proof::confirmed; });
  const bool potential = any([](const Potential& one) { return one.proof != Proof::refuted; });
  if (options.fail_on.chosen && !options.fail_on.deadlock && !options.fail_on.potential_deadlock)
    return exit_nothing_found;
  return confirmed || (options.fail_on.potential_deadlock && potential) ? exit_found : exit_nothing_found;
}

}  // namespace

int predict_command(const Options& options) {
  if (!can_deliver(options)) return exit_wrong_input;
  Asked asked;
  asked.report.command = "predict";
  if (!ask(options, asked)) return exit_wrong_input;
  const LockOrders orders = lock_orders(asked.texts, asked.engine);
  complain(options, orders.problems, "");
  if (!orders.problems.empty()) return exit_wrong_input;
  const OrderGraph graph = order_graph(orders.orders);

  Report& report = asked.report;
  report.predicted.emplace();
  Report::Predicted& predicted = *report.predicted;
  predicted.transactions = asked.texts.transactions.size();
  predicted.classes = graph.classes;
  predicted.edges = graph.edges;
  predicted.guarded = graph.guarded;
  std::vector<explore::Witness> witnesses;
  std::vector<Analysis> parts;
  std::error_code error;
  if (!options.schedules.empty()) std::filesystem::create_directories(options.schedules, error);
  for (const PotentialDeadlock& ring : graph.potential) {
    Potential potential = told(ring, asked.texts);
    std::string schedule;
    if (signal_caught() == 0) confirm(ring, asked, options, potential, witnesses, schedule);
    if (!schedule.empty() && !options.schedules.empty()) {
      potential.file = (std::filesystem::path(options.schedules) / fmt::format("predicted-{}.yaml", witnesses.size()))
                           .generic_string();
      if (const auto problem = write_file(potential.file, schedule)) {
        complain(options, *problem);
        return exit_wrong_input;
      }
    }
    predicted.potential.push_back(std::move(potential));
  }
  for (const explore::Witness& witness : witnesses) parts.push_back(analyze(witness.played.trace));
  report.analysis = merge(std::move(parts));
  report.inputs.push_back({"", asked.engine, "", "", {}, std::nullopt});
  report.stopped = signal_caught() != 0;
  report.exit_code = code_of(report, options);
  return deliver(report, options);
}

}  // namespace gridlock
