#pragma once
/// Seeded chance that gives the same bytes with every compiler and standard library.
///
/// The generator is SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", OOPSLA 2014);
/// distributions of the standard library are not used, because their algorithms are not specified.
#include <cstdint>

namespace gridlock::expand {

/// What a stream of chance is for.
enum class Purpose : std::uint64_t {
  parameters = 1,
  choice = 2,  // which transaction type comes next
  thinking = 3,
  backoff = 4,
  column = 5,  // of generated rows
  arrivals = 6,
};

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  /// The stream of one session (or table), one purpose, and one of several of that purpose. Streams of one seed do not
  /// depend on each other, so that a further session, or a think time, leaves what others draw as it was.
  static Random stream(std::uint64_t seed, std::uint64_t whose, Purpose purpose, std::uint64_t which = 0);

  /// Any 64 bits.
  std::uint64_t next();

  /// 0 to `bound` - 1, each alike; any 64 bits when `bound` is 0.
  std::uint64_t below(std::uint64_t bound);

  /// At least 0, below 1, in steps of 2^-53.
  double unit();

  /// Mean 0, deviation 1: the polar method of Marsaglia and Bray (1964).
  double normal();

 private:
  std::uint64_t state_;
};

}  // namespace gridlock::expand
