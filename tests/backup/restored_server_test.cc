// SPDX-License-Identifier: Apache-2.0

// A server that is written and listened to, its backup, and a server that is started on it.

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "client/client.h"
#include "client/testing/flaky_proxy.h"
#include "common/mutex.h"
#include "gmock/gmock.h"
#include "tests/backup/backup_test.h"

namespace cache_invalidation {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// What a subscriber was sent.
class Listener {
 public:
  client::SubscriptionCallbacks Callbacks() {
    return {.on_started = [this](const auto& started) { Note(started.head); },
            .on_reset =
                [this](const client::SubscriptionReset& reset) {
                  MutexLock lock(mutex_);
                  reset_ = reset.reason;
                  epoch_ = reset.start_after.epoch;
                  changed_.NotifyAll();
                },
            .on_event =
                [this](const client::Event& event) {
                  MutexLock lock(mutex_);
                  revision_ = event.revision;
                  changed_.NotifyAll();
                }};
  }

  void AwaitStart() {
    MutexLock lock(mutex_);
    while (epoch_.empty()) changed_.Wait(mutex_);
  }
  void AwaitRevision(uint64_t revision) {
    MutexLock lock(mutex_);
    while (revision_ < revision) changed_.Wait(mutex_);
  }
  client::ResetReason AwaitReset() {
    MutexLock lock(mutex_);
    while (!reset_.has_value()) changed_.Wait(mutex_);
    return *reset_;
  }

 private:
  void Note(const client::Position& head) {
    MutexLock lock(mutex_);
    epoch_ = head.epoch;
    changed_.NotifyAll();
  }

  Mutex mutex_;
  CondVar changed_;
  std::string epoch_ ABSL_GUARDED_BY(mutex_);
  uint64_t revision_ ABSL_GUARDED_BY(mutex_) = 0;
  std::optional<client::ResetReason> reset_ ABSL_GUARDED_BY(mutex_);
};

class RestoredServerTest : public BackupTest {
 protected:
  void Declare() {
    Ok({"rule", "register", "r", "--trigger", "user", "--invalidate", "page:{resource_id}"});
    Ok({"relationship", "register", "user", "order", "--name", "orders"});
    Ok({"dependency", "add", "report", "summary", "--on-tag", "user:7"});
    Ok({"entry", "track", "profile", "--tag", "user:1"});
    Ok({"-n", "other", "invalidate", "--tag", "a"});
  }

  // Everything that was declared, as it is listed.
  std::string Declared() const {
    return absl::StrCat(Ok({"namespace", "list"}), Ok({"rule", "list"}),
                        Ok({"relationship", "list"}), Ok({"dependency", "list", "report"}));
  }

  uint64_t Head() const {
    const auto stats = client::Client(client::MakeConnection(endpoint())).GetInvalidationStats();
    EXPECT_TRUE(stats.ok()) << stats.status();
    return stats->position.revision;
  }

  // The head of the default namespace that `doctor` shows.
  static uint64_t HeadOf(const std::string& doctor) {
    for (const absl::string_view line : absl::StrSplit(doctor, '\n')) {
      if (!absl::StartsWith(line, "default ")) continue;
      uint64_t head = 0;
      EXPECT_TRUE(absl::SimpleAtoi(line.substr(line.rfind(' ') + 1), &head)) << line;
      return head;
    }
    ADD_FAILURE() << doctor;
    return 0;
  }
};

TEST_F(RestoredServerTest, BeginsAnewWithEverythingThatWasDeclared) {
  Start(data());
  Declare();
  const std::string declared = Declared();
  const std::string epoch_before = server().epoch();

  client::FlakyProxy proxy(server().Port("grpc"));
  Listener listener;
  const client::Client client(client::MakeConnection(proxy.endpoint()));
  const auto subscription = client.Subscribe({.name = "cache"}, listener.Callbacks());
  listener.AwaitStart();

  std::atomic<bool> stop = false;
  std::vector<std::thread> writers;
  const std::string address = endpoint();
  for (int writer = 0; writer < 2; ++writer) {
    writers.emplace_back([&stop, address, writer] {
      const client::Client own(client::MakeConnection(address));
      for (int i = 0; !stop; ++i) {
        EXPECT_TRUE(own.InvalidateByWrite("user", absl::StrCat(writer, "-", i), "update").ok());
      }
    });
  }
  const uint64_t before = Head();
  EXPECT_THAT(Ok({"backup", backup()}), HasSubstr(absl::StrCat("wrote ", backup(), ": ")));
  const uint64_t after = Head();
  stop = true;
  for (std::thread& writer : writers) writer.join();
  const uint64_t head = Head();
  listener.AwaitRevision(head);
  EXPECT_FALSE(std::filesystem::exists(data() + "/backup"));

  const std::string report = Ok({"doctor", backup()});
  EXPECT_THAT(report, HasSubstr("store           whole\n"));
  EXPECT_THAT(report, HasSubstr("next start      begins a new epoch: it is a copy\n"));
  const uint64_t held = HeadOf(report);
  EXPECT_GE(held, before);
  EXPECT_LE(held, after);

  Kill();
  EXPECT_THAT(Ok({"restore", backup(), "--data-dir", In("restored")}),
              HasSubstr("the first start on it begins a new epoch\n"));
  Start(In("restored"));
  EXPECT_THAT(server().epoch_line(), HasSubstr(" is new: the store was restored from a copy"));
  EXPECT_EQ(Declared(), declared);
  EXPECT_GT(Head(), held) << "everything was invalidated";
  EXPECT_THAT(Ok({"entry", "lookup", "profile"}), Not(HasSubstr("fresh")));

  proxy.SetTarget(server().Port("grpc"));
  EXPECT_EQ(listener.AwaitReset(), client::ResetReason::kEpoch);
  EXPECT_TRUE(client.InvalidateByWrite("user", "1", "update").ok());

  const std::string epoch = server().epoch();
  EXPECT_NE(epoch, epoch_before);
  Kill();
  Start(In("restored"));
  EXPECT_THAT(server().epoch_line(), HasSubstr(absl::StrCat("epoch=", epoch, ": goes on")));
}

// Without `restore`, and without any flag.
TEST_F(RestoredServerTest, OnAPlainCopyOfABackupBeginsAnew) {
  Start(data());
  Ok({"write", "user", "1"});
  Ok({"backup", backup()});
  Stop();
  std::filesystem::copy(backup(), In("copied"), std::filesystem::copy_options::recursive);
  Start(In("copied"));
  EXPECT_THAT(server().epoch_line(), HasSubstr(" is new: the store was restored from a copy"));
  Stop();
  EXPECT_THAT(Ok({"doctor", In("copied")}), HasSubstr("next start      continues the epoch\n"));
}

TEST_F(RestoredServerTest, IsNotStartedOnADamagedBackup) {
  Start(data());
  Fill(2);
  Ok({"backup", backup()});
  Stop();
  std::string largest;
  for (const auto& file : std::filesystem::directory_iterator(backup() + "/rocksdb")) {
    if (largest.empty() || file.file_size() > std::filesystem::file_size(largest)) {
      largest = file.path();
    }
  }
  std::filesystem::resize_file(largest, std::filesystem::file_size(largest) - 1);
  const Ended cut = Run({"restore", backup(), "--data-dir", In("restored")});
  EXPECT_EQ(cut.code, 1);
  EXPECT_THAT(cut.err, HasSubstr(absl::StrCat("DATA_LOSS: ", largest, ": expected ")));
  EXPECT_TRUE(std::filesystem::is_empty(In("restored")));
}

// As if it had been killed in the middle.
TEST_F(RestoredServerTest, IsNotStartedOnHalfARestoredBackup) {
  Start(data());
  Ok({"write", "user", "1"});
  Ok({"backup", backup()});
  Stop();
  std::filesystem::copy(backup(), In("half"), std::filesystem::copy_options::recursive);
  std::filesystem::remove(In("half/rocksdb/CURRENT"));
  RunningServer half({"--data_dir=" + In("half")});
  EXPECT_THAT(half.start_line(), HasSubstr("Restore the directory from a copy"));
  const Ended report = Run({"doctor", In("half")});
  EXPECT_EQ(report.code, 1);
  EXPECT_THAT(report.out, HasSubstr("next start  is refused, also with --new_epoch\n"));
}

}  // namespace
}  // namespace cache_invalidation
