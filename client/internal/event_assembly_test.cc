#include "client/internal/event_assembly.h"

#include <string>

#include "gtest/gtest.h"

namespace cache_invalidation::client::internal {
namespace {

Event Part(uint64_t revision, const std::string& tag) {
  return {.revision = revision,
          .source = EventSource::kWrite,
          .causes = {{.step = CauseStep::kRule, .name = "rule of " + tag}},
          .invalidations = {{.target = TargetKind::kTag, .name = tag, .causes = {0}}}};
}

// What came out, as "revision:tag,tag".
std::string Show(const std::vector<Event>& events) {
  std::string out;
  for (const Event& event : events) {
    out += (out.empty() ? "" : " ") + std::to_string(event.revision) + ":";
    for (const Invalidation& invalidation : event.invalidations) {
      if (&invalidation != &event.invalidations.front()) out += ",";
      out += invalidation.name;
    }
  }
  return out;
}

class EventAssemblyTest : public testing::Test {
 protected:
  absl::Status Add(EventAssembly& assembly, uint64_t revision, uint32_t part, bool last,
                   const std::string& tag) {
    return assembly.Add(Part(revision, tag), part, last, events_);
  }

  EventAssembly all_{false};
  EventAssembly filtered_{true};
  std::vector<Event> events_;
};

TEST_F(EventAssemblyTest, HandsOutWholeRevisions) {
  all_.Restart(0);
  EXPECT_TRUE(Add(all_, 1, 0, true, "a").ok());
  EXPECT_TRUE(Add(all_, 2, 0, false, "b").ok());
  EXPECT_EQ(Show(events_), "1:a");
  EXPECT_EQ(all_.revision(), 1u);
  EXPECT_TRUE(Add(all_, 2, 1, false, "c").ok());
  EXPECT_TRUE(Add(all_, 2, 2, true, "d").ok());
  EXPECT_EQ(Show(events_), "1:a 2:b,c,d");
  EXPECT_EQ(all_.revision(), 2u);
}

TEST_F(EventAssemblyTest, KeepsCausesWithTheirInvalidations) {
  all_.Restart(0);
  ASSERT_TRUE(Add(all_, 1, 0, false, "a").ok());
  ASSERT_TRUE(Add(all_, 1, 1, true, "b").ok());
  ASSERT_EQ(events_.size(), 1u);
  const Event& event = events_[0];
  for (const Invalidation& invalidation : event.invalidations) {
    ASSERT_EQ(invalidation.causes.size(), 1u);
    EXPECT_EQ(event.causes[invalidation.causes[0]].name, "rule of " + invalidation.name);
  }
}

TEST_F(EventAssemblyTest, IgnoresWhatItHad) {
  all_.Restart(4);
  EXPECT_TRUE(Add(all_, 4, 0, true, "old").ok());
  EXPECT_TRUE(Add(all_, 5, 0, false, "a").ok());
  EXPECT_TRUE(Add(all_, 5, 0, false, "a").ok());
  EXPECT_TRUE(Add(all_, 5, 1, true, "b").ok());
  EXPECT_TRUE(Add(all_, 5, 1, true, "b").ok());
  EXPECT_EQ(Show(events_), "5:a,b");
}

TEST_F(EventAssemblyTest, NoticesHolesInWhatIsNotFiltered) {
  all_.Restart(4);
  EXPECT_FALSE(Add(all_, 6, 0, true, "a").ok());
  all_.Restart(4);
  EXPECT_FALSE(Add(all_, 5, 1, true, "a").ok());
  all_.Restart(4);
  EXPECT_TRUE(Add(all_, 5, 0, false, "a").ok());
  EXPECT_FALSE(Add(all_, 5, 2, true, "c").ok());
  all_.Restart(4);
  EXPECT_TRUE(Add(all_, 5, 0, false, "a").ok());
  EXPECT_FALSE(Add(all_, 6, 0, true, "b").ok());
  EXPECT_EQ(Show(events_), "");
}

TEST_F(EventAssemblyTest, NoticesDisorder) {
  filtered_.Restart(4);
  EXPECT_TRUE(Add(filtered_, 9, 0, false, "a").ok());
  EXPECT_FALSE(Add(filtered_, 8, 0, true, "b").ok());
}

TEST_F(EventAssemblyTest, AFilterMayTakeAnyPart) {
  filtered_.Restart(0);
  EXPECT_TRUE(Add(filtered_, 3, 1, false, "a").ok());
  EXPECT_TRUE(Add(filtered_, 3, 4, false, "b").ok());
  EXPECT_TRUE(Add(filtered_, 7, 2, true, "c").ok());  // the last part of 3 did not pass
  EXPECT_EQ(Show(events_), "3:a,b 7:c");
}

TEST_F(EventAssemblyTest, ProgressCompletesAndPasses) {
  filtered_.Restart(0);
  EXPECT_TRUE(Add(filtered_, 3, 0, false, "a").ok());
  filtered_.Pass(2, events_);
  EXPECT_EQ(Show(events_), "");
  filtered_.Pass(3, events_);
  EXPECT_EQ(Show(events_), "3:a");
  filtered_.Pass(10, events_);
  EXPECT_EQ(filtered_.revision(), 10u);
  EXPECT_TRUE(Add(filtered_, 10, 0, true, "late").ok());
  EXPECT_EQ(Show(events_), "3:a");
}

TEST_F(EventAssemblyTest, RestartForgetsWhatWasIncomplete) {
  all_.Restart(0);
  EXPECT_TRUE(Add(all_, 1, 0, false, "a").ok());
  all_.Restart(0);
  EXPECT_TRUE(Add(all_, 1, 0, true, "b").ok());
  EXPECT_EQ(Show(events_), "1:b");
}

}  // namespace
}  // namespace cache_invalidation::client::internal
