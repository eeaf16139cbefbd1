#pragma once
/// An index as a line, with what is locked in it: `(19) [22] (22,28) [28] (28,32)`.
#include <string>
#include <vector>

#include "model/lock.h"
#include "workloads/runner/statement_locks.h"

namespace gridlock::report {

/// `[22]` is a locked entry, `(22,28)` a locked gap, `(19)` an entry beside them that is not locked, `...` what is left
/// out. Shared locks have an S behind them. Empty when nothing of this index is locked.
/// Locks whose entries were not there before (rows that the statements put in) get their place by their key.
std::string index_picture(const IndexEntries& index, const std::vector<Lock>& locks);

}  // namespace gridlock::report
