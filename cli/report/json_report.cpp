// The report for programs: version 1 of the contract, docs/report.schema.json. Unknown values are null.
#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

#include "cli/report/comparison_json.h"
#include "cli/report/headline.h"
#include "cli/report/json_layout.h"
#include "cli/report/json_parts.h"
#include "cli/report/predicted.h"
#include "cli/report/report.h"
#include "cli/report/top.h"
#include "cli/version.h"
#include "model/json.h"
#include "workloads/runner/histogram_json.h"

namespace gridlock {
namespace {

using report::deadlock_json;
using report::lock_row_json;
using report::or_null;

Json problems_json(const Problems& problems) {
  Json list = Json::array();
  for (const Problem& problem : problems) {
    const Where& where = problem.where;
    list.push_back(Json{{"where", or_null(to_string(where))},
                        {"message", problem.message},
                        {"hint", or_null(problem.hint)},
                        {"file", or_null(where.file)},
                        {"line", where.line > 0 ? Json(where.line) : Json()},
                        {"column", where.column > 0 ? Json(where.column) : Json()}});
  }
  return list;
}

Json ledger_json(const std::optional<Ledger>& ledger) {
  if (!ledger) return nullptr;
  return Json{{"bytes", ledger->bytes},
              {"lines", ledger->lines},
              {"markers", ledger->markers},
              {"understood", ledger->understood},
              {"partly", ledger->partly},
              {"not_understood", ledger->not_understood},
              {"lock_timeouts", ledger->lock_timeouts},
              {"serialization_failures", ledger->serialization_failures},
              {"avoided", ledger->avoided},
              {"problems", problems_json(ledger->problems)},
              {"problems_left_off", ledger->problems_left_off}};
}

Json input_json(const Report::Input& input) {
  Json json;
  if (input.file.empty()) {
    json["engine"] = input.engine;
  } else {
    json["file"] = input.file;
  }
  json["format"] = or_null(input.format);
  json["version"] = or_null(input.version);
  json["problems"] = problems_json(input.problems);
  json["ledger"] = ledger_json(input.ledger);
  return json;
}

Json step_event_json(const PlayedOrder::StepEvent& event) {
  Json json = Json::array({event.step, std::string(to_string(event.outcome))});
  if (event.error && event.outcome == Outcome::error)
    json.push_back(Json{{"code", event.error->code}, {"message", event.error->message}});
  return json;
}

Json result_json(const PlayedOrder::Result& result) {
  Json rows = Json::array();
  for (const auto& row : result.rows) {
    Json cells = Json::array();
    for (const Value& value : row) cells.push_back(report::value_json(value));
    rows.push_back(std::move(cells));
  }
  return Json{
      {"step", result.step}, {"affected", result.affected}, {"rows", result.returns_rows ? std::move(rows) : Json()}};
}

Json locks_after_json(const PlayedOrder::LocksAfter& after) {
  Json rows = Json::array();
  for (const auto& [session, lock] : after.locks) rows.push_back(lock_row_json(session, lock));
  return Json{{"after", after.step}, {"locks", std::move(rows)}};
}

template <class Values, class ToJson>
Json array_of(const Values& values, ToJson to_json) {
  Json list = Json::array();
  for (const auto& value : values) list.push_back(to_json(value));
  return list;
}

Json order_json(const PlayedOrder& order) {
  Json json;
  json["order"] = order.order;
  json["events"] = array_of(order.events, step_event_json);
  json["results"] = array_of(order.results, result_json);
  if (!order.locks.empty()) json["locks"] = array_of(order.locks, locks_after_json);
  return json;
}

Json check_json(const Check& check) {
  return Json{{"what", check.what},
              {"expected", check.expected},
              {"got", check.got},
              {"holds", check.judged ? Json(check.holds) : Json()},
              {"where", or_null(to_string(check.where))}};
}

Json times_json(const Percentiles& times, const Histogram& histogram) {
  return Json{{"count", times.count},   {"p50_ms", times.p50_ms}, {"p95_ms", times.p95_ms},
              {"p99_ms", times.p99_ms}, {"max_ms", times.max_ms}, {"histogram_us", histogram_json(histogram)}};
}

Json type_json(const TransactionTimes& type) {
  const auto times = [](const Histogram& histogram) { return times_json(percentiles(histogram), histogram); };
  return Json{{"name", type.name},
              {"completed", type.completed},
              {"retried", type.retried},
              {"failed", type.failed},
              {"service", times(type.service)},
              {"response", type.response.count() > 0 ? times(type.response) : Json()}};
}

Json retries_json(const RunSummary& summary) {
  const auto by_reason = [](const RetryCount& one) {
    return Json{{"reason", std::string(to_string(one.reason))}, {"retried", one.retried}, {"given_up", one.given_up}};
  };
  return Json{{"by_reason", array_of(summary.retries, by_reason)},
              {"backoff_s", summary.backoff_s},
              {"most_attempts", summary.most_attempts}};
}

Json error_kind_json(const ErrorCount& kind) {
  return Json{{"code", or_null(kind.code)}, {"message", kind.message}, {"step", kind.step}, {"count", kind.count}};
}

Json server_count_json(const RunSummary& summary) {
  if (!summary.server_count) return nullptr;
  const auto& server = *summary.server_count;
  return Json{
      {"deadlocks", server.deadlocks},
      {"source", server.source},
      {"difference", static_cast<std::int64_t>(server.deadlocks) - static_cast<std::int64_t>(summary.deadlocks)}};
}

Json run_json(const Run& run) {
  const RunSummary& summary = run.summary;
  Json json;
  json["engine"] = summary.engine;
  json["version"] = or_null(summary.version);
  json["workload"] = summary.workload;
  json["isolation"] = or_null(summary.isolation);
  json["shard"] = summary.shard ? Json{{"part", summary.shard->part}, {"of", summary.shard->of}} : Json();
  json["seed"] = summary.seed;
  json["duration_s"] = summary.duration_s;
  json["notes"] = summary.notes;
  json["stopped"] = summary.stopped;
  json["stalled"] = summary.stalled;
  json["trace_truncated"] = summary.trace_truncated;
  json["transactions"] = {{"committed", summary.committed},
                          {"rolled_back", summary.rolled_back},
                          {"retried", summary.retried},
                          {"failed", summary.failed}};
  json["warm_up"] = {{"duration_s", summary.warm_up_s}, {"transactions", summary.warm_up_transactions}};
  json["transaction_times"] = array_of(summary.types, type_json);
  json["retries"] = retries_json(summary);
  json["not_begun"] = summary.not_begun;
  json["lock_waits"] = times_json(summary.waits, summary.wait_times);
  json["deadlocks"] = summary.deadlocks;
  json["unreported_deadlocks"] = summary.unreported_deadlocks;
  json["server_count"] = server_count_json(summary);
  json["lock_timeouts"] = summary.lock_timeouts;
  json["serialization_failures"] = summary.serialization_failures;
  json["errors"] = summary.errors;
  json["error_kinds"] = array_of(summary.error_kinds, error_kind_json);
  json["checks"] = array_of(run.checks, check_json);
  json["problems"] = problems_json(run.problems);
  if (!run.orders.empty()) json["orders"] = array_of(run.orders, order_json);
  return json;
}

Json lock_wait_json(const LockWaitSummary& wait) {
  return Json{{"table", or_null(wait.table)}, {"index", or_null(wait.index)}, {"mode", or_null(wait.mode)},
              {"count", wait.count},          {"total_ms", wait.total_ms},    {"max_ms", wait.max_ms}};
}

std::string_view ended_word(explore::Ended ended) {
  switch (ended) {
    case explore::Ended::exhausted: return "exhausted";
    case explore::Ended::schedules: return "max-schedules";
    case explore::Ended::time: return "time-limit";
    case explore::Ended::stopped: return "signal";
  }
  return "";
}

Json witness_json(const Report::Explored::Witness& one) {
  return Json{{"what", std::string(to_string(one.what))},
              {"detail", or_null(one.detail)},
              {"fingerprint", or_null(one.fingerprint)},
              {"count", one.count},
              {"order", one.order},
              {"token", one.token},
              {"file", or_null(one.file)}};
}

Json explored_json(const Report::Explored& explored) {
  const explore::Coverage& c = explored.coverage;
  Json json;
  json["exhaustive"] = c.exhaustive();
  json["ended"] = std::string(ended_word(c.ended));
  json["orders"] = c.schedules;
  json["orders_cut"] = c.cut;
  json["statements"] = c.turns;
  json["depth"] = c.depth;
  json["deadlocks_met"] = c.deadlocks;
  json["commuting_known"] = c.commuting_known;
  json["bounds"] = {{"sessions", c.sessions},
                    {"casts", c.storm ? Json(c.plans) : Json()},
                    {"casts_done", c.storm ? Json(c.plans_done) : Json()},
                    {"values", c.storm ? Json(c.values) : Json()},
                    {"values_chosen", c.values_chosen},
                    {"loops_cut", c.loops_cut},
                    {"casts_cut", c.casts_cut}};
  json["states"] = c.states ? Json{{"visited", c.states->visited}, {"deadlocks", c.states->deadlocks}} : Json();
  json["chance"] = c.chance ? Json{{"orders", c.chance->schedules},
                                   {"depth", c.chance->depth},
                                   {"probability_at_least", c.chance_of_finding}}
                            : Json();
  json["found"] = array_of(explored.witnesses, witness_json);
  return json;
}

Json replayed_json(const Report::Replayed& replayed) {
  constexpr std::array<std::string_view, 6> words{"nothing expected", "as expected", "same ring",
                                                  "other deadlock",   "no deadlock", "otherwise"};
  Json diverged;
  if (replayed.diverged)
    diverged = {{"event", replayed.diverged->at + 1},
                {"expected", or_null(replayed.diverged->expected)},
                {"got", or_null(replayed.diverged->got)}};
  return Json{{"came", std::string(words[static_cast<std::size_t>(replayed.came)])},
              {"expected", or_null(replayed.expected)},
              {"diverged", diverged}};
}

Json potential_json(const Report::Predicted::Potential& one) {
  return Json{{"proof", std::string(report::to_string(one.proof))},
              {"parties", array_of(one.parties,
                                   [](const auto& party) {
                                     return Json{{"transaction", party.transaction},
                                                 {"holds", party.holds},
                                                 {"held_by", party.held_by},
                                                 {"wants", party.wants},
                                                 {"wanted_by", party.wanted_by}};
                                   })},
              {"fingerprint", or_null(one.fingerprint)},
              {"order", one.order},
              {"file", or_null(one.file)}};
}

Json predicted_json(const Report::Predicted& predicted) {
  return Json{{"transactions", predicted.transactions},
              {"lock_classes", predicted.classes},
              {"edges", predicted.edges},
              {"guarded", predicted.guarded},
              {"potential", array_of(predicted.potential, potential_json)}};
}

Json story_json(const Report& report) {
  Json steps = Json::array();
  for (const auto& [name, step] : report.story)
    steps.push_back(Json{{"step", name}, {"session", step.session}, {"sql", step.sql}});
  return steps;
}

Json often_json(const report::Often& often) { return Json{{"what", often.what}, {"count", often.count}}; }

Json top_json(const report::Top& top) {
  return Json{{"tables", array_of(top.tables, often_json)},
              {"indexes", array_of(top.indexes, often_json)},
              {"statement_pairs", array_of(top.statement_pairs, often_json)}};
}

}  // namespace

std::string to_json(const Report& report) {
  Json json;
  json["schema"] = "gridlock-report/1";
  json["tool"] = {{"name", "gridlock"}, {"version", version}};
  json["command"] = report.command;
  json["exit_code"] = report.exit_code;
  json["stopped"] = report.stopped;
  json["inputs"] = array_of(report.inputs, input_json);
  json["runs"] = array_of(report.runs, run_json);
  if (!report.story.empty()) json["story"] = story_json(report);
  std::size_t number = 0;
  json["deadlocks"] =
      array_of(report.analysis.deadlocks, [&](const DiagnosedDeadlock& one) { return deadlock_json(one, ++number); });
  if (report.command == "compare") json["comparison"] = report::comparison_json(report);
  json["lock_wait_summary"] = array_of(report.analysis.lock_waits, lock_wait_json);
  if (report.explored) json["explored"] = explored_json(*report.explored);
  if (report.predicted) json["predicted"] = predicted_json(*report.predicted);
  if (report.replayed) json["replayed"] = replayed_json(*report.replayed);
  if (report.command == "analyze") json["top"] = top_json(report::top_of(report.analysis));
  return report::laid_out(json);
}

std::string to_json_lines(const Report& report) {
  std::string out;
  if (!report.runs.empty() || report.command == "run") {
    for (const Run& run : report.runs) {
      for (const PlayedOrder& order : run.orders) out += to_json_lines(order.trace);
      if (run.orders.empty() && run.problems.empty()) out += to_json_lines(run.trace);
    }
    return out;
  }
  std::size_t number = 0;
  for (const auto& one : report.analysis.deadlocks) out += report::one_line(deadlock_json(one, ++number)) + "\n";
  return out;
}

}  // namespace gridlock
