// SPDX-License-Identifier: Apache-2.0

// The model is verified by reading it; these cases, worked out by hand from the design, detect
// errors that the model and the engine have in common.

#include "tests/reference/reference_model.h"

#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "gtest/gtest.h"

namespace cache_invalidation::reference {
namespace {

using engine::CauseStep;
using engine::InvalidationKind;
using engine::NameKind;
using engine::Strategy;
using engine::TargetKind;

const absl::Time kNow = absl::UnixEpoch() + absl::Hours(1);

engine::Relationship Leads(std::string name, std::string from, std::vector<std::string> to,
                           uint32_t depth) {
  engine::Relationship relationship;
  relationship.name = std::move(name);
  relationship.source_type = std::move(from);
  relationship.target_types = std::move(to);
  relationship.cascade_depth = depth;
  return relationship;
}

engine::Rule TagRule(std::string name, std::string trigger, std::string tag, Strategy strategy) {
  engine::Rule rule;
  rule.name = std::move(name);
  rule.trigger_tags = {std::move(trigger)};
  rule.invalidate_tags = {std::move(tag)};
  rule.strategy = strategy;
  return rule;
}

class ReferenceModelTest : public testing::Test {
 protected:
  Prediction Do(const engine::Command& command) { return model_.Apply(command, kNow, nullptr); }

  Prediction Write(absl::string_view type, absl::string_view id) {
    engine::InvalidateByWrites command;
    command.writes.push_back({type, id, "update", {}, nullptr});
    return Do(command);
  }

  Prediction Depend(absl::string_view key, absl::string_view on) {
    engine::AddCacheDependency command;
    command.key = key;
    command.depends_on.names = {on};
    return Do(command);
  }

  Prediction Track(absl::string_view key, std::vector<absl::string_view> tags,
                   std::optional<uint64_t> at = std::nullopt) {
    engine::TrackedEntry entry;
    entry.key = key;
    entry.tags = std::move(tags);
    if (at.has_value()) entry.position = engine::PositionView{"epoch", *at};
    engine::TrackEntries command;
    command.entries = {entry};
    return Do(command);
  }

  // The names of an event, in order.
  static std::vector<std::string> Names(const OwnedEvent& event) {
    std::vector<std::string> names;
    for (const OwnedInvalidation& target : event.invalidations) names.push_back(target.name);
    return names;
  }

  engine::EntryState Look(absl::string_view key) {
    const engine::Result result = model_.Answer(engine::LookupEntry{key}, kNow);
    return std::get<engine::LookupEntryResult>(result).state;
  }

  ReferenceModel model_{"epoch"};
};

TEST_F(ReferenceModelTest, WriteNamesResourceAndCollection) {
  const Prediction prediction = Write("user", "42");
  ASSERT_EQ(prediction.events.size(), 1u);
  EXPECT_EQ(Names(prediction.events[0]), (std::vector<std::string>{"user:#all", "user:42"}));
  EXPECT_EQ(prediction.events[0].revision, 1u);
}

TEST_F(ReferenceModelTest, DepthIsSpentByHops) {
  Do(engine::RegisterRelationship{Leads("us", "user", {"session"}, 2)});
  Do(engine::RegisterRelationship{Leads("sn", "session", {"navigation"}, 1)});
  Do(engine::RegisterRelationship{Leads("nx", "navigation", {"extra"}, 8)});
  EXPECT_EQ(Names(Write("user", "1").events[0]),
            (std::vector<std::string>{"user:#all", "user:1", "navigation", "session"}));
}

TEST_F(ReferenceModelTest, DependentsFollowTransitivelyAndAreNamed) {
  Depend("page", "widget");
  Depend("widget", "user:1");
  const OwnedEvent event = Write("user", "1").events[0];
  EXPECT_EQ(Names(event), (std::vector<std::string>{"user:#all", "user:1", "page", "widget"}));
  EXPECT_EQ(event.invalidations[2].causes,
            (std::vector<OwnedCause>{{CauseStep::kDependency, "widget", false}}));
}

TEST_F(ReferenceModelTest, EntryHitThroughItsTagsIsImpliedItsDependentsAreNamed) {
  Track("list", {"user:#all"});
  Depend("page", "list");
  EXPECT_EQ(Names(Write("user", "7").events[0]),
            (std::vector<std::string>{"user:#all", "user:7", "page"}));
  EXPECT_EQ(Look("list"), engine::EntryState::kAbsent);
}

TEST_F(ReferenceModelTest, LazyMarksEntriesAndDependents) {
  Do(engine::RegisterRule{TagRule("lazy", "user", "report", Strategy::kLazy)});
  Track("r", {"report:1"});
  Track("p", {"page"});
  Depend("p", "r");
  const OwnedEvent event = Write("user", "1").events[0];
  EXPECT_EQ(Names(event), (std::vector<std::string>{"user:#all", "user:1", "report", "p"}));
  EXPECT_EQ(event.invalidations[3].kind, InvalidationKind::kMarkStale);
  EXPECT_EQ(Look("r"), engine::EntryState::kStale);
  EXPECT_EQ(Look("p"), engine::EntryState::kStale);
  Track("r", {});
  EXPECT_EQ(Look("r"), engine::EntryState::kFresh);
}

TEST_F(ReferenceModelTest, FillThatCameTooLateIsRefused) {
  Write("user", "1");
  const auto late = std::get<engine::TrackEntriesResult>(Track("k", {"user:1:name"}, 0).result);
  EXPECT_EQ(late.results[0].outcome, engine::FillOutcome::kRefusedMoved);
  const auto good = std::get<engine::TrackEntriesResult>(Track("k", {"user:1:name"}, 1).result);
  EXPECT_EQ(good.results[0].outcome, engine::FillOutcome::kKept);
}

TEST_F(ReferenceModelTest, BatchIsOneEventAndEvictionsLeaveIt) {
  Do(engine::RegisterRule{TagRule("batch", "form", "state:{resource_id}", Strategy::kBatched)});
  Write("form", "1");
  const Prediction second = Write("form", "2");
  EXPECT_EQ(std::get<engine::InvalidationResult>(second.result).pending_targets, 2u);
  engine::Invalidate call;
  call.tags = {"state:1"};
  Do(call);
  const Prediction flush = Do(engine::FlushPendingInvalidations{});
  EXPECT_EQ(std::get<engine::FlushResult>(flush.result).flushed, 1u);
  EXPECT_EQ(Names(flush.events[0]), (std::vector<std::string>{"state:2"}));
}

TEST_F(ReferenceModelTest, CascadeExpandsTheTypesOfItsTargets) {
  Do(engine::RegisterRelationship{Leads("ci", "computed", {"index"}, 1)});
  Do(engine::RegisterRule{
      TagRule("cascade", "product", "computed:{resource_id}", Strategy::kCascade)});
  const OwnedEvent event = Write("product", "9").events[0];
  EXPECT_EQ(Names(event),
            (std::vector<std::string>{"product:#all", "product:9", "computed:9", "index"}));
  EXPECT_EQ(event.invalidations[3].causes,
            (std::vector<OwnedCause>{{CauseStep::kCascade, "cascade", false}}));
}

TEST_F(ReferenceModelTest, EmptyIdWidens) {
  Do(engine::RegisterRule{TagRule("r", "user", "session:{resource_id}", Strategy::kImmediate)});
  const Prediction prediction = Write("user", "");
  EXPECT_EQ(Names(prediction.events[0]), (std::vector<std::string>{"user", "session"}));
  EXPECT_EQ(std::get<engine::InvalidationResult>(prediction.result).widened, 2u);
}

}  // namespace
}  // namespace cache_invalidation::reference
