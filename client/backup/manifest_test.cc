// SPDX-License-Identifier: Apache-2.0

#include "client/backup/manifest.h"

#include <sys/stat.h>

#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/temporary_directory.h"

namespace cache_invalidation::client {
namespace {

using ::testing::HasSubstr;

Manifest Example() {
  return {.epoch = "0123456789abcdef",
          .server_version = "0.1.0",
          .time = absl::FromUnixSeconds(1'800'000'000),
          .files = {{.path = "copied"},
                    {.path = "log_end", .bytes = 24, .crc32c = 0x0a},
                    {.path = "rocksdb/000012.sst", .bytes = 1'000'000, .crc32c = 0xdeadbeef},
                    {.path = "rocksdb/CURRENT", .bytes = 16, .crc32c = 1}}};
}

TEST(ManifestTest, ComesBackAsItWas) {
  const auto parsed = ParseManifest(ToJson(Example()));
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(*parsed, Example());
}

TEST(ManifestTest, NoPathLeadsOut) {
  for (const char* path :
       {"a", "a.b-c_d", "rocksdb/MANIFEST-000004", "a/b/c", "..a", "a..", "..."}) {
    EXPECT_TRUE(CheckPath(path).ok()) << path;
  }
  const std::string too_long(257, 'a');
  for (const std::string& path :
       {std::string(), std::string("/"), std::string("/etc/passwd"), std::string(".."),
        std::string("../x"), std::string("a/../../x"), std::string("a/.."), std::string("./a"),
        std::string("a//b"), std::string("a/"), std::string("a\\b"), std::string("a b"),
        std::string("a\0b", 3), std::string("\xc3\xa4"), std::string("~/a"), std::string("a\n"),
        std::string("manifest.json"), too_long}) {
    EXPECT_EQ(CheckPath(path).code(), absl::StatusCode::kInvalidArgument) << path;
    Manifest hostile = Example();
    hostile.files[2].path = path;
    const absl::Status refused = ParseManifest(ToJson(hostile)).status();
    EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument) << path;
  }
}

TEST(ManifestTest, SaysWhatIsWrong) {
  const std::string json = ToJson(Example());
  const struct {
    const char* from;
    const char* to;
    const char* error;
  } rows[] = {
      {"\"format\":1", "\"format\":2", "format: expected 1"},
      {"\"format\":1,", "", "format: expected a number"},
      {"\"epoch\":\"", "\"epoch\":7,\"x\":\"", "epoch: expected a string"},
      {"2027-01", "yesterday", "time: expected a time"},
      {"\"fileCount\":4", "\"fileCount\":5", "files: expected 5 of them"},
      {"\"bytes\":1000040", "\"bytes\":1000041", "files: expected 1000041 bytes"},
      {"\"bytes\":24", "\"bytes\":-24", "files[1].bytes: expected a whole number"},
      {"\"bytes\":24", "\"bytes\":24.5", "files[1].bytes: expected a whole number"},
      {"deadbeef", "deadbee", "files[2].crc32c: expected 8 hex digits"},
      {"rocksdb/000012.sst", "log_end", "files[2].path: expected log_end once"},
      {"rocksdb/000012.sst", "../x", "files[2].path: expected names"},
      {"\"copied\"", "\"other\"", "files: expected one of the path copied"},
      {"rocksdb/CURRENT", "rocksdb/current", "files: expected one of the path rocksdb/CURRENT"},
  };
  for (const auto& row : rows) {
    const std::string changed = absl::StrReplaceAll(json, {{row.from, row.to}});
    ASSERT_NE(changed, json) << row.from;
    const absl::Status status = ParseManifest(changed).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << row.error;
    EXPECT_THAT(std::string(status.message()), HasSubstr(row.error));
  }
  for (const char* text : {"", "{", "[]", "7", "{\"files\": []}", "null"}) {
    EXPECT_EQ(ParseManifest(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

TEST(ManifestTest, AnyDamageIsFoundOrChangesNothing) {
  const std::string json = ToJson(Example());
  for (size_t size = 0; size < json.size(); ++size) {
    EXPECT_FALSE(ParseManifest(json.substr(0, size)).ok()) << size;
  }
  for (size_t at = 0; at < json.size(); ++at) {
    std::string changed = json;
    changed[at] = static_cast<char>(changed[at] ^ 0x11);
    (void)ParseManifest(changed);  // refused, or another manifest, whose files are checked
  }
}

TEST(ManifestTest, IsReadFromItsFile) {
  const TemporaryDirectory directory;
  EXPECT_EQ(ReadManifest(directory.path()).status().code(), absl::StatusCode::kNotFound);
  const std::string path = absl::StrCat(directory.path(), "/", kManifestName);
  std::ofstream(path) << ToJson(Example()) << "\n";
  EXPECT_EQ(*ReadManifest(directory.path()), Example());
  std::ofstream(path) << "{}";
  EXPECT_THAT(std::string(ReadManifest(directory.path()).status().message()),
              HasSubstr(path + ": format: expected a number"));
}

TEST(ManifestTest, APipeInItsPlaceBlocksNobody) {
  const TemporaryDirectory directory;
  const std::string path = absl::StrCat(directory.path(), "/", kManifestName);
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  EXPECT_EQ(ReadManifest(directory.path()).status(),
            absl::InvalidArgumentError(path + ": not a regular file"));
}

}  // namespace
}  // namespace cache_invalidation::client
