#include "common/utf8.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

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

}  // namespace
}  // namespace cache_invalidation
