// SPDX-License-Identifier: Apache-2.0

// The real server, its network and its subscribers are suspended for a while: nothing is missed,
// and a subscriber that does not read or cannot be reached delays no other.

#include <csignal>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "client/client.h"
#include "client/testing/flaky_proxy.h"
#include "gmock/gmock.h"
#include "grpcpp/create_channel.h"
#include "gtest/gtest.h"
#include "tests/conformance/recording_subscriber.h"
#include "tests/conformance/validators.h"
#include "tests/crash/delivered.h"
#include "tests/crash/flags.h"
#include "tests/crash/loaded_server.h"
#include "tests/support/mortal_server.h"
#include "tests/support/pause.h"

namespace cache_invalidation {
namespace {

using client::Client;
using conformance::PublishedHistory;
using conformance::RecordingSubscriber;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr int kRounds = 9;
// Longer than a subscriber takes for silent who hears nothing, three heartbeats.
const std::string kHeartbeat = "--heartbeat=200ms";
constexpr absl::Duration kStandstill = absl::Milliseconds(900);

TEST(StallTest, NothingIsMissedWhateverStandsStill) {
  const uint32_t seed = absl::GetFlag(FLAGS_seed);
  std::mt19937 random(seed);
  LoadedServer loaded(seed, {kHeartbeat, "--event_cache_bytes=20000"});
  for (int round = 0; round < kRounds && !::testing::Test::HasFailure(); ++round) {
    loaded.answered().AwaitMore(1 + random() % 50);
    switch (round % 3) {
      case 0:
        loaded.process().Signal(SIGSTOP);
        Pause(kStandstill);
        loaded.process().Signal(SIGCONT);
        break;
      case 1:
        loaded.process().proxy().Freeze(true);
        Pause(kStandstill);
        loaded.process().proxy().Freeze(false);
        break;
      default:
        loaded.process().proxy().DropConnections();
        break;
    }
    loaded.CatchUpOnce();
  }
  EXPECT_THAT(loaded.Finish(), IsEmpty());
}

// Subscribers that are looked at one by one, and a writer that waits for them.
class OneSubscriberTest : public testing::Test {
 protected:
  static std::string Endpoint(const MortalServer& server) {
    return "127.0.0.1:" + std::to_string(server.port());
  }

  // An acknowledging subscriber with a lease of a second, which has started.
  std::unique_ptr<RecordingSubscriber> Subscribe(const std::string& name) {
    v1::Subscription subscription;
    subscription.set_name(name);
    subscription.set_acknowledges(true);
    subscription.mutable_lease()->set_seconds(1);
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // a connection of its own
    auto subscriber = std::make_unique<RecordingSubscriber>(
        grpc::CreateCustomChannel(Endpoint(server_), grpc::InsecureChannelCredentials(), arguments),
        subscription, [] { return 0; });
    subscriber->Connect();
    EXPECT_TRUE(subscriber->Read());
    return subscriber;
  }

  // Writes events of kEventBytes, so many that no transport buffers them all, and answers the last
  // revision.
  uint64_t WriteMuch() {
    const auto stream = writer_.OpenWriteStream();
    std::vector<std::string> tags;
    for (int tag = 0; tag < kTagsOfAnEvent; ++tag) {
      const std::string rest(kEventBytes / kTagsOfAnEvent, 'x');
      tags.push_back("tag" + std::to_string(tag) + ":" + rest);
    }
    uint64_t last = 0;
    for (int i = 0; i < kManyEvents; ++i) {
      stream->Write({{.resource_type = "row", .resource_id = std::to_string(i), .tags = tags}},
                    [&last](const absl::StatusOr<client::WriteResult>& result) {
                      ASSERT_TRUE(result.ok()) << result.status();
                      last = result->position.revision;
                    });
    }
    stream->Close();
    return last;
  }

  client::Waiting InvalidateAndWait() {
    const auto result = writer_.Invalidate({.tags = {"all"}, .wait = client::WaitForSubscribers{}});
    EXPECT_TRUE(result.ok()) << result.status();
    return result->waiting.value_or(client::Waiting());
  }

  static constexpr int kManyEvents = 1500;
  static constexpr int kTagsOfAnEvent = 64;
  static constexpr int64_t kEventBytes = 32'000;

  // Memory of far less than WriteMuch writes.
  MortalServer server_{{kHeartbeat, "--event_cache_bytes=1000000", "--longest_earlier_lease=0s"}};
  Client writer_{client::MakeConnection(Endpoint(server_), {.deadline = absl::Minutes(1)})};
};

TEST_F(OneSubscriberTest, WhoNeverReadsHoldsUpNobody) {
  const std::unique_ptr<RecordingSubscriber> never = Subscribe("never reads");
  Delivered reads(writer_);
  const client::Waiting first = InvalidateAndWait();
  EXPECT_TRUE(first.complete());
  EXPECT_THAT(first.waited_for, ElementsAre("delivered", "never reads"));
  EXPECT_THAT(first.lapsed, ElementsAre("never reads"));

  // Once the caches of the store are full, memory does not grow with what is written: history is on
  // disk. It rises and falls by half a WriteMuch with the buffers of the store.
  reads.Await(WriteMuch());
  const int64_t resident = server_.ResidentBytes();
  reads.Await(WriteMuch());
  const uint64_t last = WriteMuch();
  reads.Await(last);
  EXPECT_LT(server_.ResidentBytes() - resident, kManyEvents * kEventBytes);
  EXPECT_THAT(InvalidateAndWait().waited_for, ElementsAre("delivered"));

  // When it reads after all, it finds everything, or a reset in place of what is gone.
  while (never->complete_revision() <= last) ASSERT_TRUE(never->Read());
  PublishedHistory published;
  for (uint64_t revision = 1; revision <= last + 1; ++revision) {
    v1::Event event;
    event.set_revision(revision);
    event.set_last_part(true);
    event.add_invalidations()->set_tag("any");
    published.Add(event);
  }
  EXPECT_THAT(conformance::CheckOrdered(never->history()), IsEmpty());
  EXPECT_THAT(conformance::CheckUnique(never->history()), IsEmpty());
  EXPECT_THAT(conformance::CheckGapFreeOrReset(never->history(), published), IsEmpty());
  EXPECT_THAT(conformance::CheckProgressTruthful(never->history(), published), IsEmpty());
}

// A network that carries nothing any more, and tells neither side.
TEST_F(OneSubscriberTest, AHalfOpenConnectionIsWaitedForUntilItsLeaseEnds) {
  client::FlakyProxy network(server_.port());
  Delivered cut_off(Client(client::MakeConnection(network.endpoint())), absl::Seconds(1));
  network.Freeze(true);
  const client::Waiting waiting = InvalidateAndWait();
  EXPECT_TRUE(waiting.complete());
  EXPECT_THAT(waiting.lapsed, ElementsAre("delivered"));

  // It has noticed, comes back, and learns what it missed.
  cut_off.AwaitLoss();
  network.Freeze(false);
  cut_off.Await(1);
  EXPECT_EQ(cut_off.resets(), 0);
}

}  // namespace
}  // namespace cache_invalidation
