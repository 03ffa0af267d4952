// SPDX-License-Identifier: Apache-2.0

// Properties of the server as a whole: overload, drain, health, reflection, HTTP, addresses,
// default rules.

#include "server/server.h"

#include <atomic>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "grpcpp/create_channel.h"
#include "gtest/gtest.h"
#include "protos/cache_invalidation/v1/invalidation_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/rule_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/stats_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/write_event_service.grpc.pb.h"
#include "server/default_rules.h"
#include "server/rpc/conversion/rule_conversion.h"
#include "tests/services/service_test.h"
#include "tests/support/http_get.h"

namespace cache_invalidation {
namespace {

using ::testing::ElementsAre;
using Health = grpc::health::v1::Health::Stub;
using Invalidations = v1::InvalidationService::Stub;
using Rules = v1::RuleService::Stub;
using Stats = v1::StatsService::Stub;
using testing::HttpGet;
using Writes = v1::WriteEventService::Stub;

ServerOptions WithDefaultRules() {
  ServerOptions options;
  options.default_rules = *rpc::ParseRuleFile(DefaultRulesJson());
  return options;
}

class ServerTest : public ServiceTest {
 protected:
  ServerTest() : ServiceTest(WithDefaultRules()) {}

  grpc::health::v1::HealthCheckResponse::ServingStatus HealthOf(const std::string& service) {
    return Ok(*health_, &Health::Check, absl::StrCat("service: '", service, "'")).status();
  }

  std::unique_ptr<Health> health_ = NewStub<grpc::health::v1::Health>();
  std::unique_ptr<Invalidations> invalidations_ = NewStub<v1::InvalidationService>();
  std::unique_ptr<Rules> rules_ = NewStub<v1::RuleService>();
  std::unique_ptr<Stats> stats_ = NewStub<v1::StatsService>();
  std::unique_ptr<Writes> writes_ = NewStub<v1::WriteEventService>();
};

TEST_F(ServerTest, IsHealthyAsAWholeAndByService) {
  EXPECT_EQ(HealthOf(""), grpc::health::v1::HealthCheckResponse::SERVING);
  for (const char* service :
       {"BackupService", "CacheEntryService", "DependencyService", "InvalidationService",
        "NamespaceService", "RelationshipService", "RuleService", "StatsService",
        "SubscriptionService", "WriteEventService"}) {
    EXPECT_EQ(HealthOf(absl::StrCat("cache_invalidation.v1.", service)),
              grpc::health::v1::HealthCheckResponse::SERVING)
        << service;
  }
  EXPECT_EQ(Error(*health_, &Health::Check, "service: 'other'").error_code(),
            grpc::StatusCode::NOT_FOUND);
}

TEST_F(ServerTest, ServesProbesAndMetricsOverHttp) {
  const int port = server().http_port();
  EXPECT_EQ(HttpGet(port, "/healthz").status, 200);
  EXPECT_EQ(HttpGet(port, "/readyz").status, 200);
  EXPECT_EQ(HttpGet(port, "/").status, 404);
  Ok(*writes_, &Writes::InvalidateByWrite, "write { resource_type: 'user' resource_id: '1' }");
  Error(*rules_, &Rules::GetRule, "");
  const testing::HttpResponse metrics = HttpGet(port, "/metrics");
  EXPECT_EQ(metrics.status, 200);
  EXPECT_TRUE(absl::StrContains(metrics.head, "Content-Type: text/plain; version=0.0.4"))
      << metrics.head;
  for (const char* line : {
           "\ncache_invalidation_writes_total 1\n",
           "\ncache_invalidation_events_total{source=\"write\"} 1\n",
           "\ncache_invalidation_invalidations_total{strategy=\"immediate\"} 2\n",
           "\ncache_invalidation_rules_fired_total 1\n",
           "\ncache_invalidation_namespaces 1\n",
           "\ncache_invalidation_commit_seconds_count 1\n",
           "grpc_server_handled_total{grpc_code=\"OK\",grpc_method=\"InvalidateByWrite\","
           "grpc_service=\"cache_invalidation.v1.WriteEventService\",grpc_type=\"unary\"} 1\n",
           "grpc_server_handled_total{grpc_code=\"InvalidArgument\",grpc_method=\"GetRule\","
           "grpc_service=\"cache_invalidation.v1.RuleService\",grpc_type=\"unary\"} 1\n",
           "\nprocess_resident_memory_bytes ",
           "\ncache_invalidation_build_info{",
       }) {
    EXPECT_TRUE(absl::StrContains(metrics.body, line)) << line;
  }
}

// Prometheus' advice: no label whose values have no bound. A namespace, a rule and a tag appear
// nowhere.
TEST_F(ServerTest, LabelsNothingByWhatCallersName) {
  Ok(*rules_, &Rules::RegisterRule,
     "namespace: 'secretspace' rule { name: 'secretrule' trigger_tags: 'secrettype' "
     "invalidate_tags: 'secrettag' }");
  Ok(*writes_, &Writes::InvalidateByWrite,
     "namespace: 'secretspace' write { resource_type: 'secrettype' resource_id: '1' }");
  EXPECT_FALSE(absl::StrContains(HttpGet(server().http_port(), "/metrics").body, "secret"));
}

TEST_F(ServerTest, GivesEachNewNamespaceTheDefaultRules) {
  const auto names_of = [&](const std::string& request) {
    std::vector<std::string> names;
    const auto page = Ok(*rules_, &Rules::ListRules, request);
    for (const v1::Rule& rule : page.rules()) {
      names.push_back(absl::StrCat(rule.name(), " ", rule.priority()));
    }
    return names;
  };
  const auto default_rules = ElementsAre(
      "user_data_invalidation 100", "session_invalidation 90", "data_change_invalidation 70",
      "job_result_invalidation 60", "form_data_invalidation 50", "widget_state_invalidation 30");
  EXPECT_THAT(names_of(""), default_rules) << "before anybody changed the namespace";
  EXPECT_EQ(Ok(*rules_, &Rules::GetRule, "name: 'session_invalidation'").rule().priority(), 90);
  EXPECT_EQ(Ok(*stats_, &Stats::GetInvalidationStats, "").stats().rules(), 6u);
  EXPECT_TRUE(absl::StrContains(HttpGet(server().http_port(), "/metrics").body,
                                "\ncache_invalidation_namespaces 0\n"))
      << "reading creates nothing";
  Ok(*writes_, &Writes::InvalidateByWrite, "write { resource_type: 'anything' }");
  EXPECT_THAT(names_of(""), default_rules);
  Ok(*rules_, &Rules::DeleteRule, "name: 'session_invalidation'");
  Ok(*writes_, &Writes::InvalidateByWrite, "write { resource_type: 'anything' }");
  EXPECT_EQ(names_of("").size(), 5u) << "a deleted one stays deleted";
  Ok(*rules_, &Rules::DeleteRule, "namespace: 'second' name: 'none'");
  EXPECT_EQ(names_of("namespace: 'second'").size(), 6u);
}

TEST_F(ServerTest, DrainsWithoutLosingWhatIsPending) {
  Ok(*invalidations_, &Invalidations::SetBatchDelay, "delay { seconds: 60 }");
  Ok(*invalidations_, &Invalidations::ScheduleBatchInvalidation, "tags: 'a'");
  server().Shutdown(absl::Seconds(5));
  EXPECT_EQ(HttpGet(server().http_port(), "/readyz").status, 503);
  EXPECT_EQ(HttpGet(server().http_port(), "/healthz").status, 200) << "alive, but not ready";
  EXPECT_TRUE(absl::StrContains(HttpGet(server().http_port(), "/metrics").body,
                                "cache_invalidation_events_total{source=\"batch\"} 1"));
  EXPECT_EQ(Error(*stats_, &Stats::GetInvalidationStats, "").error_code(),
            grpc::StatusCode::UNAVAILABLE);
  server().Shutdown(absl::Seconds(5));  // again: nothing happens
}

// gRPC tells those that come while it shuts down that they were cancelled, which nobody asked for.
TEST(StoppingServerTest, TellsItsCallersToTryAgain) {
  for (int round = 0; round < 5; ++round) {
    ServerOptions options;
    options.http_address = "";
    auto server = Server::Start(options);
    ASSERT_TRUE(server.ok()) << server.status();
    const std::string endpoint = absl::StrCat("127.0.0.1:", (*server)->grpc_port());
    std::vector<std::thread> callers;
    std::atomic<int> busy = 0;
    for (int i = 0; i < 8; ++i) {
      callers.emplace_back([&, i] {
        grpc::ChannelArguments own;  // a connection
        own.SetInt("caller", i);
        const auto writes = v1::WriteEventService::NewStub(
            grpc::CreateCustomChannel(endpoint, grpc::InsecureChannelCredentials(), own));
        grpc::Status last;
        for (int calls = 0; last.ok(); ++calls) {
          last = Error(*writes, &Writes::InvalidateByWrite, "write { resource_type: 't' }");
          if (calls == 0) ++busy;
        }
        EXPECT_EQ(last.error_code(), grpc::StatusCode::UNAVAILABLE) << last.error_message();
      });
    }
    while (busy < 8) std::this_thread::yield();
    (*server)->Shutdown(absl::Seconds(5));
    for (std::thread& caller : callers) caller.join();
  }
}

TEST_F(ServerTest, SaysWhenAnAddressIsTaken) {
  ServerOptions options;
  options.grpc_address = absl::StrCat("127.0.0.1:", server().grpc_port());
  const auto second = Server::Start(options);
  EXPECT_EQ(second.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(absl::StrContains(second.status().message(), options.grpc_address))
      << second.status();

  options.grpc_address = "127.0.0.1:0";
  options.http_address = absl::StrCat("127.0.0.1:", server().http_port());
  EXPECT_EQ(Server::Start(options).status().code(), absl::StatusCode::kUnavailable);
}

// Each server has a history of its own as long as nothing is stored.
TEST_F(ServerTest, BeginsANewEpoch) {
  const auto second = Server::Start(WithoutNetwork());
  ASSERT_TRUE(second.ok()) << second.status();
  const auto other = v1::StatsService::NewStub((*second)->InProcessChannel());
  EXPECT_NE(Ok(*stats_, &Stats::GetInvalidationStats, "").stats().position().epoch(),
            Ok(*other, &Stats::GetInvalidationStats, "").stats().position().epoch());
}

// Nothing fits into its mailbox.
class FullMailboxTest : public ServiceTest {
 protected:
  FullMailboxTest() : ServiceTest(WithoutMailbox()) {}

  static ServerOptions WithoutMailbox() {
    ServerOptions options = WithoutNetwork();
    options.max_mailbox_submissions = 0;
    return options;
  }
};

TEST_F(FullMailboxTest, RefusesAtOnceAndSaysWhenToComeBack) {
  const auto writes = NewStub<v1::WriteEventService>();
  grpc::ClientContext context;
  v1::InvalidateByWriteResponse response;
  const auto request = FromText<v1::InvalidateByWriteRequest>("write { resource_type: 't' }");
  const grpc::Status status = writes->InvalidateByWrite(&context, request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_NE(status.error_message(), "");
  const auto& trailers = context.GetServerTrailingMetadata();
  EXPECT_EQ(trailers.count("grpc-retry-pushback-ms"), 1u);

  grpc::ClientContext stream_context;
  const auto stream = writes->StreamWrites(&stream_context);
  stream->Write(FromText<v1::StreamWritesRequest>("groups { writes { resource_type: 't' } }"));
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

class FewNamespacesTest : public ServiceTest {
 protected:
  FewNamespacesTest() : ServiceTest(WithNamespaces(2)) {}

  static ServerOptions WithNamespaces(size_t limit) {
    ServerOptions options = WithoutNetwork();
    options.max_namespaces = limit;
    return options;
  }
};

TEST_F(FewNamespacesTest, RefusesOneMore) {
  const auto writes = NewStub<v1::WriteEventService>();
  for (const char* name : {"a", "b", "a"}) {
    Ok(*writes, &Writes::InvalidateByWrite,
       absl::StrCat("namespace: '", name, "' write { resource_type: 't' }"));
  }
  EXPECT_EQ(
      Error(*writes, &Writes::InvalidateByWrite, "namespace: 'c' write { resource_type: 't' }")
          .error_code(),
      grpc::StatusCode::RESOURCE_EXHAUSTED);
  const auto stats = NewStub<v1::StatsService>();
  EXPECT_TRUE(Ok(*stats, &Stats::GetInvalidationStats, "namespace: 'c'").has_stats())
      << "reading is free";
}

}  // namespace
}  // namespace cache_invalidation
