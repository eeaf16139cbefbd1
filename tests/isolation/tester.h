#pragma once
/// Plays an isolation-tester spec on a driver, by the tester's own rules, and tells it in the tester's own words.
/// Source of the rules: PostgreSQL 15 src/test/isolation/isolationtester.c.
#include <string>

#include "workloads/import/isolation_spec.h"

namespace gridlock::isolation {

struct Outcome {
  std::string text;     ///< as `expected/*.out` has it, but for what `normalized` takes away
  std::string problem;  ///< not empty: this engine cannot play it
};

Outcome play(const IsolationSpec& spec, const std::string& engine);

/// Without the names of result columns, the padding of their values, notices and empty lines.
std::string normalized(const std::string& out);

}  // namespace gridlock::isolation
