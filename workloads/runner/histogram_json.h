#pragma once
/// A histogram as JSON. Only .cpp files include this header: it brings nlohmann/json with it.
#include <optional>

#include "model/json.h"
#include "workloads/runner/histogram.h"

namespace gridlock {

/// `{"count", "max", "sum", "buckets": [[smallest value, count], ...]}`
Json histogram_json(const Histogram& histogram);

/// Reads what `histogram_json` wrote, exactly; nothing when it is none.
std::optional<Histogram> histogram_from(const Json& json);

}  // namespace gridlock
