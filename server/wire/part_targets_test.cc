// SPDX-License-Identifier: Apache-2.0

#include "server/wire/event_codec.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "protos/cache_invalidation/v1/subscription_service.pb.h"

namespace cache_invalidation::wire {
namespace {

using engine::TargetKind;

std::vector<std::string> TargetsOf(absl::string_view part) {
  std::vector<PartTarget> targets;
  AppendTargets(part, targets);
  std::vector<std::string> texts;
  for (const PartTarget& target : targets) {
    switch (target.target) {
      case TargetKind::kEverything:
        texts.push_back("everything");
        break;
      case TargetKind::kTag:
        texts.push_back("tag " + std::string(target.name));
        break;
      case TargetKind::kKey:
        texts.push_back("key " + std::string(target.name));
        break;
      case TargetKind::kPattern:
        texts.push_back("pattern " + std::string(target.name));
        break;
    }
  }
  return texts;
}

v1::SubscribeResponse Response() {
  v1::SubscribeResponse response;
  v1::Event& event = *response.add_events();
  event.set_revision(300);
  event.set_part(2);
  event.set_last_part(true);
  event.set_source(v1::EVENT_SOURCE_WRITE);
  event.add_causes()->set_name("a rule");
  return response;
}

TEST(PartTargetsTest, ReadsEveryKindInOrderAndSkipsTheRest) {
  v1::SubscribeResponse response = Response();
  v1::Event& event = *response.mutable_events(0);
  v1::Invalidation* tag = event.add_invalidations();
  tag->set_tag("user:42");
  tag->set_kind(v1::INVALIDATION_KIND_MARK_STALE);
  for (uint32_t cause = 0; cause < 300; ++cause) tag->add_causes(cause);
  event.add_invalidations()->set_key("profile");
  event.add_invalidations()->set_pattern("user:.*");
  event.add_invalidations()->set_everything(true);
  EXPECT_EQ(
      TargetsOf(response.SerializeAsString()),
      (std::vector<std::string>{"tag user:42", "key profile", "pattern user:.*", "everything"}));
}

TEST(PartTargetsTest, AnUnknownTargetIsEverything) {
  v1::SubscribeResponse response = Response();
  response.mutable_events(0)->add_invalidations()->add_causes(1);
  v1::Invalidation* later = response.mutable_events(0)->add_invalidations();
  later->GetReflection()->MutableUnknownFields(later)->AddLengthDelimited(77, "a newer kind");
  EXPECT_EQ(TargetsOf(response.SerializeAsString()),
            (std::vector<std::string>{"everything", "everything"}));
}

TEST(PartTargetsTest, ABrokenEntryIsEverythingWhereverItBreaks) {
  v1::SubscribeResponse response = Response();
  response.mutable_events(0)->add_invalidations()->set_tag("user:42");
  const std::string part = response.SerializeAsString();
  for (size_t size = 1; size < part.size(); ++size) {
    const std::vector<std::string> targets = TargetsOf(absl::string_view(part).substr(0, size));
    ASSERT_FALSE(targets.empty()) << size;
    EXPECT_EQ(targets.back(), "everything") << size;
  }
  EXPECT_EQ(TargetsOf("\x0a\x04\x32\x02\x12\x7f"), (std::vector<std::string>{"everything"}))
      << "a tag longer than its invalidation";
}

}  // namespace
}  // namespace cache_invalidation::wire
