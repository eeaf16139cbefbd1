#include "workloads/runner/into.h"

#include <fmt/format.h>

namespace gridlock {

std::optional<ServerError> too_few_columns(const Step& step, const std::vector<std::vector<Value>>& rows) {
  if (rows.empty() || rows.front().size() >= step.into.size()) return std::nullopt;
  return ServerError{
      "into", fmt::format("`into` has {} names, but the statement returned {}", step.into.size(),
                          rows.front().size() == 1 ? "1 column" : fmt::format("{} columns", rows.front().size()))};
}

Value saved(const std::vector<std::vector<Value>>& rows, std::size_t i) {
  return rows.empty() ? Value() : rows.front().at(i);
}

}  // namespace gridlock
