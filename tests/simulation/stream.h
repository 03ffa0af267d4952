// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_SIMULATION_STREAM_H_
#define CACHE_INVALIDATION_TESTS_SIMULATION_STREAM_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/delivery/stream_core.h"
#include "tests/simulation/connection.h"
#include "tests/simulation/mutation.h"

namespace cache_invalidation::simulation {

// Wakes the outbox of a run. Mutations drop the wake-ups of streams for one reason.
class Waker final : public delivery::StreamWaker {
 public:
  explicit Waker(delivery::StreamWaker& outbox) : outbox_(outbox) {}

  void Wake(std::shared_ptr<delivery::OutboxStream> stream) override {
    if (!loses_ || stream->AnswersCalls()) outbox_.Wake(std::move(stream));
  }

  // True while something happens for which a mutation drops the wake-ups.
  void set_loses(bool loses) { loses_ = loses; }

 private:
  delivery::StreamWaker& outbox_;
  bool loses_ = false;
};

// One Subscribe call in the server: a StreamCore over a Connection, where rpc::SubscriberStream has
// gRPC. The network moves in steps.
class Stream final : private delivery::StreamTransport {
 public:
  // `waker`: the outbox of `surroundings`. `window`: messages on their way to a client before a
  // write has to wait.
  Stream(const delivery::StreamSurroundings& surroundings, Waker& waker, size_t window,
         Mutation mutation, std::shared_ptr<Connection> connection);

  // One step of the network: a write is done, the call ends, or a message of the client arrives.
  // False: there is nothing to do.
  bool Step();
  // The server notices that the client has left.
  void NoteLeft();
  // The process dies.
  void Cut() { Close(absl::UnavailableError("the connection was lost")); }

  const Connection& connection() const { return *connection_; }
  bool over() const { return over_; }

  // Drives it although the outbox has nothing to do. Returns whether it found something to send:
  // then a wake-up was lost.
  bool MissedWakeUp(absl::Duration now);

 private:
  void Read() override { reading_ = true; }
  size_t Encode(const delivery::Message& message) override;
  void Write() override;
  void End(const absl::Status& status) override;
  void Cancel() override { cancelled_ = true; }

  // The next message of the client, converted.
  absl::StatusOr<delivery::ReceivedMessage> Received();
  bool WriteIsDone() const { return writing_ && connection_->to_client.size() < window_; }
  void EndWrite(bool ok);
  void Close(const absl::Status& status);

  delivery::Hub& hub_;
  Waker& waker_;
  const size_t window_;
  const Mutation mutation_;
  const std::shared_ptr<Connection> connection_;
  v1::SubscribeResponse encoded_;
  std::optional<absl::Status> ending_;
  uint64_t writes_ = 0;
  uint64_t sent_ = 0;  // a revision that the client may acknowledge
  bool is_first_ = true;
  bool reading_ = false;
  bool writing_ = false;
  bool cancelled_ = false;
  bool over_ = false;
  const std::shared_ptr<delivery::StreamCore> core_;
};

}  // namespace cache_invalidation::simulation

#endif  // CACHE_INVALIDATION_TESTS_SIMULATION_STREAM_H_
