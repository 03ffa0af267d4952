// SPDX-License-Identifier: Apache-2.0

#include "server/wire/event_codec.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace cache_invalidation::wire {
namespace {

// An event as text with its causes resolved, since parts may number them differently.
std::string ToText(const engine::Event& event) {
  std::string text = absl::StrCat(event.revision, " source ", static_cast<int>(event.source),
                                  " at ", event.time ? absl::FormatTime(*event.time) : "no time");
  for (const engine::Invalidation& invalidation : event.invalidations) {
    absl::StrAppend(&text, "\n", static_cast<int>(invalidation.kind), " ",
                    static_cast<int>(invalidation.target), " ", invalidation.name);
    for (const uint32_t index : event.causes_of(invalidation)) {
      const engine::Cause& cause = event.causes[index];
      absl::StrAppend(&text, " <", static_cast<int>(cause.step), " ", cause.name,
                      cause.widened ? " widened" : "", cause.condition_failed ? " failed>" : ">");
    }
  }
  return text;
}

// An event with one invalidation of every kind and type, and every cause.
engine::Event EverythingInOne(uint64_t revision) {
  engine::Event event;
  event.revision = revision;
  event.source = engine::EventSource::kBatch;
  for (int step = 0; step <= static_cast<int>(engine::CauseStep::kOthers); ++step) {
    event.causes.push_back({static_cast<engine::CauseStep>(step), "a cause", step % 2 == 0});
    event.cause_indexes.push_back(step);
  }
  const uint32_t causes = event.causes.size();
  for (const auto kind : {engine::InvalidationKind::kEvict, engine::InvalidationKind::kMarkStale}) {
    event.invalidations.push_back({kind, engine::TargetKind::kEverything, "", 0, 2});
    event.invalidations.push_back({kind, engine::TargetKind::kTag, "a:tag", 1, causes - 1});
    event.invalidations.push_back({kind, engine::TargetKind::kKey, "a key", 3, 0});
    event.invalidations.push_back({kind, engine::TargetKind::kPattern, "a.*", 5, 1});
  }
  return event;
}

std::vector<std::string> Decode(EventDecoder& decoder,
                                const std::vector<std::shared_ptr<const Chunk>>& chunks) {
  std::vector<std::string> decoded;
  for (const auto& chunk : chunks) {
    const absl::Status status = decoder.Decode(
        *chunk, [&decoded](const engine::Event& event) { decoded.push_back(ToText(event)); });
    EXPECT_TRUE(status.ok()) << status;
  }
  return decoded;
}

TEST(EventDecoderTest, GivesBackWhatWasEncodedHoweverItWasSplit) {
  for (const EncoderLimits limits :
       {EncoderLimits{}, EncoderLimits{1, 1'000'000}, EncoderLimits{1, 1}, EncoderLimits{200, 300},
        EncoderLimits{1'000'000, 1}}) {
    EventEncoder encoder("n", limits);
    std::vector<std::string> expected;
    for (uint64_t revision = 1; revision <= 20; ++revision) {
      engine::Event event = EverythingInOne(revision);
      event.source = static_cast<engine::EventSource>(revision % 6);
      // An event of a version that did not record its time has none afterwards.
      if (revision % 3 != 0) event.time = absl::FromUnixNanos(1'577'836'800'000'000'001 + revision);
      encoder.Add(event);
      expected.push_back(ToText(event));
    }
    EventDecoder decoder(1);
    EXPECT_EQ(Decode(decoder, encoder.Finish()), expected);
  }
}

// The chunk with the beginning of revision 1 is gone, but not the chunk that begins with the rest
// of it.
TEST(EventDecoderTest, SkipsTheRestOfARevisionThatIsNoLongerRetained) {
  EventEncoder encoder("n", {1, 1'000'000});
  encoder.Add(EverythingInOne(1));
  encoder.Add(EverythingInOne(2));
  Chunk chunk = *encoder.Finish().front();
  chunk.parts.erase(chunk.parts.begin());
  EventDecoder decoder(2);
  EXPECT_EQ(Decode(decoder, {std::make_shared<const Chunk>(chunk)}),
            std::vector<std::string>{ToText(EverythingInOne(2))});
}

TEST(EventDecoderTest, RefusesWhatTheEncoderCannotHaveWritten) {
  EventEncoder encoder("n");
  encoder.Add(EverythingInOne(1));
  const Chunk good = *encoder.Finish().front();
  const auto decode = [](const Chunk& chunk) {
    EventDecoder decoder(1);
    return decoder.Decode(chunk, [](const engine::Event&) {}).code();
  };
  EXPECT_EQ(decode(good), absl::StatusCode::kOk);

  Chunk torn = good;
  torn.parts[0].size -= 1;
  EXPECT_EQ(decode(torn), absl::StatusCode::kDataLoss);

  Chunk other_revision = good;
  other_revision.parts[0].revision = 2;
  EXPECT_EQ(decode(other_revision), absl::StatusCode::kDataLoss);

  Chunk no_target = good;
  no_target.bytes = std::string("\x0a\x0a\x08\x01\x18\x01\x20\x01\x32\x02\x08\x01", 12);
  no_target.parts[0].size = no_target.bytes.size();
  EXPECT_EQ(decode(no_target), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace cache_invalidation::wire
