#pragma once
/// Joins the traces of a storm's parts into one.
#include <vector>

#include "model/trace.h"

namespace gridlock {

/// Sessions are numbered anew, in the order of the parts; one whose name another part has too is told apart by the
/// part's number. Events stand in the order of their times; those of one instant, in the order of the parts. The header
/// is the first part's. REQUIRES: at least one part.
Trace merged(const std::vector<Trace>& parts);

}  // namespace gridlock
