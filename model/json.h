#pragma once
/// JSON, as the house uses it: objects keep the order in which their fields were written.
#include <nlohmann/json.hpp>

namespace gridlock {
using Json = nlohmann::ordered_json;
}  // namespace gridlock
