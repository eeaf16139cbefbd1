#pragma once
/// Finds the few words that can begin anything worth reading, in bytes of which nearly all are not: the reason why a
/// log is read at the speed of the disk. Many needles at once, by three bytes of each (the Teddy algorithm of
/// Hyperscan: Wang et al., NSDI 2019), with AVX2 where the processor has it.
#include <cstddef>
#include <cstdint>

namespace gridlock::logs {

/// What a needle speaks of; a hit names one.
enum class Topic : std::uint8_t { innodb, postgres, client };

struct Hit {
  const char* at = nullptr;    ///< where the needle begins; null: there is none
  const char* stop = nullptr;  ///< where the search stopped: the bytes before were searched
  std::uint64_t newlines = 0;  ///< before `stop`
  Topic topic = Topic::innodb;
};

/// Bytes that must be readable (whatever they hold) before `begin` and behind `end`.
constexpr std::size_t needle_margin = 64;
/// No needle is longer.
constexpr std::size_t longest_needle = 64;

/// The first needle whose first byte is in [begin, end). It may reach beyond `end`, into the margin.
Hit find_needle(const char* begin, const char* end);

/// Line breaks in [begin, end).
std::uint64_t count_newlines(const char* begin, const char* end);

}  // namespace gridlock::logs
