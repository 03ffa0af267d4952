// SPDX-License-Identifier: Apache-2.0

// Eight clients make every kind of call in four namespaces while eight subscribers listen, one of
// them in each namespace without filter and without interruption. What every subscriber received is
// checked against the delivery guarantees, and the results of a client's calls against its earlier
// calls.

#include <atomic>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "grpcpp/create_channel.h"
#include "gtest/gtest.h"
#include "server/server.h"
#include "tests/conformance/recording_subscriber.h"
#include "tests/conformance/validators.h"
#include "tests/services/random_calls.h"
#include "tests/support/local_server.h"

namespace cache_invalidation {
namespace {

using conformance::PublishedHistory;
using conformance::RecordingSubscriber;

constexpr int kClients = 8;
constexpr int kNamespaces = 4;
constexpr int kCallsPerClient = 600;

class MixedCallsTest : public testing::Test {
 protected:
  // One namespace with its two subscribers.
  struct Space {
    std::string name;
    std::atomic<uint64_t> told = 0;  // the highest revision that a client was answered
    std::atomic<uint64_t> end = 0;   // the last revision, once nothing more comes
    std::unique_ptr<RecordingSubscriber> all;
    std::unique_ptr<RecordingSubscriber> filtered;
  };

  void SetUp() override {
    RecordProperty("seed", absl::StrCat(seed_));
    ServerOptions options = OnLoopback();
    options.shards = 2;
    options.heartbeat = absl::Milliseconds(200);
    server_ = StartServer(std::move(options));
    for (int i = 0; i < kNamespaces; ++i) {
      Space& space = spaces_[i];
      space.name = absl::StrCat("space", i);
      space.all = Subscribe(space, {});
      space.filtered = Subscribe(space, {"type1", "type2:3"});
    }
  }

  std::shared_ptr<grpc::Channel> Connect() {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // a connection of its own
    return grpc::CreateCustomChannel(EndpointOf(*server_), grpc::InsecureChannelCredentials(),
                                     arguments);
  }

  // Connected once Started has come, so that it misses nothing that is written later.
  std::unique_ptr<RecordingSubscriber> Subscribe(Space& space, std::vector<std::string> tags) {
    v1::Subscription subscription;
    subscription.set_namespace_(space.name);
    subscription.set_name("test");
    subscription.set_acknowledges(true);
    subscription.mutable_lease()->set_seconds(1);
    for (const std::string& tag : tags) subscription.add_tags(tag);
    auto subscriber = std::make_unique<RecordingSubscriber>(Connect(), subscription,
                                                            [&space] { return space.told.load(); });
    subscriber->Connect();
    EXPECT_TRUE(subscriber->Read());
    return subscriber;
  }

  // Listens until everything has arrived; loses its stream now and then if it is the sort.
  static void Listen(Space& space, RecordingSubscriber& subscriber, bool breaks, uint32_t seed) {
    std::mt19937 random(seed);
    while (space.end == 0 || subscriber.complete_revision() < space.end) {
      if (!subscriber.connected()) subscriber.Connect();
      ASSERT_TRUE(subscriber.Read()) << subscriber.end().error_message();
      if (random() % 8 == 0) subscriber.Renew();
      if (breaks && random() % 64 == 0) subscriber.Disconnect();
    }
  }

  void MakeCalls(uint32_t seed) {
    RandomCalls calls(Connect(), seed);
    std::mt19937 random(seed);
    uint64_t seen[kNamespaces] = {};
    for (int i = 0; i < kCallsPerClient; ++i) {
      const uint32_t chosen = random() % kNamespaces;
      Space& space = spaces_[chosen];
      const uint64_t revision = calls.Call(space.name);
      if (revision == 0) continue;
      // Nobody is answered with a past before its own.
      EXPECT_GE(revision, seen[chosen]);
      seen[chosen] = revision;
      uint64_t told = space.told;
      while (told < revision && !space.told.compare_exchange_weak(told, revision)) {
      }
    }
  }

  // Flushes what is pending, so that no timer adds to the history.
  void Settle() {
    const auto invalidations = v1::InvalidationService::NewStub(Connect());
    for (Space& space : spaces_) {
      v1::FlushPendingInvalidationsRequest request;
      request.set_namespace_(space.name);
      // A last event that passes every filter, so that every reader comes to the end.
      v1::InvalidateRequest everything;
      everything.set_namespace_(space.name);
      everything.set_everything(true);
      v1::FlushPendingInvalidationsResponse flushed;
      v1::InvalidateResponse invalidated;
      grpc::ClientContext first;
      grpc::ClientContext second;
      ASSERT_TRUE(invalidations->FlushPendingInvalidations(&first, request, &flushed).ok());
      ASSERT_TRUE(invalidations->Invalidate(&second, everything, &invalidated).ok());
      space.told = invalidated.position().revision();
      space.end = invalidated.position().revision();
    }
  }

  const uint32_t seed_ = std::random_device{}();
  std::unique_ptr<Server> server_;
  Space spaces_[kNamespaces];
};

// Everything of one history, as the subscriber without filter and without a break saw it.
PublishedHistory HistoryOf(const RecordingSubscriber& subscriber) {
  PublishedHistory published;
  for (const auto& step : subscriber.history().streams.front().steps) {
    const auto* response = absl::get_if<v1::SubscribeResponse>(&step);
    if (response == nullptr) continue;
    for (const v1::Event& part : response->events()) published.Add(part);
  }
  return published;
}

TEST_F(MixedCallsTest, EveryHistoryIsAsPromised) {
  std::vector<std::thread> listeners;
  for (Space& space : spaces_) {
    listeners.emplace_back([&] { Listen(space, *space.all, /*breaks=*/false, seed_); });
    listeners.emplace_back([&] { Listen(space, *space.filtered, /*breaks=*/true, seed_ + 1); });
  }
  std::vector<std::thread> clients;
  for (int i = 0; i < kClients; ++i) {
    clients.emplace_back([this, i] { MakeCalls(seed_ + static_cast<uint32_t>(i)); });
  }
  for (std::thread& client : clients) client.join();
  Settle();
  for (std::thread& listener : listeners) listener.join();

  for (const Space& space : spaces_) {
    const PublishedHistory published = HistoryOf(*space.all);
    EXPECT_GE(published.head(), kCallsPerClient * kClients / kNamespaces / 4);
    ASSERT_EQ(published.head(), space.end) << space.name << ", seed " << seed_;
    for (const RecordingSubscriber* subscriber : {space.all.get(), space.filtered.get()}) {
      EXPECT_THAT(conformance::CheckAll(subscriber->history(), published), testing::IsEmpty())
          << space.name << ", seed " << seed_;
    }
  }
}

}  // namespace
}  // namespace cache_invalidation
