// Chance by seed: the generator, the distributions, the rows.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "tests/unit/workloads/loaded.h"
#include "workloads/expand/portable_math.h"
#include "workloads/expand/random.h"
#include "workloads/expand/rows.h"
#include "workloads/expand/sampler.h"

namespace gridlock::expand {
namespace {

TEST(Random, IsSplitMix64) {
  Random random(1234567);  // the first outputs of the authors' reference code
  EXPECT_EQ(random.next(), 6457827717110365317U);
  EXPECT_EQ(random.next(), 3203168211198807973U);
  EXPECT_EQ(random.next(), 9817491932198370423U);
}

TEST(Random, BelowReachesEachValueAlike) {
  Random random(1);
  std::map<std::uint64_t, int> seen;
  for (int i = 0; i < 60'000; ++i) ++seen[random.below(6)];
  EXPECT_EQ(seen.size(), 6U);
  for (const auto& [value, count] : seen) EXPECT_NEAR(count, 10'000, 400) << value;
}

TEST(Random, StreamsDiffer) {
  EXPECT_NE(Random::stream(1, 0, Purpose::parameters).next(), Random::stream(1, 1, Purpose::parameters).next());
  EXPECT_NE(Random::stream(1, 0, Purpose::parameters).next(), Random::stream(1, 0, Purpose::thinking).next());
  EXPECT_NE(Random::stream(1, 0, Purpose::column, 0).next(), Random::stream(1, 0, Purpose::column, 1).next());
  EXPECT_EQ(Random::stream(1, 2, Purpose::choice).next(), Random::stream(1, 2, Purpose::choice).next());
}

TEST(PortableMath, IsAsGoodAsTheLibrarys) {
  for (double x = 1e-9; x < 1e12; x *= 1.37) {
    EXPECT_NEAR(portable::log(x), std::log(x), 1e-15 * std::max(1.0, std::abs(std::log(x)))) << x;
    EXPECT_NEAR(portable::pow(x, -0.99) / std::pow(x, -0.99), 1, 1e-13) << x;
  }
  for (double x = -700; x < 700; x += 3.7) EXPECT_NEAR(portable::exp(x) / std::exp(x), 1, 1e-14) << x;
}

Lookup nobody() {
  return [](const std::string&) { return Value(); };
}

std::string draws(const Distribution& distribution, int count) {
  Sampler sampler;
  Random random(42);
  std::string text;
  for (int i = 1; i <= count; ++i)
    text += (i > 1 ? " " : "") + to_text(sampler.draw(distribution, random, static_cast<std::uint64_t>(i), nobody()));
  return text;
}

/// Pinned: a change here changes every run of every workload, and needs a line in the changelog.
TEST(Sampler, GivesTheSameValuesForEver) {
  EXPECT_EQ(draws(Uniform{std::int64_t{1}, std::int64_t{100}}, 8), "14 92 59 65 51 63 26 9");
  EXPECT_EQ(draws(Uniform{Decimal{100, 2}, Decimal{999, 2}}, 4), "7.13 1.91 6.58 9.64");
  EXPECT_EQ(draws(Uniform{*parse_date("2026-01-01"), *parse_date("2026-12-31")}, 3),
            "2026-02-13 2026-04-27 2026-08-27");
  EXPECT_EQ(draws(Zipfian{1, 1000, 0.99}, 8), "142 2 4 7 1 372 3 223");
  EXPECT_EQ(draws(Normal{50, 10, {}, {}, 0}, 8), "55 37 44 35 35 69 56 40");
  EXPECT_EQ(draws(Normal{50, 10, {}, {}, 2}, 3), "54.93 37.19 43.98");
  EXPECT_EQ(draws(OneOf{{std::string("red"), std::string("green")}, {3, 1}}, 8), "red red red red red green red green");
}

TEST(Sampler, Sequences) {
  EXPECT_EQ(draws(Sequence{}, 3), "1 2 3");
  EXPECT_EQ(draws(Sequence{10, -5, false}, 4), "10 5 0 -5");
}

TEST(Sampler, Patterns) {
  Sampler sampler;
  Random random(1);
  const auto others = [](const std::string& name) { return Value("<" + name + ">"); };
  EXPECT_EQ(sampler.draw(Pattern{"user{n} of {team}, {n}{"}, random, 7, others),
            Value(std::string("user7 of <team>, 7{")));
}

TEST(Sampler, UniformReachesBothEndsEvenOfAllIntegers) {
  Sampler sampler;
  Random random(3);
  std::map<std::int64_t, int> seen;
  for (int i = 0; i < 1000; ++i)
    ++seen[std::get<std::int64_t>(sampler.draw(Uniform{std::int64_t{-1}, std::int64_t{1}}, random, 1, nobody()))];
  EXPECT_EQ(seen.size(), 3U);
  const Uniform all{std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()};
  int negative = 0;
  for (int i = 0; i < 1000; ++i) negative += std::get<std::int64_t>(sampler.draw(all, random, 1, nobody())) < 0 ? 1 : 0;
  EXPECT_NEAR(negative, 500, 70);
}

TEST(Sampler, ZipfianRanksAreAsFrequentAsTheirLaw) {
  constexpr int count = 100, draws = 400'000;
  constexpr double theta = 0.9;
  const ZipfianRanks ranks(count, theta);
  Random random(5);
  std::vector<int> seen(count);
  for (int i = 0; i < draws; ++i) ++seen.at(ranks.draw(random));
  double zeta = 0;
  for (int i = 1; i <= count; ++i) zeta += std::pow(i, -theta);
  // Gray's method is exact for the first two ranks and approximate for the others.
  EXPECT_NEAR(seen[0], draws / zeta, draws / zeta * 0.02);
  EXPECT_NEAR(seen[1], draws / zeta * std::pow(2, -theta), draws / zeta * 0.02);
  for (int i = 2; i < count; ++i)
    EXPECT_NEAR(seen[i], draws / zeta * std::pow(i + 1, -theta), draws / zeta * 0.06) << i;
}

TEST(Sampler, ZipfianOverABillionIsReadyAtOnce) {
  const ZipfianRanks ranks(1'000'000'000, 0.99);
  Random random(6);
  std::uint64_t most = 0, first = 0;
  for (int i = 0; i < 10'000; ++i) {
    const std::uint64_t rank = ranks.draw(random);
    most = std::max(most, rank);
    first += rank == 0 ? 1 : 0;
  }
  EXPECT_LT(most, 1'000'000'000U);
  EXPECT_GT(most, 900'000'000U);
  EXPECT_NEAR(static_cast<double>(first), 10'000 / 24.0, 80);  // zeta(1e9, 0.99) is about 24
}

TEST(Sampler, ZipfianOfOneAndOfTwoValues) {
  EXPECT_EQ(draws(Zipfian{7, 7, 0.5}, 4), "7 7 7 7");
  Sampler sampler;
  Random random(8);
  std::map<std::int64_t, int> seen;
  for (int i = 0; i < 1000; ++i) ++seen[std::get<std::int64_t>(sampler.draw(Zipfian{1, 2, 0.5}, random, 1, nobody()))];
  EXPECT_EQ(seen.size(), 2U);
  EXPECT_GT(seen[1], seen[2]);
}

TEST(Sampler, NormalHasItsMeanItsDeviationAndItsBounds) {
  Sampler sampler;
  Random random(9);
  double sum = 0, squares = 0;
  constexpr int count = 40'000;
  for (int i = 0; i < count; ++i) {
    const double x = as_double(sampler.draw(Normal{50, 10, {}, {}, 3}, random, 1, nobody()));
    sum += x;
    squares += x * x;
  }
  EXPECT_NEAR(sum / count, 50, 0.3);
  EXPECT_NEAR(std::sqrt(squares / count - sum / count * sum / count), 10, 0.2);
  for (int i = 0; i < 1000; ++i) {
    const double x = as_double(sampler.draw(Normal{50, 10, 45, 52, 0}, random, 1, nobody()));
    EXPECT_GE(x, 45);
    EXPECT_LE(x, 52);
  }
  EXPECT_EQ(sampler.draw(Normal{0, 1, 1000, 2000, 0}, random, 1, nobody()), Value(std::int64_t{1000}));
}

TEST(Sampler, TimesAreNeverNegative) {
  Sampler sampler;
  Random random(10);
  for (int i = 0; i < 100; ++i) EXPECT_GE(sampler.draw_time(Normal{0, 1000, {}, {}, 0}, random, 1).micros, 0);
}

std::string rows_of(const std::string& data, std::uint64_t seed) {
  std::string text;
  for (const auto& table : rows(test::loaded("sessions: {a: [{a1: BEGIN}]}\ndata: " + data), seed)) {
    text += table.table + "(";
    for (const auto& column : table.columns) text += column + (&column == &table.columns.back() ? ")" : ",");
    for (const auto& row : table.rows) {
      text += " ";
      for (const auto& value : row) text += to_sql(value) + ",";
    }
    text += "\n";
  }
  return text;
}

TEST(Rows, AreGeneratedColumnByColumn) {
  EXPECT_EQ(
      rows_of("{t: {rows: 3, columns: {id: sequence, name: {pattern: 'user{n}/{id}'}, balance: 1000, v: null}}}", 1),
      "t(id,name,balance,v) 1,'user1/1',1000,NULL, 2,'user2/2',1000,NULL, 3,'user3/3',1000,NULL,\n");
  EXPECT_EQ(rows_of("{t: {rows: 0, columns: {id: sequence}}}", 1), "t(id)\n");
}

TEST(Rows, AColumnsValuesDoNotDependOnTheOtherColumns) {
  const std::string alone = rows_of("{t: {rows: 3, columns: {v: {uniform: [1, 1000000]}}}}", 1);
  const std::string beside = rows_of("{t: {rows: 3, columns: {v: {uniform: [1, 1000000]}, w: {uniform: [1, 9]}}}}", 1);
  EXPECT_EQ(alone.substr(5, 7), beside.substr(7, 7));
  EXPECT_NE(alone, rows_of("{t: {rows: 3, columns: {v: {uniform: [1, 1000000]}}}}", 2));
}

}  // namespace
}  // namespace gridlock::expand
