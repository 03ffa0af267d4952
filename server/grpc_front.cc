// SPDX-License-Identifier: Apache-2.0

#include "server/grpc_front.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/limits.h"
#include "common/mutex.h"
#include "grpcpp/impl/server_builder_option.h"
#include "grpcpp/impl/server_builder_plugin.h"
#include "server/rpc/backup_service.h"
#include "server/rpc/services.h"

namespace cache_invalidation {
namespace {

// A server that stops refuses calls until nobody has called for kQuietEnough, and for
// kLongestRefusing at most.
constexpr absl::Duration kQuietEnough = absl::Milliseconds(50);
constexpr absl::Duration kLongestRefusing = absl::Milliseconds(500);
// Connections that were ended take a moment to close; there is no call on them to wait for.
constexpr absl::Duration kLastWords = absl::Milliseconds(100);
// How often it checks whether the last results are written.
constexpr absl::Duration kLookForEnds = absl::Milliseconds(5);

// Defaults of gRPC that do not fit: clients may ping every 10 s to notice a dead stream soon, and
// the server pings as well; connections are renewed now and then, so that load finds new servers
// (streams on them may go on); and a client that connects and says nothing is dropped soon.
void Configure(grpc::ServerBuilder& builder, size_t max_request_bytes) {
  builder.SetMaxReceiveMessageSize(static_cast<int>(max_request_bytes));
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 10'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 30'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS,
                             static_cast<int>(absl::ToInt64Milliseconds(kMaxConnectionAge)));
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, 20'000);
}

// Reflection is linked in and adds itself to every server.
class WithoutReflection final : public grpc::ServerBuilderOption {
 public:
  void UpdateArguments(grpc::ChannelArguments*) override {}
  void UpdatePlugins(std::vector<std::unique_ptr<grpc::ServerBuilderPlugin>>* plugins) override {
    std::erase_if(*plugins, [](const std::unique_ptr<grpc::ServerBuilderPlugin>& plugin) {
      return plugin->name() == "proto_server_reflection";
    });
  }
};

}  // namespace

absl::StatusOr<std::unique_ptr<GrpcFront>> GrpcFront::Start(const GrpcFrontOptions& options,
                                                            ServerCore& core, const Clock& clock,
                                                            metrics::RpcMetrics& metrics,
                                                            const rpc::Admission& admission,
                                                            access::Access& access,
                                                            journal::Journal& journal) {
  std::unique_ptr<GrpcFront> front(
      new GrpcFront(options, core, clock, metrics, admission, access, journal));
  if (absl::Status status = front->Serve(options); !status.ok()) return status;
  return front;
}

GrpcFront::GrpcFront(const GrpcFrontOptions& options, ServerCore& core, const Clock& clock,
                     metrics::RpcMetrics& metrics, const rpc::Admission& admission,
                     access::Access& access, journal::Journal& journal)
    : shards_(core.shards()), namespaces_(options.namespaces) {
  const rpc::Backend backend = {core.shards(), core.hub(),  core.waiting(), clock,  metrics,
                                admission,     namespaces_, open_calls_,    access, journal};
  services_ = rpc::MakeServices(backend, write_streams_);
  auto subscriptions = std::make_unique<rpc::SubscriptionService>(
      options.max_subscriptions, core.streams(),
      rpc::SubscriptionService::Guards{admission, namespaces_, access, open_calls_, metrics});
  subscriptions_ = subscriptions.get();
  services_.push_back(std::move(subscriptions));
  services_.push_back(std::make_unique<rpc::BackupService>(
      rpc::BackupService::Source{.copy = [&core] { return core.CopyStore(); },
                                 .epoch = core.epoch(),
                                 .server_version = options.version},
      clock, metrics, admission, access));
}

absl::Status GrpcFront::Serve(const GrpcFrontOptions& options) {
  rpc::Health::Enable();
  grpc::ServerBuilder builder;
  Configure(builder, options.max_request_bytes);
  if (!options.reflection) builder.SetOption(std::make_unique<WithoutReflection>());
  if (!options.address.empty()) {
    auto listening = process::ConnectionAcceptor::Listen(options.address);
    if (!listening.ok()) {
      return absl::UnavailableError(absl::StrCat("cannot listen for gRPC on ", options.address,
                                                 ": ", listening.status().message()));
    }
    acceptor_ = *std::move(listening);
    connections_ = builder.experimental().AddExternalConnectionAcceptor(
        grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD,
        options.credentials == nullptr ? grpc::InsecureServerCredentials() : options.credentials);
  }
  for (const std::unique_ptr<grpc::Service>& service : services_) {
    builder.RegisterService(service.get());
  }
  grpc_ = builder.BuildAndStart();
  if (grpc_ == nullptr) return absl::UnavailableError("gRPC does not start");
  health_ = std::make_unique<rpc::Health>(*grpc_);
  return absl::OkStatus();
}

void GrpcFront::Accept() {
  if (acceptor_ == nullptr) return;
  acceptor_->Run([this](int listener, int connection) {
    grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters accepted;
    accepted.listener_fd = listener;
    accepted.fd = connection;
    connections_->HandleNewConnection(&accepted);
  });
}

void GrpcFront::Shutdown(absl::Duration by) {
  RefuseLateCalls(by);
  // The last results may not be written yet.
  AwaitNone([this] { return open_calls_.count() + subscriptions_->streams(); }, by);
  EndConnections();
  grpc_->Shutdown(absl::ToChronoTime(real_clock_.Now()));
}

// gRPC's own shutdown tells calls that are on their way to it that they were cancelled, as if by
// their callers. So the services stay for a moment and refuse with UNAVAILABLE, until no more calls
// come.
void GrpcFront::RefuseLateCalls(absl::Duration by) {
  const absl::Duration end = std::min(by, real_clock_.Monotonic() + kLongestRefusing);
  Mutex mutex;
  CondVar nothing;
  MutexLock lock(mutex);
  uint64_t before = 0;
  do {
    before = shards_.refused();
    const absl::Duration quiet = std::min(real_clock_.Monotonic() + kQuietEnough, end);
    while (real_clock_.Monotonic() < quiet) real_clock_.WaitUntil(mutex, nothing, quiet);
  } while (shards_.refused() != before && real_clock_.Monotonic() < end);
}

// Waits until nothing is left of what `open` counts. By the machine's clock, whatever the server's
// says.
void GrpcFront::AwaitNone(const std::function<size_t()>& open, absl::Duration until) {
  Mutex mutex;
  CondVar nothing;
  MutexLock lock(mutex);
  while (open() > 0 && real_clock_.Monotonic() < until) {
    real_clock_.WaitUntil(mutex, nothing, std::min(real_clock_.Monotonic() + kLookForEnds, until));
  }
}

// gRPC's own shutdown waits for idle connections, and tells calls that come meanwhile that they
// were cancelled. So the connections end first: whoever still calls finds no server.
void GrpcFront::EndConnections() {
  if (acceptor_ == nullptr) return;
  acceptor_->Stop();
  AwaitNone([this] { return acceptor_->EndConnections(); }, real_clock_.Monotonic() + kLastWords);
}

}  // namespace cache_invalidation
