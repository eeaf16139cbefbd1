#include "workloads/explore/footprint.h"

#include <algorithm>
#include <utility>

namespace gridlock::explore {

Footprint::Footprint(std::optional<std::vector<Touch>> touches) : anything_(!touches) {
  if (!touches) return;
  touches_ = std::move(*touches);
  // of one object the change comes first, and stands for all that was done with it
  std::sort(touches_.begin(), touches_.end(), [](const Touch& a, const Touch& b) {
    return a.object != b.object ? a.object < b.object : a.changed > b.changed;
  });
  touches_.erase(std::unique(touches_.begin(), touches_.end(),
                             [](const Touch& a, const Touch& b) { return a.object == b.object; }),
                 touches_.end());
}

bool Footprint::commutes_with(const Footprint& other) const {
  if (anything_ || other.anything_) return false;
  auto mine = touches_.begin();
  auto theirs = other.touches_.begin();
  while (mine != touches_.end() && theirs != other.touches_.end()) {
    if (mine->object < theirs->object) {
      ++mine;
    } else if (theirs->object < mine->object) {
      ++theirs;
    } else {
      if (mine->changed || theirs->changed) return false;
      ++mine, ++theirs;
    }
  }
  return true;
}

}  // namespace gridlock::explore
