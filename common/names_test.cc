// SPDX-License-Identifier: Apache-2.0

#include "common/names.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <vector>

#include "common/limits.h"

namespace cache_invalidation {
namespace {

// The textbook encoding, for comparison; 0 for surrogates.
std::string Encode(uint32_t c) {
  const auto tail = [&](int shift) { return static_cast<char>(0x80 | ((c >> shift) & 0x3f)); };
  if (c < 0x80) return std::string(1, static_cast<char>(c));
  if (c < 0x800) return {static_cast<char>(0xc0 | (c >> 6)), tail(0)};
  if (c < 0x10000) return {static_cast<char>(0xe0 | (c >> 12)), tail(6), tail(0)};
  return {static_cast<char>(0xf0 | (c >> 18)), tail(12), tail(6), tail(0)};
}

TEST(Utf8, MeasuresEveryCharacterAndNoSurrogate) {
  for (uint32_t c = 0; c < 0x110000; ++c) {
    const std::string character = Encode(c);
    const bool surrogate = c >= 0xd800 && c <= 0xdfff;
    ASSERT_EQ(Utf8CharacterBytes(character + "x"), surrogate ? 0 : character.size()) << c;
    if (surrogate) continue;
    ASSERT_EQ(IsControlCharacter(character), c < 0x20 || (c >= 0x7f && c < 0xa0)) << c;
  }
}

TEST(Utf8, RefusesWhatIsCutShortOverlongOrTooHigh) {
  for (const char* bad : {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc3", "\xc3x", "\xe0\x9f\xbf",
                          "\xe2\x82", "\xe2\x82x", "\xf0\x8f\xbf\xbf", "\xf0\x9f\x98",
                          "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff"}) {
    EXPECT_EQ(Utf8CharacterBytes(bad), 0u) << bad;
  }
}

TEST(Utf8, JudgesWholeTexts) {
  EXPECT_TRUE(IsUtf8(""));
  EXPECT_TRUE(IsUtf8("a\nb \u00e4 \u20ac \U0001F600"));
  EXPECT_FALSE(IsUtf8("good until \xc3"));
  EXPECT_FALSE(IsUtf8("\xff good from here"));
}

TEST(Utf8, CutsBetweenCharacters) {
  const std::string text = "a\u00e4\u20ac";  // 1, 2 and 3 bytes
  const size_t expected[] = {0, 1, 1, 3, 3, 3, 6, 6};
  for (size_t most = 0; most < std::size(expected); ++most) {
    EXPECT_EQ(Utf8Prefix(text, most), text.substr(0, expected[most])) << most;
  }
  EXPECT_EQ(Utf8Prefix("\x80\x80\x80", 2), "") << "no characters at all";
}

using Checker = absl::Status (*)(absl::string_view);

struct Kind {
  const char* name;
  Checker check;
  size_t min_bytes;
  size_t max_bytes;
};

const std::vector<Kind>& TextKinds() {
  static const auto* const kinds = new std::vector<Kind>{
      {"key", CheckKey, 1, kMaxKeyBytes},
      {"tag", CheckTag, 1, kMaxTagBytes},
      {"type", CheckType, 1, kMaxTypeBytes},
      {"resource id", CheckResourceId, 0, kMaxResourceIdBytes},
      {"operation", CheckOperation, 0, kMaxOperationBytes},
      {"name", CheckName, 1, kMaxNameBytes},
      {"request id", CheckRequestId, 0, kMaxRequestIdBytes},
      {"fill id", CheckFillId, 0, kMaxFillIdBytes},
      {"instance", CheckInstance, 0, kMaxInstanceBytes},
      {"epoch", CheckEpoch, 0, kMaxEpochBytes},
      {"key prefix", CheckKeyPrefix, 1, kMaxKeyBytes},
      {"description", CheckDescription, 0, kMaxDescriptionBytes},
  };
  return *kinds;
}

TEST(Names, LengthIsInBytes) {
  for (const Kind& kind : TextKinds()) {
    SCOPED_TRACE(kind.name);
    EXPECT_EQ(kind.check("").ok(), kind.min_bytes == 0);
    EXPECT_TRUE(kind.check(std::string(kind.max_bytes, 'x')).ok());
    EXPECT_FALSE(kind.check(std::string(kind.max_bytes + 1, 'x')).ok());
  }
}

TEST(Names, AreUtf8WithoutControlCharacters) {
  const std::vector<std::string> good = {"x", "a b", "äöü", "€", "日本", "😀", "\u00a0", "~"};
  const std::vector<std::string> bad = {
      std::string(1, '\0'),  // NUL
      "a\x01",
      "\x1f",
      "\x7f",
      "\xc2\x80",          // U+0080
      "\xc2\x9f",          // U+009F
      "\x80",              // continuation without lead
      "\xc3",              // cut short
      "\xc0\xaf",          // overlong
      "\xe0\x80\xaf",      // overlong
      "\xf0\x80\x80\xaf",  // overlong
      "\xed\xa0\x80",      // surrogate
      "\xf4\x90\x80\x80",  // above U+10FFFF
      "\xff",
      "\xe2\x82",
      "ok\xe2\x82x",
  };
  for (const Kind& kind : TextKinds()) {
    SCOPED_TRACE(kind.name);
    for (const std::string& text : good) EXPECT_TRUE(kind.check(text).ok()) << text;
    for (const std::string& text : bad) {
      EXPECT_EQ(kind.check(text).code(), absl::StatusCode::kInvalidArgument) << text;
    }
  }
}

TEST(Names, OnlyDescriptionsHaveLines) {
  for (const Kind& kind : TextKinds()) {
    EXPECT_EQ(kind.check("a\n\tb\r\n").ok(), kind.check == &CheckDescription) << kind.name;
  }
  EXPECT_FALSE(CheckDescription("\x1b[0m").ok());
}

TEST(Names, TypesHaveNoLevelsAndNoStar) {
  EXPECT_TRUE(CheckType("public.user").ok());
  EXPECT_FALSE(CheckType("user:42").ok());
  EXPECT_FALSE(CheckType("*").ok());
  EXPECT_FALSE(CheckType("user*").ok());
  EXPECT_TRUE(CheckTag("user:*").ok());
  EXPECT_TRUE(CheckKey("*").ok());
}

TEST(Names, OfNamespaces) {
  for (const char* good : {"default", "a", "0", "shop-1.eu_west", "0.a-b_c"}) {
    EXPECT_TRUE(CheckNamespaceName(good).ok()) << good;
  }
  EXPECT_TRUE(CheckNamespaceName(std::string(kMaxNamespaceBytes, 'a')).ok());
  for (const char* bad : {"", "-a", ".a", "_a", "A", "a/b", "a b", "ä", "a\n"}) {
    EXPECT_EQ(CheckNamespaceName(bad).code(), absl::StatusCode::kInvalidArgument) << bad;
  }
  EXPECT_FALSE(CheckNamespaceName(std::string(kMaxNamespaceBytes + 1, 'a')).ok());
}

TEST(Names, MessagesSayWhatWasExpectedAndWhatCame) {
  struct Row {
    absl::Status status;
    const char* message;
  };
  for (const Row& row : std::vector<Row>{
           {CheckKey(""),
            "expected 1 to 1024 bytes of UTF-8 without control characters, got nothing"},
           {CheckOperation(std::string(65, 'x')),
            "expected at most 64 bytes of UTF-8 without control characters, got 65 bytes"},
           {CheckTag("a\nb"),
            "expected 1 to 1024 bytes of UTF-8 without control characters, got a control "
            "character"},
           {CheckName("\xff"),
            "expected 1 to 256 bytes of UTF-8 without control characters, got bytes that are not "
            "UTF-8"},
           {CheckTag(
                "0:1:2:3:4:5:6:7:8:9:10:11:12:13:14:15:16:17:18:19:20:21:22:23:24:25:26:27:28:29:"
                "30:31:32"),
            "expected at most 32 levels separated by \":\", got 33"},
           {CheckType("a*"), "expected a type without \":\" and \"*\", got \"*\""},
       }) {
    EXPECT_EQ(row.status.message(), row.message);
  }
}

TEST(Names, OnlyIdsHaveAnyNumberOfLevels) {
  std::string deep = "a";
  for (size_t level = 1; level < kMaxTagLevels; ++level) deep += ":a";
  EXPECT_TRUE(CheckTag(deep).ok());
  deep += ":a";
  EXPECT_FALSE(CheckTag(deep).ok());
  EXPECT_FALSE(CheckTagWithoutWildcard(deep).ok());
  EXPECT_TRUE(CheckResourceId(deep).ok()) << "a write that is refused invalidates nothing";
  EXPECT_TRUE(CheckKey(deep).ok());
}

TEST(Names, AStarIsNoWildcard) {
  for (const char* tag : {"user:4*2", "**", "a:**", "#all", "user:#all"}) {
    EXPECT_TRUE(CheckTagWithoutWildcard(tag).ok()) << tag;
  }
  for (const char* tag : {"*", "user:*", "user:*:x", "*:x", "a::*"}) {
    EXPECT_FALSE(CheckTagWithoutWildcard(tag).ok()) << tag;
    EXPECT_TRUE(CheckTag(tag).ok()) << tag;
  }
  EXPECT_EQ(CheckTagWithoutWildcard("user:*:x").message(),
            "\"*\" is not a wildcard; \"user\" covers everything below it");
  EXPECT_FALSE(CheckResourceId("*").ok());
  EXPECT_TRUE(CheckResourceId("4*2").ok());
}

}  // namespace

}  // namespace cache_invalidation
