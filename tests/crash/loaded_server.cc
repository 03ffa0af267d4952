// SPDX-License-Identifier: Apache-2.0

#include "tests/crash/loaded_server.h"

#include <random>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/grpc_channel.h"
#include "common/check.h"
#include "grpcpp/create_channel.h"
#include "gtest/gtest.h"
#include "tests/conformance/validators.h"

namespace cache_invalidation {
namespace {

using conformance::PublishedHistory;
using conformance::RecordingSubscriber;

constexpr int kWitnesses = 4;

// Takes one message, over whatever is lost.
void ReadOn(RecordingSubscriber& subscriber) {
  do {
    if (!subscriber.connected()) subscriber.Connect();
  } while (!subscriber.Read());
}

void ReadUntil(uint64_t end, RecordingSubscriber& subscriber) {
  while (subscriber.complete_revision() < end) ReadOn(subscriber);
}

std::shared_ptr<grpc::Channel> ConnectBare(const std::string& endpoint) {
  grpc::ChannelArguments arguments;
  client::SetDefaultChannelArguments(arguments);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // a connection of its own
  return grpc::CreateCustomChannel(endpoint, grpc::InsecureChannelCredentials(), arguments);
}

void Append(const std::string& whose, const std::vector<std::string>& found,
            std::vector<std::string>& all) {
  for (const std::string& text : found) all.push_back(absl::StrCat(whose, ": ", text));
}

}  // namespace

LoadedServer::LoadedServer(uint32_t seed, const std::vector<std::string>& flags) : server_(flags) {
  steady_ = Subscribe("steady", {});
  filtered_ = Subscribe("filtered", {"row:id-0-1", "batched-1-2", "kept"});
  away_ = Subscribe("away", {});
  away_->Disconnect();
  delivered_ = std::make_unique<Delivered>(Connect());
  listener_threads_.emplace_back([this, seed] { Listen(*steady_, /*breaks=*/false, seed); });
  listener_threads_.emplace_back([this, seed] { Listen(*filtered_, /*breaks=*/true, seed); });
  for (int i = 0; i < kWitnesses; ++i) {
    const uint32_t own_seed = seed + static_cast<uint32_t>(i);
    witnesses_.push_back(std::make_unique<Witness>(i, Connect(), own_seed, answered_));
    witness_threads_.emplace_back([this, &witness = *witnesses_.back()] {
      while (!stopped_ && !::testing::Test::HasFailure()) witness.Act();
      answered_.Close();
    });
  }
}

LoadedServer::~LoadedServer() {
  if (!listener_threads_.empty()) Finish();
}

client::Client LoadedServer::Connect() const {
  return client::Client(client::MakeConnection(
      server_.endpoint(),
      {.deadline = absl::Minutes(1),
       .backoff = {.initial = absl::Milliseconds(5), .maximum = absl::Milliseconds(50)}}));
}

// Has started when this returns, so that it misses nothing that is written later.
std::unique_ptr<RecordingSubscriber> LoadedServer::Subscribe(const std::string& name,
                                                             const std::vector<std::string>& tags) {
  v1::Subscription subscription;
  subscription.set_name(name);
  subscription.set_acknowledges(true);
  for (const std::string& tag : tags) subscription.add_tags(tag);
  auto subscriber = std::make_unique<RecordingSubscriber>(
      ConnectBare(server_.endpoint()), subscription, [this] { return answered_.head(); });
  ReadOn(*subscriber);
  return subscriber;
}

// Until everything has arrived; `breaks`: loses its stream now and then.
void LoadedServer::Listen(RecordingSubscriber& subscriber, bool breaks, uint32_t seed) {
  std::mt19937 random(seed);
  while (end_ == 0 || subscriber.complete_revision() < end_) {
    ReadOn(subscriber);
    if (random() % 8 == 0) subscriber.Renew();
    if (breaks && random() % 64 == 0) subscriber.Disconnect();
  }
}

void LoadedServer::CatchUpOnce() {
  ReadUntil(answered_.head(), *away_);
  if (away_->connected()) away_->Disconnect();
}

void LoadedServer::StopWitnesses() {
  stopped_ = true;
  for (std::thread& thread : witness_threads_) thread.join();
  witness_threads_.clear();
}

PublishedHistory LoadedServer::Published() {
  v1::Subscription subscription;
  subscription.set_name("historian");
  const auto stats = Connect().GetInvalidationStats();
  Check(stats.ok(), "the server serves");
  subscription.mutable_start_after()->set_epoch(stats->position.epoch);
  RecordingSubscriber historian(ConnectBare(server_.endpoint()), subscription, [] { return 0; });
  ReadUntil(end_, historian);
  PublishedHistory published;
  for (const conformance::StreamHistory& stream : historian.history().streams) {
    for (const auto& step : stream.steps) {
      const auto* response = absl::get_if<v1::SubscribeResponse>(&step);
      if (response == nullptr) continue;
      for (const v1::Event& part : response->events()) published.Add(part);
    }
  }
  return published;
}

std::vector<std::string> LoadedServer::Finish() {
  StopWitnesses();
  std::vector<std::string> wrong;
  for (const auto& witness : witnesses_) Append("missing", witness->MissingState(), wrong);
  // Every batch is flushed, and the last event passes every filter.
  const auto flushed = Connect().FlushPendingInvalidations();
  const auto last = Connect().Invalidate({.everything = true});
  Check(flushed.ok() && last.ok(), "the server serves");
  end_ = last->position.revision;
  for (std::thread& thread : listener_threads_) thread.join();
  listener_threads_.clear();
  ReadUntil(end_, *away_);

  const PublishedHistory published = Published();
  if (published.parts().size() < end_) wrong.push_back("the history has gaps");
  for (const auto& witness : witnesses_) {
    Append("missing", witness->MissingEvents(published), wrong);
  }
  Append("steady", conformance::CheckAll(steady_->history(), published), wrong);
  Append("filtered", conformance::CheckAll(filtered_->history(), published), wrong);
  Append("away", conformance::CheckAll(away_->history(), published), wrong);
  Append("client", delivered_->DifferencesFrom(published), wrong);
  if (delivered_->resets() > 0) wrong.push_back("client: a reset though all is retained");
  return wrong;
}

}  // namespace cache_invalidation
