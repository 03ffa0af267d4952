// SPDX-License-Identifier: Apache-2.0

#include "common/standard_error.h"

#include <fcntl.h>
#include <unistd.h>

#include <string>

#include "gtest/gtest.h"

namespace cache_invalidation {
namespace {

// Standard error is a pipe whose reader is this test.
class StandardErrorTest : public ::testing::Test {
 protected:
  void SetUp() override {
    original_ = dup(STDERR_FILENO);
    ASSERT_EQ(pipe(pipe_), 0);
    ASSERT_GE(dup2(pipe_[1], STDERR_FILENO), 0);
    close(pipe_[1]);
  }
  void TearDown() override {
    dup2(original_, STDERR_FILENO);
    close(original_);
    CloseReader();
  }

  std::string Read(size_t at_most) {
    std::string text(at_most, '\0');
    const ssize_t got = read(pipe_[0], text.data(), text.size());
    text.resize(got < 0 ? 0 : static_cast<size_t>(got));
    return text;
  }
  void CloseReader() {
    if (pipe_[0] >= 0) close(pipe_[0]);
    pipe_[0] = -1;
  }

 private:
  int original_ = -1;
  int pipe_[2] = {-1, -1};
};

TEST_F(StandardErrorTest, WritesWholeLines) {
  ReportLine("one");
  ReportLine("two\n");
  ReportLine(std::string(10'000, 'x'));
  ReportLastLine("last\n");
  const std::string text = Read(20'000);
  EXPECT_EQ(text, "one\ntwo\n" + std::string(4'095, 'x') + "\nlast\n");
}

TEST_F(StandardErrorTest, DoesNotWaitForAReader) {
  for (int i = 0; i < 1'000; ++i) ReportLine(std::string(1'000, 'x'));
  ReportLastLine("last\n");
  EXPECT_EQ(fcntl(STDERR_FILENO, F_GETFL) & O_NONBLOCK, 0);
  EXPECT_EQ(Read(1), "x");
}

TEST_F(StandardErrorTest, OutlivesItsReader) {
  IgnoreClosedPipes();
  CloseReader();
  ReportLine("one");
  ReportLastLine("last\n");
}

}  // namespace
}  // namespace cache_invalidation
