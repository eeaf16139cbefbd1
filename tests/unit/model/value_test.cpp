#include "model/value.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "model/calendar.h"
#include "model/value_json.h"

namespace gridlock {
namespace {

constexpr std::int64_t most = INT64_MAX, least = INT64_MIN;

Value whole(std::int64_t number) { return number; }
Value decimal(std::int64_t unscaled, int scale) { return Decimal{unscaled, static_cast<std::int8_t>(scale)}; }
Value text(std::string characters) { return characters; }
Value day(std::string_view characters) { return parse_date(characters).value(); }
Value moment(std::string_view characters) { return parse_datetime(characters).value(); }

TEST(Compare, OrdersAsAnIndexDoes) {
  // Each smaller than the next.
  const std::vector<Value> ascending = {Null{},
                                        -HUGE_VAL,
                                        whole(least),
                                        decimal(-15, 1),
                                        whole(-1),
                                        0.0,
                                        0.5,
                                        whole(1),
                                        decimal(105, 2),
                                        decimal(11, 1),
                                        9007199254740992.0,
                                        whole(9007199254740993),  // not a double
                                        whole(most),
                                        9223372036854775808.0,
                                        HUGE_VAL,
                                        std::nan(""),
                                        text(""),
                                        text("A"),
                                        text("a"),
                                        text("\xff"),
                                        day("0001-01-01"),
                                        day("1969-12-31"),
                                        day("2026-11-22"),
                                        moment("2026-11-22 00:00:00.000001"),
                                        day("2026-11-23"),
                                        day("9999-12-31")};
  for (std::size_t i = 0; i < ascending.size(); ++i)
    for (std::size_t j = 0; j < ascending.size(); ++j)
      EXPECT_EQ(compare(ascending[i], ascending[j]), i <=> j)
          << to_text(ascending[i]) << " and " << to_text(ascending[j]);
}

TEST(Compare, FindsEqualValuesOfDifferentKinds) {
  EXPECT_EQ(compare(decimal(10, 1), decimal(100, 2)), std::strong_ordering::equal);
  EXPECT_EQ(compare(decimal(10, 1), whole(1)), std::strong_ordering::equal);
  EXPECT_EQ(compare(whole(1), 1.0), std::strong_ordering::equal);
  EXPECT_EQ(compare(decimal(5, 1), 0.5), std::strong_ordering::equal);
  EXPECT_EQ(compare(day("2026-11-22"), moment("2026-11-22 00:00:00")), std::strong_ordering::equal);
}

struct Written {
  Value value;
  std::string sql, text;
};

TEST(Value, IsWrittenAsSqlAndAsText) {
  const std::vector<Written> all = {
      {Null{}, "NULL", "NULL"},
      {whole(42), "42", "42"},
      {whole(least), "-9223372036854775808", "-9223372036854775808"},
      {decimal(150, 2), "1.50", "1.50"},
      {decimal(-5, 2), "-0.05", "-0.05"},
      {decimal(7, 0), "7", "7"},
      {decimal(least, 18), "-9.223372036854775808", "-9.223372036854775808"},
      {0.1, "0.1e0", "0.1"},
      {6.0, "6e0", "6"},
      {1e300, "1e300", "1e300"},
      {1e14, "100000000000000e0", "100000000000000"},
      {1e15, "1e15", "1e15"},
      {-1.5e-20, "-1.5e-20", "-1.5e-20"},
      {0.00001, "0.00001e0", "0.00001"},
      {text("it's"), "'it''s'", "it's"},
      {text(""), "''", ""},
      {day("2026-11-22"), "'2026-11-22'", "2026-11-22"},
      {moment("2026-11-22 10:15:00"), "'2026-11-22 10:15:00'", "2026-11-22 10:15:00"},
      {moment("1969-12-31 23:59:59.5"), "'1969-12-31 23:59:59.500000'", "1969-12-31 23:59:59.500000"},
  };
  for (const auto& [value, sql, shown] : all) {
    EXPECT_EQ(to_sql(value), sql);
    EXPECT_EQ(to_text(value), shown);
  }
}

TEST(ParseNumber, ChoosesTheNarrowestKind) {
  EXPECT_EQ(parse_number("42"), whole(42));
  EXPECT_EQ(parse_number("-42"), whole(-42));
  EXPECT_EQ(parse_number("+7"), whole(7));
  EXPECT_EQ(parse_number("007"), whole(7));
  EXPECT_EQ(parse_number("-9223372036854775808"), whole(least));
  EXPECT_EQ(parse_number("1.50"), decimal(150, 2));
  EXPECT_EQ(parse_number(".5"), decimal(5, 1));
  EXPECT_EQ(parse_number("-.5"), decimal(-5, 1));
  EXPECT_EQ(parse_number("5."), decimal(5, 0));
  EXPECT_EQ(parse_number("1e3"), Value(1000.0));
  EXPECT_EQ(parse_number("18446744073709551615"), Value(18446744073709551615.0));
  EXPECT_EQ(parse_number("0.1234567890123456789"), Value(0.1234567890123456789));
  EXPECT_EQ(parse_number("1e999"), Value(HUGE_VAL));
  EXPECT_EQ(parse_number("1e-999"), Value(0.0));
  EXPECT_EQ(parse_number("0." + std::string(400, '0') + "1"), Value(0.0));
  EXPECT_EQ(parse_number("-" + std::string(400, '9') + ".5"), Value(-HUGE_VAL));
  for (const std::string_view none : {"", "-", ".", "e5", "1e", "12abc", " 1", "1 ", "0x10", "nan", "inf", "--1"})
    EXPECT_EQ(parse_number(none), std::nullopt) << none;
}

TEST(ParseDate, TakesOnlyDaysThatExist) {
  EXPECT_EQ(to_text(parse_date("2026-1-2").value()), "2026-01-02");
  EXPECT_EQ(to_text(parse_date("20261122").value()), "2026-11-22");
  EXPECT_EQ(to_text(parse_date("2024-02-29").value()), "2024-02-29");
  EXPECT_EQ(parse_date("1970-01-01").value().days, 0);
  EXPECT_EQ(parse_date("2000-03-01").value().days, 11017);
  for (const std::string_view none :
       {"", "2026-02-29", "1900-02-29", "2026-13-01", "2026-00-10", "2026-01-32", "0000-01-01", "2026-01",
        "2026-01-01x", "26-01-01", "2026-01-01 00:00:00", "-2026-01-01"})
    EXPECT_EQ(parse_date(none), std::nullopt) << none;
}

TEST(ParseDatetime, TakesDatesWithAndWithoutAClock) {
  EXPECT_EQ(to_text(moment("2026-11-22")), "2026-11-22 00:00:00");
  EXPECT_EQ(to_text(moment("2026-11-22T10:15")), "2026-11-22 10:15:00");
  EXPECT_EQ(to_text(moment("2026-11-22 9:15:01.25")), "2026-11-22 09:15:01.250000");
  EXPECT_EQ(to_text(moment("2026-11-22 09:15:01.1234567")), "2026-11-22 09:15:01.123456");
  for (const std::string_view none : {"2026-11-22 24:00:00", "2026-11-22 10:60", "2026-11-22 10", "2026-11-22 10:15:60",
                                      "2026-11-22 ", "2026-11-22 10:15:00Z", "10:15:00"})
    EXPECT_EQ(parse_datetime(none), std::nullopt) << none;
}

TEST(Calendar, GoesThereAndBack) {
  for (std::int32_t days = -719'162; days < 2'932'896; days += 37) {  // years 1 to 9999
    const Civil parts = civil({days});
    ASSERT_EQ(date(parts).days, days);
    ASSERT_LE(parts.day, days_in_month(parts.year, parts.month));
  }
}

TEST(ToNumber, ReadsWhatIsNoNumberAsMysqlDoes) {
  EXPECT_EQ(to_number(text("12abc")), Value(12.0));
  EXPECT_EQ(to_number(text("  -1.5e1x")), Value(-15.0));
  EXPECT_EQ(to_number(text("abc")), Value(0.0));
  EXPECT_EQ(to_number(day("2026-11-22")), whole(20261122));
  EXPECT_EQ(to_number(moment("2026-11-22 10:15:00")), whole(20261122101500));
  EXPECT_EQ(to_number(Null{}), Value(Null{}));
  EXPECT_EQ(as_double(decimal(-25, 1)), -2.5);
  EXPECT_EQ(as_double(Null{}), 0);
}

TEST(AsDecimal, RoundsHalfAwayFromZero) {
  EXPECT_EQ(as_decimal(decimal(125, 2), 1), (Decimal{13, 1}));
  EXPECT_EQ(as_decimal(decimal(-125, 2), 1), (Decimal{-13, 1}));
  EXPECT_EQ(as_decimal(decimal(124, 2), 1), (Decimal{12, 1}));
  EXPECT_EQ(as_decimal(whole(3), 2), (Decimal{300, 2}));
  EXPECT_EQ(as_decimal(2.675, 1), (Decimal{27, 1}));
  EXPECT_EQ(as_decimal(whole(most), 1), std::nullopt);
  EXPECT_EQ(as_decimal(1e30, 0), std::nullopt);
  EXPECT_EQ(as_decimal(std::nan(""), 0), std::nullopt);
  EXPECT_EQ(as_integer(decimal(15, 1)), 2);
  EXPECT_EQ(as_integer(text("7.4")), 7);
  EXPECT_EQ(as_integer(Null{}), std::nullopt);
}

TEST(AsTruth, HasThreeValues) {
  EXPECT_EQ(as_truth(Null{}), std::nullopt);
  EXPECT_EQ(as_truth(whole(0)), false);
  EXPECT_EQ(as_truth(decimal(0, 2)), false);
  EXPECT_EQ(as_truth(text("abc")), false);
  EXPECT_EQ(as_truth(0.1), true);
  EXPECT_EQ(as_truth(text("2")), true);
}

using Operation = std::optional<Value> (*)(const Value&, const Value&);

struct Sum {
  Operation operation;
  Value a, b;
  std::string result;  ///< as SQL; "out of range" when it does not fit
};

TEST(Arithmetic, FollowsSql) {
  const std::vector<Sum> sums = {
      {add, whole(2), whole(3), "5"},
      {add, whole(most), whole(1), "out of range"},
      {add, decimal(150, 2), whole(1), "2.50"},
      {add, decimal(1, 1), decimal(2, 2), "0.12"},
      {add, whole(1), 0.5, "1.5e0"},
      {add, text("5"), whole(1), "6e0"},
      {add, Null{}, whole(1), "NULL"},
      {add, decimal(most, 18), decimal(most, 18), "18.44674407370955161"},
      {add, decimal(most, 0), decimal(most, 0), "out of range"},
      {add, 1.7e308, 1.7e308, "out of range"},
      {subtract, whole(least), whole(1), "out of range"},
      {subtract, decimal(10, 1), decimal(10, 1), "0.0"},
      {multiply, whole(-4), whole(3), "-12"},
      {multiply, whole(most), whole(2), "out of range"},
      {multiply, decimal(15, 1), decimal(15, 1), "2.25"},
      {multiply, decimal(1, 18), decimal(1, 18), "0.000000000000000000"},
      {multiply, whole(least), whole(-1), "out of range"},
      {divide, whole(1), whole(3), "0.3333"},
      {divide, whole(2), whole(3), "0.6667"},
      {divide, whole(-2), whole(3), "-0.6667"},
      {divide, whole(2), whole(-3), "-0.6667"},
      {divide, whole(10), whole(4), "2.5000"},
      {divide, decimal(100, 2), decimal(3, 1), "3.333333"},
      {divide, decimal(-350036778, 5), whole(515), "-6.796830640"},  // MySQL cuts where nine digits are full
      {divide, decimal(-3500367780, 6), whole(515), "-6.7968306408"},
      {divide, decimal(most, 0), decimal(1, 18), "out of range"},
      {divide, whole(1), whole(0), "NULL"},
      {divide, 1.0, 0.0, "NULL"},
      {divide, 1.0, whole(4), "0.25e0"},
      {int_divide, whole(7), whole(2), "3"},
      {int_divide, whole(-7), whole(2), "-3"},
      {int_divide, decimal(75, 1), decimal(2, 0), "3"},
      {int_divide, whole(least), whole(-1), "out of range"},
      {int_divide, whole(1), whole(0), "NULL"},
      {modulo, whole(-7), whole(3), "-1"},
      {modulo, whole(7), whole(-3), "1"},
      {modulo, decimal(75, 1), whole(2), "1.5"},
      {modulo, whole(least), whole(-1), "0"},
      {modulo, whole(1), whole(0), "NULL"},
      {modulo, 5.5, whole(2), "1.5e0"},
  };
  for (const auto& [operation, a, b, result] : sums) {
    const auto value = operation(a, b);
    EXPECT_EQ(value ? to_sql(*value) : "out of range", result) << to_sql(a) << ", " << to_sql(b);
  }
  EXPECT_EQ(negate(whole(5)), whole(-5));
  EXPECT_EQ(negate(whole(least)), std::nullopt);
  EXPECT_EQ(negate(decimal(-15, 1)), decimal(15, 1));
}

/// a / b * b + a % b against 128-bit arithmetic done here, over numbers near the edges.
TEST(Arithmetic, AgreesWithWideIntegers) {
  constexpr unsigned seed = 7;
  std::mt19937_64 random(seed);
  const auto draw = [&] { return static_cast<std::int64_t>(random() >> (random() % 64)) * (random() % 2 ? 1 : -1); };
  for (int i = 0; i < 20'000; ++i) {
    const std::int64_t a = draw(), b = draw();
    __extension__ typedef __int128 Wide;
    const auto expect = [&](Operation operation, Wide exact) {
      const auto value = operation(whole(a), whole(b));
      const bool fits = exact >= least && exact <= most;
      ASSERT_EQ(value.has_value(), fits) << a << ", " << b << ", seed " << seed;
      if (!fits) return;
      ASSERT_EQ(*value, whole(static_cast<std::int64_t>(exact))) << a << ", " << b << ", seed " << seed;
    };
    expect(add, static_cast<Wide>(a) + b);
    expect(subtract, static_cast<Wide>(a) - b);
    expect(multiply, static_cast<Wide>(a) * b);
    if (b == 0) continue;
    expect(int_divide, static_cast<Wide>(a) / b);
    expect(modulo, static_cast<Wide>(a) % b);
  }
}

TEST(ValueJson, KeepsEveryKind) {
  const std::vector<Value> all = {Null{},
                                  whole(0),
                                  whole(most),
                                  whole(least),
                                  decimal(150, 2),
                                  decimal(5, 0),
                                  decimal(-5, 3),
                                  0.1,
                                  5.0,
                                  -1e300,
                                  HUGE_VAL,
                                  -HUGE_VAL,
                                  text(""),
                                  text("it's \"x\"\n\t\\"),
                                  text("Grüße, \xE6\x97\xA5"),
                                  text("\xff\xfe"),
                                  text(std::string("a\0b", 3)),
                                  text("\xED\xA0\x80"),
                                  text("\xC0\x80"),
                                  day("2026-11-22"),
                                  moment("2026-11-22 10:15:00.5")};
  for (const auto& value : all) {
    const std::string written = to_json(value).dump();
    EXPECT_EQ(value_of(Json::parse(written)), value) << written;
  }
  const auto nan = value_of(Json::parse(to_json(std::nan("")).dump()));
  EXPECT_TRUE(nan && std::isnan(std::get<double>(*nan)));
}

TEST(ValueJson, RefusesWhatIsNoValue) {
  for (const char* json :
       {"[]", "true", "{}", R"({"date": "2026-02-30"})", R"({"decimal": "x"})", R"({"decimal": "1e5"})",
        R"({"bytes": "f"})", R"({"bytes": "zz"})", R"({"other": "1"})", R"({"date": 5})"})
    EXPECT_EQ(value_of(Json::parse(json)), std::nullopt) << json;
}

TEST(ValueJson, IsPlainForPeople) {
  EXPECT_EQ(plain_json(decimal(150, 2)).dump(), R"("1.50")");
  EXPECT_EQ(plain_json(day("2026-11-22")).dump(), R"("2026-11-22")");
  EXPECT_EQ(plain_json(whole(5)).dump(), "5");
  EXPECT_EQ(plain_json(text("\xff"
                            "a"))
                .dump(),
            "\"\xEF\xBF\xBD"
            "a\"");
  EXPECT_EQ(plain_json(Null{}).dump(), "null");
}

}  // namespace
}  // namespace gridlock
