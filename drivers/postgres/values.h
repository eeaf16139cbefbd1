#pragma once
/// PostgreSQL's text for a value, as a Value.
#include <string_view>

#include "model/value.h"

namespace gridlock::postgres {

/// `type`: the object id of the column's type (pg_type.dat). What is no number and no date is text; infinity is, too.
Value value_of(unsigned type, std::string_view text);

}  // namespace gridlock::postgres
