#include "server/server.h"

#include <atomic>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/clock.h"
#include "grpcpp/channel.h"
#include "server/grpc_front.h"
#include "server/http/http_server.h"
#include "server/metrics/metrics.h"
#include "server/process/memory_thread.h"
#include "server/process/reachability.h"
#include "server/process/self_check.h"
#include "server/rpc/admission.h"
#include "server/server_threads.h"
#include "server/version.h"

namespace cache_invalidation {
namespace {

absl::Status StoreFailed(const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat("the store failed: ", status.message()));
}

}  // namespace

// In the order of construction; each part uses only those before it.
struct Server::Parts {
  explicit Parts(ServerOptions given);
  ~Parts() { Shutdown(absl::ZeroDuration()); }

  absl::Status Start();
  absl::Status StartHttp();
  void SetServing(bool now_serving);
  void CheckItself();
  void WatchMemory();
  void OnMemory(process::MemoryLevel level, size_t resident_bytes);
  void Fatal(const absl::Status& status) {
    if (options.on_fatal) options.on_fatal(status);
  }
  void Shutdown(absl::Duration grace);
  void GiveUp();

  const ServerOptions options;
  RealClock real_clock;
  Clock& clock;
  metrics::Metrics metrics;
  std::atomic<bool> serving = false;
  std::atomic<bool> reachable = true;
  std::unique_ptr<ServerThreads> threads;
  rpc::Admission admission;
  std::unique_ptr<process::MemoryThread> memory;
  std::unique_ptr<GrpcFront> grpc;
  std::unique_ptr<process::SelfCheck> self_check;
  std::unique_ptr<http::HttpServer> http;
  bool shut_down = false;
};

Server::Parts::Parts(ServerOptions given)
    : options(std::move(given)),
      clock(options.clock == nullptr ? real_clock : *options.clock),
      metrics(kVersion) {}

absl::Status Server::Parts::Start() {
  absl::StatusOr<Persistence> persistence = Persistence::Open(options.persistence);
  if (!persistence.ok()) return persistence.status();
  absl::StatusOr<std::unique_ptr<ServerThreads>> core = ServerThreads::Start(
      options, *std::move(persistence), clock, metrics, [this](const absl::Status& status) {
        serving = false;
        Fatal(StoreFailed(status));
      });
  if (!core.ok()) return core.status();
  threads = *std::move(core);
  absl::StatusOr<std::unique_ptr<GrpcFront>> front =
      GrpcFront::Start({options.grpc_address, options.max_request_bytes, options.max_subscriptions},
                       threads->core(), clock, metrics.rpc(), admission);
  if (!front.ok()) return front.status();
  grpc = *std::move(front);
  if (absl::Status status = StartHttp(); !status.ok()) return status;
  WatchMemory();
  SetServing(true);
  // Last: every connection that is accepted is served.
  grpc->Accept();
  if (options.self_check) CheckItself();
  return absl::OkStatus();
}

void Server::Parts::SetServing(bool now_serving) {
  serving = now_serving;
  if (grpc != nullptr) grpc->SetServing(now_serving && reachable);
}

void Server::Parts::CheckItself() {
  if (grpc->acceptor() == nullptr) return;
  self_check = std::make_unique<process::SelfCheck>(
      grpc->acceptor()->listener(), real_clock, [this](const process::Reachability& state) {
        if (reachable.exchange(state.reachable()) != state.reachable()) SetServing(serving);
        if (state.hopeless()) {
          Fatal(
              absl::UnavailableError(absl::StrCat("no new connection was answered for ",
                                                  absl::FormatDuration(process::kMaxUnreachable))));
        }
      });
}

void Server::Parts::WatchMemory() {
  if (!options.resident_bytes) return;
  memory = std::make_unique<process::MemoryThread>(
      options.max_memory_bytes, options.resident_bytes, real_clock,
      [this](process::MemoryLevel level, size_t resident) { OnMemory(level, resident); });
}

void Server::Parts::OnMemory(process::MemoryLevel level, size_t resident_bytes) {
  using Level = rpc::Admission::Level;
  admission.SetLevel(level == process::MemoryLevel::kNormal ? Level::kAll
                     : level == process::MemoryLevel::kFull ? Level::kNothingToKeep
                                                            : Level::kNothing);
  if (level == process::MemoryLevel::kOver) {
    Fatal(absl::ResourceExhaustedError(absl::StrCat("out of memory: ", resident_bytes,
                                                    " bytes are resident, allowed are ",
                                                    options.max_memory_bytes)));
  }
}

absl::Status Server::Parts::StartHttp() {
  if (options.http_address.empty()) return absl::OkStatus();
  const auto text = [this] {
    return metrics.Text(
        {{"namespaces", "Namespaces that exist.",
          [this] { return double(threads->core().shards().namespaces()); }},
         {"subscriber_sessions", "Subscribers with a stream or a running lease.",
          [this] { return double(threads->core().hub().counts().sessions); }},
         {"waiting_calls", "Calls that wait for subscribers.",
          [this] { return double(threads->core().waiting().waits()); }},
         {"event_cache_bytes", "Events kept in memory.",
          [this] { return double(threads->core().hub().counts().event_cache_bytes); }},
         {"event_retention_bytes", "Events retained for subscribers that were away.",
          [this] { return double(threads->core().hub().counts().retained_bytes); }},
         {"event_retention_seconds",
          "Age of the oldest retained event: subscribers that were away for longer are reset.",
          [this] { return absl::ToDoubleSeconds(threads->core().hub().counts().retained); }},
         {"refused_connections", "Connections closed at once since the start: too many were open.",
          [this] {
            return grpc->acceptor() == nullptr ? 0 : double(grpc->acceptor()->refused());
          }}});
  };
  const auto ready = [this] {
    if (!serving) return http::Page{.status = 503, .body = "not serving\n"};
    return reachable ? http::Page{.body = "ready\n"}
                     : http::Page{.status = 503, .body = "new clients do not get in\n"};
  };
  absl::StatusOr<std::unique_ptr<http::HttpServer>> started = http::HttpServer::Start(
      options.http_address,
      {{"/metrics",
        [text] { return http::Page{.content_type = metrics::kTextFormat, .body = text()}; }},
       {"/healthz", [] { return http::Page{.body = "alive\n"}; }},
       {"/readyz", ready}},
      real_clock, options.max_http_connections);
  if (!started.ok()) return started.status();
  http = *std::move(started);
  return absl::OkStatus();
}

// Each step leaves the next one nothing new to do: no requests, so no events, so nothing to send.
void Server::Parts::Shutdown(absl::Duration grace) {
  if (std::exchange(shut_down, true)) return;
  self_check.reset();
  SetServing(false);
  const absl::Duration by = real_clock.Monotonic() + grace;
  if (grpc != nullptr) grpc->DrainWriteStreams();
  if (threads != nullptr) threads->Stop(grace);
  if (grpc != nullptr) grpc->Shutdown(by);
}

void Server::Parts::GiveUp() {
  SetServing(false);
  grpc->DrainWriteStreams();
  threads->core().GiveUp();
}

absl::StatusOr<std::unique_ptr<Server>> Server::Start(ServerOptions options) {
  auto parts = std::make_unique<Parts>(std::move(options));
  if (absl::Status status = parts->Start(); !status.ok()) return status;
  return std::unique_ptr<Server>(new Server(std::move(parts)));
}

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Server::~Server() = default;

int Server::grpc_port() const { return parts_->grpc->port(); }

int Server::http_port() const { return parts_->http == nullptr ? 0 : parts_->http->port(); }

const std::string& Server::epoch() const { return parts_->threads->core().epoch(); }

EpochDecision Server::epoch_decision() const { return parts_->threads->core().epoch_decision(); }

std::shared_ptr<grpc::Channel> Server::InProcessChannel() {
  return parts_->grpc->InProcessChannel();
}

void Server::Shutdown(absl::Duration grace) { parts_->Shutdown(grace); }

void Server::GiveUp() { parts_->GiveUp(); }

}  // namespace cache_invalidation
