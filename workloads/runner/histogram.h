#pragma once
/// Times by how often they occurred, to three significant digits, in bounded memory.
#include <cstddef>
#include <cstdint>
#include <vector>

namespace gridlock {

/// Values below 2048 are kept exactly; above, a bucket is at most a thousandth of its value wide (the layout of
/// HdrHistogram, Gil Tene). The largest value is kept exactly.
class Histogram {
 public:
  /// REQUIRES: value >= 0.
  void add(std::int64_t value);

  std::uint64_t count() const { return count_; }
  std::int64_t max() const { return max_; }

  /// The nearest rank: the smallest value that at least `percent` of the values do not exceed; exact below 2048, else
  /// rounded to three significant digits. 0 when empty.
  std::int64_t percentile(double percent) const;

 private:
  std::vector<std::uint64_t> buckets_;
  std::uint64_t count_ = 0;
  std::int64_t max_ = 0;
};

}  // namespace gridlock
