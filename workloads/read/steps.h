#pragma once
/// Steps: statements, pauses and loops, in a story and in a transaction type.
#include <optional>
#include <string>
#include <vector>

#include "workloads/read/reader.h"
#include "workloads/workload.h"

namespace gridlock::read {

/// The steps of a transaction type, named `1`, `2`, ... (in a loop `3.1`) or by their `name`. `declared` holds the
/// parameters that may be used, and grows by what `into` saves.
std::vector<Step> transaction_steps(Reader& reader, const yaml::Node& list, std::vector<std::string>& declared);

/// The named steps of a story's session.
std::vector<Step> story_steps(Reader& reader, const yaml::Node& list);

}  // namespace gridlock::read
