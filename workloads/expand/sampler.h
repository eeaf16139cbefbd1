#pragma once
/// Draws values from distributions.
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <tuple>

#include "model/value.h"
#include "workloads/expand/random.h"
#include "workloads/workload.h"

namespace gridlock::expand {

/// Zipfian ranks by the method of Gray et al., "Quickly generating billion-record synthetic databases", SIGMOD 1994,
/// as YCSB's ZipfianGenerator has it: rank 0 is the most frequent.
class ZipfianRanks {
 public:
  /// REQUIRES: count > 0 and 0 < theta < 1.
  ZipfianRanks(std::uint64_t count, double theta);

  /// 0 to count - 1.
  std::uint64_t draw(Random& random) const;

 private:
  std::uint64_t count_;
  double theta_, alpha_, zeta_, eta_;
};

/// What `{other}` in a pattern stands for.
using Lookup = std::function<Value(const std::string& name)>;

/// Draws; keeps what is costly to prepare.
class Sampler {
 public:
  /// `number` counts the draws of this distribution from 1 (in generated rows: the row). `others` is for patterns.
  Value draw(const Distribution& distribution, Random& random, std::uint64_t number, const Lookup& others);

  /// Of a distribution over microseconds: never negative.
  Time draw_time(const Distribution& distribution, Random& random, std::uint64_t number);

 private:
  const ZipfianRanks& ranks(const Zipfian& zipfian);

  std::map<std::tuple<std::uint64_t, double>, ZipfianRanks> zipfians_;
};

}  // namespace gridlock::expand
