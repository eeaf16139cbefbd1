#pragma once
/// What the runner told of an order, in the words of the goldens, and the first difference between the two.
#include <string>

#include "model/json.h"
#include "tests/fidelity/golden.h"
#include "workloads/runner/runner.h"

namespace gridlock::fidelity {

/// The golden's story on this engine, at the golden's level; what cannot be loaded or played stands in its problems.
Run play(const Golden& golden, const std::string& engine);

/// `events`, `results`, `deadlocks` and `locks`, as in a golden.
Json as_golden(const PlayedOrder& order);

/// Where they first differ, told step by step; empty when they agree. Locks and a deadlock's parties are compared as
/// sets, events and results as lists. What else a golden holds (`access`, `variants`) is not compared.
std::string first_difference(const Json& expected, const Json& got);

}  // namespace gridlock::fidelity
