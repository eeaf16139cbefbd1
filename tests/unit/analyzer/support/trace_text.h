#pragma once
/// A trace written down by hand, one event a line:
///
///     a starts a1: BEGIN
///     a ends a1 done
///     a transaction 7 repeatable read
///     a waits a2 record X,REC_NOT_GAP t.PRIMARY id=2 | b, ~c      (~: only ahead in the queue)
///     a waits no more
///     a holds record X,REC_NOT_GAP t.PRIMARY id=1                 (LocksState of one lock)
///     deadlock a, b!                                              (a waits for b, b for a; b is the victim)
///     a committed
///
/// Sessions are numbered in the order in which they first appear; each line is a millisecond after the one before.
#include <string>

#include "model/trace.h"

namespace gridlock::test {

Trace trace_from(const std::string& text);

}  // namespace gridlock::test
