#pragma once
/// The ring of a deadlock, drawn: who holds what, and who waits for it.
#include "cli/report/text.h"
#include "model/deadlock.h"

namespace gridlock::report {

/// `every_lock`: all that a party holds, not only what blocks the one before it.
void draw_ring(const Deadlock& deadlock, bool every_lock, Page& page);

/// The locks that the drawing names, in its order.
std::vector<Lock> locks_drawn(const Deadlock& deadlock, bool every_lock);

}  // namespace gridlock::report
