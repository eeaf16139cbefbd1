#pragma once
/// Reports made by hand, as the rooms below would make them: what the formats are tested with.
#include "cli/report/report.h"

namespace gridlock::samples {

Report opposite_order_story();  ///< two sessions, one order, one deadlock
Report transfers_storm();       ///< the same pattern, met by chance in a storm
Report three_way_ring();        ///< three parties, a queue in between
Report many_deadlocks();        ///< eight kinds
Report nothing_found();         ///< a storm without a deadlock
Report failed_expectations();   ///< a story that came out otherwise than its file says
Report story_with_locks();      ///< gap and next-key locks after each step, no deadlock
Report skipped_steps();         ///< a step whose session still waits, one that changed no row, a standstill
Report many_orders();           ///< a story played in 14 orders
Report status_text();           ///< a MySQL log: identities and hexadecimal values, no statements' names
Report partial_logs();          ///< logs of which not everything was understood
Report foreign_words();         ///< wide characters, and control characters that must not reach the terminal

}  // namespace gridlock::samples
