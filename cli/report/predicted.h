#pragma once
/// What predict says: rings of lock orders, and what became of each.
#include <string>
#include <string_view>

#include "cli/report/report.h"

namespace gridlock::report {

std::string predicted_headline(const Report& report);
std::string_view to_string(Report::Predicted::Potential::Proof proof);
std::string predicted_markdown(const Report::Predicted& predicted);

}  // namespace gridlock::report
