// SPDX-License-Identifier: Apache-2.0

// What callers and subscribers observe of a full namespace.

#include <atomic>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "protos/cache_invalidation/v1/cache_entry_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/dependency_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/stats_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/subscription_service.grpc.pb.h"
#include "tests/services/service_test.h"

namespace cache_invalidation {
namespace {

using Entries = v1::CacheEntryService::Stub;
using Dependencies = v1::DependencyService::Stub;
using Stats = v1::StatsService::Stub;

class FullNamespaceTest : public ServiceTest {
 protected:
  using Dropped = std::shared_ptr<std::atomic<uint64_t>>;

  FullNamespaceTest() : FullNamespaceTest(std::make_shared<std::atomic<uint64_t>>(0)) {}

  explicit FullNamespaceTest(Dropped dropped)
      : ServiceTest(Small(dropped)), dropped_(std::move(dropped)) {}

  // Two entries and one declared edge are all there is room for.
  static ServerOptions Small(const Dropped& dropped) {
    ServerOptions options = WithoutNetwork();
    options.limits.entries = 2;
    options.limits.declared_edges = 1;
    options.on_dropped = [dropped](absl::string_view name, uint64_t count) {
      EXPECT_EQ(name, "default");
      *dropped += count;
    };
    return options;
  }

  v1::TrackEntriesResponse Track(const std::string& key) {
    return Ok(*entries_, &Entries::TrackEntries, absl::StrCat("entries { key: '", key, "' }"));
  }

  // What was reported of it.
  const Dropped dropped_;
  std::unique_ptr<Entries> entries_ = NewStub<v1::CacheEntryService>();
  std::unique_ptr<Dependencies> dependencies_ = NewStub<v1::DependencyService>();
};

TEST_F(FullNamespaceTest, TheOldestEntriesMakeRoomAndSubscribersHearOfIt) {
  const auto subscriptions = NewStub<v1::SubscriptionService>();
  grpc::ClientContext context;
  const auto stream = subscriptions->Subscribe(&context);
  stream->Write(FromText<v1::SubscribeRequest>(R"(subscription { name: "cache" })"));
  v1::SubscribeResponse response;
  ASSERT_TRUE(stream->Read(&response));
  ASSERT_TRUE(response.has_started());

  Ok(*dependencies_, &Dependencies::AddCacheDependency, "key: 'page' depends_on_keys: 'a'");
  Track("a");
  Track("b");
  const auto answer = Track("c");
  EXPECT_EQ(answer.results(0).outcome(), v1::FILL_OUTCOME_KEPT);
  EXPECT_EQ(answer.position().revision(), 1u);

  while (response.events().empty()) ASSERT_TRUE(stream->Read(&response));
  const v1::Event& event = response.events(0);
  EXPECT_EQ(event.source(), v1::EVENT_SOURCE_LIMIT);
  ASSERT_EQ(event.invalidations_size(), 2);
  EXPECT_EQ(event.invalidations(0).key(), "a");
  EXPECT_EQ(event.causes(event.invalidations(0).causes(0)).step(), v1::CAUSE_STEP_LIMIT);
  EXPECT_EQ(event.invalidations(1).key(), "page");
  context.TryCancel();
  stream->Finish();

  const auto stats = NewStub<v1::StatsService>();
  EXPECT_EQ(Ok(*stats, &Stats::GetInvalidationStats, "").stats().dropped_entries(), 1u);
  EXPECT_EQ(*dropped_, 1u);
}

TEST_F(FullNamespaceTest, DeclarationsAreRefused) {
  Ok(*dependencies_, &Dependencies::AddCacheDependency, "key: 'page' depends_on_keys: 'a'");
  const grpc::Status status =
      Error(*dependencies_, &Dependencies::AddCacheDependency, "key: 'page' depends_on_keys: 'b'");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_NE(status.error_message().find("1 declared dependencies"), std::string::npos);
}

}  // namespace
}  // namespace cache_invalidation
