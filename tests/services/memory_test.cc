// SPDX-License-Identifier: Apache-2.0

// The responses of a server while its process runs out of memory.

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "protos/cache_invalidation/v1/cache_entry_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/dependency_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/invalidation_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/relationship_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/rule_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/subscription_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/write_event_service.grpc.pb.h"
#include "tests/services/service_test.h"
#include "tests/support/probe.h"

namespace cache_invalidation {
namespace {

using Dependencies = v1::DependencyService::Stub;
using Entries = v1::CacheEntryService::Stub;
using Invalidations = v1::InvalidationService::Stub;
using Relationships = v1::RelationshipService::Stub;
using Rules = v1::RuleService::Stub;
using Writes = v1::WriteEventService::Stub;

// What the test says is resident, out of 1,000.
std::atomic<size_t> resident = 0;
std::atomic<int> ends = 0;

class MemoryTest : public ServiceTest {
 protected:
  MemoryTest() : ServiceTest(WithLimit()) {}

  static ServerOptions WithLimit() {
    resident = 100;
    ends = 0;
    ServerOptions options = WithoutNetwork();
    options.max_memory_bytes = 1000;
    options.resident_bytes = [] { return resident.load(); };
    options.on_fatal = [](const absl::Status& status) {
      EXPECT_TRUE(absl::StrContains(status.message(), "out of memory")) << status;
      ++ends;
    };
    return options;
  }

  // The server looks now and then.
  void Await(grpc::StatusCode code, const std::function<grpc::Status()>& call) {
    EXPECT_TRUE(Eventually([&] { return call().error_code() == code; }, absl::Seconds(30))) << code;
  }

  grpc::Status Track() { return Error(*entries_, &Entries::TrackEntries, "entries { key: 'k' }"); }
  grpc::Status Write() {
    return Error(*writes_, &Writes::InvalidateByWrite, "write { resource_type: 't' }");
  }
  grpc::Status WriteOnAStream() {
    grpc::ClientContext context;
    const auto stream = writes_->StreamWrites(&context);
    stream->Write(FromText<v1::StreamWritesRequest>("groups { writes { resource_type: 't' } }"));
    stream->WritesDone();
    v1::StreamWritesResponse response;
    while (stream->Read(&response)) {
    }
    return stream->Finish();
  }
  grpc::Status Subscribe() {
    grpc::ClientContext context;
    const auto stream = NewStub<v1::SubscriptionService>()->Subscribe(&context);
    stream->Write(FromText<v1::SubscribeRequest>("subscription { name: 's' }"));
    v1::SubscribeResponse response;
    if (stream->Read(&response)) context.TryCancel();
    return stream->Finish();
  }

  std::unique_ptr<Dependencies> dependencies_ = NewStub<v1::DependencyService>();
  std::unique_ptr<Entries> entries_ = NewStub<v1::CacheEntryService>();
  std::unique_ptr<Invalidations> invalidations_ = NewStub<v1::InvalidationService>();
  std::unique_ptr<Relationships> relationships_ = NewStub<v1::RelationshipService>();
  std::unique_ptr<Rules> rules_ = NewStub<v1::RuleService>();
  std::unique_ptr<Writes> writes_ = NewStub<v1::WriteEventService>();
};

TEST_F(MemoryTest, KeepsNothingMoreAndStillInvalidates) {
  EXPECT_TRUE(Track().ok());
  resident = 850;
  Await(grpc::StatusCode::RESOURCE_EXHAUSTED, [this] { return Track(); });
  EXPECT_EQ(Error(*dependencies_, &Dependencies::AddCacheDependency, "key: 'a' depends_on: 'b'")
                .error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(Error(*rules_, &Rules::RegisterRule,
                  "rule { name: 'r' trigger_tags: 't' invalidate_tags: 'u' }")
                .error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(Error(*relationships_, &Relationships::RegisterRelationship,
                  "relationship { source_type: 'a' target_types: 'b' cascade_depth: 1 }")
                .error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(Subscribe().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_TRUE(Write().ok());
  EXPECT_TRUE(WriteOnAStream().ok());
  EXPECT_TRUE(Error(*invalidations_, &Invalidations::Invalidate, "tags: 't'").ok());
  EXPECT_TRUE(Error(*entries_, &Entries::LookupEntry, "key: 'k'").ok());
  resident = 100;
  Await(grpc::StatusCode::OK, [this] { return Track(); });
  EXPECT_EQ(Subscribe().error_code(), grpc::StatusCode::CANCELLED) << "by the test: it began";
}

// Not RESOURCE_EXHAUSTED: an invalidation must be tried again.
TEST_F(MemoryTest, TellsEverybodyToTryAgainWhenItIsNearlyOver) {
  resident = 950;
  Await(grpc::StatusCode::UNAVAILABLE, [this] { return Write(); });
  EXPECT_EQ(WriteOnAStream().error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(Track().error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(Error(*entries_, &Entries::LookupEntry, "key: 'k'").error_code(),
            grpc::StatusCode::UNAVAILABLE);
  resident = 100;
  Await(grpc::StatusCode::OK, [this] { return Write(); });
  EXPECT_EQ(ends, 0);
}

TEST_F(MemoryTest, EndsWhenItIsOver) {
  resident = 1000;
  EXPECT_TRUE(Eventually([] { return ends == 1; }, absl::Seconds(30)));
}

}  // namespace
}  // namespace cache_invalidation
