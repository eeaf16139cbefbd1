#pragma once
/// SIGINT and SIGTERM end a command cleanly: what happened so far is reported.

namespace gridlock {

/// The first signal is remembered; a second one of its kind ends the program at once. A closed pipe is no signal.
void listen_to_signals();

/// The signal's number; 0 while there was none.
int signal_caught();

}  // namespace gridlock
