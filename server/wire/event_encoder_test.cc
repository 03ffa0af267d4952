// SPDX-License-Identifier: Apache-2.0

#include "common/limits.h"
#include "server/wire/event_codec.h"

#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "protos/cache_invalidation/v1/subscription_service.pb.h"

namespace cache_invalidation::wire {
namespace {

using ChunkPtr = std::shared_ptr<const Chunk>;

// An engine event that owns its names. Must not be moved, since views of short strings would
// dangle.
struct OwnedEvent {
  std::vector<std::string> names;
  engine::Event event;
};

v1::CauseStep ProtoStep(engine::CauseStep step) {
  switch (step) {
    case engine::CauseStep::kDirect:
      return v1::CAUSE_STEP_DIRECT;
    case engine::CauseStep::kRelationship:
      return v1::CAUSE_STEP_RELATIONSHIP;
    case engine::CauseStep::kRule:
      return v1::CAUSE_STEP_RULE;
    case engine::CauseStep::kCascade:
      return v1::CAUSE_STEP_CASCADE;
    case engine::CauseStep::kDependency:
      return v1::CAUSE_STEP_DEPENDENCY;
    case engine::CauseStep::kCall:
      return v1::CAUSE_STEP_CALL;
    case engine::CauseStep::kFillRefused:
      return v1::CAUSE_STEP_FILL_REFUSED;
    case engine::CauseStep::kDependencyMoved:
      return v1::CAUSE_STEP_DEPENDENCY_MOVED;
    case engine::CauseStep::kLimit:
      return v1::CAUSE_STEP_LIMIT;
    case engine::CauseStep::kOthers:
      return v1::CAUSE_STEP_OTHERS;
  }
  return v1::CAUSE_STEP_UNSPECIFIED;
}

v1::EventSource ProtoSource(engine::EventSource source) {
  switch (source) {
    case engine::EventSource::kWrite:
      return v1::EVENT_SOURCE_WRITE;
    case engine::EventSource::kCall:
      return v1::EVENT_SOURCE_CALL;
    case engine::EventSource::kBatch:
      return v1::EVENT_SOURCE_BATCH;
    case engine::EventSource::kFillRefused:
      return v1::EVENT_SOURCE_FILL_REFUSED;
    case engine::EventSource::kDependencyMoved:
      return v1::EVENT_SOURCE_DEPENDENCY_MOVED;
    case engine::EventSource::kLimit:
      return v1::EVENT_SOURCE_LIMIT;
  }
  return v1::EVENT_SOURCE_UNSPECIFIED;
}

void SetTarget(const engine::Invalidation& invalidation, v1::Invalidation& out) {
  const std::string name(invalidation.name);
  switch (invalidation.target) {
    case engine::TargetKind::kEverything:
      out.set_everything(true);
      break;
    case engine::TargetKind::kTag:
      out.set_tag(name);
      break;
    case engine::TargetKind::kKey:
      out.set_key(name);
      break;
    case engine::TargetKind::kPattern:
      out.set_pattern(name);
      break;
  }
}

// The invalidations first..last of an event as the generated classes encode them, with the causes
// in the order of their first use.
v1::Event Expected(const engine::Event& event, size_t first, size_t last, uint32_t part) {
  v1::Event message;
  message.set_revision(event.revision);
  message.set_part(part);
  message.set_last_part(last == event.invalidations.size());
  message.set_source(ProtoSource(event.source));
  if (event.time.has_value()) {
    const int64_t seconds = absl::ToUnixSeconds(*event.time);
    message.mutable_time()->set_seconds(seconds);
    message.mutable_time()->set_nanos(static_cast<int32_t>(
        absl::ToInt64Nanoseconds(*event.time - absl::FromUnixSeconds(seconds))));
  }
  std::vector<int> places(event.causes.size(), -1);
  for (size_t i = first; i < last; ++i) {
    const engine::Invalidation& invalidation = event.invalidations[i];
    v1::Invalidation& out = *message.add_invalidations();
    out.set_kind(invalidation.kind == engine::InvalidationKind::kEvict
                     ? v1::INVALIDATION_KIND_EVICT
                     : v1::INVALIDATION_KIND_MARK_STALE);
    SetTarget(invalidation, out);
    for (const uint32_t cause : event.causes_of(invalidation)) {
      if (places[cause] < 0) {
        places[cause] = message.causes_size();
        v1::Cause& added = *message.add_causes();
        added.set_step(ProtoStep(event.causes[cause].step));
        added.set_name(std::string(event.causes[cause].name));
        added.set_widened(event.causes[cause].widened);
        added.set_condition_failed(event.causes[cause].condition_failed);
      }
      out.add_causes(places[cause]);
    }
  }
  return message;
}

// Checks that the parts of every chunk are contiguous and cover its bytes. Returns all bytes.
std::string Concatenated(const std::vector<ChunkPtr>& chunks, const EncoderLimits& limits) {
  std::string bytes;
  for (const ChunkPtr& chunk : chunks) {
    EXPECT_EQ(chunk->namespace_name, "n");
    EXPECT_FALSE(chunk->parts.empty());
    EXPECT_TRUE(chunk->bytes.size() <= limits.chunk_bytes || chunk->parts.size() == 1);
    size_t offset = 0;
    for (const Chunk::Part& part : chunk->parts) {
      EXPECT_EQ(part.offset, offset);
      offset += part.size;
    }
    EXPECT_EQ(offset, chunk->bytes.size());
    bytes += chunk->bytes;
  }
  return bytes;
}

// Checks that the chunks hold exactly these events, part by part, encoded as by the generated
// classes.
void ExpectEncodes(const std::vector<ChunkPtr>& chunks,
                   const std::vector<const engine::Event*>& events, const EncoderLimits& limits) {
  v1::SubscribeResponse decoded;
  const std::string bytes = Concatenated(chunks, limits);
  ASSERT_TRUE(decoded.ParseFromString(bytes));
  std::vector<Chunk::Part> parts;
  for (const ChunkPtr& chunk : chunks) {
    parts.insert(parts.end(), chunk->parts.begin(), chunk->parts.end());
  }
  ASSERT_EQ(parts.size(), static_cast<size_t>(decoded.events_size()));

  v1::SubscribeResponse expected;
  int at = 0;
  for (const engine::Event* event : events) {
    uint32_t part = 0;
    for (size_t first = 0; first < event->invalidations.size(); ++part, ++at) {
      ASSERT_LT(at, decoded.events_size());
      const size_t last = first + decoded.events(at).invalidations_size();
      ASSERT_GT(last, first);
      *expected.add_events() = Expected(*event, first, last, part);
      EXPECT_EQ(parts[at].revision, event->revision);
      EXPECT_EQ(parts[at].number, part);
      EXPECT_EQ(parts[at].last_part, last == event->invalidations.size());
      EXPECT_TRUE(parts[at].size <= limits.part_bytes + 6 || last == first + 1);
      first = last;
    }
  }
  EXPECT_EQ(bytes, expected.SerializeAsString());
}

void RandomEvent(std::mt19937& random, uint64_t revision, OwnedEvent& out) {
  const auto below = [&random](uint32_t bound) { return static_cast<uint32_t>(random() % bound); };
  const auto name = [&] {
    return std::string(below(4) == 0 ? below(300) : below(20), 'a' + below(26));
  };
  const uint32_t causes = below(8);
  const uint32_t invalidations = 1 + below(30);
  for (uint32_t i = 0; i < causes + invalidations; ++i) {
    out.names.push_back(name());
  }
  out.event.revision = revision;
  out.event.source = static_cast<engine::EventSource>(below(6));
  if (below(4) != 0) {
    out.event.time = absl::UnixEpoch() + absl::Milliseconds(random()) + absl::Nanoseconds(below(3));
  }
  for (uint32_t i = 0; i < causes; ++i) {
    out.event.causes.push_back(
        {static_cast<engine::CauseStep>(below(9)), out.names[i], below(2) == 0});
  }
  for (uint32_t i = 0; i < invalidations; ++i) {
    engine::Invalidation invalidation;
    invalidation.kind = static_cast<engine::InvalidationKind>(below(2));
    invalidation.target = static_cast<engine::TargetKind>(below(4));
    if (invalidation.target != engine::TargetKind::kEverything) {
      invalidation.name = out.names[causes + i];
    }
    invalidation.first_cause = out.event.cause_indexes.size();
    invalidation.cause_count = causes == 0 ? 0 : below(5);
    for (uint32_t k = 0; k < invalidation.cause_count; ++k) {
      out.event.cause_indexes.push_back(below(causes));
    }
    out.event.invalidations.push_back(invalidation);
  }
}

TEST(EventEncoderTest, EncodesWhatTheGeneratedClassesWould) {
  for (uint32_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    std::mt19937 random(seed);
    const EncoderLimits limits{.part_bytes = 50 + random() % 2000,
                               .chunk_bytes = 50 + random() % 5000};
    EventEncoder encoder("n", limits);
    std::vector<std::unique_ptr<OwnedEvent>> owned;
    std::vector<const engine::Event*> events;
    // Revisions and counts around the limits of varint lengths.
    const uint64_t first = uint64_t{1} << (random() % 64);
    for (uint64_t i = 0; i < 1 + random() % 10; ++i) {
      owned.push_back(std::make_unique<OwnedEvent>());
      RandomEvent(random, first + i, *owned.back());
      events.push_back(&owned.back()->event);
      encoder.Add(owned.back()->event);
    }
    ExpectEncodes(encoder.Finish(), events, limits);
  }
}

TEST(EventEncoderTest, SplitsALargeEventAtTheRealLimits) {
  OwnedEvent large;
  for (int i = 0; i < 40'000; ++i) {
    large.names.push_back(absl::StrCat("tag:", i, std::string(60, 'x')));
  }
  large.event.revision = 5;
  large.event.causes = {{engine::CauseStep::kDirect, "", false}};
  large.event.cause_indexes = {0};
  for (const std::string& name : large.names) {
    large.event.invalidations.push_back({.name = name, .first_cause = 0, .cause_count = 1});
  }
  EventEncoder encoder("n");
  encoder.Add(large.event);
  const size_t size = encoder.size_bytes();
  const std::vector<ChunkPtr> chunks = encoder.Finish();
  ExpectEncodes(chunks, {&large.event}, EncoderLimits{});
  EXPECT_EQ(Concatenated(chunks, EncoderLimits{}).size(), size);
  EXPECT_GE(chunks.size(), 3u);
  // A megabyte has room for more than three of the four parts that would just fit.
  EXPECT_GE(chunks.front()->parts.size(), 3u);
  EXPECT_GE(chunks.front()->parts.front().size, kEventPartBytes * 9 / 10);
}

TEST(EventEncoderTest, ALaterPartNamesOnlyItsOwnCauses) {
  engine::Event event;
  event.revision = 1;
  event.causes = {{engine::CauseStep::kRule, "first", false},
                  {engine::CauseStep::kRule, "second", false}};
  event.cause_indexes = {0, 1};
  const std::string name(90, 'k');
  event.invalidations = {{.name = name, .first_cause = 0, .cause_count = 1},
                         {.name = name, .first_cause = 1, .cause_count = 1}};
  EventEncoder encoder("n", {.part_bytes = 100, .chunk_bytes = 1000});
  encoder.Add(event);
  const std::vector<ChunkPtr> chunks = encoder.Finish();
  ASSERT_EQ(chunks.size(), 1u);
  v1::SubscribeResponse decoded;
  ASSERT_TRUE(decoded.ParseFromString(chunks.front()->bytes));
  ASSERT_EQ(decoded.events_size(), 2);
  ASSERT_EQ(decoded.events(1).causes_size(), 1);
  EXPECT_EQ(decoded.events(1).causes(0).name(), "second");
  EXPECT_EQ(decoded.events(1).invalidations(0).causes(0), 0u);
}

// By default a gRPC client accepts messages of up to 4 MiB.
TEST(EventEncoderTest, APartNeverGrowsWithTheCausesOfOneTarget) {
  std::vector<std::string> names;
  for (int i = 0; i < 5000; ++i) names.push_back(absl::StrCat(i, std::string(900, 'n')));
  engine::Event event;
  event.revision = 1;
  for (const std::string& name : names) {
    event.cause_indexes.push_back(event.causes.size());
    event.causes.push_back({engine::CauseStep::kDependency, name});
  }
  event.causes.back().widened = true;
  const uint32_t all = event.causes.size();
  event.invalidations.push_back(
      {engine::InvalidationKind::kEvict, engine::TargetKind::kKey, "report", 0, all});
  event.invalidations.push_back(
      {engine::InvalidationKind::kEvict, engine::TargetKind::kKey, "second", 0, 1});
  EventEncoder encoder("n");
  encoder.Add(event);
  const std::vector<ChunkPtr> chunks = encoder.Finish();
  ASSERT_EQ(chunks.size(), 1u);
  std::vector<std::string> targets;
  for (const Chunk::Part& part : chunks[0]->parts) {
    EXPECT_LE(part.size, kEventPartBytes + 2 * kMaxKeyBytes);
    v1::SubscribeResponse response;
    ASSERT_TRUE(response.ParseFromString(std::string(chunks[0]->part_bytes(part))));
    for (const v1::Invalidation& invalidation : response.events(0).invalidations()) {
      targets.push_back(invalidation.key());
      const v1::Cause& last =
          response.events(0).causes(invalidation.causes(invalidation.causes_size() - 1));
      EXPECT_EQ(last.step() == v1::CAUSE_STEP_OTHERS, invalidation.key() == "report");
      EXPECT_EQ(last.widened(), invalidation.key() == "report") << "one of those left out is";
    }
  }
  EXPECT_EQ(targets, (std::vector<std::string>{"report", "second"})) << "no target is left out";
}

TEST(EventEncoderTest, FinishBeginsAnew) {
  engine::Event event;
  event.revision = 1;
  event.invalidations = {{.name = "a"}};
  EventEncoder encoder("n");
  EXPECT_TRUE(encoder.Finish().empty());
  encoder.Add(event);
  EXPECT_EQ(encoder.Finish().size(), 1u);
  EXPECT_EQ(encoder.size_bytes(), 0u);
  EXPECT_TRUE(encoder.Finish().empty());
  event.revision = 2;
  encoder.Add(event);
  const std::vector<ChunkPtr> chunks = encoder.Finish();
  ASSERT_EQ(chunks.size(), 1u);
  EXPECT_EQ(chunks.front()->first_revision(), 2u);
}

}  // namespace
}  // namespace cache_invalidation::wire
