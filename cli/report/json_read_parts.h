#pragma once
/// Reads the parts of a JSON report that json_parts.h writes. A part that is not as it should be throws an exception of
/// nlohmann's (Json::exception) or std::invalid_argument.
#include <string>

#include "analyzer/analyzer.h"
#include "model/json.h"
#include "model/lock.h"

namespace gridlock::report {

/// Empty where the member is null or missing.
std::string text_or_empty(const Json& json, const char* name);

/// Numbers as they are, null, and text: a date or a decimal stays the text that it was written as.
Value value_of(const Json& json);

Lock lock_of_row(const Json& row);

DiagnosedDeadlock deadlock_of(const Json& json);

}  // namespace gridlock::report
