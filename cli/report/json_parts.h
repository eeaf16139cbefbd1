#pragma once
/// Parts of the JSON report that stand in more than one place.
#include <cstddef>
#include <string>

#include "analyzer/analyzer.h"
#include "model/json.h"
#include "model/lock.h"

namespace gridlock::report {

/// Unknown is null, never an empty text.
Json or_null(const std::string& text);

/// Integers as numbers, null as null, everything else as its text (a decimal keeps its digits).
Json value_json(const Value& value);

/// A lock of a deadlock's party.
Json lock_json(const Lock& lock);

/// A lock as `performance_schema.data_locks` or `pg_locks` lists it.
Json lock_row_json(const std::string& session, const Lock& lock);

/// One element of `deadlocks`; `number` counts from 1.
Json deadlock_json(const DiagnosedDeadlock& one, std::size_t number);

}  // namespace gridlock::report
