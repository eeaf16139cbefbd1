#pragma once
/// How a value is drawn, as the file says it: `5`, `sequence`, `{uniform: [1, 100]}`, ...
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "workloads/read/reader.h"
#include "workloads/workload.h"

namespace gridlock::read {

/// What the numbers of a distribution are.
enum class Drawn : unsigned char {
  values,     ///< SQL values
  durations,  ///< times with their units; the distribution is over microseconds
};

/// `also_allowed`: further keys that may stand beside the distribution's own; the caller reads them.
std::optional<Distribution> distribution(Reader& reader, const yaml::Node& node, Drawn drawn, std::string_view what,
                                         const std::vector<std::string>& also_allowed = {});

/// `params: {from: {uniform: [1, 100]}, to: {zipf: [1, 100], distinct_from: from}}`. A parameter may name only those
/// above it, and those in `declared` (which grows by the new ones).
std::vector<Parameter> parameters(Reader& reader, const yaml::Node& node, std::vector<std::string>& declared);

/// The names in braces of a pattern's text, without `n`.
std::vector<std::string> names_in_pattern(std::string_view text);

}  // namespace gridlock::read
