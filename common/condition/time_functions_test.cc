#include "common/condition/time_functions.h"

#include <gtest/gtest.h>

#include "common/condition/testing/evaluate.h"

namespace cache_invalidation::condition {
namespace {

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
