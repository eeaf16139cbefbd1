#pragma once
/// The formats of a report, by their names on the command line.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/report/report.h"

namespace gridlock {

enum class Format : unsigned char { text, json, jsonl, markdown, sarif, junit, github, gitlab };

std::optional<Format> format_named(std::string_view name);
std::vector<std::string> format_names();

/// `style` matters to text only.
std::string rendered(Format format, const Report& report, const Style& style);

}  // namespace gridlock
