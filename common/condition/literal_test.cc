// SPDX-License-Identifier: Apache-2.0

#include "common/condition/lexer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

namespace cache_invalidation::condition {
namespace {

Token OnlyToken(absl::string_view text) { return Tokenize(text)->front(); }

absl::StatusOr<Value> Number(absl::string_view text, bool negative = false) {
  return NumberLiteral(text, OnlyToken(text), negative);
}

// The content, or the error.
std::string Text(absl::string_view text) {
  const auto content = TextLiteral(text, OnlyToken(text));
  return content.ok() ? *content : std::string(content.status().message());
}

TEST(NumberLiteral, ReachesTheEndsOfTheIntegers) {
  EXPECT_EQ(Number("9223372036854775807")->as_int(), std::numeric_limits<int64_t>::max());
  EXPECT_EQ(Number("9223372036854775808", true)->as_int(), std::numeric_limits<int64_t>::min());
  EXPECT_EQ(Number("0", true)->as_int(), 0);
  EXPECT_EQ(Number("0x7fffffffffffffff")->as_int(), std::numeric_limits<int64_t>::max());
  EXPECT_EQ(Number("18446744073709551615u")->as_uint(), std::numeric_limits<uint64_t>::max());
  EXPECT_EQ(Number("0xffffffffffffffffu")->as_uint(), std::numeric_limits<uint64_t>::max());
}

TEST(NumberLiteral, RefusesIntegersOutOfRange) {
  EXPECT_EQ(Number("9223372036854775808").status().message(),
            "line 1, column 1: expected a number in the range of an int");
  for (const char* text : {"0x8000000000000000", "99999999999999999999", "0x10000000000000000"}) {
    EXPECT_FALSE(Number(text).ok()) << text;
  }
  EXPECT_FALSE(Number("9223372036854775809", true).ok());
  EXPECT_EQ(Number("18446744073709551616u").status().message(),
            "line 1, column 1: expected a number in the range of a uint");
  EXPECT_FALSE(Number(std::string(4000, '9')).ok());
}

TEST(NumberLiteral, RoundsDoubles) {
  EXPECT_EQ(Number("0.1")->as_double(), 0.1);
  EXPECT_EQ(Number("1e308")->as_double(), 1e308);
  EXPECT_EQ(Number("5e-324")->as_double(), std::numeric_limits<double>::denorm_min());
  EXPECT_EQ(Number("1e-400")->as_double(), 0.0);
  EXPECT_TRUE(std::signbit(Number("0.0", true)->as_double()));
  EXPECT_EQ(Number("1e309").status().message(),
            "line 1, column 1: expected a number in the range of a double");
}

TEST(TextLiteral, TakesOffPrefixAndQuotes) {
  EXPECT_EQ(Text("''"), "");
  EXPECT_EQ(Text("'a'"), "a");
  EXPECT_EQ(Text("\"a\""), "a");
  EXPECT_EQ(Text("''''''"), "");
  EXPECT_EQ(Text("'''a'b''c'''"), "a'b''c");
  EXPECT_EQ(Text("\"\"\"a\r\nb\"\"\""), "a\r\nb");
  EXPECT_EQ(Text("b'a'"), "a");
  EXPECT_EQ(Text("br'a'"), "a");
  EXPECT_EQ(Text("'ä😀'"), "ä😀");
}

TEST(TextLiteral, ResolvesEscapes) {
  EXPECT_EQ(Text(R"('\a\b\f\n\r\t\v\\\?\"\'\`')"), "\a\b\f\n\r\t\v\\?\"'`");
  EXPECT_EQ(Text(R"('x\x41\X4ay')"), "xAJy");
  EXPECT_EQ(Text(R"('\u00e4\U0001F600')"), "ä😀");
  EXPECT_EQ(Text(R"('\101\377')"), "Aÿ");
  EXPECT_EQ(Text(R"('\xff')"), "ÿ");
  EXPECT_EQ(Text(R"('\u0800')"), "\xE0\xA0\x80");
  EXPECT_EQ(Text(R"('\000')"), std::string(1, '\0'));
  EXPECT_EQ(Text(R"('''\n''')"), "\n");
}

TEST(TextLiteral, TakesEscapesOfBytesAsBytes) {
  EXPECT_EQ(Text(R"(b'\xff\377ÿ')"), "\xff\xff\xc3\xbf");
  EXPECT_EQ(Text(R"(b'\a\n')"), "\a\n");
}

TEST(TextLiteral, LeavesRawTextAlone) {
  EXPECT_EQ(Text(R"(r'\n\d\')"), R"(\n\d\)");
  EXPECT_EQ(Text(R"(bR"\xff")"), R"(\xff)");
}

TEST(TextLiteral, RefusesEscapesThatAreNone) {
  const std::string message = R"(expected an escape sequence of a string, such as \n, \" or \x41)";
  EXPECT_EQ(Text(R"('a\s')"), "line 1, column 3: " + message);
  for (const char* text :
       {R"('\8')", R"('\400')", R"('\18')", R"('\x4')", R"('\xg0')", R"('\u00e')", R"('\U0001F60')",
        R"('\ud83d\ude00')", R"('\U00110000')", R"('\Uffffffff')", R"('\ä')"}) {
    EXPECT_EQ(Text(text), "line 1, column 2: " + message) << text;
  }
  EXPECT_EQ(Text(R"(b'\u0041')"),
            R"(line 1, column 3: expected an escape sequence of bytes, such as \n, \" or \x41)");
}

}  // namespace
}  // namespace cache_invalidation::condition
