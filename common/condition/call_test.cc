// SPDX-License-Identifier: Apache-2.0

#include "common/condition/function.h"

#include <gtest/gtest.h>

#include "common/condition/testing/evaluate.h"

namespace cache_invalidation::condition {
namespace {

TEST(Arithmetic, ComputesIntegers) {
  ExpectValues({
      {"40 + 2", "42"},
      {"40 - 42", "-2"},
      {"-6 * 7", "-42"},
      {"-7 / 2", "-3"},
      {"-7 % 2", "-1"},
      {"7 % -2", "1"},
      {"-(42)", "-42"},
      {"40u + 2u", "42u"},
      {"44u - 2u", "42u"},
      {"6u * 7u", "42u"},
      {"85u / 2u", "42u"},
      {"85u % 2u", "1u"},
  });
}

TEST(Arithmetic, RefusesWhatIsBeyondAnInteger) {
  ExpectValues({
      {"9223372036854775807 + 1", "error: out of range: int + int"},
      {"-9223372036854775808 - 1", "error: out of range: int - int"},
      {"5000000000 * 5000000000", "error: out of range: int * int"},
      {"-9223372036854775808 / -1", "error: out of range: int / int"},
      {"-9223372036854775808 % -1", "error: out of range: int % int"},
      {"-(-9223372036854775808)", "error: out of range: -int"},
      {"18446744073709551615u + 1u", "error: out of range: uint + uint"},
      {"0u - 1u", "error: out of range: uint - uint"},
      {"5000000000u * 5000000000u", "error: out of range: uint * uint"},
      {"1 / 0", "error: division by zero"},
      {"1 % 0", "error: division by zero"},
      {"1u / 0u", "error: division by zero"},
      {"1u % 0u", "error: division by zero"},
      {"18446744073709551615u % 18446744073709551615u", "0u"},
  });
}

TEST(Arithmetic, ComputesDoubles) {
  ExpectValues({
      {"4.25 + 15.25", "19.5"},
      {"42.0 - 12.0", "30.0"},
      {"42.5 * 0.2", "8.5"},
      {"0.0625 / 0.002", "31.25"},
      {"-(4.5)", "-4.5"},
      {"1.0 / 0.0", "Infinity"},
      {"-1.0 / 0.0", "-Infinity"},
      {"0.0 / 0.0", "NaN"},
      {"47.5 % 5.5", "error: no such overload: double % double; convert with int() or double()"},
  });
}

TEST(Arithmetic, PutsTextsAndListsTogether) {
  ExpectValues({
      {"'he' + 'llo'", "\"hello\""},
      {"'' + ''", "\"\""},
      {"b'a' + b'\\xff'", "b\"a\\xff\""},
      {"[1] + ['a']", "[1, \"a\"]"},
      {"[] + [1]", "[1]"},
      {"[1] + []", "[1]"},
      {"'a' - 'b'", "error: no such overload: string - string"},
      {"[1] - [1]", "error: no such overload: list - list"},
  });
}

TEST(Arithmetic, MovesTimes) {
  ExpectValues({
      {"timestamp('2009-02-13T23:00:00Z') + duration('1m') == timestamp('2009-02-13T23:01:00Z')",
       "true"},
      {"duration('1m') + timestamp('2009-02-13T23:00:00Z') == timestamp('2009-02-13T23:01:00Z')",
       "true"},
      {"timestamp('2009-02-13T23:00:00Z') - duration('1ns')",
       "timestamp(\"2009-02-13T22:59:59.999999999Z\")"},
      {"timestamp('2009-02-13T23:01:00Z') - timestamp('2009-02-13T23:00:00Z')",
       "duration(\"60s\")"},
      {"duration('1h') - duration('90m')", "duration(\"-1800s\")"},
      {"duration('1h') * duration('1h')",
       "error: no such overload: google.protobuf.Duration * google.protobuf.Duration"},
      {"timestamp(0) + timestamp(0)",
       "error: no such overload: google.protobuf.Timestamp + google.protobuf.Timestamp"},
      {"duration('1h') - timestamp(0)",
       "error: no such overload: google.protobuf.Duration - google.protobuf.Timestamp"},
      {"timestamp('0001-01-01T00:00:00Z') - duration('1ns')",
       "error: out of range: google.protobuf.Timestamp - google.protobuf.Duration"},
      {"timestamp('9999-12-31T23:59:59.999999999Z') + duration('1ns')",
       "error: out of range: google.protobuf.Timestamp + google.protobuf.Duration"},
      {"timestamp('9999-12-31T23:59:59Z') - timestamp('0001-01-01T00:00:00Z')",
       "error: out of range: google.protobuf.Timestamp - google.protobuf.Timestamp"},
      {"duration('2000000h') + duration('2000000h')",
       "error: out of range: google.protobuf.Duration + google.protobuf.Duration"},
  });
}

TEST(Arithmetic, ConvertsNothing) {
  ExpectValues({
      {"1 + 1u", "error: no such overload: int + uint; convert with int() or double()"},
      {"1 + 1.0", "error: no such overload: int + double; convert with int() or double()"},
      {"1 + '1'", "error: no such overload: int + string"},
      {"true + true", "error: no such overload: bool + bool"},
      {"null + null", "error: no such overload: null_type + null_type"},
      {"-1u", "error: no such overload: -uint"},
      {"-'a'", "error: no such overload: -string"},
  });
}

}  // namespace
}  // namespace cache_invalidation::condition
