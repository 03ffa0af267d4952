// SPDX-License-Identifier: Apache-2.0

// The trace of a call (W3C `traceparent`) in its explanation and in the server's log.

#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/clock.h"
#include "common/mutex.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "protos/cache_invalidation/v1/rule_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/write_event_service.grpc.pb.h"
#include "server/journal/journal.h"
#include "tests/services/service_test.h"

namespace cache_invalidation {
namespace {

using journal::Journal;
using journal::Level;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kTraceId[] = "4bf92f3577b34da6a3ce929d0e0e4736";

std::string Traceparent() { return absl::StrCat("00-", kTraceId, "-00f067aa0ba902b7-01"); }

class Lines {
 public:
  void Add(absl::string_view line) {
    MutexLock lock(mutex_);
    lines_.emplace_back(line);
  }
  std::string text() {
    MutexLock lock(mutex_);
    return absl::StrJoin(lines_, "\n");
  }

 private:
  Mutex mutex_;
  std::vector<std::string> lines_ ABSL_GUARDED_BY(mutex_);
};

class TraceTest : public ::testing::Test {
 protected:
  // What the server writes about a call of GetRule that fails.
  std::string LinesOfAFailedCall(Level least, const std::string& traceparent) {
    Lines lines;
    Journal journal(journal::Format::kText, least, clock_,
                    [&](absl::string_view line) { lines.Add(line); });
    ServerOptions options = WithoutNetwork();
    options.journal = &journal;
    const std::unique_ptr<Server> server = StartServer(options);
    const auto rules = v1::RuleService::NewStub(server->InProcessChannel());
    grpc::ClientContext context;
    context.AddMetadata("traceparent", traceparent);
    v1::GetRuleRequest request;
    request.set_name("secret");
    v1::GetRuleResponse response;
    EXPECT_EQ(rules->GetRule(&context, request, &response).error_code(),
              grpc::StatusCode::NOT_FOUND);
    return lines.text();
  }

  std::string TraceOfAnExplanation(const std::string& traceparent) {
    const std::unique_ptr<Server> server = StartServer(WithoutNetwork());
    const auto writes = v1::WriteEventService::NewStub(server->InProcessChannel());
    grpc::ClientContext context;
    if (!traceparent.empty()) context.AddMetadata("traceparent", traceparent);
    v1::ExplainWriteRequest request;
    request.mutable_write()->set_resource_type("user");
    v1::ExplainWriteResponse response;
    EXPECT_TRUE(writes->ExplainWrite(&context, request, &response).ok());
    return response.trace_id();
  }

  RealClock clock_;
};

TEST_F(TraceTest, IsInTheDebugLineOfACallThatFails) {
  EXPECT_THAT(LinesOfAFailedCall(Level::kDebug, Traceparent()),
              AllOf(HasSubstr("debug call failed method=cache_invalidation.v1.RuleService/GetRule "
                              "code=NOT_FOUND milliseconds="),
                    HasSubstr(absl::StrCat(" trace_id=", kTraceId, ": "))));
}

TEST_F(TraceTest, IsLeftOutIfItIsMalformed) {
  EXPECT_THAT(LinesOfAFailedCall(Level::kDebug, "not a traceparent"),
              AllOf(HasSubstr("call failed"), Not(HasSubstr("trace"))));
}

// An operator cannot do anything about it, and what a caller names stays out of logs.
TEST_F(TraceTest, AFaultOfTheCallerIsInNoOtherLine) {
  EXPECT_EQ(LinesOfAFailedCall(Level::kInfo, Traceparent()), "");
}

TEST_F(TraceTest, IsInTheExplanation) {
  EXPECT_EQ(TraceOfAnExplanation(Traceparent()), kTraceId);
  EXPECT_EQ(TraceOfAnExplanation(""), "");
  EXPECT_EQ(TraceOfAnExplanation("00-0000"), "");
}

}  // namespace
}  // namespace cache_invalidation
