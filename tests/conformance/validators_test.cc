// SPDX-License-Identifier: Apache-2.0

// Each guarantee is violated once, on purpose, and the check of that name detects it.

#include "tests/conformance/validators.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "google/protobuf/text_format.h"

namespace cache_invalidation::conformance {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

template <typename Message>
Message Parse(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

class ValidatorsTest : public testing::Test {
 protected:
  // Revisions 1 to 6 about user:1 to user:6; 4 has three parts, of which the second is about
  // order:4 alone.
  void SetUp() override {
    for (uint64_t revision = 1; revision <= 6; ++revision) {
      const uint32_t parts = revision == 4 ? 3 : 1;
      for (uint32_t part = 0; part < parts; ++part) {
        published_.Add(Part(revision, part, part + 1 == parts));
      }
    }
    history_.streams.emplace_back();
  }

  static v1::Event Part(uint64_t revision, uint32_t part = 0, bool last = true) {
    v1::Event event;
    event.set_revision(revision);
    event.set_part(part);
    event.set_last_part(last);
    event.add_invalidations()->set_tag((part == 1 ? "order:" : "user:") + std::to_string(revision));
    return event;
  }

  void Receive(const std::string& text) {
    history_.streams.back().steps.emplace_back(Parse<v1::SubscribeResponse>(text));
  }
  void Start(uint64_t after) {
    Receive("started { head { epoch: 'e' revision: 6 } start_after: " + std::to_string(after) +
            " }");
  }
  void Receive(const std::vector<v1::Event>& parts) {
    v1::SubscribeResponse response;
    for (const v1::Event& part : parts) *response.add_events() = part;
    history_.streams.back().steps.emplace_back(std::move(response));
  }
  void Send(uint64_t sequence, uint64_t published_before) {
    history_.streams.back().steps.emplace_back(Sent{sequence, 0, published_before});
  }
  void Ask(const std::string& text) {
    history_.streams.back().asked = Parse<v1::Subscription>(text);
  }
  Violations All() { return CheckAll(history_, published_); }

  PublishedHistory published_;
  SubscriberHistory history_;
};

TEST_F(ValidatorsTest, AcceptsWhatIsRight) {
  Ask("start_after { epoch: 'e' revision: 1 }");
  Send(1, 2);
  Start(1);
  Receive({Part(2), Part(3)});
  Receive("progress { revision: 3 echoed_sequence: 1 }");
  Receive({Part(4, 0, false), Part(4, 1, false)});
  Receive({Part(4, 2), Part(5)});
  EXPECT_THAT(All(), IsEmpty());
  EXPECT_EQ(LastCompleteRevision(history_.streams[0]), 5u);

  history_.streams.emplace_back();  // it resumes, with a filter now
  Ask("start_after { epoch: 'e' revision: 3 } tags: 'user:4'");
  Start(3);
  Receive({Part(4, 0, false)});
  EXPECT_EQ(LastCompleteRevision(history_.streams[1]), 3u);
  Receive({Part(4, 2)});
  Receive("progress { revision: 6 }");
  EXPECT_THAT(All(), IsEmpty());
}

TEST_F(ValidatorsTest, AcceptsAResetInPlaceOfEvents) {
  Ask("start_after { epoch: 'e' revision: 1 }");
  Start(1);
  Receive({Part(2)});
  Receive("reset { reason: RESET_REASON_TRIMMED oldest_revision: 5 start_after { revision: 5 } }");
  Receive({Part(6)});
  EXPECT_THAT(All(), IsEmpty());
}

TEST_F(ValidatorsTest, Ordered) {
  Start(0);
  Receive({Part(1), Part(3), Part(2)});
  EXPECT_THAT(CheckOrdered(history_), ElementsAre("stream 0: 2/0 after 3/0"));
}

TEST_F(ValidatorsTest, OrderedParts) {
  Start(3);
  Receive({Part(4, 1, false), Part(4, 0, false), Part(4, 2), Part(4, 3)});
  EXPECT_THAT(CheckOrdered(history_),
              ElementsAre("stream 0: 4/0 after 4/1", "stream 0: 4/3 after 4/2"));
}

TEST_F(ValidatorsTest, OrderedBeginsWithStarted) {
  Receive({Part(1)});
  Start(1);
  Start(1);
  EXPECT_THAT(CheckOrdered(history_),
              ElementsAre("stream 0: an event before Started", "stream 0: a second Started"));
}

TEST_F(ValidatorsTest, OrderedProgress) {
  Start(0);
  Receive("progress { revision: 2 }");
  Receive("progress { revision: 1 }");
  EXPECT_THAT(CheckOrdered(history_), ElementsAre("stream 0: Progress 1 after 2"));
}

TEST_F(ValidatorsTest, Unique) {
  Start(1);
  Receive({Part(1), Part(2), Part(2)});
  EXPECT_THAT(CheckUnique(history_),
              ElementsAre("stream 0: 1/0 though it starts after 1", "stream 0: 2/0 twice"));
}

TEST_F(ValidatorsTest, Atomic) {
  Start(3);
  Receive({Part(4, 0, false), Part(4, 2), Part(5)});
  EXPECT_THAT(All(), ElementsAre("atomic: stream 0: 4/1 did not come before 4/2"));
}

TEST_F(ValidatorsTest, AtomicAtTheEndOfARevision) {
  Start(3);
  Receive({Part(4, 0, false), Part(4, 1, false), Part(5)});
  EXPECT_THAT(All(), ElementsAre("atomic: stream 0: 4/2 did not come before 5/0"));
}

TEST_F(ValidatorsTest, GapFreeOrReset) {
  Start(0);
  Receive({Part(1), Part(3)});
  EXPECT_THAT(All(), ElementsAre("gap-free or RESET: stream 0: 2/0 did not come before 3/0"));
}

TEST_F(ValidatorsTest, GapFreeAfterReset) {
  Start(0);
  Receive("reset { reason: RESET_REASON_TRIMMED oldest_revision: 2 start_after { revision: 1 } }");
  Receive({Part(3)});
  EXPECT_THAT(CheckGapFreeOrReset(history_, published_),
              ElementsAre("stream 0: 2/0 did not come before 3/0"));
}

TEST_F(ValidatorsTest, ResumableStartsWhereAsked) {
  Ask("start_after { epoch: 'e' revision: 2 }");
  Start(3);
  EXPECT_THAT(All(),
              ElementsAre(HasSubstr("resumable: stream 0: asked for epoch: \"e\" revision: 2")));
}

TEST_F(ValidatorsTest, ResumableResetsWithReason) {
  for (const char* reset : {
           "reason: RESET_REASON_EPOCH start_after { epoch: 'e' revision: 6 }",
           "reason: RESET_REASON_AHEAD start_after { epoch: 'e' revision: 6 }",
           "reason: RESET_REASON_TRIMMED oldest_revision: 3 start_after { epoch: 'e' revision: 6 }",
       }) {
    history_.streams.assign(1, {});
    Ask("start_after { epoch: 'e' revision: 2 }");
    Start(2);
    Receive(std::string("reset { ") + reset + " }");
    EXPECT_THAT(All(), ElementsAre(HasSubstr("resumable: stream 0: a Reset without reason")))
        << reset;
  }
}

TEST_F(ValidatorsTest, FilteredKeepsBackWhatDoesNotConcern) {
  Ask("tags: 'user:2'");
  Start(1);
  Receive({Part(2), Part(3)});
  EXPECT_THAT(All(), ElementsAre("filtered: stream 0: 3/0 does not pass the filter"));
}

TEST_F(ValidatorsTest, FilteredChangesNothing) {
  Start(1);
  v1::Event other = Part(2);
  other.mutable_invalidations(0)->set_kind(v1::INVALIDATION_KIND_MARK_STALE);
  Receive({other});
  EXPECT_THAT(All(), ElementsAre("filtered: stream 0: 2/0 was not published so"));
}

TEST_F(ValidatorsTest, ProgressTruthful) {
  Start(0);
  Receive({Part(1)});
  Receive("progress { revision: 3 }");
  EXPECT_THAT(All(), ElementsAre("progress-truthful: stream 0: Progress 3 hides 2/0",
                                 "progress-truthful: stream 0: Progress 3 hides 3/0"));
}

TEST_F(ValidatorsTest, ProgressTruthfulLater) {
  Start(1);
  Receive(
      "events { revision: 2 last_part: true invalidations { tag: 'user:2' } } progress { revision: "
      "3 }");
  Receive({Part(3)});
  EXPECT_THAT(CheckProgressTruthful(history_, published_),
              ElementsAre("stream 0: Progress 3 hides 3/0", "stream 0: 3/0 after Progress 3"));
}

TEST_F(ValidatorsTest, ProgressTruthfulAboutTheFuture) {
  Start(6);
  Receive("progress { revision: 7 }");
  EXPECT_THAT(All(), ElementsAre("progress-truthful: stream 0: Progress 7 of 6"));
}

TEST_F(ValidatorsTest, ProgressTruthfulEchoes) {
  Start(2);
  Receive("progress { revision: 2 echoed_sequence: 1 }");
  Send(2, 3);
  Receive("progress { revision: 2 echoed_sequence: 2 }");
  EXPECT_THAT(All(), ElementsAre("progress-truthful: stream 0: echo of 1 after 0",
                                 "progress-truthful: stream 0: echo of 2 at 2 before 3"));
}

TEST(MayConcernTest, JudgesEachKindByItsOwnFilters) {
  const auto concerns = [](const std::string& invalidation, const std::string& asked) {
    return MayConcern(Parse<v1::Event>("invalidations { " + invalidation + " }"),
                      Parse<v1::Subscription>(asked));
  };
  EXPECT_TRUE(concerns("tag: 'a'", ""));
  EXPECT_TRUE(concerns("tag: 'a'", "key_prefixes: 'k'"));
  EXPECT_TRUE(concerns("tag: 'a'", "tags: 'a:b'"));
  EXPECT_TRUE(concerns("tag: 'a:b:c'", "tags: 'a:b'"));
  EXPECT_FALSE(concerns("tag: 'a:c'", "tags: 'a:b'"));
  EXPECT_TRUE(concerns("key: 'k1'", "key_prefixes: 'k'"));
  EXPECT_FALSE(concerns("key: 'x1'", "key_prefixes: 'k'"));
  EXPECT_TRUE(concerns("key: 'x1'", "tags: 'a'"));
  EXPECT_FALSE(concerns("pattern: 'x.*'", "key_prefixes: 'k'"));
  EXPECT_TRUE(concerns("pattern: '.*x'", "key_prefixes: 'k'"));
  EXPECT_TRUE(concerns("everything: true", "tags: 'a' key_prefixes: 'k'"));
  EXPECT_TRUE(concerns("kind: INVALIDATION_KIND_EVICT", "tags: 'a' key_prefixes: 'k'"))
      << "an unknown target is everything";
}

}  // namespace
}  // namespace cache_invalidation::conformance
