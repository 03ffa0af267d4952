#ifndef CACHE_INVALIDATION_TESTS_SIMULATION_STREAM_H_
#define CACHE_INVALIDATION_TESTS_SIMULATION_STREAM_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "common/clock.h"
#include "server/delivery/hub.h"
#include "server/delivery/lease_record.h"
#include "server/delivery/outbox_core.h"
#include "server/delivery/waiting_calls.h"
#include "tests/simulation/connection.h"
#include "tests/simulation/mutation.h"

namespace cache_invalidation::simulation {

// What streams share; outlives them.
struct StreamSurroundings {
  delivery::Hub& hub;
  delivery::StreamWaker& waker;
  delivery::WaitingCalls& waiting;
  delivery::LeaseRecord& leases;
  const Clock& clock;
  size_t window;  // messages on their way to a client before a write has to wait
  Mutation mutation;
};

// One Subscribe call in the server, with a Connection where rpc::SubscriberStream has gRPC.
class Stream final : public delivery::OutboxStream, public std::enable_shared_from_this<Stream> {
 public:
  Stream(const StreamSurroundings& surroundings, std::shared_ptr<Connection> connection);

  // Takes the next message of the client. REQUIRES: there is one.
  void Receive();
  // The client has taken a message.
  void NoteTaken();
  // The server notices that the client has left.
  void NoteLeft() { End(absl::CancelledError("the client is gone")); }

  // The process dies.
  void Cut() { End(absl::UnavailableError("the connection was lost")); }

  const Connection& connection() const { return *connection_; }
  bool over() const { return over_; }

  Upkeep Drive(absl::Duration now) override;
  void Drain(absl::Duration deadline) override { drain_by_ = deadline; }
  void Abort() override { End(absl::UnavailableError("the server has failed")); }

 private:
  absl::Status Open(const v1::SubscribeRequest& request);
  absl::Status Take(const v1::SubscribeRequest& request);
  void Send(absl::Duration now);
  void TellProgress();
  void End(const absl::Status& reason);

  const StreamSurroundings surroundings_;
  const std::shared_ptr<Connection> connection_;
  std::unique_ptr<delivery::Subscription> subscription_;
  absl::optional<absl::Duration> drain_by_;
  uint64_t sent_ = 0;  // a revision that the client may acknowledge
  bool lease_granted_ = false;
  bool writing_ = false;
  bool over_ = false;
};

}  // namespace cache_invalidation::simulation

#endif  // CACHE_INVALIDATION_TESTS_SIMULATION_STREAM_H_
