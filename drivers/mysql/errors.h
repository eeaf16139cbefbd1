#pragma once
/// What MySQL's and MariaDB's error numbers mean for a session.
#include "model/event.h"

namespace gridlock::mysql {

/// The session is gone: killed, timed out, server shut down, or the connection broken.
bool ends_session(unsigned code);

Outcome outcome_of(const ServerError& error);

/// Whether the error rolled the whole transaction back, not the statement alone.
bool rolls_back(const ServerError& error);

}  // namespace gridlock::mysql
