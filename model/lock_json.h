#pragma once
/// Locks as JSON. Only .cpp files include this header: it brings nlohmann/json with it.
#include <optional>

#include "model/json.h"
#include "model/lock.h"

namespace gridlock {

/// Every field that is not empty: what a trace keeps.
Json to_json(const Lock& lock);
/// What `to_json` made. An unknown kind is `other`, a field of the wrong type is as if it were missing; empty when the
/// JSON is no object.
std::optional<Lock> lock_of(const Json& json);

/// The contract's shape for reports: `{"kind", "mode", "table", "index", "key": {column: value}}`, unknown values null.
/// A key's columns without names are called by their place: "1", "2". Behind these fields: `supremum`, `waiting`,
/// `object` and `doubtful`, each only when it says something.
Json report_json(const Lock& lock);

}  // namespace gridlock
