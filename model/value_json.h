#pragma once
/// Values as JSON. Only .cpp files include this header: it brings nlohmann/json with it.
#include <optional>

#include "model/json.h"
#include "model/value.h"

namespace gridlock {

/// Keeps the kind: null, numbers and text are themselves; the others are `{"decimal": "1.50"}`, `{"date":
/// "2026-11-22"}`,
/// `{"datetime": ...}`; text that is no UTF-8 is `{"bytes": "c3"}`, a double that JSON cannot say `{"real": "nan"}`.
Json to_json(const Value& value);
/// What `to_json` made; empty when it is nothing of that kind.
std::optional<Value> value_of(const Json& json);

/// For people and other tools: decimals, dates and bytes are their text. Invalid UTF-8 is replaced.
Json plain_json(const Value& value);

/// The text with every byte that is no UTF-8 replaced by U+FFFD: JSON can hold nothing else.
std::string utf8(std::string_view text);

}  // namespace gridlock
