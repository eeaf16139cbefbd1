#include "drivers/live/looks.h"

#include <algorithm>

namespace gridlock::live {
namespace {

/// Whether session `to` is reached from `from` by going from waiter to blocker.
bool reaches(const Look& look, SessionId from, SessionId to, std::vector<bool>& passed) {
  if (!look.waits[from]) return false;
  for (const Blocker& blocker : look.waits[from]->state.blockers) {
    if (blocker.session == to) return true;
    if (passed[blocker.session]) continue;
    passed[blocker.session] = true;
    if (reaches(look, blocker.session, to, passed)) return true;
  }
  return false;
}

void add(Look::Wait& wait, const SeenWait& seen, const SessionIds& ids) {
  for (const SeenWait::By& by : seen.blockers) {
    const auto found = ids.find(by.connection);
    if (found == ids.end()) {
      wait.strangers.push_back(by.connection);
      continue;
    }
    const Blocker blocker{found->second, by.lock, by.hard};
    auto& blockers = wait.state.blockers;
    if (std::find(blockers.begin(), blockers.end(), blocker) == blockers.end()) blockers.push_back(blocker);
  }
}

}  // namespace

bool Look::cyclic() const {
  for (SessionId id = 0; id < waits.size(); ++id) {
    std::vector<bool> passed(waits.size());
    if (waits[id] && reaches(*this, id, id, passed)) return true;
  }
  return false;
}

Look look_of(const std::vector<SeenWait>& seen, const std::vector<LiveSession>& sessions, const SessionIds& ids) {
  Look look;
  look.waits.resize(sessions.size());
  for (const SeenWait& one : seen) {
    const auto found = ids.find(one.waiter);
    if (found == ids.end() || !sessions[found->second].busy) continue;
    auto& wait = look.waits[found->second];
    if (!wait) {
      wait = Look::Wait{{sessions[found->second].step, one.wanted, {}}, one.ripe, {}};
      wait->state.wanted.waiting = true;
    }
    wait->ripe = wait->ripe && one.ripe;
    add(*wait, one, ids);
  }
  // The server's order is no order: the same waits must compare equal.
  for (auto& wait : look.waits) {
    if (!wait) continue;
    std::stable_sort(wait->state.blockers.begin(), wait->state.blockers.end(),
                     [](const Blocker& a, const Blocker& b) { return a.session < b.session; });
    std::sort(wait->strangers.begin(), wait->strangers.end());
  }
  return look;
}

}  // namespace gridlock::live
