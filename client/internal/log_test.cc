// SPDX-License-Identifier: Apache-2.0

#include "client/internal/log.h"

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "client/logging.h"
#include "grpc/support/log.h"
#include "gtest/gtest.h"

namespace cache_invalidation::client::internal {
namespace {

struct Logged {
  LogSeverity severity;
  std::string message;

  bool operator==(const Logged&) const = default;
};

class LogTest : public testing::Test {
 protected:
  ~LogTest() override { SetLogSink({}); }

  void Capture(LogSeverity least) {
    SetLogSink(
        [this](const LogEntry& entry) {
          EXPECT_FALSE(entry.file.empty());
          EXPECT_GT(entry.line, 0);
          logged_.push_back({entry.severity, std::string(entry.message)});
        },
        least);
  }

  std::vector<Logged> logged_;
};

TEST_F(LogTest, TheSinkGetsWhatGrpcAndTheSdkLog) {
  Capture(LogSeverity::kError);
  gpr_log(GPR_ERROR, "from gRPC %d", 1);
  gpr_log(GPR_INFO, "too little");
  Log(LogSeverity::kError, "from the SDK: 100%s");
  Log(LogSeverity::kInfo, "too little");
  EXPECT_EQ(logged_, std::vector<Logged>({{LogSeverity::kError, "from gRPC 1"},
                                          {LogSeverity::kError, "from the SDK: 100%s"}}));
}

TEST_F(LogTest, TheLeastSeverityIsChosen) {
  Capture(LogSeverity::kDebug);
  Log(LogSeverity::kDebug, "d");
  Log(LogSeverity::kInfo, "i");
  EXPECT_EQ(logged_, std::vector<Logged>({{LogSeverity::kDebug, "d"}, {LogSeverity::kInfo, "i"}}));
}

TEST_F(LogTest, WithoutASinkItIsTheStandardErrorAgain) {
  Capture(LogSeverity::kError);
  SetLogSink({});
  testing::internal::CaptureStderr();
  Log(LogSeverity::kError, "for the standard error");
  EXPECT_NE(testing::internal::GetCapturedStderr().find("for the standard error"),
            std::string::npos);
  EXPECT_TRUE(logged_.empty());
}

TEST_F(LogTest, TheSinkIsNotCalledUnderALock) {
  SetLogSink([](const LogEntry& entry) {
    if (entry.message == "replace yourself") SetLogSink({});
  });
  Log(LogSeverity::kError, "replace yourself");
}

// For the sanitizers: a sink is not destroyed while it runs.
TEST_F(LogTest, SinksAreReplacedWhileTheyRun) {
  std::atomic<bool> stop = false;
  std::atomic<int> entries = 0;
  std::thread logging([&] {
    while (!stop) Log(LogSeverity::kError, "x");
  });
  while (entries < 100) {
    auto owned = std::make_shared<int>(1);
    SetLogSink([&entries, owned](const LogEntry&) { entries += *owned; });
  }
  stop = true;
  logging.join();
}

}  // namespace
}  // namespace cache_invalidation::client::internal
