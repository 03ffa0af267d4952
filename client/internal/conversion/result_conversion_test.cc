// SPDX-License-Identifier: Apache-2.0

// Every field of every result survives the way into the SDK's types and back. A field that is added
// to the contract and forgotten here fails.

#include <string>

#include "client/internal/conversion/conversion.h"
#include "client/internal/conversion/testing/filled_message.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"

namespace cache_invalidation::client::internal {
namespace {

// More than any oneof has members, and than any enum has values.
constexpr int kVariants = 12;

std::string Difference(const google::protobuf::Message& a, const google::protobuf::Message& b) {
  google::protobuf::util::MessageDifferencer differencer;
  std::string difference;
  differencer.ReportDifferencesToString(&difference);
  differencer.Compare(a, b);
  return difference;
}

template <typename Message>
class ResultConversionTest : public testing::Test {};

using Results =
    testing::Types<v1::RegisterRuleResponse, v1::GetRuleResponse, v1::ListRulesResponse,
                   v1::RegisterRelationshipResponse, v1::ListRelationshipsResponse,
                   v1::AddCacheDependencyResponse, v1::RemoveCacheDependencyResponse,
                   v1::ListCacheDependenciesResponse, v1::WriteEvent,
                   v1::InvalidateByWritesResponse, v1::Explanation, v1::InvalidateResponse,
                   v1::InvalidateWithDependenciesResponse, v1::ScheduleBatchInvalidationResponse,
                   v1::FlushPendingInvalidationsResponse, v1::TrackEntriesResponse,
                   v1::LookupEntryResponse, v1::ValidateResponse, v1::InvalidationStats,
                   v1::ListNamespacesResponse, v1::DeleteNamespaceResponse, v1::Event, v1::Reset,
                   v1::ApplyDeclarationsResponse, v1::ListSubscribersResponse>;
TYPED_TEST_SUITE(ResultConversionTest, Results);

// What an Event does not keep: it is always a whole revision.
void Normalize(google::protobuf::Message& message) {
  if (auto* event = dynamic_cast<v1::Event*>(&message)) {
    event->set_part(0);
    event->set_last_part(true);
  }
}

TYPED_TEST(ResultConversionTest, KeepsEveryField) {
  for (int variant = 0; variant < kVariants; ++variant) {
    TypeParam message;
    FillMessage(&message, variant);
    Normalize(message);
    TypeParam back;
    ToProto(FromProto(message), &back);
    EXPECT_EQ(Difference(message, back), "") << "variant " << variant;
  }
}

TYPED_TEST(ResultConversionTest, KeepsWhatIsAbsentAbsent) {
  const TypeParam empty;
  TypeParam once, twice;
  ToProto(FromProto(empty), &once);
  ToProto(FromProto(once), &twice);
  EXPECT_EQ(Difference(once, twice), "");
}

// The same default everywhere: absent or 0 in a message or in YAML is 1 in C++.
TEST(RelationshipConversionTest, HasTheDefaultDepthIfNoneIsGiven) {
  EXPECT_EQ(FromProto(v1::Relationship()).cascade_depth, 1u);
  EXPECT_EQ(DataRelationship().cascade_depth, 1u);
}

TEST(SingleWriteConversionTest, AnswersTheSameAsSeveralWrites) {
  v1::InvalidateByWriteResponse one;
  FillMessage(&one, 0);
  v1::InvalidateByWritesResponse several;
  ASSERT_TRUE(several.ParseFromString(one.SerializeAsString()));
  EXPECT_EQ(FromProto(one), FromProto(several));
}

TEST(PlainResultConversionTest, KeepsTheirOneField) {
  v1::DeleteRuleResponse rule;
  v1::DeleteRelationshipResponse relationship;
  v1::UntrackEntriesResponse untracked;
  v1::SetBatchDelayResponse delay;
  FillMessage(&rule, 0);
  FillMessage(&relationship, 0);
  FillMessage(&untracked, 0);
  FillMessage(&delay, 0);
  EXPECT_TRUE(FromProto(rule));
  EXPECT_TRUE(FromProto(relationship));
  EXPECT_EQ(FromProto(untracked), untracked.found());
  EXPECT_EQ(FromProto(delay), absl::Seconds(1) + absl::Nanoseconds(2));
}

TEST(StartedConversionTest, KeepsEveryField) {
  v1::Started started;
  FillMessage(&started, 0);
  const SubscriptionStarted out = FromProto(started);
  EXPECT_EQ(out.head.epoch, started.head().epoch());
  EXPECT_EQ(out.head.revision, started.head().revision());
  EXPECT_EQ(absl::ToInt64Seconds(out.lease), started.lease().seconds());
  EXPECT_EQ(absl::ToInt64Seconds(out.heartbeat), started.heartbeat().seconds());
  EXPECT_EQ(out.start_after, started.start_after());
  EXPECT_EQ(out.instance, started.instance());
  EXPECT_EQ(started.GetDescriptor()->field_count(), 5) << "a field is not looked at here";
}

TEST(UnknownValueTest, IsTakenAsTheOneThatDropsMore) {
  v1::Event event;
  event.add_invalidations()->set_kind(static_cast<v1::InvalidationKind>(99));
  event.set_source(static_cast<v1::EventSource>(99));
  event.add_causes()->set_step(static_cast<v1::CauseStep>(99));
  const Event out = FromProto(event);
  EXPECT_EQ(out.invalidations[0].target, TargetKind::kEverything);
  EXPECT_EQ(out.invalidations[0].kind, InvalidationKind::kEvict);
  EXPECT_EQ(out.source, EventSource::kUnknown);
  EXPECT_EQ(out.causes[0].step, CauseStep::kUnknown);

  v1::ValidateResponse validation;
  validation.add_keys(static_cast<v1::ValidationState>(99));
  EXPECT_EQ(FromProto(validation).keys[0], ValidationState::kMoved);
  v1::LookupEntryResponse lookup;
  lookup.set_state(static_cast<v1::EntryState>(99));
  EXPECT_EQ(FromProto(lookup).state, EntryState::kAbsent);
  v1::TrackEntriesResponse tracked;
  tracked.add_results()->set_outcome(static_cast<v1::FillOutcome>(99));
  EXPECT_EQ(FromProto(tracked).results[0].outcome, FillOutcome::kRefusedPosition);
}

// A target of a kind that only a newer service knows arrives as an unknown field.
TEST(UnknownValueTest, AnUnknownTargetIsEverything) {
  v1::Invalidation invalidation;
  invalidation.set_kind(v1::INVALIDATION_KIND_EVICT);
  const std::string with_field_99 = invalidation.SerializeAsString() + "\x9a\x06\x01x";
  v1::Event event;
  ASSERT_TRUE(event.add_invalidations()->ParseFromString(with_field_99));
  EXPECT_EQ(FromProto(event).invalidations[0].target, TargetKind::kEverything);
}

TEST(TimeConversionTest, KeepsSpans) {
  for (absl::Duration span : {absl::ZeroDuration(), absl::Nanoseconds(1), absl::Milliseconds(1500),
                              absl::Hours(87'600), -absl::Milliseconds(1500)}) {
    google::protobuf::Duration message;
    ToProto(span, &message);
    EXPECT_EQ(FromProto(message), span);
    EXPECT_GE(message.seconds() * message.nanos(), 0) << "the signs must agree";
  }
}

TEST(TimeConversionTest, ClampsInfinity) {
  google::protobuf::Duration message;
  ToProto(absl::InfiniteDuration(), &message);
  EXPECT_EQ(message.seconds(), 315'576'000'000);
}

TEST(TimeConversionTest, KeepsMoments) {
  for (absl::Time moment : {absl::UnixEpoch(), absl::FromUnixMillis(1'577'836'800'250),
                            absl::UnixEpoch() - absl::Milliseconds(250)}) {
    google::protobuf::Timestamp message;
    ToProto(moment, &message);
    EXPECT_EQ(FromProto(message), moment);
    EXPECT_GE(message.nanos(), 0);
  }
}

}  // namespace
}  // namespace cache_invalidation::client::internal
