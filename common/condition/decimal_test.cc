// SPDX-License-Identifier: Apache-2.0

#include "common/condition/decimal.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

namespace cache_invalidation::condition {
namespace {

TEST(Decimal, CountsItsDigits) {
  struct Case {
    const char* text;
    size_t digits;
    int64_t order;
    bool is_integer;
  };
  for (const Case& each : {Case{"0", 0, 0, true},
                           {"-0.00", 0, 0, true},
                           {"0e5", 0, 0, true},
                           {"7", 1, 1, true},
                           {"007", 1, 1, true},
                           {"+7", 1, 1, true},
                           {"12.3", 3, 2, false},
                           {"0.01230", 3, -1, false},
                           {"10.00", 1, 2, true},
                           {"1200", 2, 4, true},
                           {"1.5e+1", 2, 2, true},
                           {"1.5E0", 2, 1, false},
                           {"150e-1", 2, 2, true},
                           {"1e400", 1, 401, true},
                           {"1e-400", 1, -399, false},
                           {"1e99999999999999999999", 1, 1'000'000'001, true}}) {
    const auto decimal = ReadDecimal(each.text);
    ASSERT_TRUE(decimal.has_value()) << each.text;
    EXPECT_EQ(decimal->digits, each.digits) << each.text;
    EXPECT_EQ(decimal->order, each.order) << each.text;
    EXPECT_EQ(decimal->is_integer(), each.is_integer) << each.text;
  }
  EXPECT_TRUE(ReadDecimal("-1")->negative);
  EXPECT_FALSE(ReadDecimal("+1")->negative);
}

TEST(Decimal, ReadsIntegersExactly) {
  EXPECT_EQ(ReadDecimal("0")->magnitude, 0u);
  EXPECT_EQ(ReadDecimal("-9007199254740993")->magnitude, 9007199254740993u);
  EXPECT_EQ(ReadDecimal("9007199254740993.000")->magnitude, 9007199254740993u);
  EXPECT_EQ(ReadDecimal("9.007199254740993e15")->magnitude, 9007199254740993u);
  EXPECT_EQ(ReadDecimal("90071992547409930e-1")->magnitude, 9007199254740993u);
  EXPECT_EQ(ReadDecimal("18446744073709551615")->magnitude, UINT64_MAX);
  for (const char* text :
       {"18446744073709551616", "1e20", "99999999999999999999", "1.5", "1e400"}) {
    EXPECT_FALSE(ReadDecimal(text)->magnitude.has_value()) << text;
  }
}

TEST(Decimal, RefusesWhatIsNoNumber) {
  for (const char* text : {"", "-", "+", ".5", "5.", "1e", "1e+", "1.e5", "1 ", " 1", "0x1", "1_0",
                           "NaN", "Infinity", "inf", "--1", "1.2.3", "2024-01-01", "12:30"}) {
    EXPECT_FALSE(ReadDecimal(text).has_value()) << text;
  }
}

TEST(Decimal, KnowsWhichNumbersDoublesTellApart) {
  for (const char* text :
       {"0", "-0", "0.1", "10.00", "123456789012345", "0.123456789012345", "9007199254740991",
        "-9007199254740991.00", "1e20", "1e307", "-1.5e-300", "5.00000000000000000000000"}) {
    EXPECT_TRUE(ReadDecimal(text)->has_double()) << text;
  }
  for (const char* text :
       {"9007199254740992", "9007199254740993", "100000000000000.001", "99999999999999999.98",
        "0.1234567890123456", "1e400", "-1e309", "1e-400", "5e-324"}) {
    EXPECT_FALSE(ReadDecimal(text)->has_double()) << text;
  }
}

TEST(Decimal, HasANearestDouble) {
  EXPECT_EQ(NearestDouble("0.1"), 0.1);
  EXPECT_EQ(NearestDouble("+9007199254740993"), 9007199254740992.0);
  EXPECT_TRUE(std::signbit(NearestDouble("-0")));
  EXPECT_TRUE(std::isinf(NearestDouble("1e400")));
}

TEST(Decimal, WriteDoublesSoThatTheyReadTheSame) {
  EXPECT_EQ(FormatDouble(0.1), "0.1");
  EXPECT_EQ(FormatDouble(1e6), "1000000");
  EXPECT_EQ(FormatDouble(9007199254740991), "9007199254740991");
  EXPECT_EQ(FormatDouble(1e20), "100000000000000000000");
  EXPECT_EQ(FormatDouble(1e21), "1e+21");
  EXPECT_EQ(FormatDouble(-1e-7), "-1e-07");
  EXPECT_EQ(FormatDouble(-0.0), "-0");
  EXPECT_EQ(FormatDouble(std::numeric_limits<double>::denorm_min()), "5e-324");
  EXPECT_EQ(FormatDouble(std::numeric_limits<double>::max()), "1.7976931348623157e+308");
}

}  // namespace
}  // namespace cache_invalidation::condition
