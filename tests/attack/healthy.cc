#include "tests/attack/healthy.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <sstream>
#include <thread>

#include "absl/time/clock.h"
#include "common/check.h"
#include "grpcpp/create_channel.h"
#include "protos/cache_invalidation/v1/subscription_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/write_event_service.grpc.pb.h"

namespace cache_invalidation::attack {
namespace {

constexpr char kHealthyNamespace[] = "healthy";
// As the SDK's calls that are not repeated.
constexpr absl::Duration kDeadline = absl::Seconds(5);
constexpr absl::Duration kBetweenWrites = absl::Milliseconds(20);

// Follows the namespace's events. Every write makes one, so none may be missing.
class Listener {
 public:
  explicit Listener(const std::shared_ptr<grpc::Channel>& channel)
      : stub_(v1::SubscriptionService::NewStub(channel)), stream_(stub_->Subscribe(&context_)) {
    v1::SubscribeRequest request;
    request.mutable_subscription()->set_namespace_(kHealthyNamespace);
    request.mutable_subscription()->set_name("healthy");
    v1::SubscribeResponse response;
    Check(stream_->Write(request) && stream_->Read(&response), "a subscription starts");
    last_ = response.started().head().revision();
    thread_ = std::thread([this] { Listen(); });
  }

  ~Listener() {
    ending_ = true;
    context_.TryCancel();
    thread_.join();
  }

  uint64_t last() const { return last_; }
  int64_t events() const { return events_; }
  int64_t gaps() const { return gaps_; }

 private:
  void Listen() {
    v1::SubscribeResponse response;
    while (stream_->Read(&response)) {
      if (response.has_reset()) ++gaps_;
      for (const v1::Event& event : response.events()) {
        if (event.revision() != last_ + 1) ++gaps_;
        last_ = event.revision();
        ++events_;
      }
    }
    if (!ending_) ++gaps_;
  }

  const std::unique_ptr<v1::SubscriptionService::Stub> stub_;
  grpc::ClientContext context_;
  const std::unique_ptr<grpc::ClientReaderWriter<v1::SubscribeRequest, v1::SubscribeResponse>>
      stream_;
  std::atomic<uint64_t> last_ = 0;
  std::atomic<int64_t> events_ = 0;
  std::atomic<int64_t> gaps_ = 0;
  std::atomic<bool> ending_ = false;
  std::thread thread_;
};

void Write(v1::WriteEventService::Stub& stub, Health& health) {
  grpc::ClientContext context;
  const absl::Time begun = absl::Now();
  context.set_deadline(absl::ToChronoTime(begun + kDeadline));
  v1::InvalidateByWriteRequest request;
  request.set_namespace_(kHealthyNamespace);
  request.set_resource_type("row");
  request.set_resource_id(std::to_string(health.writes % 100));
  request.set_operation("update");
  v1::InvalidateByWriteResponse response;
  const grpc::Status status = stub.InvalidateByWrite(&context, request, &response);
  health.longest = std::max(health.longest, absl::Now() - begun);
  ++health.writes;
  if (status.ok()) return;
  ++health.failed;
  if (health.first_error.empty()) health.first_error = status.error_message();
}

bool InputEnded(absl::Duration wait) {
  pollfd input = {STDIN_FILENO, POLLIN, 0};
  if (poll(&input, 1, static_cast<int>(absl::ToInt64Milliseconds(wait))) <= 0) return false;
  char byte;
  return read(STDIN_FILENO, &byte, 1) <= 0;
}

}  // namespace

HealthyClient::HealthyClient(const std::string& program, const std::string& address)
    : program_({program, "--healthy=" + address}) {
  Check(program_.ReadLine() == "ready", "a healthy client begins well");
}

Health HealthyClient::Finish() {
  program_.Feed("");
  std::istringstream out(program_.Wait().out);
  Health health;
  int64_t nanoseconds = 0;
  out >> health.writes >> health.failed >> nanoseconds >> health.events >> health.gaps;
  Check(!out.fail(), "a healthy client says what it saw");
  health.longest = absl::Nanoseconds(nanoseconds);
  std::getline(out >> std::ws, health.first_error);
  return health;
}

int RunHealthyClient(const std::string& address) {
  const std::shared_ptr<grpc::Channel> channel =
      grpc::CreateChannel(address, grpc::InsecureChannelCredentials());
  const std::unique_ptr<v1::WriteEventService::Stub> stub = v1::WriteEventService::NewStub(channel);
  Health health;
  Listener listener(channel);
  Write(*stub, health);
  Check(health.failed == 0, "the first write succeeds");
  health.longest = absl::ZeroDuration();
  std::cout << "ready" << std::endl;
  while (!InputEnded(kBetweenWrites)) Write(*stub, health);
  std::cout << health.writes << ' ' << health.failed << ' '
            << absl::ToInt64Nanoseconds(health.longest) << ' ' << listener.events() << ' '
            << listener.gaps() << ' ' << health.first_error << std::endl;
  return EXIT_SUCCESS;
}

}  // namespace cache_invalidation::attack
