#pragma once
/// What an engine whose state is a value offers to those who try many schedules, beside the one door.
#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "drivers/driver.h"

namespace gridlock {

/// Something of an engine that a step has looked at or changed: a record with its gap, a table, who waits, the commits.
/// Two steps of different sessions commute unless one has changed what the other touched.
struct Touch {
  std::uint64_t object = 0;  ///< opaque; the same in all copies of one driver
  bool changed = false;
  friend auto operator<=>(const Touch&, const Touch&) = default;
};

/// A driver that is one can be copied, and says what its steps touch. A live engine's is none.
class Explorable {
 public:
  virtual ~Explorable() = default;

  /// A driver that stands where this one does and goes on alone.
  virtual std::unique_ptr<Driver> copy() const = 0;

  /// What was touched since last asked, by whichever session; the first call begins the watch. None: not known, and
  /// then each step has to be taken to depend on every other.
  virtual std::optional<std::vector<Touch>> touched() = 0;
};

/// Null when the driver is no `Explorable`.
inline std::unique_ptr<Driver> copy_of(const Driver& driver) {
  const auto* explorable = dynamic_cast<const Explorable*>(&driver);
  return explorable == nullptr ? nullptr : explorable->copy();
}

/// None when the driver is no `Explorable`, or does not know.
inline std::optional<std::vector<Touch>> touched_by(Driver& driver) {
  auto* explorable = dynamic_cast<Explorable*>(&driver);
  return explorable == nullptr ? std::nullopt : explorable->touched();
}

}  // namespace gridlock
