#pragma once
/// Times by how often they occurred, to three significant digits, in bounded memory.
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace gridlock {

/// Values below 2048 are kept exactly; above, a bucket is at most a thousandth of its value wide (the layout of
/// HdrHistogram, Gil Tene). The largest value and the sum are kept exactly. Histograms merge without loss: the merged
/// one is the one that all values had been added to.
class Histogram {
 public:
  /// REQUIRES: value >= 0.
  void add(std::int64_t value);

  /// As if each value of `other` had been added.
  void merge(const Histogram& other);

  std::uint64_t count() const { return count_; }
  std::int64_t max() const { return max_; }
  std::uint64_t sum() const { return sum_; }

  /// The nearest rank: the smallest value that at least `percent` of the values do not exceed; exact below 2048, else
  /// rounded to three significant digits. 0 when empty.
  std::int64_t percentile(double percent) const;

  /// Each bucket that is not empty: its smallest value, and how many values it holds.
  std::vector<std::pair<std::int64_t, std::uint64_t>> buckets() const;

  friend bool operator==(const Histogram& a, const Histogram& b);

  /// The histogram whose `buckets` these were (any value of a bucket stands for it).
  static Histogram from(const std::vector<std::pair<std::int64_t, std::uint64_t>>& buckets, std::int64_t max,
                        std::uint64_t sum);

 private:
  std::vector<std::uint64_t> buckets_;
  std::uint64_t count_ = 0;
  std::int64_t max_ = 0;
  std::uint64_t sum_ = 0;
};

}  // namespace gridlock
