#pragma once
/// What a statement's coroutine awaits where it must stand still. Private to the engine's .cpp files.
#include "drivers/reference/postgres/engine.h"

namespace gridlock::reference::postgres {

/// Until the lock is granted; throws when the wait ends otherwise. REQUIRES: the session stands in a queue.
struct Engine::LockWait {
  Engine& engine;
  Slot slot;
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> here) {
    engine.sessions_[slot].resume = here;
    engine.begin_wait(slot);
  }
  void await_resume() {
    if (auto& interruption = engine.sessions_[slot].interruption) {
      const SqlError error = *std::exchange(interruption, std::nullopt);
      throw error;
    }
  }
};

/// Until the session's turn comes again, at its `due`.
struct Engine::Pause {
  Engine& engine;
  Slot slot;
  bool sleeps = false;
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> here) {
    Session& session = engine.sessions_[slot];
    session.resume = here;
    session.sleeping = sleeps;
    engine.make_runnable(slot, session.due);
  }
  void await_resume() {
    Session& session = engine.sessions_[slot];
    session.sleeping = false;
    if (session.interruption) {
      const SqlError error = *std::exchange(session.interruption, std::nullopt);
      throw error;
    }
  }
};

inline Engine::Pause Engine::pause(Slot slot) { return {*this, slot, false}; }
inline Engine::LockWait Engine::lock_wait(Slot slot) { return {*this, slot}; }

}  // namespace gridlock::reference::postgres
