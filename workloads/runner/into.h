#pragma once
/// What a step's `into` saves of the rows that came back.
#include <optional>
#include <vector>

#include "model/event.h"
#include "workloads/workload.h"

namespace gridlock {

/// Why the step's names cannot all be filled: the first row has fewer columns than there are names. Nothing when they
/// can; without a row, every name is NULL.
std::optional<ServerError> too_few_columns(const Step& step, const std::vector<std::vector<Value>>& rows);

/// The value for the step's name number `i`. REQUIRES: `too_few_columns` says nothing.
Value saved(const std::vector<std::vector<Value>>& rows, std::size_t i);

}  // namespace gridlock
