// SPDX-License-Identifier: Apache-2.0

// Streams under a policy that changes.

#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "grpcpp/create_channel.h"
#include "gtest/gtest.h"
#include "protos/cache_invalidation/v1/invalidation_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/rule_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/stats_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/subscription_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/write_event_service.grpc.pb.h"
#include "tests/services/access_test.h"
#include "tests/support/http_get.h"
#include "tests/support/probe.h"

namespace cache_invalidation {
namespace {

using grpc::StatusCode;

const std::string kOther = PrincipalLine("other", RoleIn("writer", "'*'"));

std::string PolicyWith(const std::string& lines) {
  return absl::StrCat("principals:\n", kOther, lines);
}

std::string UserIs(const std::string& role) {
  return PolicyWith(PrincipalLine("user", RoleIn(role, "shop")));
}

class AccessStreamsTest : public AccessServiceTest {
 protected:
  using Subscription = grpc::ClientReaderWriter<v1::SubscribeRequest, v1::SubscribeResponse>;
  using Writes = grpc::ClientReaderWriter<v1::StreamWritesRequest, v1::StreamWritesResponse>;

  AccessStreamsTest() : AccessServiceTest(UserIs("writer")) {}

  std::unique_ptr<Subscription> Subscribe(grpc::ClientContext& context,
                                          const std::string& namespace_name = "shop") {
    auto stream = subscriptions_->Subscribe(&context);
    stream->Write(FromText<v1::SubscribeRequest>(
        absl::StrCat("subscription { name: 's' namespace: '", namespace_name, "' }")));
    return stream;
  }

  std::unique_ptr<Subscription> Subscribed(grpc::ClientContext& context) {
    auto stream = Subscribe(context);
    v1::SubscribeResponse started;
    EXPECT_TRUE(stream->Read(&started));
    return stream;
  }

  // The end of a stream, whatever comes before it.
  template <typename Response, typename Stream>
  static grpc::Status EndOf(Stream& stream) {
    Response response;
    while (stream.Read(&response)) continue;
    return stream.Finish();
  }
  static grpc::Status EndOf(Subscription& stream) { return EndOf<v1::SubscribeResponse>(stream); }
  static grpc::Status EndOf(Writes& stream) { return EndOf<v1::StreamWritesResponse>(stream); }

  // Sends one group, and returns whether it was acknowledged.
  static bool Send(Writes& stream, const std::string& namespace_field = "namespace: 'shop'") {
    stream.Write(FromText<v1::StreamWritesRequest>(
        absl::StrCat(namespace_field, " groups { sequence: 1 writes { resource_type: 'user' } }")));
    v1::StreamWritesResponse response;
    return stream.Read(&response);
  }

  const std::unique_ptr<v1::SubscriptionService::Stub> subscriptions_ =
      NewStub<v1::SubscriptionService>();
  const std::unique_ptr<v1::WriteEventService::Stub> writes_ = NewStub<v1::WriteEventService>();
};

TEST_F(AccessStreamsTest, ASubscriptionEndsWithTheRole) {
  const auto context = As("user");
  const auto idle = Subscribed(*context);
  const auto other_context = As("other");
  const auto other = Subscribed(*other_context);

  ChangePolicy(PolicyWith(PrincipalLine("user", RoleIn("admin", "elsewhere"))));
  const grpc::Status end = EndOf(*idle);
  EXPECT_EQ(end.error_code(), StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(end.error_message(), "namespace: the caller needs the role reader in \"shop\"");

  // That of another goes on.
  const auto calls = NewStub<v1::InvalidationService>();
  EXPECT_TRUE(CallAs("other", *calls, &v1::InvalidationService::Stub::Invalidate,
                     "namespace: 'shop' tags: 't'")
                  .ok());
  v1::SubscribeResponse event;
  do {
    ASSERT_TRUE(other->Read(&event));
  } while (event.events().empty());
  other_context->TryCancel();
  (void)other->Finish();
}

TEST_F(AccessStreamsTest, ASubscriptionEndsWithTheToken) {
  const auto context = As("user");
  const auto idle = Subscribed(*context);
  ChangePolicy(PolicyWith(""));
  const grpc::Status end = EndOf(*idle);
  EXPECT_EQ(end.error_code(), StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(end.error_message(), "the token is unknown");
}

TEST_F(AccessStreamsTest, ASubscriptionOutlivesAChangeThatLeavesItsRole) {
  const auto context = As("user");
  const auto stream = Subscribed(*context);
  ChangePolicy(UserIs("reader"));
  const auto calls = NewStub<v1::InvalidationService>();
  EXPECT_TRUE(CallAs("other", *calls, &v1::InvalidationService::Stub::Invalidate,
                     "namespace: 'shop' tags: 't'")
                  .ok());
  v1::SubscribeResponse event;
  do {
    ASSERT_TRUE(stream->Read(&event));
  } while (event.events().empty());
  context->TryCancel();
  (void)stream->Finish();
}

// A stream that has not said what it wants has only a token.
TEST_F(AccessStreamsTest, AStreamBeforeItsFirstMessageEndsWithTheToken) {
  const auto context = As("user");
  const auto silent = subscriptions_->Subscribe(context.get());
  ChangePolicy(PolicyWith(""));
  EXPECT_EQ(EndOf(*silent).error_code(), StatusCode::UNAUTHENTICATED);
}

TEST_F(AccessStreamsTest, ASubscriptionNeedsTheRoleOfItsNamespace) {
  const auto context = As("user");
  const auto stream = Subscribe(*context, "elsewhere");
  EXPECT_EQ(EndOf(*stream).error_message(),
            "namespace: the caller needs the role reader in \"elsewhere\"");
}

TEST_F(AccessStreamsTest, EveryMessageOfAWriterNeedsTheRole) {
  const auto context = As("user");
  const auto stream = writes_->StreamWrites(context.get());
  EXPECT_TRUE(Send(*stream));
  EXPECT_TRUE(Send(*stream, ""));
  ChangePolicy(UserIs("reader"));
  const grpc::Status end = EndOf(*stream);
  EXPECT_EQ(end.error_code(), StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(end.error_message(), "namespace: the caller needs the role writer in \"shop\"");
}

TEST_F(AccessStreamsTest, AStreamOfWritesEndsWithTheToken) {
  const auto context = As("user");
  const auto stream = writes_->StreamWrites(context.get());
  EXPECT_TRUE(Send(*stream));
  ChangePolicy(PolicyWith(""));
  EXPECT_EQ(EndOf(*stream).error_code(), StatusCode::UNAUTHENTICATED);
}

class UnreadAcknowledgementsTest : public AccessServiceTest {
 protected:
  UnreadAcknowledgementsTest() : AccessServiceTest(PolicyWhereUserIs("writer"), WithHttp()) {}

  static ServerOptions WithHttp() {
    ServerOptions options = OnLoopback();
    options.http_address = "127.0.0.1:0";
    return options;
  }

  static std::string PolicyWhereUserIs(const std::string& role) {
    return absl::StrCat(UserIs(role), PrincipalLine("admin", RoleIn("admin", "'*'")));
  }

  // Rules whose names make the acknowledgements of 256 writes of `t` several megabytes.
  void RegisterRulesWithLongNames() {
    const auto rules = NewStub<v1::RuleService>();
    for (int i = 0; i < 100; ++i) {
      const grpc::Status status =
          CallAs("admin", *rules, &v1::RuleService::Stub::RegisterRule,
                 absl::StrCat("namespace: 'shop' rule { name: '", std::string(200, 'r'), i,
                              "' trigger_tags: 't' invalidate_tags: 'a:b' }"));
      ASSERT_TRUE(status.ok()) << status.error_message();
    }
  }

  uint64_t Head() {
    v1::GetInvalidationStatsResponse response;
    EXPECT_TRUE(CallAs("admin", *stats_, &v1::StatsService::Stub::GetInvalidationStats,
                       "namespace: 'shop'", &response)
                    .ok());
    return response.stats().position().revision();
  }

  // Whether so many streams of writes have ended on the server, without permission.
  bool HasDenied(int streams) {
    const std::string page = testing::HttpGet(server().http_port(), "/metrics").body;
    for (const absl::string_view line : absl::StrSplit(page, '\n')) {
      if (absl::StartsWith(line, "grpc_server_handled_total{") &&
          absl::StrContains(line, "\"StreamWrites\"") &&
          absl::StrContains(line, "\"PermissionDenied\"") &&
          absl::EndsWith(line, absl::StrCat("} ", streams))) {
        return true;
      }
    }
    return false;
  }

  // Takes hardly a byte that it has not asked for.
  std::shared_ptr<grpc::Channel> UnreadingChannel() {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, 5);
    arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
    return grpc::CreateCustomChannel(absl::StrCat("127.0.0.1:", server().grpc_port()),
                                     grpc::InsecureChannelCredentials(), arguments);
  }

  const std::unique_ptr<v1::StatsService::Stub> stats_ = NewStub<v1::StatsService>();
};

// A caller that reads nothing would otherwise keep the stream, and what it holds, for ever.
TEST_F(UnreadAcknowledgementsTest, AStreamEndsWithTheRoleAlthoughNobodyReads) {
  RegisterRulesWithLongNames();
  v1::StreamWritesRequest request;
  request.set_namespace_("shop");
  constexpr int kGroups = 256;
  for (int i = 0; i < kGroups; ++i) request.add_groups()->add_writes()->set_resource_type("t");
  for (const bool says_that_it_is_done : {false, true}) {
    const auto writes = v1::WriteEventService::NewStub(UnreadingChannel());
    const uint64_t before = Head();
    const auto context = As("user");
    const auto stream = writes->StreamWrites(context.get());
    ASSERT_TRUE(stream->Write(request));
    if (says_that_it_is_done) stream->WritesDone();
    ASSERT_TRUE(Eventually([&] { return Head() == before + kGroups; }, absl::Seconds(30)));
    ChangePolicy(PolicyWhereUserIs("reader"));
    // gRPC tells a client of the end only once it reads.
    const int ended = says_that_it_is_done ? 2 : 1;
    EXPECT_TRUE(Eventually([&] { return HasDenied(ended); }, absl::Seconds(20)));
    ChangePolicy(PolicyWhereUserIs("writer"));
    context->TryCancel();
  }
}

TEST_F(AccessStreamsTest, ABadFileChangesNothing) {
  const auto context = As("user");
  const auto stream = writes_->StreamWrites(context.get());
  EXPECT_TRUE(Send(*stream));
  ChangePolicy("principals: [{name: user, token: []}]");
  EXPECT_TRUE(Send(*stream));
  ChangePolicy("");
  EXPECT_TRUE(Send(*stream));
  stream->WritesDone();
  EXPECT_TRUE(EndOf(*stream).ok());
}

}  // namespace
}  // namespace cache_invalidation
