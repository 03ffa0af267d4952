// SPDX-License-Identifier: Apache-2.0

#include "client/internal/token_file.h"

#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/fakes/fake_clock.h"
#include "tests/support/temporary_directory.h"

namespace cache_invalidation::client::internal {
namespace {

class TokenFileTest : public testing::Test {
 protected:
  void Write(const std::string& text) const { std::ofstream(path_) << text; }

  std::unique_ptr<TokenFile> Open() {
    return std::make_unique<TokenFile>(
        path_, std::shared_ptr<Clock>(std::shared_ptr<void>(), &clock_),
        [this](absl::string_view message) { logged_.emplace_back(message); });
  }

  FakeClock clock_;
  const TemporaryDirectory directory_;
  const std::string path_ = directory_.path() + "/token";
  std::vector<std::string> logged_;
};

TEST_F(TokenFileTest, ReadsAgainAtMostOnceASecond) {
  Write("one\n");
  const auto file = Open();
  EXPECT_EQ(file->status(), absl::OkStatus());
  EXPECT_EQ(file->Token(), "one");
  Write(" two \r\n");
  clock_.Advance(absl::Milliseconds(999));
  EXPECT_EQ(file->Token(), "one");
  clock_.Advance(absl::Milliseconds(1));
  EXPECT_EQ(file->Token(), "two");
  Write("three");
  EXPECT_EQ(file->Token(), "two");
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(file->Token(), "three");
  EXPECT_TRUE(logged_.empty());
}

// A file that is being replaced, or was replaced by something that is no token.
TEST_F(TokenFileTest, KeepsTheLastGoodTokenAndSaysWhyOnce) {
  Write("one");
  const auto file = Open();
  const auto later = [&] {
    clock_.Advance(absl::Seconds(1));
    return file->Token();
  };
  std::remove(path_.c_str());
  EXPECT_EQ(later(), "one");
  EXPECT_EQ(later(), "one");
  ASSERT_EQ(logged_.size(), 1u);
  EXPECT_NE(logged_[0].find(path_), std::string::npos);
  for (const std::string& text :
       {std::string(), std::string("a b"), std::string("a\nb"), std::string("\xc3\xa4"),
        std::string(kMaxTokenBytes + 1, 'a'), std::string(1 << 20, 'a')}) {
    Write(text);
    EXPECT_EQ(later(), "one");
  }
  for (const std::string& message : logged_) {
    EXPECT_EQ(message.find("a b"), std::string::npos) << "tokens are secret";
  }
  Write(std::string(kMaxTokenBytes, 'a'));
  EXPECT_EQ(later(), std::string(kMaxTokenBytes, 'a'));
  const size_t before = logged_.size();
  std::remove(path_.c_str());
  later();
  EXPECT_EQ(logged_.size(), before + 1) << "it failed anew";
}

TEST_F(TokenFileTest, MustHaveATokenWhenItIsOpened) {
  EXPECT_EQ(Open()->status().code(), absl::StatusCode::kInvalidArgument);
  Write("");
  EXPECT_EQ(Open()->status().code(), absl::StatusCode::kInvalidArgument);
  Write("one two");
  const absl::Status status = Open()->status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(status.message().find(path_), std::string::npos) << status;
  TokenFile directory(directory_.path(), std::make_shared<RealClock>(), nullptr);
  EXPECT_FALSE(directory.status().ok());
}

}  // namespace
}  // namespace cache_invalidation::client::internal
