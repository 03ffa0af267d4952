// SPDX-License-Identifier: Apache-2.0

#include "common/condition/function.h"

#include <gtest/gtest.h>

#include <string>

#include "common/condition/testing/evaluate.h"

namespace cache_invalidation::condition {
namespace {

TEST(Conversions, LeadToInts) {
  ExpectValues({
      {"int(1)", "1"},
      {"int(42u)", "42"},
      {"int(1.9)", "1"},
      {"int(-7.9)", "-7"},
      {"int('-987')", "-987"},
      {"int('+5')", "5"},
      {"int(timestamp('2009-02-13T23:31:30.9Z'))", "1234567890"},
      {"int(18446744073709551615u)", "error: out of range: int(uint)"},
      {"int(9223372036854775808.0)", "error: out of range: int(double)"},
      {"int(-9223372036854775808.0)", "error: out of range: int(double)"},
      {"int(0.0 / 0.0)", "error: out of range: int(double)"},
      {"int('9223372036854775808')", "error: cannot convert to int: \"9223372036854775808\""},
      {"int('1.5')", "error: cannot convert to int: \"1.5\""},
      {"int(' 1')", "error: cannot convert to int: \" 1\""},
      {"int('+-1')", "error: cannot convert to int: \"+-1\""},
      {"int('')", "error: cannot convert to int: \"\""},
      {"int(true)", "error: no such overload: int(bool)"},
      {"int(duration('1s'))", "error: no such overload: int(google.protobuf.Duration)"},
  });
}

TEST(Conversions, LeadToUints) {
  ExpectValues({
      {"uint(1)", "1u"},
      {"uint(1.9)", "1u"},
      {"uint(0.9)", "0u"},
      {"uint('300')", "300u"},
      {"uint(-1)", "error: out of range: uint(int)"},
      {"uint(-0.5)", "error: out of range: uint(double)"},
      {"uint(18446744073709551616.0)", "error: out of range: uint(double)"},
      {"uint('-1')", "error: cannot convert to uint: \"-1\""},
      {"uint(null)", "error: no such overload: uint(null_type)"},
  });
}

TEST(Conversions, LeadToDoubles) {
  ExpectValues({
      {"double(1)", "1.0"},
      {"double(18446744073709551615u)", "18446744073709551616.0"},
      {"double('-84.32e7')", "-843200000.0"},
      {"double('1e-400')", "0.0"},
      {"double('inf')", "Infinity"},
      {"double('0x10')", "error: cannot convert to double: \"0x10\""},
      {"double('1e400')", "error: cannot convert to double: \"1e400\""},
      {"double('1.5 ')", "error: cannot convert to double: \"1.5 \""},
      {"double('')", "error: cannot convert to double: \"\""},
      {"double(false)", "error: no such overload: double(bool)"},
  });
}

TEST(Conversions, LeadToTexts) {
  ExpectValues({
      {"string('a')", "\"a\""},
      {"string(true)", "\"true\""},
      {"string(-456)", "\"-456\""},
      {"string(9876u)", "\"9876\""},
      {"string(-4.5e-3)", "\"-0.0045\""},
      {"string(b'\\303\\277')", "\"\u00ff\""},
      {"string(b'\\xff')", "error: cannot convert to string: bytes that are not UTF-8"},
      {"string(timestamp('9999-12-31T23:59:59.99Z'))", "\"9999-12-31T23:59:59.99Z\""},
      {"string(duration('1h0.5s'))", "\"3600.5s\""},
      {"string(null)", "error: no such overload: string(null_type)"},
      {"string([])", "error: no such overload: string(list)"},
      {"bytes('\u00ff')", "b\"\\xc3\\xbf\""},
      {"bytes(1)", "error: no such overload: bytes(int)"},
  });
}

TEST(Conversions, LeadToBools) {
  ExpectValues({
      {"bool('true')", "true"},
      {"bool('T')", "true"},
      {"bool('0')", "false"},
      {"bool('FALSE')", "false"},
      {"bool('TrUe')", "error: cannot convert to bool: \"TrUe\""},
      {"bool(1)", "error: no such overload: bool(int)"},
  });
}

TEST(Conversions, LeadToTimes) {
  ExpectValues({
      {"timestamp(1234567890)", "timestamp(\"2009-02-13T23:31:30Z\")"},
      {"timestamp(timestamp(1)) == timestamp(1)", "true"},
      {"timestamp('tomorrow')", "error: cannot convert to timestamp: \"tomorrow\""},
      {"timestamp(253402300800)", "error: out of range: timestamp(int)"},
      {"timestamp(9223372036854775807)", "error: out of range: timestamp(int)"},
      {"timestamp(1.0)", "error: no such overload: timestamp(double)"},
      {"duration('1.5h')", "duration(\"5400s\")"},
      {"duration(duration('1s'))", "duration(\"1s\")"},
      {"duration('1')", "error: cannot convert to duration: \"1\""},
      {"duration(1)", "error: no such overload: duration(int)"},
  });
}

TEST(Conversions, TellTypes) {
  ExpectValues(
      {
          {"type(null)", "null_type"},
          {"type(1)", "int"},
          {"type(x)", "double"},
          {"type([])", "list"},
          {"type(timestamp(0))", "google.protobuf.Timestamp"},
          {"type(duration('0')) == google.protobuf.Duration", "true"},
          {"type(type(1))", "type"},
          {"type(1) == type(2)", "true"},
          {"dyn(1)", "1"},
      },
      1);
}

}  // namespace
}  // namespace cache_invalidation::condition
