#pragma once
/// What one turn looked at and changed, and whether two turns commute.
#include <optional>
#include <vector>

#include "drivers/explorable.h"

namespace gridlock::explore {

class Footprint {
 public:
  Footprint() = default;
  /// From what a driver says; none: the turn may have touched anything.
  explicit Footprint(std::optional<std::vector<Touch>> touches);

  /// Both orders of the two turns lead to the same state, and neither lets the other one begin or stops it.
  bool commutes_with(const Footprint& other) const;

 private:
  std::vector<Touch> touches_;  ///< sorted, each object once
  bool anything_ = false;
};

}  // namespace gridlock::explore
