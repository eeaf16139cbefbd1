#include "cli/report/comparison_json.h"

#include <utility>

#include "cli/report/comparison_figures.h"
#include "cli/report/json_parts.h"

namespace gridlock::report {
namespace {

Json rows_json(const PlayedOrder::Result& result) {
  if (!result.returns_rows) return nullptr;
  Json rows = Json::array();
  for (const auto& row : result.rows) {
    Json cells = Json::array();
    for (const Value& value : row) cells.push_back(value_json(value));
    rows.push_back(std::move(cells));
  }
  return rows;
}

Json step_json(const ComparedStep& step) {
  if (!step.played) return nullptr;
  Json took = Json::array();
  for (const Lock& lock : step.took) took.push_back(lock_json(lock));
  Json json;
  json["outcome"] = std::string(to_string(step.outcome));
  json["blocked_by"] = step.blocked_by;
  json["end"] = step.end ? Json(std::string(to_string(*step.end))) : Json();
  json["error"] = step.error ? Json{{"code", step.error->code}, {"message", step.error->message}} : Json();
  json["affected"] = step.result ? Json(step.result->affected) : Json();
  json["rows"] = step.result ? rows_json(*step.result) : Json();
  json["took"] = std::move(took);
  return json;
}

Json row_json(const ComparedRow& row) {
  Json differs = Json::array(), on = Json::array();
  if (row.outcomes) differs.push_back("outcome");
  if (row.blockers) differs.push_back("blockers");
  if (row.results) differs.push_back("rows");
  if (row.locks) differs.push_back("locks");
  for (const ComparedStep& step : row.on) on.push_back(step_json(step));
  return Json{{"order", row.order},
              {"step", row.step},
              {"session", or_null(row.session)},
              {"sql", or_null(row.sql)},
              {"differs", std::move(differs)},
              {"on", std::move(on)}};
}

}  // namespace

Json comparison_json(const Report& report) {
  const Comparison comparison = compare_runs(report);
  Json patterns = Json::array(), steps = Json::array();
  for (const auto& one : comparison.patterns)
    patterns.push_back(Json{{"pattern", one.pattern}, {"counts", one.counts}});
  for (const ComparedRow& row : comparison.rows) steps.push_back(row_json(row));
  return Json{{"steps_compared", comparison.steps},
              {"deadlocks_by_pattern", std::move(patterns)},
              {"different_steps", std::move(steps)}};
}

}  // namespace gridlock::report
