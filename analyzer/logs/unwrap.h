#pragma once
/// Takes off what people and programs wrap around a log: escapes, HTML, lines that were joined.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gridlock::logs {

struct Unwrapped {
  std::string text;
  std::vector<std::uint32_t> lines;  ///< for each line of `text` the line of the file that it comes from
};

/// Nothing when no known wrapping is there.
std::optional<Unwrapped> unwrap(std::string_view text);

}  // namespace gridlock::logs
