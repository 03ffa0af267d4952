// SPDX-License-Identifier: Apache-2.0

// A server that has only the namespaces that its operator names.

#include <memory>
#include <string>

#include "gtest/gtest.h"
#include "protos/cache_invalidation/v1/invalidation_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/namespace_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/stats_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/subscription_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/write_event_service.grpc.pb.h"
#include "tests/services/service_test.h"

namespace cache_invalidation {
namespace {

class AllowedNamespacesTest : public ServiceTest {
 protected:
  AllowedNamespacesTest() : ServiceTest(Options()) {}
  static ServerOptions Options() {
    ServerOptions options = WithoutNetwork();
    options.namespaces = {"shop", "search"};
    return options;
  }

  static void ExpectNotFound(const grpc::Status& status) {
    EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND) << status.error_message();
    EXPECT_EQ(status.error_message().rfind("namespace: the server has no namespace \"", 0), 0u)
        << status.error_message();
  }
};

TEST_F(AllowedNamespacesTest, CallsMayNameTheseOnly) {
  const auto calls = NewStub<v1::InvalidationService>();
  using Calls = v1::InvalidationService::Stub;
  Ok(*calls, &Calls::Invalidate, "namespace: 'shop' tags: 't'");
  ExpectNotFound(Error(*calls, &Calls::Invalidate, "namespace: 'shpo' tags: 't'"));
  ExpectNotFound(Error(*calls, &Calls::Invalidate, "tags: 't'"));
  const auto stats = NewStub<v1::StatsService>();
  Ok(*stats, &v1::StatsService::Stub::GetInvalidationStats, "namespace: 'search'");
  ExpectNotFound(
      Error(*stats, &v1::StatsService::Stub::GetInvalidationStats, "namespace: 'other'"));
  const auto namespaces = NewStub<v1::NamespaceService>();
  ExpectNotFound(
      Error(*namespaces, &v1::NamespaceService::Stub::DeleteNamespace, "namespace: 'other'"));
  EXPECT_EQ(Ok(*namespaces, &v1::NamespaceService::Stub::ListNamespaces, "").namespaces_size(), 1);
}

TEST_F(AllowedNamespacesTest, StreamsMayNameTheseOnly) {
  const auto subscriptions = NewStub<v1::SubscriptionService>();
  {
    grpc::ClientContext context;
    const auto stream = subscriptions->Subscribe(&context);
    stream->Write(FromText<v1::SubscribeRequest>("subscription { name: 's' namespace: 'other' }"));
    ExpectNotFound(stream->Finish());
  }
  {
    grpc::ClientContext context;
    const auto stream = subscriptions->Subscribe(&context);
    stream->Write(FromText<v1::SubscribeRequest>("subscription { name: 's' namespace: 'shop' }"));
    v1::SubscribeResponse started;
    EXPECT_TRUE(stream->Read(&started));
    context.TryCancel();
    (void)stream->Finish();
  }
  ExpectNotFound(
      Error(*subscriptions, &v1::SubscriptionService::Stub::ListSubscribers, "namespace: 'other'"));
  const auto writes = NewStub<v1::WriteEventService>();
  grpc::ClientContext context;
  const auto stream = writes->StreamWrites(&context);
  stream->Write(FromText<v1::StreamWritesRequest>("namespace: 'other' groups { sequence: 1 }"));
  ExpectNotFound(stream->Finish());
}

}  // namespace
}  // namespace cache_invalidation
