#pragma once
/// Single values of a workload file: numbers, durations, words. Each reader makes a problem of what it cannot read and
/// gives nothing then. `what` names the value in messages: "`count`".
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "model/event.h"
#include "model/sql/ast.h"
#include "model/value.h"
#include "workloads/read/reader.h"

namespace gridlock::read {

std::optional<std::string> text(Reader& reader, const yaml::Node& node, std::string_view what);

std::optional<std::int64_t> whole_number(Reader& reader, const yaml::Node& node, std::string_view what,
                                         std::int64_t at_least,
                                         std::int64_t at_most = std::numeric_limits<std::int64_t>::max());

std::optional<double> number(Reader& reader, const yaml::Node& node, std::string_view what);

std::optional<bool> truth(Reader& reader, const yaml::Node& node, std::string_view what);

/// `500us`, `10ms`, `2s`, `1m`, `1h`, `0`; a fraction is allowed: `1.5s`.
std::optional<Time> duration(Reader& reader, const yaml::Node& node, std::string_view what);

/// An SQL value: a plain scalar that looks like a number, a date, `true`, `false` or `null` is one, anything else text.
std::optional<Value> value(Reader& reader, const yaml::Node& node, std::string_view what);
Value value_of(const yaml::Node& scalar);

/// `repeatable read`, in any case, with spaces, hyphens or underscores.
std::optional<sql::Isolation> isolation(Reader& reader, const yaml::Node& node);

/// One of the contract's words.
std::optional<Outcome> outcome_word(Reader& reader, const yaml::Node& node, const std::vector<Outcome>& allowed);

}  // namespace gridlock::read
