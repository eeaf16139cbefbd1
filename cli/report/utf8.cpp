// How wide characters are on a terminal, and which must not reach it.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "cli/report/text.h"
#include "cli/report/utf8.h"

namespace gridlock::report {
namespace {

struct Range {
  char32_t first, last;
};

// Unicode 15, general categories Mn, Me and Cf of the scripts that people name things in.
constexpr std::array zero_width{
    Range{0x0300, 0x036F}, Range{0x0483, 0x0489}, Range{0x0591, 0x05BD}, Range{0x0610, 0x061A},   Range{0x064B, 0x065F},
    Range{0x06D6, 0x06DC}, Range{0x0900, 0x0902}, Range{0x093C, 0x093C}, Range{0x0941, 0x0948},   Range{0x094D, 0x094D},
    Range{0x0E31, 0x0E31}, Range{0x0E34, 0x0E3A}, Range{0x0E47, 0x0E4E}, Range{0x1AB0, 0x1AFF},   Range{0x1DC0, 0x1DFF},
    Range{0x200B, 0x200D}, Range{0x2060, 0x2060}, Range{0x20D0, 0x20FF}, Range{0x302A, 0x302D},   Range{0x3099, 0x309A},
    Range{0xFE00, 0xFE0F}, Range{0xFE20, 0xFE2F}, Range{0xFEFF, 0xFEFF}, Range{0xE0100, 0xE01EF},
};

// Unicode 15, East_Asian_Width W and F (the emoji blocks taken whole).
constexpr std::array double_width{
    Range{0x1100, 0x115F},   Range{0x2E80, 0x303E},   Range{0x3041, 0x33FF},   Range{0x3400, 0x4DBF},
    Range{0x4E00, 0x9FFF},   Range{0xA000, 0xA4CF},   Range{0xA960, 0xA97F},   Range{0xAC00, 0xD7A3},
    Range{0xF900, 0xFAFF},   Range{0xFE30, 0xFE6F},   Range{0xFF00, 0xFF60},   Range{0xFFE0, 0xFFE6},
    Range{0x16FE0, 0x18AFF}, Range{0x1B000, 0x1B2FF}, Range{0x1F300, 0x1F64F}, Range{0x1F680, 0x1F6FF},
    Range{0x1F900, 0x1F9FF}, Range{0x1FA70, 0x1FAFF}, Range{0x20000, 0x3FFFD},
};

// Characters that turn the direction of what follows: a log could make the report show what it does not say.
constexpr std::array unsafe{
    Range{0x0000, 0x001F}, Range{0x007F, 0x009F}, Range{0x200E, 0x200F}, Range{0x2028, 0x202E}, Range{0x2066, 0x2069},
};

template <std::size_t size>
bool within(const std::array<Range, size>& ranges, char32_t c) {
  const auto* at =
      std::lower_bound(ranges.begin(), ranges.end(), c, [](const Range& range, char32_t x) { return range.last < x; });
  return at != ranges.end() && at->first <= c;
}

bool continues(unsigned char byte) { return (byte & 0xC0U) == 0x80U; }

/// How many bytes the sequence takes that begins with this byte; 0 if none can.
std::size_t sequence_length(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead < 0xE0) return 2;
  if (lead >= 0xE0 && lead < 0xF0) return 3;
  if (lead >= 0xF0 && lead < 0xF5) return 4;
  return 0;
}

bool allowed(char32_t c, std::size_t length) {
  if (length == 3) return c >= 0x800 && (c < 0xD800 || c > 0xDFFF);
  if (length == 4) return c >= 0x10000 && c <= 0x10FFFF;
  return true;
}

bool is_space(char32_t c) { return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0x2028 || c == 0x2029; }

std::string spelled_out(char32_t c) {
  const auto number = static_cast<std::uint32_t>(c);
  return number < 0x100 ? fmt::format("\\x{:02x}", number) : fmt::format("\\u{:04x}", number);
}

}  // namespace

Utf8Char next_char(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t length = sequence_length(lead);
  if (length == 0 || length > text.size()) return {0xFFFD, 1, false};
  if (length == 1) return {lead, 1, true};
  char32_t c = lead & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (!continues(byte)) return {0xFFFD, 1, false};
    c = (c << 6U) | (byte & 0x3FU);
  }
  if (!allowed(c, length)) return {0xFFFD, 1, false};
  return {c, length, true};
}

std::size_t columns(char32_t c) {
  if (c < 0x300) return 1;
  if (within(zero_width, c)) return 0;
  return within(double_width, c) ? 2 : 1;
}

std::size_t columns(std::string_view utf8) {
  std::size_t sum = 0;
  while (!utf8.empty()) {
    const Utf8Char c = next_char(utf8);
    sum += columns(c.code);
    utf8.remove_prefix(c.bytes);
  }
  return sum;
}

std::string clean(std::string_view raw) {
  std::string out;
  bool space = false;
  while (!raw.empty()) {
    const Utf8Char c = next_char(raw);
    const std::string_view bytes = raw.substr(0, c.bytes);
    raw.remove_prefix(c.bytes);
    if (is_space(c.code)) {
      space = true;
      continue;
    }
    if (space && !out.empty()) out += ' ';
    space = false;
    if (!c.valid) {
      out += "\xEF\xBF\xBD";
    } else if (within(unsafe, c.code)) {
      out += spelled_out(c.code);
    } else {
      out += bytes;
    }
  }
  return out;
}

}  // namespace gridlock::report
