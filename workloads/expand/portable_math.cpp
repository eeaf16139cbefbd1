#include "workloads/expand/portable_math.h"

#include <cmath>

namespace gridlock::expand::portable {
namespace {

// ln 2 in two parts: the first has trailing zero bits, so that a small integer times it is exact.
constexpr double ln2_high = 0x1.62e42fefa38p-1;
constexpr double ln2_low = 0x1.ef35793c7673p-45;
constexpr double ln2 = 0x1.62e42fefa39efp-1;

}  // namespace

double log(double x) {
  int exponent = 0;
  double mantissa = std::frexp(x, &exponent);  // [0.5, 1)
  if (mantissa < 0x1.6a09e667f3bcdp-1) {       // below the square root of one half: nearer to 1 when doubled
    mantissa *= 2;
    --exponent;
  }
  // ln m = 2 artanh s, s = (m - 1) / (m + 1), |s| < 0.172: the series' term 2k + 1 falls by 0.03 each time.
  const double s = (mantissa - 1) / (mantissa + 1), square = s * s;
  double sum = 0;
  for (int odd = 27; odd >= 1; odd -= 2) sum = sum * square + 1.0 / odd;
  return exponent * ln2_high + (exponent * ln2_low + 2 * s * sum);
}

double exp(double x) {
  if (x > 709) return HUGE_VAL;
  if (x < -745) return 0;
  const double times = std::floor(x / ln2 + 0.5);
  const double rest = (x - times * ln2_high) - times * ln2_low;  // |rest| <= 0.35
  double sum = 1;
  for (int n = 18; n >= 1; --n) sum = 1 + sum * rest / n;
  return std::ldexp(sum, static_cast<int>(times));
}

double pow(double base, double exponent) { return exp(exponent * log(base)); }

}  // namespace gridlock::expand::portable
