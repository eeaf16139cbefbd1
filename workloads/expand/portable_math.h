#pragma once
/// Logarithm, exponential and power that are the same bits everywhere.
///
/// The C library rounds them as it likes, so a drawn value could differ between two machines. These use only the
/// operations that IEEE 754 defines exactly; their error is a few units in the last place.
namespace gridlock::expand::portable {

/// Natural logarithm. REQUIRES: x > 0 and finite.
double log(double x);

double exp(double x);

/// REQUIRES: base > 0.
double pow(double base, double exponent);

}  // namespace gridlock::expand::portable
