#include "workloads/runner/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace gridlock {
namespace {

// 2^11 buckets of width 1, then 2^10 buckets for each further doubling: width / value <= 2^-10.
constexpr int exact_bits = 11;
constexpr std::size_t half = std::size_t{1} << (exact_bits - 1);

std::size_t bucket_of(std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  const int shift = std::max(0, static_cast<int>(std::bit_width(bits)) - exact_bits);
  return static_cast<std::size_t>(shift) * half + static_cast<std::size_t>(bits >> shift);
}

/// The value to three significant digits, which is all that its bucket tells.
std::int64_t rounded(std::int64_t value) {
  std::int64_t unit = 1;
  while (value / unit >= 1000) unit *= 10;
  return (value / unit + (value % unit * 2 >= unit ? 1 : 0)) * unit;
}

/// The largest value of the bucket.
std::int64_t top_of(std::size_t bucket) {
  if (bucket < 2 * half) return static_cast<std::int64_t>(bucket);
  const std::size_t shift = bucket / half - 1;
  const auto mantissa = static_cast<std::int64_t>(bucket - shift * half);
  return ((mantissa + 1) << shift) - 1;
}

/// The smallest value of the bucket.
std::int64_t bottom_of(std::size_t bucket) { return bucket == 0 ? 0 : top_of(bucket - 1) + 1; }

}  // namespace

void Histogram::add(std::int64_t value) {
  const std::size_t bucket = bucket_of(value);
  if (bucket >= buckets_.size()) buckets_.resize(bucket + 1);
  ++buckets_[bucket];
  ++count_;
  max_ = std::max(max_, value);
  sum_ += static_cast<std::uint64_t>(value);
}

void Histogram::merge(const Histogram& other) {
  if (other.buckets_.size() > buckets_.size()) buckets_.resize(other.buckets_.size());
  for (std::size_t bucket = 0; bucket < other.buckets_.size(); ++bucket) buckets_[bucket] += other.buckets_[bucket];
  count_ += other.count_;
  max_ = std::max(max_, other.max_);
  sum_ += other.sum_;
}

std::vector<std::pair<std::int64_t, std::uint64_t>> Histogram::buckets() const {
  std::vector<std::pair<std::int64_t, std::uint64_t>> filled;
  for (std::size_t bucket = 0; bucket < buckets_.size(); ++bucket)
    if (buckets_[bucket] > 0) filled.emplace_back(bottom_of(bucket), buckets_[bucket]);
  return filled;
}

bool operator==(const Histogram& a, const Histogram& b) {
  return a.max_ == b.max_ && a.sum_ == b.sum_ && a.buckets() == b.buckets();
}

std::int64_t Histogram::percentile(double percent) const {
  const auto rank =
      std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(static_cast<double>(count_) * percent / 100)));
  std::uint64_t below = 0;
  for (std::size_t bucket = 0; bucket < buckets_.size(); ++bucket) {
    below += buckets_[bucket];
    if (below < rank) continue;
    return bucket < 2 * half ? static_cast<std::int64_t>(bucket) : std::min(rounded(top_of(bucket)), max_);
  }
  return max_;
}

Histogram Histogram::from(const std::vector<std::pair<std::int64_t, std::uint64_t>>& buckets, std::int64_t max,
                          std::uint64_t sum) {
  Histogram histogram;
  for (const auto& [value, count] : buckets) {
    const std::size_t bucket = bucket_of(value);
    if (bucket >= histogram.buckets_.size()) histogram.buckets_.resize(bucket + 1);
    histogram.buckets_[bucket] += count;
    histogram.count_ += count;
  }
  histogram.max_ = max;
  histogram.sum_ = sum;
  return histogram;
}

}  // namespace gridlock
