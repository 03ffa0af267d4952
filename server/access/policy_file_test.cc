// SPDX-License-Identifier: Apache-2.0

#include "server/access/policy_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "common/periodic_thread.h"
#include "gtest/gtest.h"
#include "server/access/testing/counting_observer.h"
#include "tests/fakes/fake_clock.h"
#include "tests/support/temporary_directory.h"

namespace cache_invalidation::access {
namespace {

constexpr char kReader[] = "anonymous: {roles: [{role: reader, namespaces: [a]}]}";
constexpr char kWriter[] = "anonymous: {roles: [{role: writer, namespaces: [a]}]}";

class PolicyFileTest : public testing::Test {
 protected:
  void Write(const std::string& text) const { std::ofstream(path_) << text; }

  // What the file says now, as far as it is in use.
  bool MayWrite() const { return access_.Authenticate({})->Check(Role::kWriter, "a").ok(); }

  const TemporaryDirectory directory_;
  const std::string path_ = directory_.path() + "/policy.yaml";
  FakeClock clock_;
  CountingObserver observer_;
  const std::unique_ptr<AuditLog> audit_ = *AuditLog::Open("", clock_, observer_);
  Access access_{clock_, *audit_, observer_};
  std::vector<absl::Status> told_;
  PolicyFile file_{path_, access_, clock_,
                   [this](const absl::Status& outcome) { told_.push_back(outcome); }};
};

TEST_F(PolicyFileTest, AFileThatCannotBeReadIsNoPolicy) {
  const absl::Status status = file_.Reload();
  EXPECT_EQ(status,
            absl::InvalidArgumentError("policy file " + path_ + ": No such file or directory"));
  EXPECT_FALSE(access_.has_policy());
  EXPECT_EQ(told_, std::vector<absl::Status>({status}));
}

// It would block whoever opens it, for ever.
TEST_F(PolicyFileTest, APipeIsNoPolicy) {
  Write(kReader);
  EXPECT_TRUE(file_.Reload().ok());
  ASSERT_EQ(unlink(path_.c_str()), 0);
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  EXPECT_EQ(file_.Reload(),
            absl::InvalidArgumentError("policy file " + path_ + ": not a regular file"));
  EXPECT_EQ(observer_.refused, 1);
}

TEST_F(PolicyFileTest, TakesAChangeOnceItHasSettled) {
  Write(kReader);
  EXPECT_TRUE(file_.Reload().ok());
  EXPECT_FALSE(MayWrite());
  Write(kWriter);
  file_.Look();
  EXPECT_FALSE(MayWrite()) << "the file may not be whole";
  file_.Look();
  EXPECT_TRUE(MayWrite());
  file_.Look();
  EXPECT_EQ(told_.size(), 2u);
  EXPECT_EQ(observer_.in_use, 2);
}

TEST_F(PolicyFileTest, AReloadTakesAChangeAtOnce) {
  Write(kReader);
  EXPECT_TRUE(file_.Reload().ok());
  Write(kWriter);
  EXPECT_TRUE(file_.Reload().ok());
  EXPECT_TRUE(MayWrite());
}

TEST_F(PolicyFileTest, KeepsTheLastGoodOneAndReportsABadOneOnce) {
  Write(kWriter);
  EXPECT_TRUE(file_.Reload().ok());
  Write("anonymous: {rolls: []}");
  for (int i = 0; i < 5; ++i) file_.Look();
  EXPECT_EQ(told_.size(), 2u);
  EXPECT_EQ(told_.back(), absl::InvalidArgumentError("policy file " + path_ +
                                                     ": line 1: anonymous: unknown key \"rolls\""));
  EXPECT_EQ(file_.Reload(), told_.back());
  EXPECT_TRUE(MayWrite());
  unlink(path_.c_str());
  for (int i = 0; i < 5; ++i) file_.Look();
  EXPECT_EQ(told_.size(), 3u);
  EXPECT_TRUE(MayWrite());
  Write(kReader);
  for (int i = 0; i < 2; ++i) file_.Look();
  EXPECT_FALSE(MayWrite());
  EXPECT_EQ(observer_.refused, 2);
}

// As a ConfigMap is replaced: the file is reached through a link to a directory.
TEST_F(PolicyFileTest, FollowsALinkThatChanges) {
  const std::string root = directory_.path();
  for (const auto& [name, text] : {std::pair{"one", kReader}, std::pair{"two", kWriter}}) {
    std::filesystem::create_directory(root + "/" + name);
    std::ofstream(root + "/" + name + "/policy") << text;
  }
  std::filesystem::create_directory_symlink("one", root + "/data");
  PolicyFile file(root + "/data/policy", access_, clock_, [](const absl::Status&) {});
  EXPECT_TRUE(file.Reload().ok());
  EXPECT_FALSE(MayWrite());
  std::filesystem::create_directory_symlink("two", root + "/next");
  std::filesystem::rename(root + "/next", root + "/data");
  for (int i = 0; i < 2; ++i) file.Look();
  EXPECT_TRUE(MayWrite());
}

TEST_F(PolicyFileTest, AThreadLooksEverySecond) {
  Write(kReader);
  EXPECT_TRUE(file_.Reload().ok());
  const PeriodicThread thread(clock_, kLookAtPolicy, [this] { file_.Look(); });
  clock_.AwaitWaiters(1);
  Write(kWriter);
  for (int i = 0; i < 2; ++i) {
    clock_.Advance(kLookAtPolicy);
    clock_.AwaitWaiters(1);
  }
  EXPECT_TRUE(MayWrite());
}

}  // namespace
}  // namespace cache_invalidation::access
