// SPDX-License-Identifier: Apache-2.0

#include "common/condition/times.h"

#include <gtest/gtest.h>

#include <string>

#include "common/condition/testing/evaluate.h"

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
                           "2009-02-13 23:31:30+00",  // PostgreSQL's text
                           "2009-02-13T23:31:30+00",
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

TEST(TimeFunctions, ReadTheCalendarInUtc) {
  ExpectValues(
      {
          {"timestamp(x).getFullYear()", "2009"},
          {"timestamp(x).getMonth()", "1"},
          {"timestamp(x).getDate()", "13"},
          {"timestamp(x).getDayOfMonth()", "12"},
          {"timestamp(x).getDayOfWeek()", "5"},
          {"timestamp(x).getDayOfYear()", "43"},
          {"timestamp(x).getHours()", "23"},
          {"timestamp(x).getMinutes()", "31"},
          {"timestamp(x).getSeconds()", "30"},
          {"timestamp(x).getMilliseconds()", "123"},
          {"timestamp('2009-02-15T00:00:00Z').getDayOfWeek()", "0"},
      },
      "2009-02-13T23:31:30.123456789Z");
}

TEST(TimeFunctions, ReadTheCalendarInAZone) {
  ExpectValues(
      {
          {"timestamp(x).getDate('Australia/Sydney')", "14"},
          {"timestamp(x).getHours('America/Los_Angeles')", "15"},
          {"timestamp(x).getMinutes('Asia/Kathmandu')", "16"},
          {"timestamp(x).getHours('+11:00')", "10"},
          {"timestamp(x).getHours('02:00')", "1"},
          {"timestamp(x).getHours('-02:30')", "21"},
          {"timestamp(x).getSeconds('-00:00')", "30"},
          {"timestamp(x).getHours('UTC')", "23"},
          {"timestamp(x).getHours('+' + '11:00')", "10"},
      },
      "2009-02-13T23:31:30Z");
}

TEST(TimeFunctions, RefuseZonesThatTheyCannotKnow) {
  ExpectValues(
      {
          {"timestamp(0).getHours('Nowhere/Else')", "error: unknown time zone: \"Nowhere/Else\""},
          {"timestamp(0).getHours('../../etc/passwd')",
           "error: unknown time zone: \"../../etc/passwd\""},
          {"timestamp(0).getHours('/etc/localtime')",
           "error: unknown time zone: \"/etc/localtime\""},
          {"timestamp(0).getHours('file:UTC')", "error: unknown time zone: \"file:UTC\""},
          {"timestamp(0).getHours('+24:00')", "error: unknown time zone: \"+24:00\""},
          {"timestamp(0).getHours('+1:00')", "error: unknown time zone: \"+1:00\""},
          // It would have to be read from a file, while a write waits.
          {"timestamp(0).getHours(x)",
           "error: not an offset from UTC: \"Europe/Paris\"; the name of a time zone must "
           "be a literal in the condition"},
          {"timestamp(0).getHours(1)",
           "error: no such overload: getHours(google.protobuf.Timestamp, int)"},
      },
      "Europe/Paris");
}

TEST(TimeFunctions, CountTheUnitsOfDurations) {
  ExpectValues({
      {"duration('10000s').getHours()", "2"},
      {"duration('3730s').getMinutes()", "62"},
      {"duration('3730s').getSeconds()", "3730"},
      {"duration('-3730s').getMinutes()", "-62"},
      {"duration('123.321456789s').getMilliseconds()", "321"},
      {"duration('1s').getFullYear()",
       "error: no such overload: getFullYear(google.protobuf.Duration)"},
      {"'1s'.getHours()", "error: no such overload: getHours(string)"},
  });
}

}  // namespace

}  // namespace cache_invalidation::condition
