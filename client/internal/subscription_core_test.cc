// SPDX-License-Identifier: Apache-2.0

#include "client/internal/subscription_core.h"

#include <memory>
#include <string>

#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace cache_invalidation::client::internal {
namespace {

Event Part(uint64_t revision, const std::string& tag) {
  return {.revision = revision,
          .source = EventSource::kWrite,
          .causes = {{.step = CauseStep::kRule, .name = "rule of " + tag}},
          .invalidations = {{.target = TargetKind::kTag, .name = tag, .causes = {0}}}};
}

// Returns the complete revisions, as "revision:tag,tag".
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

constexpr absl::Duration At(int64_t seconds) { return absl::Seconds(seconds); }

v1::SubscribeResponse Response(const std::string& text) {
  v1::SubscribeResponse response;
  if (!google::protobuf::TextFormat::ParseFromString(text, &response)) ADD_FAILURE() << text;
  return response;
}

// Lease 9 s: a message is due every 3 s; heartbeat 2 s: silence is noticed after 6.
v1::SubscribeResponse Started(uint64_t head, uint64_t start_after,
                              const std::string& epoch = "e1") {
  return Response("started { head { epoch: '" + epoch + "' revision: " + std::to_string(head) +
                  " } start_after: " + std::to_string(start_after) +
                  " lease { seconds: 9 } heartbeat { seconds: 2 } instance: 'i' }");
}

v1::SubscribeResponse EventAt(uint64_t revision) {
  return Response("events { revision: " + std::to_string(revision) +
                  " last_part: true invalidations { tag: 't' } }");
}

v1::SubscribeResponse Progress(uint64_t revision, uint64_t echo) {
  return Response("progress { revision: " + std::to_string(revision) +
                  " echoed_sequence: " + std::to_string(echo) + " }");
}

// Returns the deliveries as short texts.
std::string Show(const std::vector<Delivery>& deliveries) {
  struct Shower {
    std::string operator()(const SubscriptionStarted& started) const {
      return "started@" + std::to_string(started.start_after);
    }
    std::string operator()(const SubscriptionReset& reset) const {
      return "reset@" + std::to_string(reset.start_after.revision);
    }
    std::string operator()(const Event& event) const {
      return "event@" + std::to_string(event.revision);
    }
    std::string operator()(const SubscriptionProgress& progress) const {
      return "progress@" + std::to_string(progress.position.revision);
    }
  };
  std::string out;
  for (const Delivery& delivery : deliveries) {
    out += (out.empty() ? "" : " ") + std::visit(Shower(), delivery);
  }
  return out;
}

class SubscriptionCoreTest : public testing::Test {
 protected:
  void Make(SubscriptionOptions options) {
    options.name = "web";
    core_ = std::make_unique<SubscriptionCore>("shop", options, "random");
  }

  // A core whose first stream has started at revision 10, at time 0, and has acknowledged that.
  void MakeStarted(SubscriptionOptions options = {}) {
    const bool acknowledges = options.acknowledgement != Acknowledgement::kNone;
    Make(std::move(options));
    core_->Begin(At(0));
    EXPECT_EQ(Show(Receive(Started(10, 10), At(0))), "started@10");
    EXPECT_EQ(AcknowledgedAt(At(0)), acknowledges ? 10 : -1);
  }

  // Returns what the core delivers for a response.
  std::vector<Delivery> Receive(const v1::SubscribeResponse& response, absl::Duration now) {
    std::vector<Delivery> deliveries;
    status_ = core_->Receive(response, now, deliveries);
    return deliveries;
  }

  // Returns the revision that the due message acknowledges, -1 if none is due.
  int64_t AcknowledgedAt(absl::Duration now) {
    const auto message = core_->NextMessage(now);
    return message.has_value() ? static_cast<int64_t>(message->acknowledged_revision()) : -1;
  }

  std::unique_ptr<SubscriptionCore> core_;
  absl::Status status_;  // of the last Receive
};

TEST_F(SubscriptionCoreTest, TheFirstMessageOpens) {
  Make({.start_after = Position{"e0", 4}, .tags = {"user"}, .lease = absl::Seconds(20)});
  const v1::SubscribeRequest request = core_->Begin(At(0));
  EXPECT_EQ(request.sequence(), 1u);
  EXPECT_EQ(request.subscription().namespace_(), "shop");
  EXPECT_EQ(request.subscription().name(), "web");
  EXPECT_EQ(request.subscription().instance(), "random");
  EXPECT_EQ(request.subscription().start_after().epoch(), "e0");
  EXPECT_EQ(request.subscription().start_after().revision(), 4u);
  EXPECT_EQ(request.subscription().tags(0), "user");
  EXPECT_TRUE(request.subscription().acknowledges());
  EXPECT_EQ(request.subscription().lease().seconds(), 20);
}

TEST_F(SubscriptionCoreTest, StartsAtTheHeadByDefault) {
  Make({});
  EXPECT_FALSE(core_->Begin(At(0)).subscription().has_start_after());
}

TEST_F(SubscriptionCoreTest, DeliversInTheOrderOfAMessage) {
  Make({});
  core_->Begin(At(0));
  v1::SubscribeResponse response = Started(12, 3);
  response.MergeFrom(Response("reset { start_after { epoch: 'e1' revision: 5 } }"));
  response.MergeFrom(EventAt(6));
  response.MergeFrom(Progress(6, 1));
  EXPECT_EQ(Show(Receive(response, At(1))), "started@3 reset@5 event@6 progress@6");
}

TEST_F(SubscriptionCoreTest, ResumesAfterTheLastCompleteRevision) {
  MakeStarted();
  EXPECT_EQ(Show(Receive(EventAt(11), At(1))), "event@11");
  EXPECT_EQ(Show(Receive(Response("events { revision: 12 part: 0 }"), At(1))), "");
  const v1::SubscribeRequest request = core_->Begin(At(2));
  EXPECT_EQ(request.sequence(), 1u);
  EXPECT_EQ(request.subscription().start_after().epoch(), "e1");
  EXPECT_EQ(request.subscription().start_after().revision(), 11u);
  Receive(Started(12, 11), At(2));
  EXPECT_EQ(Show(Receive(EventAt(12), At(2))), "event@12");
}

TEST_F(SubscriptionCoreTest, ResumesAfterProgress) {
  MakeStarted({.tags = {"user"}});
  EXPECT_EQ(Show(Receive(Progress(25, 0), At(1))), "progress@25");
  EXPECT_EQ(core_->Begin(At(2)).subscription().start_after().revision(), 25u);
}

TEST_F(SubscriptionCoreTest, GoesOnWhereAResetSays) {
  MakeStarted();
  core_->Begin(At(1));
  v1::SubscribeResponse response = Started(3, 3, "e2");
  response.MergeFrom(
      Response("reset { reason: RESET_REASON_EPOCH start_after { epoch: 'e2' revision: 3 } }"));
  EXPECT_EQ(Show(Receive(response, At(1))), "started@3 reset@3");
  EXPECT_EQ(Show(Receive(EventAt(4), At(1))), "event@4");
  const v1::SubscribeRequest request = core_->Begin(At(2));
  EXPECT_EQ(request.subscription().start_after().epoch(), "e2");
  EXPECT_EQ(request.subscription().start_after().revision(), 4u);
}

TEST_F(SubscriptionCoreTest, ReplacesAStreamThatBreaksItsPromises) {
  MakeStarted();
  Receive(EventAt(13), At(1));
  EXPECT_FALSE(status_.ok()) << "11 and 12 are missing";
  Receive(Started(10, 10), At(1));
  EXPECT_FALSE(status_.ok()) << "started twice";
  Make({});
  core_->Begin(At(0));
  Receive(EventAt(1), At(1));
  EXPECT_FALSE(status_.ok()) << "before its start";
}

TEST_F(SubscriptionCoreTest, DeliversWhatWasToldBeforeAPromiseWasBroken) {
  MakeStarted();
  v1::SubscribeResponse response = EventAt(11);
  response.MergeFrom(EventAt(13));
  EXPECT_EQ(Show(Receive(response, At(1))), "event@11");
  EXPECT_FALSE(status_.ok());
  EXPECT_EQ(core_->Begin(At(2)).subscription().start_after().revision(), 11u);
}

TEST_F(SubscriptionCoreTest, AcknowledgesWhatWasDelivered) {
  MakeStarted();
  EXPECT_EQ(AcknowledgedAt(At(1)), -1);
  Receive(EventAt(11), At(1));
  EXPECT_EQ(AcknowledgedAt(At(1)), 11);
  EXPECT_EQ(AcknowledgedAt(At(1)), -1);
  Receive(Progress(11, 2), At(1));
  EXPECT_EQ(AcknowledgedAt(At(1)), -1) << "an echo that tells nothing new is not answered";
  Receive(Progress(20, 2), At(1));
  EXPECT_EQ(AcknowledgedAt(At(1)), 20);
}

TEST_F(SubscriptionCoreTest, AcknowledgesAnewOnEveryStream) {
  MakeStarted();
  Receive(EventAt(11), At(1));
  core_->Begin(At(2));  // before it was acknowledged
  EXPECT_EQ(AcknowledgedAt(At(2)), -1);
  Receive(Started(11, 11), At(2));
  EXPECT_EQ(AcknowledgedAt(At(2)), 11);
}

TEST_F(SubscriptionCoreTest, AcknowledgesAReset) {
  MakeStarted();
  Receive(Response("reset { start_after { epoch: 'e1' revision: 20 } }"), At(1));
  EXPECT_EQ(AcknowledgedAt(At(1)), 20);
  Receive(Response("reset { start_after { epoch: 'e2' revision: 5 } }"), At(1));
  EXPECT_EQ(AcknowledgedAt(At(1)), 5);
}

TEST_F(SubscriptionCoreTest, AcknowledgesNothingUnasked) {
  MakeStarted({.acknowledgement = Acknowledgement::kNone});
  Receive(EventAt(11), At(1));
  EXPECT_EQ(AcknowledgedAt(At(1)), -1);
  EXPECT_EQ(AcknowledgedAt(At(3)), 0) << "the renewal";
}

TEST_F(SubscriptionCoreTest, AcknowledgesWhatTheApplicationSays) {
  MakeStarted({.acknowledgement = Acknowledgement::kExplicit});
  Receive(EventAt(11), At(1));
  Receive(EventAt(12), At(1));
  EXPECT_EQ(AcknowledgedAt(At(1)), -1);
  core_->Acknowledge({"e1", 11});
  EXPECT_EQ(AcknowledgedAt(At(1)), 11);
  core_->Acknowledge({"another", 12});
  EXPECT_EQ(AcknowledgedAt(At(1)), -1);
  core_->Acknowledge({"e1", 12});
  EXPECT_EQ(AcknowledgedAt(At(1)), 12);
  Receive(Progress(30, 0), At(1));
  EXPECT_EQ(AcknowledgedAt(At(1)), 30) << "nothing was delivered since";
  core_->Acknowledge({"e1", 99});
  EXPECT_EQ(AcknowledgedAt(At(1)), -1) << "never above what was sent";
}

TEST_F(SubscriptionCoreTest, AResetMustBeAcknowledgedLikeAnEvent) {
  MakeStarted({.acknowledgement = Acknowledgement::kExplicit});
  core_->Acknowledge({"e1", 10});
  Receive(Response("reset { start_after { epoch: 'e2' revision: 2 } }"), At(1));
  Receive(Progress(5, 0), At(1));
  EXPECT_EQ(AcknowledgedAt(At(1)), -1) << "10 was a revision of another epoch";
  core_->Acknowledge({"e2", 2});
  EXPECT_EQ(AcknowledgedAt(At(1)), 5);
}

TEST_F(SubscriptionCoreTest, RenewsTheLeaseEveryThird) {
  MakeStarted();
  EXPECT_EQ(core_->WakeAt(), At(3));
  EXPECT_EQ(AcknowledgedAt(At(2)), -1);
  EXPECT_EQ(AcknowledgedAt(At(3)), 0);
  EXPECT_EQ(AcknowledgedAt(At(5)), -1);
  EXPECT_EQ(core_->WakeAt(), At(6));
}

TEST_F(SubscriptionCoreTest, TheLeaseRunsFromWhenTheEchoedMessageWasSent) {
  MakeStarted();
  const auto lease_end = [&](uint64_t echo, absl::Duration now) {
    return std::get<SubscriptionProgress>(Receive(Progress(10, echo), now).back()).lease_end;
  };
  EXPECT_EQ(lease_end(0, At(1)), -absl::InfiniteDuration());
  EXPECT_EQ(lease_end(1, At(2)), At(9));
  ASSERT_EQ(core_->NextMessage(At(3))->sequence(), 3u);
  ASSERT_EQ(core_->NextMessage(At(6))->sequence(), 4u);
  EXPECT_EQ(lease_end(4, At(7)), At(15));
  EXPECT_EQ(lease_end(4, At(8)), At(15));
  core_->Begin(At(20));
  Receive(Started(10, 10), At(20));
  EXPECT_EQ(lease_end(0, At(20)), -absl::InfiniteDuration()) << "a new stream, no echo yet";
}

TEST_F(SubscriptionCoreTest, NoticesSilence) {
  MakeStarted();
  EXPECT_FALSE(core_->IsSilent(At(5)));
  EXPECT_TRUE(core_->IsSilent(At(6)));
  Receive(Progress(10, 1), At(5));
  EXPECT_FALSE(core_->IsSilent(At(10)));
  EXPECT_TRUE(core_->IsSilent(At(11)));
}

TEST_F(SubscriptionCoreTest, NoticesAStreamThatDoesNotStart) {
  Make({.start_timeout = absl::Seconds(4)});
  core_->Begin(At(100));
  EXPECT_EQ(core_->WakeAt(), At(104));
  EXPECT_FALSE(core_->IsSilent(At(103)));
  EXPECT_TRUE(core_->IsSilent(At(104)));
  EXPECT_FALSE(core_->NextMessage(At(104)).has_value());
}

}  // namespace
}  // namespace cache_invalidation::client::internal
