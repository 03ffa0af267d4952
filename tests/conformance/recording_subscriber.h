// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_CONFORMANCE_RECORDING_SUBSCRIBER_H_
#define CACHE_INVALIDATION_TESTS_CONFORMANCE_RECORDING_SUBSCRIBER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/sync_stream.h"
#include "protos/cache_invalidation/v1/subscription_service.grpc.pb.h"
#include "tests/conformance/history.h"

namespace cache_invalidation::conformance {

// A subscriber on the generated stubs that records what it sends and receives. It resumes where its
// last stream ended.
//
//   RecordingSubscriber subscriber(channel, subscription, head);
//   subscriber.Connect();
//   while (subscriber.complete_revision() < wanted) subscriber.Read();
//   EXPECT_THAT(CheckAll(subscriber.history(), published), IsEmpty());
//
// Thread-compatible; Read blocks.
class RecordingSubscriber {
 public:
  // `published_head` returns a revision that has been published; called before each message is
  // sent.
  RecordingSubscriber(std::shared_ptr<grpc::Channel> channel, v1::Subscription subscription,
                      std::function<uint64_t()> published_head);
  // Cancels an open stream.
  ~RecordingSubscriber();

  // Opens a stream: the first one at the position of the subscription, later ones after what is
  // complete. Waits while the server cannot be reached. REQUIRES: none is open.
  void Connect();

  // Reads one message. Returns false if the stream has ended; it is then closed.
  bool Read();

  // Acknowledges what is complete and asks for an echo.
  void Renew();

  // Stops renewing; the stream continues.
  void HalfClose();

  // Cancels the stream without reading outstanding messages.
  void Disconnect();

  bool connected() const { return stream_ != nullptr; }
  uint64_t complete_revision() const { return complete_; }
  const SubscriberHistory& history() const { return history_; }
  // The status of the last stream that ended.
  const grpc::Status& end() const { return end_; }

 private:
  void Send(v1::SubscribeRequest request);
  void Close();

  const std::unique_ptr<v1::SubscriptionService::Stub> stub_;
  v1::Subscription subscription_;
  const std::function<uint64_t()> published_head_;
  std::unique_ptr<grpc::ClientContext> context_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::SubscribeRequest, v1::SubscribeResponse>> stream_;
  uint64_t sequence_ = 0;
  uint64_t complete_ = 0;
  std::string epoch_;
  SubscriberHistory history_;
  grpc::Status end_;
};

}  // namespace cache_invalidation::conformance

#endif  // CACHE_INVALIDATION_TESTS_CONFORMANCE_RECORDING_SUBSCRIBER_H_
