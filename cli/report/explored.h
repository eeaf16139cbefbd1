#pragma once
/// What exploring and replaying say of themselves, beside the deadlocks: the sentences for people.
#include <string>
#include <vector>

#include "cli/report/report.h"

namespace gridlock::report {

/// `2 deadlocks can be reached ...`, or that there is none, and how far that goes.
std::string explored_headline(const Report& report);

/// What was looked at, and within which bounds; one sentence each.
std::vector<std::string> coverage_in_words(const Report::Explored& explored);

/// `The same deadlock came`, and where the schedule was left.
std::string replayed_headline(const Report& report);
std::string divergence_in_words(const explore::Divergence& diverged);

}  // namespace gridlock::report
