// SPDX-License-Identifier: Apache-2.0

// Subscriptions over real gRPC, against a service that follows a script, on a clock that stands
// still until the test moves it.

#include "client/internal/stream_threads.h"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "client/client.h"
#include "client/grpc_channel.h"
#include "client/internal/testing/in_process_server.h"
#include "common/mutex.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "protos/cache_invalidation/v1/subscription_service.grpc.pb.h"
#include "tests/fakes/fake_clock.h"

namespace cache_invalidation::client {
namespace {

using Stream = grpc::ServerReaderWriter<v1::SubscribeResponse, v1::SubscribeRequest>;
using Strings = std::vector<std::string>;

v1::SubscribeResponse Response(const std::string& text) {
  v1::SubscribeResponse response;
  if (!google::protobuf::TextFormat::ParseFromString(text, &response)) ADD_FAILURE() << text;
  return response;
}

v1::SubscribeResponse Started(uint64_t start_after) {
  return Response("started { head { epoch: 'e' revision: 100 } start_after: " +
                  std::to_string(start_after) + " lease { seconds: 9 } heartbeat { seconds: 2 } }");
}

v1::SubscribeResponse EventAt(uint64_t revision) {
  return Response("events { revision: " + std::to_string(revision) + " last_part: true }");
}

// Runs one function per stream; when they are used up, streams are refused for good.
class ScriptedService final : public v1::SubscriptionService::Service {
 public:
  using Script = std::function<grpc::Status(const v1::SubscribeRequest& first, Stream& stream)>;

  explicit ScriptedService(std::vector<Script> scripts) : scripts_(std::move(scripts)) {}

  grpc::Status Subscribe(grpc::ServerContext*, Stream* stream) override {
    v1::SubscribeRequest first;
    if (!stream->Read(&first)) return grpc::Status(grpc::StatusCode::CANCELLED, "no first message");
    Script script;
    {
      MutexLock lock(mutex_);
      if (next_ == scripts_.size()) return grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "over");
      script = scripts_[next_++];
    }
    return script(first, *stream);
  }

 private:
  Mutex mutex_;
  std::vector<Script> scripts_;
  size_t next_ ABSL_GUARDED_BY(mutex_) = 0;
};

// Reads until the client has gone, or has said that it leaves.
grpc::Status ReadToTheEnd(Stream& stream) {
  v1::SubscribeRequest request;
  while (stream.Read(&request)) {
    if (request.leaves()) return grpc::Status::OK;
  }
  return grpc::Status(grpc::StatusCode::CANCELLED, "");
}

grpc::Status Draining() { return grpc::Status(grpc::StatusCode::UNAVAILABLE, "draining"); }

// Texts that one thread notes and another waits for, in order: mostly callbacks of the
// application.
class Log {
 public:
  SubscriptionCallbacks Callbacks() {
    return {
        .on_started = [this](const auto& s) { Add("started@" + std::to_string(s.start_after)); },
        .on_reset =
            [this](const auto& r) { Add("reset@" + std::to_string(r.start_after.revision)); },
        .on_event = [this](const auto& e) { Add("event@" + std::to_string(e.revision)); },
        .on_progress =
            [this](const auto& p) { Add("progress@" + std::to_string(p.position.revision)); },
        .on_disconnected = [this](const auto& s) { Add(std::string(s.message())); },
        .on_ended = [this](const auto& s) { Add("ended: " + std::string(s.message())); }};
  }

  void Add(std::string line) {
    MutexLock lock(mutex_);
    lines_.push_back(std::move(line));
    changed_.NotifyAll();
  }

  Strings Await(size_t count) {
    MutexLock lock(mutex_);
    while (lines_.size() < count) changed_.Wait(mutex_);
    return lines_;
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  Strings lines_ ABSL_GUARDED_BY(mutex_);
};

class SubscriptionThreadTest : public testing::Test {
 protected:
  std::unique_ptr<Subscription> Start(std::vector<ScriptedService::Script> scripts,
                                      SubscriptionOptions options = {},
                                      SubscriptionCallbacks callbacks = {}) {
    service_ = std::make_unique<ScriptedService>(std::move(scripts));
    server_ = std::make_unique<internal::InProcessServer>(service_.get());
    ClientOptions client_options;
    client_options.clock = &clock_;
    client_options.random = [] { return 0.5; };
    options.name = "test";
    if (!callbacks.on_event) callbacks = log_.Callbacks();
    return Client(MakeConnection(server_->channel(), client_options)).Subscribe(options, callbacks);
  }

  FakeClock clock_;
  Log log_;
  std::unique_ptr<ScriptedService> service_;
  std::unique_ptr<internal::InProcessServer> server_;
};

TEST_F(SubscriptionThreadTest, DeliversAndAcknowledges) {
  Log acknowledged;
  auto subscription = Start({[&](const auto&, Stream& stream) {
    stream.Write(Started(0));
    stream.Write(EventAt(1));
    v1::SubscribeRequest request;
    while (stream.Read(&request)) {
      acknowledged.Add(std::to_string(request.acknowledged_revision()));
      if (request.acknowledged_revision() == 1) stream.Write(EventAt(2));
      if (request.acknowledged_revision() == 2) break;
    }
    return grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "enough");
  }});
  EXPECT_EQ(log_.Await(4), Strings({"started@0", "event@1", "event@2", "ended: enough"}));
  EXPECT_EQ(acknowledged.Await(2), Strings({"1", "2"}));
}

TEST_F(SubscriptionThreadTest, ReconnectsWithBackoffAndResumes) {
  auto subscription = Start({
      [](const auto& first, Stream& stream) {
        EXPECT_FALSE(first.subscription().has_start_after());
        stream.Write(Started(4));
        stream.Write(EventAt(5));
        return Draining();
      },
      [](const auto& first, Stream&) {
        EXPECT_EQ(first.subscription().start_after().revision(), 5u);
        return Draining();
      },
      [](const auto& first, Stream& stream) {
        EXPECT_EQ(first.subscription().start_after().revision(), 5u);
        EXPECT_EQ(first.subscription().start_after().epoch(), "e");
        stream.Write(Started(5));
        stream.Write(EventAt(6));
        return Draining();
      },
  });
  EXPECT_EQ(log_.Await(3), Strings({"started@4", "event@5", "draining"}));
  clock_.AwaitWaiters(1);
  clock_.Advance(absl::Milliseconds(50));  // half of 100, by the random number
  EXPECT_EQ(log_.Await(4).back(), "draining");
  clock_.AwaitWaiters(1);
  clock_.Advance(absl::Milliseconds(100));
  EXPECT_EQ(log_.Await(7), Strings({"started@4", "event@5", "draining", "draining", "started@5",
                                    "event@6", "draining"}));
}

TEST_F(SubscriptionThreadTest, ReplacesAStreamThatFellSilent) {
  auto subscription = Start({
      [](const auto&, Stream& stream) {
        stream.Write(Started(0));
        return ReadToTheEnd(stream);
      },
      [](const auto&, Stream& stream) {
        stream.Write(Started(0));
        return ReadToTheEnd(stream);
      },
  });
  EXPECT_EQ(log_.Await(1), Strings({"started@0"}));
  // Three heartbeats of 2 s; in between, at a third of the lease, a message goes out.
  clock_.AwaitWaiters(1);
  clock_.Advance(absl::Seconds(3));
  clock_.AwaitWaiters(1);
  clock_.Advance(absl::Seconds(3));
  EXPECT_EQ(log_.Await(2).back(), "the stream fell silent");
  clock_.AwaitWaiters(1);
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(log_.Await(3).back(), "started@0");
}

TEST_F(SubscriptionThreadTest, ReplacesAStreamWithAHole) {
  auto subscription = Start({[](const auto&, Stream& stream) {
    stream.Write(Started(0));
    stream.Write(EventAt(1));
    stream.Write(EventAt(3));
    return ReadToTheEnd(stream);
  }});
  EXPECT_EQ(log_.Await(3),
            Strings({"started@0", "event@1", "revision 3 part 0 came after revision 1"}));
}

TEST_F(SubscriptionThreadTest, EndsWhenTryingAgainCannotHelp) {
  auto subscription = Start({[](const auto&, Stream&) {
    return grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "tags: too many");
  }});
  EXPECT_EQ(log_.Await(1), Strings({"ended: tags: too many"}));
  subscription->Stop();
  EXPECT_EQ(log_.Await(1).size(), 1u);
}

// A proxy returns this error while the service behind it moves, or certificates are replaced.
TEST_F(SubscriptionThreadTest, OutlivesWhatMayBeTheWordOfAProxy) {
  const auto refuses = [](grpc::StatusCode code) {
    return [code](const auto&, Stream&) { return grpc::Status(code, "refused"); };
  };
  auto subscription =
      Start({refuses(grpc::StatusCode::UNIMPLEMENTED), refuses(grpc::StatusCode::PERMISSION_DENIED),
             refuses(grpc::StatusCode::UNAUTHENTICATED), refuses(grpc::StatusCode::NOT_FOUND),
             [](const auto&, Stream& stream) {
               stream.Write(Started(0));
               return ReadToTheEnd(stream);
             }});
  // The random number makes each pause half of its limit.
  size_t told = 0;
  for (const absl::Duration pause :
       {absl::Milliseconds(500), absl::Seconds(1), absl::Seconds(2), absl::Seconds(4)}) {
    EXPECT_EQ(log_.Await(++told).back(), "refused");
    clock_.AwaitWaiters(1);
    clock_.Advance(pause);
  }
  EXPECT_EQ(log_.Await(5).back(), "started@0");
}

TEST_F(SubscriptionThreadTest, RenewsWhileNothingHappens) {
  Log sequences;
  auto subscription = Start({[&](const auto& first, Stream& stream) {
    sequences.Add(std::to_string(first.sequence()));
    stream.Write(Started(0));
    v1::SubscribeRequest request;
    for (int renewals = 0; renewals < 3 && stream.Read(&request); ++renewals) {
      const std::string sequence = std::to_string(request.sequence());
      sequences.Add(sequence);
      stream.Write(Response("progress { echoed_sequence: " + sequence + " }"));
    }
    return grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "enough");
  }});
  for (size_t messages = 1; messages < 4; ++messages) {
    log_.Await(messages);
    clock_.AwaitWaiters(1);
    clock_.Advance(absl::Seconds(3));
  }
  EXPECT_EQ(log_.Await(5).back(), "ended: enough");
  EXPECT_EQ(sequences.Await(4), Strings({"1", "2", "3", "4"}));
}

TEST_F(SubscriptionThreadTest, StopsWhileAStreamRuns) {
  auto subscription = Start({[](const auto&, Stream& stream) {
    stream.Write(Started(0));
    return ReadToTheEnd(stream);
  }});
  log_.Await(1);
  subscription->Stop();
  subscription->Stop();
  EXPECT_EQ(log_.Await(1), Strings({"started@0"}));
}

TEST_F(SubscriptionThreadTest, StopsWhileItWaitsToReconnect) {
  auto subscription = Start({[](const auto&, Stream&) { return Draining(); }});
  log_.Await(1);
  subscription.reset();
  EXPECT_EQ(log_.Await(1), Strings({"draining"}));
}

TEST_F(SubscriptionThreadTest, ACallbackMayStop) {
  Mutex mutex;
  Subscription* self = nullptr;
  CondVar set;
  SubscriptionCallbacks callbacks = log_.Callbacks();
  callbacks.on_event = [&](const Event& event) {
    log_.Add("event@" + std::to_string(event.revision));
    MutexLock lock(mutex);
    while (self == nullptr) set.Wait(mutex);
    self->Stop();
  };
  auto subscription = Start({[](const auto&, Stream& stream) {
                              v1::SubscribeResponse response = Started(0);
                              response.MergeFrom(EventAt(1));
                              response.MergeFrom(EventAt(2));
                              stream.Write(response);
                              return ReadToTheEnd(stream);
                            }},
                            {}, callbacks);
  {
    MutexLock lock(mutex);
    self = subscription.get();
    set.NotifyAll();
  }
  log_.Await(2);
  subscription->Stop();
  EXPECT_EQ(log_.Await(2), Strings({"started@0", "event@1"}));
}

TEST_F(SubscriptionThreadTest, OutlivesTheClient) {
  // The client is destroyed when Start returns; the stream continues.
  auto subscription = Start({[](const auto&, Stream& stream) {
    stream.Write(Started(0));
    stream.Write(EventAt(1));
    return ReadToTheEnd(stream);
  }});
  EXPECT_EQ(log_.Await(2).back(), "event@1");
}

}  // namespace
}  // namespace cache_invalidation::client
