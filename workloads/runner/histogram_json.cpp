#include "workloads/runner/histogram_json.h"

#include <utility>

namespace gridlock {

Json histogram_json(const Histogram& histogram) {
  Json buckets = Json::array();
  for (const auto& [value, count] : histogram.buckets()) buckets.push_back(Json::array({value, count}));
  return Json{{"count", histogram.count()},
              {"max", histogram.max()},
              {"sum", histogram.sum()},
              {"buckets", std::move(buckets)}};
}

std::optional<Histogram> histogram_from(const Json& json) {
  const auto is_count = [](const Json& value) { return value.is_number_integer() && value.get<std::int64_t>() >= 0; };
  const auto has = [&](const char* name) { return json.is_object() && json.contains(name) && is_count(json[name]); };
  if (!has("max") || !has("sum") || !json.contains("buckets") || !json["buckets"].is_array()) return std::nullopt;
  std::vector<std::pair<std::int64_t, std::uint64_t>> buckets;
  for (const Json& entry : json["buckets"]) {
    if (!entry.is_array() || entry.size() != 2 || !is_count(entry[0]) || !is_count(entry[1])) return std::nullopt;
    buckets.emplace_back(entry[0].get<std::int64_t>(), entry[1].get<std::uint64_t>());
  }
  return Histogram::from(buckets, json["max"].get<std::int64_t>(), json["sum"].get<std::uint64_t>());
}

}  // namespace gridlock
