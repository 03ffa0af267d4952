// SPDX-License-Identifier: Apache-2.0

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "protos/cache_invalidation/v1/dependency_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/invalidation_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/stats_service.grpc.pb.h"
#include "tests/services/service_test.h"

namespace cache_invalidation {
namespace {

using Dependencies = v1::DependencyService::Stub;
using Invalidations = v1::InvalidationService::Stub;
using Stats = v1::StatsService::Stub;

class InvalidationServiceTest : public ServiceTest {
 protected:
  std::unique_ptr<Dependencies> dependencies_ = NewStub<v1::DependencyService>();
  std::unique_ptr<Invalidations> invalidations_ = NewStub<v1::InvalidationService>();
  std::unique_ptr<Stats> stats_ = NewStub<v1::StatsService>();
};

TEST_F(InvalidationServiceTest, AnswersTheRevisionAndWhatTheEventNames) {
  Ok(*dependencies_, &Dependencies::AddCacheDependency, R"(key: "page" depends_on: "t")");
  const auto answer = Ok(*invalidations_, &Invalidations::Invalidate,
                         R"(tags: ["t", "u"] keys: "k" pattern: "x.*")");
  EXPECT_EQ(answer.position().revision(), 1u);
  EXPECT_EQ(answer.invalidations(), 5u) << "two tags, a key, a pattern and a dependent";
  EXPECT_EQ(answer.pending_targets(), 0u);
  EXPECT_FALSE(answer.has_waiting());
  EXPECT_EQ(
      Ok(*invalidations_, &Invalidations::Invalidate, "everything: true").position().revision(),
      2u);
}

TEST_F(InvalidationServiceTest, BatchesUntilTheFlush) {
  EXPECT_EQ(Ok(*invalidations_, &Invalidations::SetBatchDelay, "delay { seconds: 60 }")
                .previous_delay()
                .nanos(),
            100'000'000);
  const auto scheduled = Ok(*invalidations_, &Invalidations::ScheduleBatchInvalidation,
                            R"(tags: ["a", "b"] keys: "k")");
  EXPECT_EQ(scheduled.pending_targets(), 3u);
  EXPECT_EQ(scheduled.position().revision(), 0u);
  const auto more = Ok(*invalidations_, &Invalidations::Invalidate,
                       R"(tags: ["b", "c"] strategy: INVALIDATION_STRATEGY_BATCHED)");
  EXPECT_EQ(more.pending_targets(), 4u);
  const auto flushed = Ok(*invalidations_, &Invalidations::FlushPendingInvalidations, "");
  EXPECT_EQ(flushed.flushed(), 4u);
  EXPECT_EQ(flushed.position().revision(), 1u);
  EXPECT_EQ(Ok(*invalidations_, &Invalidations::FlushPendingInvalidations, "").flushed(), 0u);
  EXPECT_EQ(Ok(*invalidations_, &Invalidations::SetBatchDelay, "delay { nanos: 1000000 }")
                .previous_delay()
                .seconds(),
            60);
}

TEST_F(InvalidationServiceTest, FollowsDependenciesOrLeavesThemAsAsked) {
  Ok(*dependencies_, &Dependencies::AddCacheDependency, R"(key: "b" depends_on_keys: "a")");
  Ok(*dependencies_, &Dependencies::AddCacheDependency, R"(key: "c" depends_on_keys: "b")");
  const auto alone = Ok(*invalidations_, &Invalidations::InvalidateWithDependencies, R"(key: "a")");
  EXPECT_EQ(alone.invalidated(), 1u);
  EXPECT_EQ(alone.dependents_left(), 2u);
  const auto all = Ok(*invalidations_, &Invalidations::InvalidateWithDependencies,
                      R"(key: "a" recursive: true)");
  EXPECT_EQ(all.invalidated(), 3u);
  EXPECT_EQ(all.dependents_left(), 0u);
  EXPECT_EQ(all.position().revision(), 2u);
}

TEST_F(InvalidationServiceTest, CountsEveryStrategy) {
  Ok(*invalidations_, &Invalidations::Invalidate, R"(tags: "a")");
  Ok(*invalidations_, &Invalidations::Invalidate,
     R"(tags: "a" strategy: INVALIDATION_STRATEGY_LAZY)");
  Ok(*invalidations_, &Invalidations::Invalidate,
     R"(tags: "a" strategy: INVALIDATION_STRATEGY_CASCADE)");
  Ok(*invalidations_, &Invalidations::Invalidate,
     R"(tags: "a" strategy: INVALIDATION_STRATEGY_BATCHED)");
  const v1::InvalidationStats stats = Ok(*stats_, &Stats::GetInvalidationStats, "").stats();
  EXPECT_EQ(stats.immediate_invalidations(), 1u);
  EXPECT_EQ(stats.lazy_invalidations(), 1u);
  EXPECT_EQ(stats.cascade_invalidations(), 1u);
  EXPECT_EQ(stats.batched_invalidations(), 1u);
  EXPECT_EQ(stats.total_invalidations(), 4u);
}

}  // namespace
}  // namespace cache_invalidation
