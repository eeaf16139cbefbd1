#pragma once
/// The times that logs write, as numbers.
#include <cstdint>
#include <optional>
#include <string_view>

namespace gridlock {

/// Seconds since 1970 of `2026-11-22 03:49:02.081 UTC`, `2026-11-22T03:48:45.939765Z`, `150817  9:03:11` and the like,
/// by the log's own clock: an offset in digits (`+02:00`) is taken off, a zone's name is not known and counts as UTC. A
/// day without a time is its beginning. Nothing when it is no time.
std::optional<std::int64_t> seconds_of(std::string_view text);

}  // namespace gridlock
