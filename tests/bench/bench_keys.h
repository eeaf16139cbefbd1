#pragma once
/// The loads that gridlock's lock table and its peers are measured with: same keys, same order, whoever serves them.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <random>
#include <vector>

namespace gridlock::bench {

inline constexpr std::uint32_t key_count = 1'000'000;
inline constexpr std::size_t locks_per_transaction = 10;
inline constexpr std::uint32_t keys_per_page = 100;  ///< InnoDB keeps about that many rows of 150 bytes on a page

/// Random keys from 1 to `key_count`, enough not to fit in a branch predictor's memory.
inline const std::vector<std::uint32_t>& random_keys() {
  static const std::vector<std::uint32_t> keys = [] {
    std::mt19937 chance(42);
    std::uniform_int_distribution<std::uint32_t> any(1, key_count);
    std::vector<std::uint32_t> made(std::size_t{1} << 20);
    for (auto& key : made) key = any(chance);
    return made;
  }();
  return keys;
}

/// Every key once, in random order.
inline const std::vector<std::uint32_t>& shuffled_keys() {
  static const std::vector<std::uint32_t> keys = [] {
    std::vector<std::uint32_t> made(key_count);
    std::iota(made.begin(), made.end(), 1U);
    std::shuffle(made.begin(), made.end(), std::mt19937(42));
    return made;
  }();
  return keys;
}

/// Ten keys after another from `random_keys`, for ever.
class TransactionKeys {
 public:
  const std::uint32_t* next() {
    if (at_ + locks_per_transaction > random_keys().size()) at_ = 0;
    const std::uint32_t* first = random_keys().data() + at_;
    at_ += locks_per_transaction;
    return first;
  }

 private:
  std::size_t at_ = 0;
};

}  // namespace gridlock::bench
