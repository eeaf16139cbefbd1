#pragma once
/// UTF-8, character by character.
#include <cstddef>
#include <string_view>

namespace gridlock::report {

struct Utf8Char {
  char32_t code;      ///< U+FFFD where the bytes are not UTF-8
  std::size_t bytes;  ///< at least 1
  bool valid;
};

/// REQUIRES: text is not empty.
Utf8Char next_char(std::string_view text);

/// Columns that a character takes on a terminal: 0, 1 or 2.
std::size_t columns(char32_t c);

}  // namespace gridlock::report
