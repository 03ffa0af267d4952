#include "common/condition/time_text.h"

#include <gtest/gtest.h>

#include <string>

namespace cache_invalidation::condition {
namespace {

std::string Read(absl::string_view text) {
  const auto time = ReadTimestamp(text);
  return time ? TimestampText(*time) : "none";
}

std::string ReadLength(absl::string_view text) {
  const auto duration = ReadDuration(text);
  return duration ? DurationText(*duration) : "none";
}

TEST(TimeText, ReadsTimestamps) {
  EXPECT_EQ(Read("2009-02-13T23:31:30Z"), "2009-02-13T23:31:30Z");
  EXPECT_EQ(Read("2009-02-13T23:31:30.5Z"), "2009-02-13T23:31:30.5Z");
  EXPECT_EQ(Read("2009-02-13T23:31:30.1234567899Z"), "2009-02-13T23:31:30.123456789Z");
  EXPECT_EQ(Read("2009-02-14T01:01:30+01:30"), "2009-02-13T23:31:30Z");
  EXPECT_EQ(Read("2009-02-13T23:31:30-01:00"), "2009-02-14T00:31:30Z");
  EXPECT_EQ(Read("0001-01-01T00:00:00Z"), "0001-01-01T00:00:00Z");
  EXPECT_EQ(Read("9999-12-31T23:59:59.999999999Z"), "9999-12-31T23:59:59.999999999Z");
  EXPECT_EQ(Read("2024-02-29T00:00:00Z"), "2024-02-29T00:00:00Z");
}

TEST(TimeText, RefusesOtherTimestamps) {
  for (const char* text : {"",
                           "2009",
                           "2009-02-13",
                           "2009-02-13T23:31:30",
                           "2009-02-13 23:31:30Z",
                           "2009-02-13T23:31Z",
                           "2009-02-13T23:31:30.Z",
                           "2009-02-13T23:31:30z",
                           "2009-02-13T23:31:30Z ",
                           " 2009-02-13T23:31:30Z",
                           "2009-2-13T23:31:30Z",
                           "2009-02-30T00:00:00Z",
                           "2023-02-29T00:00:00Z",
                           "2009-13-01T00:00:00Z",
                           "2009-00-01T00:00:00Z",
                           "2009-01-00T00:00:00Z",
                           "2009-02-13T24:00:00Z",
                           "2009-02-13T23:60:00Z",
                           "2009-02-13T23:31:60Z",
                           "2009-02-13T23:31:30+1:00",
                           "2009-02-13T23:31:30+24:00",
                           "2009-02-13T23:31:30+01:60",
                           "2009-02-13T23:31:30+0100",
                           "0000-01-01T00:00:00Z",
                           "10000-01-01T00:00:00Z",
                           "0001-01-01T00:00:00+00:01",
                           "9999-12-31T23:59:59-00:01",
                           "infinite-future",
                           "-009-02-13T23:31:30Z"}) {
    EXPECT_EQ(Read(text), "none") << text;
  }
}

TEST(TimeText, ReadsDurations) {
  EXPECT_EQ(ReadLength("0"), "0s");
  EXPECT_EQ(ReadLength("1h30m"), "5400s");
  EXPECT_EQ(ReadLength("-1.5s"), "-1.5s");
  EXPECT_EQ(ReadLength("+1s"), "1s");
  EXPECT_EQ(ReadLength("100ms"), "0.1s");
  EXPECT_EQ(ReadLength("-1ns"), "-0.000000001s");
  EXPECT_EQ(ReadLength("1.9ns"), "0.000000001s");
  EXPECT_EQ(ReadLength("1us"), "0.000001s");
  EXPECT_EQ(ReadLength("1000000s"), "1000000s");
  EXPECT_EQ(ReadLength("9223372036.854775807s"), "9223372036.854775807s");
}

TEST(TimeText, RefusesOtherDurations) {
  for (const char* text : {"", "1", "s", "1d", "1 s", " 1s", "1s ", "1h-1m", "inf", "-inf", "+inf",
                           "1.2.3s", "9223372036.854775808s", "320000000000s", "1e3s"}) {
    EXPECT_EQ(ReadLength(text), "none") << text;
  }
}

}  // namespace
}  // namespace cache_invalidation::condition
