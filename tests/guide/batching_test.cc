// SPDX-License-Identifier: Apache-2.0

// "Batch Invalidation for Performance", "Performance Tuning", "Check batch timing".

#include "tests/guide/guide_test.h"

namespace cache_invalidation {
namespace {

TEST_F(GuideTest, ABatchIsFlushedAfterItsDelay) {
  EXPECT_EQ(*client_.SetBatchDelay(absl::Milliseconds(200)), absl::Milliseconds(100));
  const auto scheduled = client_.ScheduleBatchInvalidation({"form_state", "widget_state"});
  ASSERT_TRUE(scheduled.ok()) << scheduled.status();
  EXPECT_EQ(scheduled->pending_targets, 2u);

  clock_.Advance(absl::Milliseconds(199));
  EXPECT_EQ(Stats().pending_targets, 2u);
  clock_.Advance(absl::Milliseconds(1));
  EXPECT_EQ(EventAt(scheduled->position.revision + 1),
            Strings({"evict tag form_state", "evict tag widget_state"}));
  EXPECT_EQ(Stats().pending_targets, 0u);
}

TEST_F(GuideTest, ABatchIsFlushedByACall) {
  ASSERT_TRUE(client_.ScheduleBatchInvalidation({"form_state", "widget_state"}).ok());
  ASSERT_TRUE(client_.ScheduleBatchInvalidation({"form_state"}, {"some_key"}).ok());
  const auto flush = client_.FlushPendingInvalidations();
  ASSERT_TRUE(flush.ok()) << flush.status();
  EXPECT_EQ(flush->flushed, 3u) << "distinct targets";
  EXPECT_EQ(EventOf(flush),
            Strings({"evict tag form_state", "evict tag widget_state", "evict key some_key"}));
  EXPECT_EQ(client_.FlushPendingInvalidations()->flushed, 0u);
}

TEST_F(GuideTest, FrequentWritesBecomeOneEvent) {
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(client_.InvalidateByWrite("form", "1", "update").ok());
  }
  const auto flush = client_.FlushPendingInvalidations();
  EXPECT_EQ(flush->flushed, 2u);
  EXPECT_EQ(EventOf(flush), Strings({"evict tag form_snapshot", "evict tag form_state"}));
}

TEST_F(GuideTest, AShorterDelayMovesTheFlushUp) {
  ASSERT_TRUE(client_.SetBatchDelay(absl::Milliseconds(200)).ok());
  const auto scheduled = client_.ScheduleBatchInvalidation({"form_state"});
  ASSERT_TRUE(client_.SetBatchDelay(absl::Milliseconds(50)).ok());
  clock_.Advance(absl::Milliseconds(50));
  EXPECT_EQ(EventAt(scheduled->position.revision + 1), Strings({"evict tag form_state"}));
}

}  // namespace
}  // namespace cache_invalidation
