#pragma once
/// Who must have been in whose way, where neither the server nor the waits seen say: from the statements alone.
#include <set>
#include <string>

#include "analyzer/replay.h"
#include "analyzer/wait_for_graph.h"
#include "model/trace.h"

namespace gridlock {

/// The tables that the trace's schema makes.
std::set<std::string> tables_of(const Trace& trace);

/// Those of `tables` that a statement names.
std::set<std::string> tables_in(const std::string& sql, const Trace& trace, const std::set<std::string>& tables);

/// A cycle through `victim`, whose statement has just failed: each member's statement under way names a table and a
/// value that an earlier statement of the next one's transaction names, too. The shortest; empty when there is none.
WaitCycle inferred_cycle(Replay& replay, const Trace& trace, SessionId victim);

}  // namespace gridlock
