#include "cli/report/json_read.h"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

#include "cli/report/json_read_parts.h"
#include "model/json.h"
#include "workloads/runner/histogram_json.h"

namespace gridlock {
namespace {

using report::text_or_empty;

constexpr std::string_view schema = "gridlock-report/1";

template <typename Value, typename Read>
std::vector<Value> list_of(const Json& json, Read read) {
  std::vector<Value> values;
  for (const Json& one : json) values.push_back(read(one));
  return values;
}

Problem problem_of(const Json& json) {
  Problem problem{{}, json.at("message").get<std::string>(), text_or_empty(json, "hint")};
  problem.where.file = text_or_empty(json, "file");
  if (json.at("line").is_number()) problem.where.line = json["line"].get<int>();
  if (json.at("column").is_number()) problem.where.column = json["column"].get<int>();
  return problem;
}

Problems problems_of(const Json& json) { return list_of<Problem>(json, problem_of); }

Ledger ledger_of(const Json& json, const Report::Input& input) {
  Ledger ledger;
  ledger.bytes = json.at("bytes").get<std::uint64_t>();
  ledger.lines = json.at("lines").get<std::uint64_t>();
  ledger.markers = json.at("markers").get<std::uint64_t>();
  ledger.understood = json.at("understood").get<std::uint64_t>();
  ledger.partly = json.at("partly").get<std::uint64_t>();
  ledger.not_understood = json.at("not_understood").get<std::uint64_t>();
  ledger.problems = problems_of(json.at("problems"));
  ledger.format = input.format;
  ledger.version = input.version;
  return ledger;
}

Report::Input input_of(const Json& json) {
  Report::Input input;
  input.file = text_or_empty(json, "file");
  input.engine = text_or_empty(json, "engine");
  input.format = text_or_empty(json, "format");
  input.version = text_or_empty(json, "version");
  input.problems = problems_of(json.at("problems"));
  if (json.contains("ledger") && !json["ledger"].is_null()) input.ledger = ledger_of(json["ledger"], input);
  return input;
}

// ------------------------------------------------------------------------------------------------------------ runs

Outcome outcome_of(const Json& word) {
  const auto found = outcome(word.get<std::string>());
  if (!found) throw std::invalid_argument("no outcome is called " + word.dump());
  return *found;
}

Histogram histogram_of(const Json& times) {
  if (times.is_null() || !times.contains("histogram_us")) return {};
  auto histogram = histogram_from(times["histogram_us"]);
  if (!histogram) throw std::invalid_argument("histogram_us is no histogram");
  return std::move(*histogram);
}

TransactionTimes type_of(const Json& json) {
  return {json.at("name").get<std::string>(),      json.at("completed").get<std::uint64_t>(),
          json.at("retried").get<std::uint64_t>(), json.at("failed").get<std::uint64_t>(),
          histogram_of(json.at("service")),        histogram_of(json.at("response"))};
}

RetryCount retry_of(const Json& json) {
  return {outcome_of(json.at("reason")), json.at("retried").get<std::uint64_t>(),
          json.at("given_up").get<std::uint64_t>()};
}

ErrorCount error_kind_of(const Json& json) {
  return {text_or_empty(json, "code"), json.at("message").get<std::string>(), json.at("step").get<std::string>(),
          json.at("count").get<std::uint64_t>()};
}

Check check_of(const Json& json) {
  Check check;
  check.what = json.at("what").get<std::string>();
  check.expected = json.at("expected").get<std::string>();
  check.got = json.at("got").get<std::string>();
  check.judged = json.at("holds").is_boolean();
  check.holds = check.judged && json["holds"].get<bool>();
  check.where.file = text_or_empty(json, "where");  // as one text: only shown again
  return check;
}

PlayedOrder::StepEvent step_event_of(const Json& json) {
  PlayedOrder::StepEvent event{json.at(0).get<std::string>(), outcome_of(json.at(1)), std::nullopt};
  if (json.size() > 2)
    event.error = ServerError{json[2].at("code").get<std::string>(), json[2].at("message").get<std::string>()};
  return event;
}

PlayedOrder::Result result_of(const Json& json) {
  PlayedOrder::Result result;
  result.step = json.at("step").get<std::string>();
  result.affected = json.at("affected").get<std::int64_t>();
  result.returns_rows = json.at("rows").is_array();
  if (result.returns_rows)
    for (const Json& row : json["rows"]) result.rows.push_back(list_of<Value>(row, report::value_of));
  return result;
}

PlayedOrder::LocksAfter locks_after_of(const Json& json) {
  PlayedOrder::LocksAfter after;
  after.step = json.at("after").get<std::string>();
  for (const Json& row : json.at("locks"))
    after.locks.emplace_back(row.at("session").get<std::string>(), report::lock_of_row(row));
  return after;
}

PlayedOrder order_of(const Json& json) {
  PlayedOrder order;
  order.order = json.at("order").get<std::vector<std::string>>();
  order.events = list_of<PlayedOrder::StepEvent>(json.at("events"), step_event_of);
  order.results = list_of<PlayedOrder::Result>(json.at("results"), result_of);
  if (json.contains("locks")) order.locks = list_of<PlayedOrder::LocksAfter>(json["locks"], locks_after_of);
  return order;
}

void read_transactions(const Json& json, RunSummary& summary) {
  const Json& counts = json.at("transactions");
  summary.committed = counts.at("committed").get<std::uint64_t>();
  summary.rolled_back = counts.at("rolled_back").get<std::uint64_t>();
  summary.retried = counts.at("retried").get<std::uint64_t>();
  summary.failed = counts.at("failed").get<std::uint64_t>();
  summary.warm_up_s = json.at("warm_up").at("duration_s").get<double>();
  summary.warm_up_transactions = json["warm_up"].at("transactions").get<std::uint64_t>();
  summary.types = list_of<TransactionTimes>(json.at("transaction_times"), type_of);
  summary.retries = list_of<RetryCount>(json.at("retries").at("by_reason"), retry_of);
  summary.backoff_s = json["retries"].at("backoff_s").get<double>();
  summary.most_attempts = json["retries"].at("most_attempts").get<int>();
  summary.not_begun = json.at("not_begun").get<std::uint64_t>();
  summary.wait_times = histogram_of(json.at("lock_waits"));
  summary.waits = percentiles(summary.wait_times);
}

void read_findings(const Json& json, RunSummary& summary) {
  summary.deadlocks = json.at("deadlocks").get<std::uint64_t>();
  summary.unreported_deadlocks = json.at("unreported_deadlocks").get<std::uint64_t>();
  if (const Json& server = json.at("server_count"); !server.is_null())
    summary.server_count =
        ServerCount{server.at("deadlocks").get<std::uint64_t>(), server.at("source").get<std::string>()};
  summary.lock_timeouts = json.at("lock_timeouts").get<std::uint64_t>();
  summary.serialization_failures = json.at("serialization_failures").get<std::uint64_t>();
  summary.errors = json.at("errors").get<std::uint64_t>();
  summary.error_kinds = list_of<ErrorCount>(json.at("error_kinds"), error_kind_of);
  summary.notes = json.at("notes").get<std::vector<std::string>>();
}

Run run_of(const Json& json) {
  Run run;
  RunSummary& summary = run.summary;
  summary.engine = json.at("engine").get<std::string>();
  summary.version = text_or_empty(json, "version");
  summary.workload = json.at("workload").get<std::string>();
  summary.isolation = text_or_empty(json, "isolation");
  if (const Json& shard = json.at("shard"); !shard.is_null())
    summary.shard = Shard{shard.at("part").get<std::uint32_t>(), shard.at("of").get<std::uint32_t>()};
  summary.seed = json.at("seed").get<std::uint64_t>();
  summary.duration_s = json.at("duration_s").get<double>();
  summary.stopped = json.at("stopped").get<bool>();
  summary.stalled = json.at("stalled").get<bool>();
  summary.trace_truncated = json.at("trace_truncated").get<bool>();
  read_transactions(json, summary);
  read_findings(json, summary);
  run.checks = list_of<Check>(json.at("checks"), check_of);
  run.problems = problems_of(json.at("problems"));
  if (json.contains("orders")) run.orders = list_of<PlayedOrder>(json["orders"], order_of);
  return run;
}

// ---------------------------------------------------------------------------------------------------------- report

LockWaitSummary lock_wait_of(const Json& json) {
  return {text_or_empty(json, "table"),          text_or_empty(json, "index"),      text_or_empty(json, "mode"),
          json.at("count").get<std::uint64_t>(), json.at("total_ms").get<double>(), json.at("max_ms").get<double>()};
}

/// Per run; only a comparison has them.
std::vector<std::map<std::string, std::uint64_t>> patterns_of(const Json& json, std::size_t runs) {
  std::vector<std::map<std::string, std::uint64_t>> patterns(runs);
  if (!json.contains("comparison")) return patterns;
  for (const Json& one : json["comparison"].at("deadlocks_by_pattern"))
    for (std::size_t i = 0; i < runs; ++i)
      if (const auto count = one.at("counts").at(i).get<std::uint64_t>(); count > 0)
        patterns[i][one.at("pattern").get<std::string>()] = count;
  return patterns;
}

Report report_of(const Json& json) {
  Report report;
  report.command = json.at("command").get<std::string>();
  report.exit_code = json.at("exit_code").get<int>();
  report.stopped = json.at("stopped").get<bool>();
  report.inputs = list_of<Report::Input>(json.at("inputs"), input_of);
  report.runs = list_of<Run>(json.at("runs"), run_of);
  report.patterns = patterns_of(json, report.runs.size());
  report.analysis.deadlocks = list_of<DiagnosedDeadlock>(json.at("deadlocks"), report::deadlock_of);
  report.analysis.lock_waits = list_of<LockWaitSummary>(json.at("lock_wait_summary"), lock_wait_of);
  if (json.contains("story"))
    for (const Json& step : json["story"])
      report.story[step.at("step").get<std::string>()] = {step.at("session").get<std::string>(),
                                                          step.at("sql").get<std::string>()};
  return report;
}

}  // namespace

ReadReport read_report(std::string_view text) {
  try {
    const Json json = Json::parse(text);
    if (!json.is_object() || json.value("schema", "") != schema)
      return {std::nullopt, fmt::format("it is no report of version 1 (\"schema\": \"{}\")", schema)};
    return {report_of(json), ""};
  } catch (const Json::exception& error) {
    return {std::nullopt, fmt::format("it is no whole JSON report: {}", error.what())};
  } catch (const std::invalid_argument& error) {
    return {std::nullopt, fmt::format("it is no JSON report of gridlock: {}", error.what())};
  }
}

bool is_json_report(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  return begin != std::string_view::npos && text[begin] == '{' &&
         text.substr(begin, 200).find("gridlock-report/") != std::string_view::npos;
}

}  // namespace gridlock
