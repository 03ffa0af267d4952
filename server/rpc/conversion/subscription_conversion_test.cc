// SPDX-License-Identifier: Apache-2.0

#include "server/rpc/conversion/subscription_conversion.h"

#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "common/limits.h"
#include "grpcpp/support/slice.h"
#include "server/rpc/conversion/encoded_message.h"
#include "tests/support/history_builder.h"

namespace cache_invalidation::rpc {
namespace {

v1::SubscribeRequest Valid() {
  v1::SubscribeRequest request;
  request.mutable_subscription()->set_name("web");
  return request;
}

TEST(SubscriptionConversionTest, FillsWhatIsNotGiven) {
  const auto message = ToReceivedMessage(Valid(), /*is_first=*/true);
  ASSERT_TRUE(message.ok()) << message.status();
  const std::optional<delivery::SubscriptionRequest>& request = message->subscription;
  EXPECT_EQ(request->session, (delivery::SessionKey{"default", "web", ""}));
  EXPECT_FALSE(request->start_after.has_value());
  EXPECT_TRUE(request->filter.passes_everything());
  EXPECT_FALSE(request->terms.acknowledges);
  EXPECT_EQ(request->terms.lease, kDefaultLease);
}

TEST(SubscriptionConversionTest, TakesWhatIsGiven) {
  v1::SubscribeRequest message = Valid();
  v1::Subscription& subscription = *message.mutable_subscription();
  subscription.set_namespace_("shop");
  subscription.set_instance("i");
  subscription.mutable_start_after()->set_epoch("e");
  subscription.mutable_start_after()->set_revision(7);
  subscription.add_tags("b");
  subscription.add_tags("a");
  subscription.add_key_prefixes("k");
  subscription.set_acknowledges(true);
  subscription.mutable_lease()->set_seconds(60);
  message.set_sequence(3);
  message.set_acknowledged_revision(4);
  const auto received = ToReceivedMessage(message, /*is_first=*/true);
  ASSERT_TRUE(received.ok()) << received.status();
  const std::optional<delivery::SubscriptionRequest>& request = received->subscription;
  EXPECT_EQ(request->session, (delivery::SessionKey{"shop", "web", "i"}));
  EXPECT_EQ(request->start_after, (delivery::Position{"e", 7}));
  EXPECT_EQ(request->filter, delivery::Filter({"a", "b"}, {"k"}));
  EXPECT_TRUE(request->terms.acknowledges);
  EXPECT_EQ(request->terms.lease, absl::Seconds(60));
  EXPECT_EQ(received->says.sequence, 3u);
  EXPECT_EQ(received->says.acknowledged_revision, 4u);
}

TEST(SubscriptionConversionTest, NamesTheFieldThatIsWrong) {
  struct Row {
    const char* path;
    std::function<void(v1::Subscription&)> spoil;
  };
  const std::vector<Row> rows = {
      {"subscription.namespace", [](auto& s) { s.set_namespace_("Shop"); }},
      {"subscription.namespace", [](auto& s) { s.set_namespace_(std::string(65, 'a')); }},
      {"subscription.name", [](auto& s) { s.clear_name(); }},
      {"subscription.name", [](auto& s) { s.set_name(std::string(kMaxNameBytes + 1, 'a')); }},
      {"subscription.name", [](auto& s) { s.set_name("a\nb"); }},
      {"subscription.instance",
       [](auto& s) { s.set_instance(std::string(kMaxInstanceBytes + 1, 'a')); }},
      {"subscription.instance", [](auto& s) { s.set_instance("\x01"); }},
      {"subscription.start_after.epoch",
       [](auto& s) { s.mutable_start_after()->set_epoch(std::string(kMaxEpochBytes + 1, 'a')); }},
      {"subscription.tags[3]",
       [](auto& s) {
         for (const char* tag : {"a", "b", "c", "", "e"}) s.add_tags(tag);
       }},
      {"subscription.tags[0]", [](auto& s) { s.add_tags(std::string(kMaxTagBytes + 1, 'a')); }},
      {"subscription.tags",
       [](auto& s) {
         for (size_t i = 0; i <= kMaxFilterNames; ++i) s.add_tags("a");
       }},
      {"subscription.key_prefixes[1]",
       [](auto& s) {
         s.add_key_prefixes("a");
         s.add_key_prefixes("");
       }},
      {"subscription.key_prefixes",
       [](auto& s) {
         for (size_t i = 0; i <= kMaxFilterNames; ++i) s.add_key_prefixes("a");
       }},
      {"subscription.lease", [](auto& s) { s.mutable_lease()->set_nanos(999'999'999); }},
      {"subscription.lease", [](auto& s) { s.mutable_lease()->set_seconds(61); }},
      {"subscription.lease", [](auto& s) { s.mutable_lease()->set_seconds(-1); }},
      {"subscription.lease",
       [](auto& s) {
         s.mutable_lease()->set_seconds(2);
         s.mutable_lease()->set_nanos(-1);
       }},
  };
  for (const Row& row : rows) {
    v1::SubscribeRequest request = Valid();
    row.spoil(*request.mutable_subscription());
    const absl::Status status = ToReceivedMessage(request, /*is_first=*/true).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << row.path;
    EXPECT_TRUE(absl::StartsWith(status.message(), std::string(row.path) + ": ")) << status;
  }
}

TEST(SubscriptionConversionTest, OnlyTheFirstMessageSubscribes) {
  v1::SubscribeRequest renewal;
  renewal.set_sequence(2);
  EXPECT_EQ(ToReceivedMessage(renewal, /*is_first=*/true).status().message(),
            "subscription: required on the first message");
  const auto later = ToReceivedMessage(renewal, /*is_first=*/false);
  ASSERT_TRUE(later.ok()) << later.status();
  EXPECT_FALSE(later->subscription.has_value());
  EXPECT_EQ(ToReceivedMessage(Valid(), /*is_first=*/false).status().message(),
            "subscription: expected on the first message only");
}

grpc::ByteBuffer Received(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  return ToByteBuffer(absl::MakeConstSpan(&slice, 1));
}

TEST(SubscriptionConversionTest, ParsesWhatItReceives) {
  EXPECT_TRUE(ParseSubscribeRequest(Received(Valid().SerializeAsString())).ok());
  EXPECT_TRUE(ParseSubscribeRequest(Received("")).ok()) << "a message without fields";
  EXPECT_EQ(ParseSubscribeRequest(Received("\xFF")).status().code(),
            absl::StatusCode::kInvalidArgument);
  // subscription { tags: "a" tags: "\xC3" }
  const auto bad = ParseSubscribeRequest(Received("\x0A\x06\x2A\x01\x61\x2A\x01\xC3"));
  EXPECT_EQ(bad.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(absl::StrContains(bad.status().message(), "subscription.tags[1]")) << bad.status();
}

TEST(SubscriptionConversionTest, ParsesNothingWithFarTooManyNames) {
  v1::SubscribeRequest request;
  for (int i = 0; i < 1'000'000; ++i) request.mutable_subscription()->add_tags("");
  EXPECT_EQ(ParseSubscribeRequest(Received(request.SerializeAsString())).status().message(),
            "expected at most 720000 fields in all messages together, got 1000001");
}

v1::SubscribeResponse Sent(const delivery::Message& message) {
  const grpc::ByteBuffer buffer = ToByteBuffer(message);
  const ReceivedBytes bytes(buffer);
  v1::SubscribeResponse response;
  EXPECT_TRUE(response.ParseFromArray(bytes.view().data(), static_cast<int>(bytes.view().size())));
  return response;
}

TEST(SubscriptionConversionTest, SendsEveryPartOfAMessage) {
  HistoryBuilder history("shop");
  const auto chunk = history.Add(TagEvents("tag:", 3)).front();
  delivery::Message message;
  message.started = delivery::Started{{"e", 9}, absl::Seconds(10), 5, absl::Seconds(3), "i"};
  message.reset = delivery::Reset{delivery::ResetReason::kTrimmed, 6, {"e", 9}};
  const wire::Chunk::Part& second = chunk->parts[1];
  const wire::Chunk::Part& third = chunk->parts[2];
  message.events.slices.push_back({chunk, second.offset, second.size + third.size});
  message.progress = delivery::Progress{9, 2};

  const v1::SubscribeResponse response = Sent(message);
  EXPECT_EQ(response.started().head().epoch(), "e");
  EXPECT_EQ(response.started().head().revision(), 9u);
  EXPECT_EQ(response.started().lease().seconds(), 10);
  EXPECT_EQ(response.started().start_after(), 5u);
  EXPECT_EQ(response.started().heartbeat().seconds(), 3);
  EXPECT_EQ(response.started().instance(), "i");
  EXPECT_EQ(response.reset().reason(), v1::RESET_REASON_TRIMMED);
  EXPECT_EQ(response.reset().oldest_revision(), 6u);
  EXPECT_EQ(response.reset().start_after().revision(), 9u);
  ASSERT_EQ(response.events_size(), 2);
  EXPECT_EQ(response.events(0).revision(), 2u);
  EXPECT_EQ(response.events(1).revision(), 3u);
  EXPECT_EQ(response.progress().revision(), 9u);
  EXPECT_EQ(response.progress().echoed_sequence(), 2u);
}

TEST(SubscriptionConversionTest, SendsTheReasonOfAReset) {
  for (const auto& [reason, expected] :
       std::vector<std::pair<delivery::ResetReason, v1::ResetReason>>{
           {delivery::ResetReason::kEpoch, v1::RESET_REASON_EPOCH},
           {delivery::ResetReason::kTrimmed, v1::RESET_REASON_TRIMMED},
           {delivery::ResetReason::kAhead, v1::RESET_REASON_AHEAD}}) {
    delivery::Message message;
    message.reset = delivery::Reset{reason, 0, {"e", 9}};
    EXPECT_EQ(Sent(message).reset().reason(), expected);
  }
}

TEST(SubscriptionConversionTest, SharesTheBytesOfChunksAndLetsThemGo) {
  HistoryBuilder history("shop");
  auto chunk = history.Add(TagEvents("tag:", 100)).front();
  {
    delivery::Message message;
    message.events.slices.push_back({chunk, 0, static_cast<uint32_t>(chunk->bytes.size())});
    grpc::ByteBuffer buffer = ToByteBuffer(message);
    message = {};
    EXPECT_EQ(chunk.use_count(), 2);
    std::vector<grpc::Slice> slices;
    ASSERT_TRUE(buffer.Dump(&slices).ok());
    ASSERT_EQ(slices.size(), 1u);
    EXPECT_EQ(slices[0].begin(), reinterpret_cast<const uint8_t*>(chunk->bytes.data()));
  }
  EXPECT_EQ(chunk.use_count(), 1);
}

}  // namespace
}  // namespace cache_invalidation::rpc
