#include "workloads/expand/sampler.h"

#include <algorithm>
#include <cmath>
#include <type_traits>
#include <utility>
#include <variant>

#include "workloads/expand/portable_math.h"

namespace gridlock::expand {
namespace {

/// The sum of 1 / i^theta for i = 1 to count: the first terms one by one, the rest by the Euler-Maclaurin formula,
/// whose next term would be below 1e-12.
double zeta(std::uint64_t count, double theta) {
  constexpr std::uint64_t exact = 1000;
  const std::uint64_t first = std::min(count, exact);
  double sum = 0;
  for (std::uint64_t i = first; i >= 1; --i) sum += portable::pow(static_cast<double>(i), -theta);
  if (count <= exact) return sum;
  const auto from = static_cast<double>(first), to = static_cast<double>(count);
  const double at_from = portable::pow(from, -theta), at_to = portable::pow(to, -theta);
  const double integral = (at_to * to - at_from * from) / (1 - theta);
  return sum + integral + (at_to - at_from) / 2 - theta / 12 * (at_to / to - at_from / from);
}

/// From `low` on, `offset` further, wherever in 64 bits that is.
std::int64_t advance(std::int64_t low, std::uint64_t offset) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + offset);
}

/// low to high, both included, each alike.
std::int64_t between(std::int64_t low, std::int64_t high, Random& random) {
  return advance(low, random.below(static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low) + 1));
}

Value uniform(const Uniform& range, Random& random) {
  return std::visit(
      [&](const auto& low) -> Value {
        using Kind = std::decay_t<decltype(low)>;
        const auto& high = std::get<Kind>(range.high);
        if constexpr (std::is_same_v<Kind, std::int64_t>) return between(low, high, random);
        if constexpr (std::is_same_v<Kind, Decimal>)
          return Decimal{between(low.unscaled, high.unscaled, random), low.scale};
        if constexpr (std::is_same_v<Kind, double>) return low + (high - low) * random.unit();
        if constexpr (std::is_same_v<Kind, Date>)
          return Date{static_cast<std::int32_t>(between(low.days, high.days, random))};
        if constexpr (std::is_same_v<Kind, DateTime>) return DateTime{between(low.micros, high.micros, random)};
        return low;
      },
      range.low);
}

Value one_of(const OneOf& list, Random& random) {
  if (list.weights.empty()) return list.values[random.below(list.values.size())];
  double sum = 0;
  for (const double weight : list.weights) sum += weight;
  double rest = random.unit() * sum;
  std::size_t last = 0;
  for (std::size_t i = 0; i < list.values.size(); ++i) {
    if (list.weights[i] <= 0) continue;
    last = i;
    if (rest < list.weights[i]) break;
    rest -= list.weights[i];
  }
  return list.values[last];
}

/// Drawn again while outside the bounds; after many tries, the bound itself (they may lie far from the mean).
double normal_number(const Normal& normal, Random& random) {
  constexpr int patience = 100;
  double drawn = 0;
  for (int i = 0; i < patience; ++i) {
    drawn = normal.mean + normal.deviation * random.normal();
    if (drawn >= normal.low.value_or(drawn) && drawn <= normal.high.value_or(drawn)) return drawn;
  }
  return std::clamp(drawn, normal.low.value_or(drawn), normal.high.value_or(drawn));
}

Value normal_value(const Normal& normal, Random& random) {
  double unit = 1;
  for (int i = 0; i < normal.scale; ++i) unit *= 10;
  constexpr double most = 9e18;  // within 64 bits
  const double unscaled = std::clamp(std::floor(normal_number(normal, random) * unit + 0.5), -most, most);
  if (normal.scale == 0) return static_cast<std::int64_t>(unscaled);
  return Decimal{static_cast<std::int64_t>(unscaled), normal.scale};
}

Value pattern(const Pattern& pattern, std::uint64_t number, const Lookup& others) {
  std::string result;
  std::string_view rest = pattern.text;
  for (;;) {
    const std::size_t open = rest.find('{');
    const std::size_t close = open == std::string_view::npos ? open : rest.find('}', open);
    if (close == std::string_view::npos) return result + std::string(rest);
    const std::string name(rest.substr(open + 1, close - open - 1));
    result += rest.substr(0, open);
    result += name == "n" ? std::to_string(number) : to_text(others(name));
    rest.remove_prefix(close + 1);
  }
}

}  // namespace

ZipfianRanks::ZipfianRanks(std::uint64_t count, double theta)
    : count_(count), theta_(theta), alpha_(1 / (1 - theta)), zeta_(zeta(count, theta)), eta_(0) {
  const double ratio = portable::pow(2 / static_cast<double>(count), 1 - theta);
  eta_ = (1 - ratio) / (1 - zeta(2, theta) / zeta_);
}

std::uint64_t ZipfianRanks::draw(Random& random) const {
  const double u = random.unit();
  if (u * zeta_ < 1 || count_ == 1) return 0;
  if (u * zeta_ < 1 + portable::pow(0.5, theta_) || count_ == 2) return 1;
  const double rank = static_cast<double>(count_) * portable::pow(eta_ * u - eta_ + 1, alpha_);
  return std::min(static_cast<std::uint64_t>(rank), count_ - 1);
}

const ZipfianRanks& Sampler::ranks(const Zipfian& zipfian) {
  const std::uint64_t count = static_cast<std::uint64_t>(zipfian.high) - static_cast<std::uint64_t>(zipfian.low) + 1;
  const std::tuple key{count, zipfian.theta};
  auto found = zipfians_.find(key);
  if (found == zipfians_.end()) found = zipfians_.emplace(key, ZipfianRanks(count, zipfian.theta)).first;
  return found->second;
}

Value Sampler::draw(const Distribution& distribution, Random& random, std::uint64_t number, const Lookup& others) {
  return std::visit(
      [&](const auto& how) -> Value {
        using Kind = std::decay_t<decltype(how)>;
        if constexpr (std::is_same_v<Kind, Constant>) return how.value;
        if constexpr (std::is_same_v<Kind, Uniform>) return uniform(how, random);
        if constexpr (std::is_same_v<Kind, Zipfian>) return advance(how.low, ranks(how).draw(random));
        if constexpr (std::is_same_v<Kind, Sequence>)
          return advance(how.start, (number - 1) * static_cast<std::uint64_t>(how.step));
        if constexpr (std::is_same_v<Kind, OneOf>) return one_of(how, random);
        if constexpr (std::is_same_v<Kind, Normal>) return normal_value(how, random);
        if constexpr (std::is_same_v<Kind, Pattern>) return pattern(how, number, others);
      },
      distribution);
}

Time Sampler::draw_time(const Distribution& distribution, Random& random, std::uint64_t number) {
  const Value drawn = draw(distribution, random, number, [](const std::string&) { return Value(); });
  const auto* micros = std::get_if<std::int64_t>(&drawn);
  return Time{micros ? std::max<std::int64_t>(*micros, 0) : 0};
}

}  // namespace gridlock::expand
