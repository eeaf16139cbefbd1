#include "drivers/reference/engine.h"

namespace gridlock::reference {

Engine::Engine(const Profile& profile, const EngineSettings& settings, std::uint64_t seed)
    : profile_(&profile),
      settings_(settings),
      random_state_(seed),
      locks_(*profile.locks),
      metadata_(metadata_rules()) {
  catalog_.ignores_foreign_keys = profile.whole_tables;
}

Slot Engine::add_session(const SessionSetup& setup) {
  Session session;
  session.name = setup.name;
  session.settings = settings_.sessions;
  if (setup.isolation) session.settings.isolation = *setup.isolation;
  for (const auto& [name, value] : setup.settings) set_variable(session.settings, nullptr, name, value);
  sessions_.push_back(std::move(session));
  undo_entries_.push_back(0);
  return static_cast<Slot>(sessions_.size() - 1);
}

void Engine::close() {
  for (Slot slot = 0; slot < sessions_.size(); ++slot) {
    if (sessions_[slot].state == Session::State::waiting) {
      end_wait(slot);
      locks_.cancel_wait(slot, woken_);
      metadata_.cancel_wait(slot, metadata_woken_);
    }
    sessions_[slot].state = Session::State::idle;
    roll_back(slot);
  }
  runnable_.clear();
}

}  // namespace gridlock::reference
