// SPDX-License-Identifier: Apache-2.0

// Subscribers that were disconnected for longer than the event cache reaches back: they receive
// what the store retains, and a reset if they were disconnected for longer than that.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/persistence/persistent_server.h"

namespace cache_invalidation {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

class RetainedHistoryTest : public PersistentServerTest {
 protected:
  // `count` events of about a kilobyte each.
  void Invalidate(int count) {
    const std::string tag = absl::StrCat("tags: '", std::string(1000, 't'), "'");
    for (int i = 0; i < count; ++i) Ok(*invalidations_, &Invalidations::Invalidate, tag);
  }

  v1::ValidationState Validate(const v1::Position& position) {
    v1::ValidateRequest request;
    *request.mutable_position() = position;
    request.add_tags("quiet");
    return Ok(*entries_, &Entries::Validate, request.ShortDebugString()).tags(0);
  }
};

TEST_F(RetainedHistoryTest, IsSentWhereMemoryHasForgotten) {
  event_cache_bytes_ = 8 << 10;
  Start();
  Invalidate(1);
  const v1::Position start = Position();
  Invalidate(100);
  EXPECT_THAT(Resume(start, Position().revision()), SizeIs(100));
  Kill();
  Start();
  Invalidate(50);
  EXPECT_THAT(Resume(start, Position().revision()), SizeIs(150));
}

TEST_F(RetainedHistoryTest, EndsWithItsBytes) {
  event_retention_.bytes = 64 << 10;
  Start();
  Invalidate(1);
  const v1::Position start = Position();
  Invalidate(200);
  const v1::Position late = Position();
  Invalidate(10);
  EXPECT_THAT(Resume(start, Position().revision()), ElementsAre("reset RESET_REASON_TRIMMED"));
  EXPECT_THAT(Resume(late, Position().revision()), SizeIs(10));
  Restart();
  EXPECT_THAT(Resume(start, Position().revision()), ElementsAre("reset RESET_REASON_TRIMMED"));
  EXPECT_THAT(Resume(late, Position().revision()), SizeIs(10));
}

TEST_F(RetainedHistoryTest, EndsWithItsAge) {
  event_retention_.age = absl::Minutes(10);
  Start();
  Invalidate(1);
  const v1::Position start = Position();
  Invalidate(5);
  clock_.Advance(absl::Minutes(11));
  Invalidate(5);
  EXPECT_THAT(Resume(start, Position().revision()), ElementsAre("reset RESET_REASON_TRIMMED"));
}

// A limit that was lowered holds from the start on, for pulling callers too.
TEST_F(RetainedHistoryTest, AStartForgetsWhatIsTooMuch) {
  Start();
  Invalidate(1);
  const v1::Position start = Position();
  Invalidate(200);
  EXPECT_EQ(Validate(start), v1::VALIDATION_STATE_NOT_MOVED);
  Stop();
  event_retention_.bytes = 64 << 10;
  Start();
  EXPECT_THAT(Resume(start, Position().revision()), ElementsAre("reset RESET_REASON_TRIMMED"));
  Invalidate(1);
  EXPECT_EQ(Validate(start), v1::VALIDATION_STATE_MOVED);
}

}  // namespace
}  // namespace cache_invalidation
