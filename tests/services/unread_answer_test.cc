// SPDX-License-Identifier: Apache-2.0

// The memory held by calls whose callers do not read the responses.

#include <malloc.h>

#include <future>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/limits.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/generic/generic_stub.h"
#include "gtest/gtest.h"
#include "protos/cache_invalidation/v1/rule_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/stats_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/write_event_service.grpc.pb.h"
#include "server/rpc/call_limits.h"
#include "server/rpc/conversion/encoded_message.h"
#include "tests/services/service_test.h"
#include "tests/support/probe.h"

namespace cache_invalidation {
namespace {

using Stats = v1::StatsService::Stub;

// In this process, where the server runs.
size_t AllocatedBytes() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

// A call that sends its request and reads nothing, until it is destroyed.
class UnreadCall final : public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  UnreadCall(const std::shared_ptr<grpc::Channel>& channel, const std::string& method,
             const google::protobuf::Message& request)
      : request_(rpc::ToByteBuffer(request)) {
    grpc::GenericStub(channel).PrepareBidiStreamingCall(
        &context_, "/cache_invalidation.v1." + method, {}, this);
    StartWriteLast(&request_, {});
    StartCall();
  }
  ~UnreadCall() override {
    context_.TryCancel();
    done_.get_future().wait();
  }

 private:
  void OnWriteDone(bool) override { request_.Clear(); }
  void OnDone(const grpc::Status&) override { done_.set_value(); }

  grpc::ClientContext context_;
  grpc::ByteBuffer request_;
  std::promise<void> done_;
};

class UnreadAnswerTest : public ServiceTest {
 protected:
  UnreadAnswerTest() : ServiceTest(OnLoopback()) {}

  uint64_t Head() {
    return Ok(*stats_, &Stats::GetInvalidationStats, "").stats().position().revision();
  }

  // A peer that takes hardly a byte that it has not asked for.
  std::shared_ptr<grpc::Channel> UnreadingChannel() {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, 5);
    arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
    return grpc::CreateCustomChannel("127.0.0.1:" + std::to_string(server().grpc_port()),
                                     grpc::InsecureChannelCredentials(), arguments);
  }

  std::unique_ptr<Stats> stats_ = NewStub<v1::StatsService>();
};

TEST_F(UnreadAnswerTest, CallsKeepNothingOfTheirRequests) {
  constexpr size_t kCalls = 8;
  v1::InvalidateByWritesRequest request;
  for (size_t i = 0; i < kMaxWritesPerCommand; ++i) {
    v1::WriteEvent& write = *request.add_writes();
    write.set_resource_type("t");
    for (int tag = 0; tag < 10; ++tag) write.add_tags("t");
  }
  const size_t before = AllocatedBytes();
  const std::shared_ptr<grpc::Channel> channel = UnreadingChannel();
  std::vector<std::unique_ptr<UnreadCall>> calls;
  for (size_t call = 1; call <= kCalls; ++call) {
    calls.push_back(
        std::make_unique<UnreadCall>(channel, "WriteEventService/InvalidateByWrites", request));
    EXPECT_TRUE(Eventually([&] { return Head() == call; }, absl::Seconds(60)));
  }
  // Not even its bytes.
  const size_t request_bytes = request.ByteSizeLong();
  EXPECT_TRUE(Eventually([&] { return AllocatedBytes() < before + kCalls * request_bytes / 2; },
                         absl::Seconds(10)))
      << "it keeps " << (AllocatedBytes() - before) / request_bytes << " times a request";
}

// Each response is one mebibyte, and all are of calls whose client reads none.
TEST_F(UnreadAnswerTest, TheOldestAreCancelledBeyondALimit) {
  const auto rules = NewStub<v1::RuleService>();
  v1::RegisterRuleRequest request;
  v1::Rule& rule = *request.mutable_rule();
  rule.add_trigger_tags("t");
  rule.add_invalidate_tags("u");
  rule.set_description(std::string(kMaxDescriptionBytes, 'd'));
  for (int i = 0; i < 900; ++i) {
    rule.set_name("rule" + std::to_string(i));
    grpc::ClientContext context;
    v1::RegisterRuleResponse response;
    ASSERT_TRUE(rules->RegisterRule(&context, request, &response).ok());
  }
  v1::ListRulesRequest list;
  list.set_page_size(1000);
  v1::ListRulesResponse page;
  {
    grpc::ClientContext context;
    ASSERT_TRUE(rules->ListRules(&context, list, &page).ok());
  }
  const size_t calls_within_limit = rpc::OpenCalls::kMaxUnreadBytes / page.ByteSizeLong();
  const size_t before = AllocatedBytes();
  const std::shared_ptr<grpc::Channel> channel = UnreadingChannel();
  std::vector<std::unique_ptr<UnreadCall>> calls;
  for (size_t call = 0; call < 2 * calls_within_limit; ++call) {
    calls.push_back(std::make_unique<UnreadCall>(channel, "RuleService/ListRules", list));
  }
  const auto kept = [&] { return AllocatedBytes() - before; };
  EXPECT_TRUE(Eventually([&] { return kept() > rpc::OpenCalls::kMaxUnreadBytes * 9 / 10; },
                         absl::Seconds(30)))
      << kept();
  // A client that reads is served, after those before it.
  for (int i = 0; i < 20; ++i) {
    grpc::ClientContext context;
    EXPECT_TRUE(rules->ListRules(&context, list, &page).ok());
  }
  EXPECT_TRUE(Eventually([&] { return kept() < rpc::OpenCalls::kMaxUnreadBytes * 3 / 2; },
                         absl::Seconds(10)))
      << kept();
}

}  // namespace
}  // namespace cache_invalidation
