#pragma once
/// JSON as text: what fits into a line stands in a line. Broken UTF-8 (a log's) is replaced, JSON must be UTF-8.
#include <string>

#include "model/json.h"

namespace gridlock::report {

std::string one_line(const Json& json);

/// Indented by two, with a newline at the end.
std::string laid_out(const Json& json);

}  // namespace gridlock::report
