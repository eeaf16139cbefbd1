#pragma once
/// A comparison as Markdown: the table, and the steps that differ.
#include <string>

#include "cli/report/report.h"

namespace gridlock::report {

/// `escaped` and `code` put text of others into Markdown.
std::string comparison_markdown(const Report& report, std::string (*escaped)(std::string_view),
                                std::string (*code)(std::string_view));

}  // namespace gridlock::report
