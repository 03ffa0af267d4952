// SPDX-License-Identifier: Apache-2.0

#include "server/journal/journal_line.h"

#include <string>

#include "absl/strings/match.h"
#include "common/names.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cache_invalidation::journal {
namespace {

using testing::HasSubstr;

constexpr absl::Time kTime = absl::FromUnixMillis(1'577'836'800'123);

std::string Text(const Line& line) { return FormatLine(Format::kText, kTime, line); }
std::string Json(const Line& line) { return FormatLine(Format::kJson, kTime, line); }

TEST(JournalLine, IsTextForPeople) {
  EXPECT_EQ(Text({Level::kInfo, "serving", {{"grpc_port", 7400}, {"name", "a"}}}),
            "2020-01-01T00:00:00.123Z info serving grpc_port=7400 name=a");
  EXPECT_EQ(Text({Level::kError, "cannot start", {}, "--shards: expected \"1\""}),
            "2020-01-01T00:00:00.123Z error cannot start: --shards: expected \"1\"");
  EXPECT_EQ(Text({Level::kDebug, "d", {{"a", ""}, {"b", "x y"}, {"c", "1=2"}, {"d", "\"q\\"}}}),
            R"(2020-01-01T00:00:00.123Z debug d a="" b="x y" c="1=2" d="\"q\\")");
}

TEST(JournalLine, IsOneObjectOfJson) {
  EXPECT_EQ(Json({Level::kWarning, "full", {{"bytes", uint64_t{1} << 63}, {"of", "a \"b\""}}}),
            R"({"time":"2020-01-01T00:00:00.123Z","level":"warning","message":"full",)"
            R"("bytes":9223372036854775808,"of":"a \"b\""})");
  EXPECT_EQ(Json({Level::kError, "gRPC", {}, "C:\\x"}),
            R"({"time":"2020-01-01T00:00:00.123Z","level":"error","message":"gRPC",)"
            R"("detail":"C:\\x"})");
}

// A value cannot begin a line of its own, nor break the JSON.
TEST(JournalLine, EscapesWhatValuesContain) {
  const std::string hostile("a\nb\t\x01\x7f\xc2\x85\xff\xe2\x82", 12);
  const Line line = {Level::kInfo, "m", {{"f", hostile}}, hostile};
  const std::string expected =
      "a\\nb\\u0009\\u0001\\u007f\\u0085\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD";
  for (const std::string& text : {Text(line), Json(line)}) {
    EXPECT_THAT(text, HasSubstr(expected));
    EXPECT_EQ(text.find('\n'), std::string::npos);
    EXPECT_TRUE(IsUtf8(text));
  }
}

TEST(JournalLine, CutsValuesAndNotTheLine) {
  for (const char* part : {"x", "\"", "\x01", "\xC3\xA9", "\xff"}) {
    std::string much;
    while (much.size() < 10'000) much += part;
    const Line line = {Level::kInfo, "m", {{"a", much}, {"b", 7}, {"c", much}}, much};
    EXPECT_LE(Text(line).size(), kMaxLineBytes);
    const std::string json = Json(line);
    EXPECT_LE(json.size(), kMaxLineBytes);
    EXPECT_TRUE(IsUtf8(json));
    EXPECT_TRUE(absl::EndsWith(json, "...\"}")) << json;
    EXPECT_THAT(json, HasSubstr("...\",\"b\":7,\"c\":\""));
  }
}

TEST(JournalLine, CanBeMadeInAdvance) {
  EXPECT_EQ(FormatLastLine(Format::kText, "out of memory"), "error out of memory\n");
  EXPECT_EQ(FormatLastLine(Format::kJson, "out of memory"),
            "{\"level\":\"error\",\"message\":\"out of memory\"}\n");
}

}  // namespace
}  // namespace cache_invalidation::journal
