// SPDX-License-Identifier: Apache-2.0

// Limits of calls, and the audit log.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/standard_error.h"
#include "gtest/gtest.h"
#include "protos/cache_invalidation/v1/declaration_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/invalidation_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/namespace_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/rule_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/stats_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/subscription_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/write_event_service.grpc.pb.h"
#include "tests/services/access_test.h"
#include "tests/support/probe.h"

namespace cache_invalidation {
namespace {

using grpc::StatusCode;

const std::string kPolicy = absl::StrCat(
    "principals:\n",
    PrincipalLine(
        "slow", absl::StrCat("limits: {calls_per_second: 2, burst: 2}, ", RoleIn("admin", "'*'"))),
    PrincipalLine("one", RoleIn("admin", "'*'")), PrincipalLine("two", RoleIn("reader", "'*'")),
    "namespaces:\n  - {name: 'tight*', limits: {calls_per_second: 1}}\n");

class AccessLimitsTest : protected WithClock, public AccessServiceTest {
 protected:
  AccessLimitsTest() : AccessServiceTest(kPolicy, Options(clock)) {}

  static ServerOptions Options(FakeClock& clock) {
    ServerOptions options = WithoutNetwork();
    options.clock = &clock;
    return options;
  }

  // What gRPC's own retries, and those of the SDK, wait for.
  static std::string PushbackOf(const grpc::ClientContext& context) {
    const auto& metadata = context.GetServerTrailingMetadata();
    const auto found = metadata.find("grpc-retry-pushback-ms");
    return found == metadata.end() ? "" : std::string(found->second.data(), found->second.size());
  }

  grpc::Status Stats(const std::string& token, const std::string& namespace_name,
                     std::string* pushback = nullptr) {
    const auto context = As(token);
    v1::GetInvalidationStatsRequest request;
    request.set_namespace_(namespace_name);
    v1::GetInvalidationStatsResponse response;
    const grpc::Status status = stats_->GetInvalidationStats(context.get(), request, &response);
    if (pushback != nullptr) *pushback = PushbackOf(*context);
    return status;
  }

  const std::unique_ptr<v1::StatsService::Stub> stats_ = NewStub<v1::StatsService>();
};

TEST_F(AccessLimitsTest, ACallerHasALimit) {
  EXPECT_TRUE(Stats("slow", "a").ok());
  EXPECT_TRUE(Stats("slow", "b").ok());
  std::string pushback;
  const grpc::Status status = Stats("slow", "c", &pushback);
  EXPECT_EQ(status.error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(status.error_message(),
            "the limit of the caller is 2 calls per second; retry in 0.5 s");
  EXPECT_EQ(pushback, "500");
  EXPECT_TRUE(Stats("one", "a").ok());
  clock.Advance(absl::Milliseconds(500));
  EXPECT_TRUE(Stats("slow", "a").ok());
  EXPECT_FALSE(Stats("slow", "a").ok());
}

TEST_F(AccessLimitsTest, ANamespaceHasALimit) {
  EXPECT_TRUE(Stats("one", "tight").ok());
  std::string pushback;
  const grpc::Status status = Stats("two", "tight", &pushback);
  EXPECT_EQ(status.error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(status.error_message(),
            "the limit of the namespace is 1 calls per second; retry in 1 s");
  EXPECT_EQ(pushback, "1000");
  EXPECT_TRUE(Stats("two", "tight-2").ok());
  EXPECT_TRUE(Stats("two", "other").ok());
  clock.Advance(absl::Seconds(1));
  EXPECT_TRUE(Stats("two", "tight").ok());
}

// A refusal costs the caller a call of its own limit, but none of the namespace's.
TEST_F(AccessLimitsTest, SomebodyWhoIsDeniedTakesNothingFromANamespace) {
  const auto calls = NewStub<v1::InvalidationService>();
  EXPECT_EQ(CallAs("two", *calls, &v1::InvalidationService::Stub::Invalidate,
                   "namespace: 'tight' tags: 't'")
                .error_code(),
            StatusCode::PERMISSION_DENIED);
  EXPECT_TRUE(Stats("one", "tight").ok());
}

TEST_F(AccessLimitsTest, ASubscriptionIsACall) {
  EXPECT_TRUE(Stats("one", "tight").ok());
  const auto subscriptions = NewStub<v1::SubscriptionService>();
  const auto context = As("one");
  const auto stream = subscriptions->Subscribe(context.get());
  stream->Write(FromText<v1::SubscribeRequest>("subscription { name: 's' namespace: 'tight' }"));
  EXPECT_EQ(stream->Finish().error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(PushbackOf(*context), "1000");
}

class AccessPaceTest : public AccessServiceTest {
 protected:
  AccessPaceTest()
      : AccessServiceTest(absl::StrCat(
            "principals:\n",
            PrincipalLine("w", absl::StrCat("limits: {calls_per_second: 50, burst: 1}, ",
                                            RoleIn("writer", "shop"))))) {}
};

// No message is refused; each waits for its turn, by the machine's time.
TEST_F(AccessPaceTest, AStreamOfWritesIsSlowedDown) {
  const auto stub = NewStub<v1::WriteEventService>();
  const auto context = As("w");
  const auto stream = stub->StreamWrites(context.get());
  constexpr int kMessages = 10;
  const absl::Duration time = TimeOf([&] {
    v1::StreamWritesResponse response;
    for (int i = 0; i < kMessages; ++i) {
      stream->Write(FromText<v1::StreamWritesRequest>(
          "namespace: 'shop' groups { sequence: 1 writes { resource_type: 'user' } }"));
      EXPECT_TRUE(stream->Read(&response));
    }
    stream->WritesDone();
    EXPECT_FALSE(stream->Read(&response));
  });
  EXPECT_TRUE(stream->Finish().ok());
  // The stream is the first call, and each message one more.
  EXPECT_GE(time, (kMessages - 1) * absl::Milliseconds(20));
}

class AccessCrowdTest : public AccessServiceTest {
 protected:
  AccessCrowdTest()
      : AccessServiceTest(absl::StrCat(
            "principals:\n",
            PrincipalLine("w", absl::StrCat("limits: {calls_per_second: 100, burst: 1}, ",
                                            RoleIn("writer", "shop"))))) {}
};

// Who opens many streams of writes has made as many calls, and takes nothing in advance.
TEST_F(AccessCrowdTest, OpeningStreamsOfWritesIsACall) {
  const auto stub = NewStub<v1::WriteEventService>();
  int refused = 0;
  for (int i = 0; i < 50; ++i) {
    const auto context = As("w");
    const auto stream = stub->StreamWrites(context.get());
    stream->WritesDone();
    const grpc::Status status = stream->Finish();
    if (status.ok()) continue;
    ++refused;
    EXPECT_EQ(status.error_code(), StatusCode::RESOURCE_EXHAUSTED) << status.error_message();
    EXPECT_TRUE(absl::StrContains(status.error_message(), "retry in 0.")) << status.error_message();
  }
  EXPECT_GT(refused, 0);
}

class AuditTest : public AccessServiceTest {
 protected:
  AuditTest() : AccessServiceTest(kPolicy) {}

  std::string Log() const {
    std::ifstream file(audit_log());
    return std::string(std::istreambuf_iterator<char>(file), {});
  }

  // Expects that the log has this text, or soon has.
  void ExpectText(const std::string& text) const {
    EXPECT_TRUE(Eventually([&] { return absl::StrContains(Log(), text); }, absl::Seconds(30)))
        << text << "\n"
        << Log();
  }
  // Expects that the last line ends with this text, or soon does.
  void ExpectLast(const std::string& text) const {
    EXPECT_TRUE(Eventually([&] { return absl::EndsWith(Log(), text + "\n"); }, absl::Seconds(30)))
        << text << "\n"
        << Log();
  }
};

TEST_F(AuditTest, SaysWhoChangedWhat) {
  using Rules = v1::RuleService::Stub;
  const auto rules = NewStub<v1::RuleService>();
  EXPECT_TRUE(CallAs("one", *rules, &Rules::RegisterRule,
                     "namespace: 'shop' rule { name: 'r' trigger_tags: 't' invalidate_tags: 'u' }")
                  .ok());
  ExpectLast(R"("method":"cache_invalidation.v1.RuleService/RegisterRule","namespace":"shop",)"
             R"("changes":["rule r"],"outcome":"OK"})");
  ExpectText("\"event\":\"call\",\"principal\":\"one\"");
  EXPECT_FALSE(CallAs("one", *rules, &Rules::RegisterRule, "namespace: 'shop' rule {}").ok());
  ExpectText("\"namespace\":\"shop\",\"outcome\":\"INVALID_ARGUMENT\"");
  EXPECT_TRUE(CallAs("one", *rules, &Rules::DeleteRule, "namespace: 'shop' name: 'r'").ok());
  ExpectLast(R"("changes":["no rule r"],"outcome":"OK"})");

  const auto declarations = NewStub<v1::DeclarationService>();
  EXPECT_TRUE(CallAs("one", *declarations, &v1::DeclarationService::Stub::ApplyDeclarations,
                     "namespace: 'shop' rules { name: 'q' trigger_tags: 't' invalidate_tags: 'u' }")
                  .ok());
  ExpectLast(R"("changes":["rule q"],"outcome":"OK"})");

  const auto invalidations = NewStub<v1::InvalidationService>();
  EXPECT_TRUE(CallAs("one", *invalidations, &v1::InvalidationService::Stub::SetBatchDelay,
                     "namespace: 'shop' delay { seconds: 1 }")
                  .ok());
  ExpectLast(R"("changes":["batch delay 1s"],"outcome":"OK"})");

  const auto namespaces = NewStub<v1::NamespaceService>();
  EXPECT_TRUE(
      CallAs("one", *namespaces, &v1::NamespaceService::Stub::DeleteNamespace, "namespace: 'shop'")
          .ok());
  ExpectLast(R"("changes":["no namespace"],"outcome":"OK"})");
}

TEST_F(AuditTest, SaysWhoWasDeniedWhat) {
  const auto stats = NewStub<v1::StatsService>();
  const auto invalidations = NewStub<v1::InvalidationService>();
  EXPECT_TRUE(CallAs("two", *stats, &v1::StatsService::Stub::GetInvalidationStats, "").ok());
  EXPECT_FALSE(CallAs("two", *invalidations, &v1::InvalidationService::Stub::Invalidate,
                      "namespace: 'shop' tags: 't'")
                   .ok());
  ExpectLast(R"("method":"cache_invalidation.v1.InvalidationService/Invalidate",)"
             R"("namespace":"shop","outcome":"PERMISSION_DENIED",)"
             R"("message":"namespace: the caller needs the role writer in \"shop\""})");
  EXPECT_FALSE(CallAs("secret", *stats, &v1::StatsService::Stub::GetInvalidationStats, "").ok());
  ExpectLast(R"("outcome":"UNAUTHENTICATED","message":"the token is unknown"})");
  EXPECT_FALSE(absl::StrContains(Log(), "secret"));
  EXPECT_FALSE(absl::StrContains(Log(), "\"event\":\"call\""))
      << "what is allowed and changes no declaration";
}

TEST_F(AuditTest, SaysThatThePolicyChanged) {
  ExpectLast(R"("event":"policy","outcome":"OK"})");
  ChangePolicy("principals: 1");
  ExpectText(R"("event":"policy","outcome":"INVALID_ARGUMENT")");
  ChangePolicy("anonymous: {}");
  ExpectLast(R"("event":"policy","outcome":"OK"})");
}

// A base, so that it exists before the server: a pipe that nobody reads for now, as a disk that
// hangs.
class Pipe {
 protected:
  Pipe() {
    IgnoreClosedPipes();
    EXPECT_EQ(mkfifo(path_.c_str(), 0600), 0);
    reader_ = open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    EXPECT_GT(fcntl(reader_, F_SETPIPE_SZ, 4096), 0);
  }
  ~Pipe() { close(reader_); }

  ServerOptions AsAuditLog() const {
    ServerOptions options = WithoutNetwork();
    options.audit_log = path_;
    return options;
  }

  // What has come since the last read.
  std::string Read() const {
    char bytes[4096];
    const ssize_t size = read(reader_, bytes, sizeof bytes);
    return size > 0 ? std::string(bytes, size) : "";
  }

 private:
  const TemporaryDirectory directory_;
  const std::string path_ = directory_.path() + "/audit.log";
  int reader_ = -1;
};

class StuckAuditLogTest : protected Pipe, public ServiceTest {
 protected:
  StuckAuditLogTest() : ServiceTest(AsAuditLog()) {}
};

TEST_F(StuckAuditLogTest, DelaysNothing) {
  const auto subscriptions = NewStub<v1::SubscriptionService>();
  grpc::ClientContext context;
  const auto stream = subscriptions->Subscribe(&context);
  stream->Write(FromText<v1::SubscribeRequest>("subscription { name: 's' }"));
  const auto rules = NewStub<v1::RuleService>();
  constexpr int kRules = 100;
  for (int i = 0; i < kRules; ++i) {
    Ok(*rules, &v1::RuleService::Stub::RegisterRule,
       absl::StrCat("rule { name: 'rule-", i, "' trigger_tags: 't' invalidate_tags: 'u' }"));
  }
  const auto invalidations = NewStub<v1::InvalidationService>();
  Ok(*invalidations, &v1::InvalidationService::Stub::Invalidate, "tags: 'u'");
  v1::SubscribeResponse event;
  do {
    ASSERT_TRUE(stream->Read(&event));
  } while (event.events().empty());
  std::string log;
  const auto has_the_last = [&] {
    log += Read();
    return absl::StrContains(log, absl::StrCat("\"rule rule-", kRules - 1, "\""));
  };
  EXPECT_TRUE(Eventually(has_the_last, absl::Seconds(30))) << log;
  for (int i = 0; i < kRules; ++i) {
    EXPECT_TRUE(absl::StrContains(log, absl::StrCat("\"rule rule-", i, "\""))) << i;
  }
  context.TryCancel();
  (void)stream->Finish();
}

}  // namespace
}  // namespace cache_invalidation
