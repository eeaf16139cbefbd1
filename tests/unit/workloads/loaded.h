#pragma once
/// A workload from its text, for tests.
#include <string>

#include "workloads/load.h"

namespace gridlock::test {

/// Throws with all problems when there are any.
Workload loaded(const std::string& yaml);

}  // namespace gridlock::test
