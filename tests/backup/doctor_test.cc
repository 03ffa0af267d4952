// SPDX-License-Identifier: Apache-2.0

// doctor: what a data directory holds, read while no server runs on it.

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "client/client.h"
#include "gmock/gmock.h"
#include "tests/backup/backup_test.h"

namespace cache_invalidation {
namespace {

using ::testing::HasSubstr;

class DoctorTest : public BackupTest {
 protected:
  // A store with something of everything, of a server that was killed.
  void MakeStore() {
    Start(data());
    Ok({"rule", "register", "r", "--trigger", "user", "--invalidate", "page"});
    Ok({"relationship", "register", "user", "order"});
    Ok({"dependency", "add", "report", "summary", "total"});
    for (const char* key : {"a", "b", "c"}) Ok({"entry", "track", key, "--tag", "t"});
    const auto shop = client::Client(client::MakeConnection(endpoint())).InNamespace("shop");
    for (int i = 0; i < 50; ++i) {
      ASSERT_TRUE(shop.Invalidate({.tags = {absl::StrCat("x", i)}}).ok());
    }
    Kill();
  }

  // Contents and times of every file.
  std::map<std::string, std::string> Files() const {
    std::map<std::string, std::string> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(data())) {
      std::string text = absl::StrCat(entry.last_write_time().time_since_epoch().count(), " ");
      std::ifstream file(entry.path(), std::ios::binary);
      if (!entry.is_directory()) text.append(std::istreambuf_iterator<char>(file), {});
      files[entry.path()] = text;
    }
    return files;
  }

  std::string NewestLog() const {
    std::string newest;
    for (const auto& file : std::filesystem::directory_iterator(data() + "/rocksdb")) {
      const bool is_log = file.path().extension() == ".log" && file.file_size() > 0;
      if (is_log && file.path().string() > newest) newest = file.path();
    }
    return newest;
  }
};

TEST_F(DoctorTest, ShowsAWholeStoreAndChangesNothing) {
  MakeStore();
  const auto before = Files();
  const std::string text = Ok({"doctor", data()});
  EXPECT_THAT(text, HasSubstr(absl::StrCat("directory       ", data(), "\n",
                                           "store           whole\n"
                                           "schema version  2\n"
                                           "epoch           ")));
  EXPECT_THAT(text, HasSubstr("last run        --durability=sync, did not stop cleanly\n"
                              "next start      continues the epoch\n"));
  EXPECT_THAT(text, HasSubstr("\nNAMESPACE  ENTRIES  RULES  RELATIONSHIPS  DEPENDENCIES  OLDEST  "
                              "HEAD\n"));
  EXPECT_THAT(text, HasSubstr("\nshop             0"));
  const std::string json = Ok({"doctor", data(), "-o", "json"});
  EXPECT_THAT(json, HasSubstr("\"whole\": true"));
  EXPECT_THAT(json, HasSubstr("\"name\": \"default\",\n      \"entries\": \"3\""));
  EXPECT_THAT(json, HasSubstr("\"relationships\": \"1\",\n      \"dependencies\": \"4\""));
  EXPECT_THAT(json, HasSubstr("\"oldestRevision\": \"1\",\n      \"headRevision\": \"50\""));
  EXPECT_EQ(Files(), before);
}

TEST_F(DoctorTest, SaysThatAServerHasItOpen) {
  Start(data());
  const Ended ended = Run({"doctor", data()});
  EXPECT_EQ(ended.code, 6);
  EXPECT_THAT(ended.err, HasSubstr(absl::StrCat("UNAVAILABLE: the store in ", data(),
                                                " is in use: the process ",
                                                server().program().pid(), " has it open")));
  Ok({"write", "user", "1"});
  Stop();
  EXPECT_THAT(Ok({"doctor", data()}), HasSubstr("--durability=sync, stopped cleanly\n"));
}

TEST_F(DoctorTest, SaysWhatIsLeftOfADamagedStore) {
  MakeStore();
  const std::string log = NewestLog();
  ASSERT_NE(log, "");
  std::filesystem::resize_file(log, std::filesystem::file_size(log) / 2);
  const auto before = Files();
  const Ended ended = Run({"doctor", data()});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.out, HasSubstr("store           damaged: the end of the log of the store in "));
  EXPECT_THAT(ended.out,
              HasSubstr("next start      is refused without --new_epoch, which finds the "
                        "following\n"));
  EXPECT_EQ(Files(), before);
  RunningServer refused({"--data_dir=" + data()});
  EXPECT_THAT(refused.start_line(), HasSubstr("the end of the log of the store in "));
}

TEST_F(DoctorTest, SaysThatMoreIsMissing) {
  MakeStore();
  for (const auto& file : std::filesystem::directory_iterator(data() + "/rocksdb")) {
    if (file.path().filename().string().rfind("MANIFEST", 0) == 0) {
      std::filesystem::resize_file(file.path(), 10);
    }
  }
  const Ended ended = Run({"doctor", data(), "-o", "json"});
  EXPECT_EQ(ended.code, 1) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("\"whole\": false"));
}

TEST_F(DoctorTest, SaysWhereThereIsNoStore) {
  const Ended missing = Run({"doctor", In("missing")});
  EXPECT_EQ(missing.code, 3);
  EXPECT_THAT(missing.err, HasSubstr("NOT_FOUND: there is no directory "));
  std::filesystem::create_directory(In("empty"));
  const Ended empty = Run({"doctor", In("empty")});
  EXPECT_EQ(empty.code, 3);
  EXPECT_THAT(empty.err, HasSubstr("NOT_FOUND: there is no store in "));
  EXPECT_TRUE(std::filesystem::is_empty(In("empty")));
  std::filesystem::create_directory(In("foreign"));
  std::ofstream(In("foreign/letter")) << "Dear";
  const Ended foreign = Run({"doctor", In("foreign")});
  EXPECT_EQ(foreign.code, 4);
  EXPECT_THAT(foreign.err, HasSubstr("is no store of a server"));
  EXPECT_EQ(Run({"doctor", In("foreign/letter")}).code, 3);
  EXPECT_EQ(Run({"doctor"}).code, 2);
}

}  // namespace
}  // namespace cache_invalidation
