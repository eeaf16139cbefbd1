// The report for programs: version 1 of the contract, docs/report.schema.json. Unknown values are null.
#include <cstdint>
#include <utility>

#include "cli/report/headline.h"
#include "cli/report/json_layout.h"
#include "cli/report/json_parts.h"
#include "cli/report/report.h"
#include "cli/report/top.h"
#include "cli/version.h"
#include "model/json.h"

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
              {"holds", check.holds},
              {"where", or_null(to_string(check.where))}};
}

Json run_json(const Run& run) {
  const RunSummary& summary = run.summary;
  Json json;
  json["engine"] = summary.engine;
  json["version"] = or_null(summary.version);
  json["workload"] = summary.workload;
  json["seed"] = summary.seed;
  json["duration_s"] = summary.duration_s;
  json["stopped"] = summary.stopped;
  json["stalled"] = summary.stalled;
  json["trace_truncated"] = summary.trace_truncated;
  json["transactions"] = {{"committed", summary.committed},
                          {"rolled_back", summary.rolled_back},
                          {"retried", summary.retried},
                          {"failed", summary.failed}};
  json["lock_waits"] = {{"count", summary.waits.count},
                        {"p50_ms", summary.waits.p50_ms},
                        {"p95_ms", summary.waits.p95_ms},
                        {"p99_ms", summary.waits.p99_ms},
                        {"max_ms", summary.waits.max_ms}};
  json["deadlocks"] = summary.deadlocks;
  json["lock_timeouts"] = summary.lock_timeouts;
  json["serialization_failures"] = summary.serialization_failures;
  json["errors"] = summary.errors;
  json["checks"] = array_of(run.checks, check_json);
  json["problems"] = problems_json(run.problems);
  if (!run.orders.empty()) json["orders"] = array_of(run.orders, order_json);
  return json;
}

Json lock_wait_json(const LockWaitSummary& wait) {
  return Json{{"table", or_null(wait.table)}, {"index", or_null(wait.index)}, {"mode", or_null(wait.mode)},
              {"count", wait.count},          {"total_ms", wait.total_ms},    {"max_ms", wait.max_ms}};
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
  std::size_t number = 0;
  json["deadlocks"] =
      array_of(report.analysis.deadlocks, [&](const DiagnosedDeadlock& one) { return deadlock_json(one, ++number); });
  json["lock_wait_summary"] = array_of(report.analysis.lock_waits, lock_wait_json);
  if (report.command == "analyze") json["top"] = top_json(report::top_of(report.analysis));
  return report::laid_out(json);
}

std::string to_json_lines(const Report& report) {
  std::string out;
  if (report.command == "run") {
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
