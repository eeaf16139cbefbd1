#include "workloads/expand/rows.h"

#include "workloads/expand/random.h"
#include "workloads/expand/sampler.h"

namespace gridlock::expand {
namespace {

std::vector<Value> row(const GeneratedTable& table, Sampler& sampler, std::vector<Random>& streams,
                       std::uint64_t number) {
  std::vector<Value> values;
  const auto above = [&](const std::string& name) {
    for (std::size_t i = 0; i < values.size(); ++i)
      if (table.columns[i].name == name) return values[i];
    return Value();
  };
  for (std::size_t i = 0; i < table.columns.size(); ++i)
    values.push_back(sampler.draw(table.columns[i].distribution, streams[i], number, above));
  return values;
}

}  // namespace

std::vector<TableData> rows(const Workload& workload, std::uint64_t seed) {
  std::vector<TableData> all;
  Sampler sampler;
  for (const auto& table : workload.data) {
    TableData data{table.table, {}, {}};
    std::vector<Random> streams;
    for (const auto& column : table.columns) {
      streams.push_back(Random::stream(seed, all.size(), Purpose::column, data.columns.size()));
      data.columns.push_back(column.name);
    }
    for (std::int64_t i = 1; i <= table.rows; ++i)
      data.rows.push_back(row(table, sampler, streams, static_cast<std::uint64_t>(i)));
    all.push_back(std::move(data));
  }
  return all;
}

}  // namespace gridlock::expand
