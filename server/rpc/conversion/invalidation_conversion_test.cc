// SPDX-License-Identifier: Apache-2.0

#include "server/rpc/conversion/write_conversion.h"

#include "common/limits.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/delivery/observer.h"
#include "server/rpc/conversion/testing/answer_context.h"
#include "tests/support/every_field.h"
#include "tests/support/text.h"

namespace cache_invalidation::rpc {
namespace {

using ::testing::ElementsAre;
using testing::FromText;
using ::testing::IsEmpty;
using testing::UnsetFields;

TEST(InvalidationConversion, TakesEveryFieldOfTheRequests) {
  const auto invalidate = FromText<v1::InvalidateRequest>(R"(
      namespace: "n" tags: "t" keys: "k" pattern: "p" strategy: INVALIDATION_STRATEGY_LAZY request_id: "i"
      wait_for_subscribers: true wait_timeout { seconds: 1 })");
  EXPECT_THAT(UnsetFields(invalidate), ElementsAre("everything"));
  const absl::StatusOr<engine::Invalidate> command = ToInvalidate(invalidate);
  ASSERT_TRUE(command.ok()) << command.status();
  EXPECT_THAT(command->tags, ElementsAre("t"));
  EXPECT_THAT(command->keys, ElementsAre("k"));
  EXPECT_EQ(command->pattern, "p");
  EXPECT_EQ(command->strategy, engine::Strategy::kLazy);
  EXPECT_FALSE(command->everything);
  EXPECT_TRUE(command->immediate);
  const auto everything = FromText<v1::InvalidateRequest>("everything: true");
  EXPECT_TRUE(ToInvalidate(everything)->everything);
  EXPECT_FALSE(ToInvalidate(everything)->immediate);

  const auto with_dependencies = FromText<v1::InvalidateWithDependenciesRequest>(R"(
      namespace: "n" key: "k" recursive: true request_id: "i" wait_for_subscribers: true
      wait_timeout { seconds: 1 })");
  EXPECT_THAT(UnsetFields(with_dependencies), IsEmpty());
  EXPECT_EQ(ToInvalidateWithDependencies(with_dependencies)->key, "k");
  EXPECT_TRUE(ToInvalidateWithDependencies(with_dependencies)->recursive);

  const auto schedule = FromText<v1::ScheduleBatchInvalidationRequest>(
      R"(namespace: "n" tags: "t" keys: "k" request_id: "i")");
  EXPECT_THAT(UnsetFields(schedule), IsEmpty());
  const absl::StatusOr<engine::Invalidate> scheduled = ToScheduleBatchInvalidation(schedule);
  EXPECT_THAT(scheduled->tags, ElementsAre("t"));
  EXPECT_THAT(scheduled->keys, ElementsAre("k"));
  EXPECT_EQ(scheduled->strategy, engine::Strategy::kBatched);

  const auto delay =
      FromText<v1::SetBatchDelayRequest>(R"(namespace: "n" delay { seconds: 2 } request_id: "i")");
  EXPECT_THAT(UnsetFields(delay), IsEmpty());
  EXPECT_EQ(ToSetBatchDelay(delay)->delay, absl::Seconds(2));
}

TEST(InvalidationConversion, FillsEveryFieldOfTheAnswers) {
  delivery::WaitOutcome outcome;
  // The lists have as many names as fit.
  const std::string long_name(kMaxWaitingNameBytes, 'x');
  outcome.waited_for = {"a", "b", long_name, long_name};
  outcome.lapsed = {"a", long_name};
  outcome.late = {"b", long_name};
  outcome.not_acknowledging = 1;
  outcome.unknown_late = true;
  outcome.not_waited = true;
  const AnswerContext waited = {"shop", "epoch", NoSubscribers, &outcome};
  const engine::InvalidationResult result = {
      .revision = 1, .invalidations = 2, .rules_fired = {}, .widened = 3, .pending_targets = 4};
  v1::InvalidateResponse invalidated;
  FromInvalidate(result, waited, &invalidated);
  EXPECT_THAT(UnsetFields(invalidated), IsEmpty());
  EXPECT_THAT(UnsetFields(invalidated.waiting()), IsEmpty());
  EXPECT_THAT(invalidated.waiting().lapsed(), ElementsAre("a"));
  EXPECT_THAT(invalidated.waiting().late(), ElementsAre("b"));
  EXPECT_EQ(invalidated.waiting().more_waited_for(), 2u);
  EXPECT_EQ(invalidated.waiting().more_lapsed(), 1u);
  v1::InvalidateResponse not_waited;
  FromInvalidate(result, kContext, &not_waited);
  EXPECT_THAT(UnsetFields(not_waited), ElementsAre("waiting"));
  EXPECT_EQ(invalidated.widened(), 3u);
  EXPECT_EQ(invalidated.pending_targets(), 4u);

  v1::InvalidateWithDependenciesResponse with_dependencies;
  FromInvalidateWithDependencies({1, 2, 3}, waited, &with_dependencies);
  EXPECT_THAT(UnsetFields(with_dependencies), IsEmpty());
  EXPECT_EQ(with_dependencies.invalidated(), 2u);

  v1::ScheduleBatchInvalidationResponse scheduled;
  FromScheduleBatchInvalidation(result, kContext, &scheduled);
  EXPECT_THAT(UnsetFields(scheduled), IsEmpty());

  v1::FlushPendingInvalidationsResponse flushed;
  FromFlushPendingInvalidations({1, 2}, waited, &flushed);
  EXPECT_THAT(UnsetFields(flushed), IsEmpty());

  v1::SetBatchDelayResponse set;
  FromSetBatchDelay({absl::Seconds(1)}, kContext, &set);
  EXPECT_THAT(UnsetFields(set), IsEmpty());
}

}  // namespace
}  // namespace cache_invalidation::rpc
