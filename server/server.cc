// SPDX-License-Identifier: Apache-2.0

#include "server/server.h"

#include <atomic>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/clock.h"
#include "common/periodic_thread.h"
#include "common/version.h"
#include "grpcpp/channel.h"
#include "server/access/access.h"
#include "server/access/audit_log.h"
#include "server/access/policy_file.h"
#include "server/grpc_front.h"
#include "server/http/http_server.h"
#include "server/journal/journal.h"
#include "server/metrics/metrics.h"
#include "server/process/memory_watch.h"
#include "server/process/self_check.h"
#include "server/rpc/call_limits.h"
#include "server/server_threads.h"
#include "server/tls/server_credentials.h"

namespace cache_invalidation {
namespace {

using journal::Format;
using journal::Level;

absl::Status StoreFailed(const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat("the store failed: ", status.message()));
}

void ReportMemory(process::MemoryLevel level, size_t resident_bytes, size_t max_bytes,
                  journal::Journal& journal) {
  journal::Line line = {Level::kWarning, "", {{"resident", resident_bytes}, {"limit", max_bytes}}};
  switch (level) {
    case process::MemoryLevel::kNormal:
      line.level = Level::kInfo;
      line.message = "memory suffices again";
      break;
    case process::MemoryLevel::kFull:
      line.message = "memory is nearly full: nothing more is stored";
      break;
    case process::MemoryLevel::kCritical:
      line.message = "memory is nearly full: every call is refused";
      break;
    case process::MemoryLevel::kOver:
      return;  // the server ends with a line of its own
  }
  journal.Write(line);
}

// Its parts stand in the order of construction; each uses only those before it.
class WholeServer final : public Server {
 public:
  explicit WholeServer(ServerOptions given)
      : options_(std::move(given)),
        clock_(options_.clock == nullptr ? real_clock_ : *options_.clock),
        journal_(options_.journal == nullptr ? silent_ : *options_.journal),
        metrics_(CACHE_INVALIDATION_VERSION_STRING, options_.shards) {}
  ~WholeServer() override { WholeServer::Shutdown(absl::ZeroDuration()); }

  absl::Status Start();

  int grpc_port() const override { return grpc_->port(); }
  int http_port() const override { return http_ == nullptr ? 0 : http_->port(); }
  std::optional<absl::Time> certificate_expiry() const override {
    return certificates_ == nullptr ? std::nullopt : std::optional(certificates_->expires());
  }
  const std::string& epoch() const override { return threads_->core().epoch(); }
  EpochDecision epoch_decision() const override { return threads_->core().epoch_decision(); }
  std::optional<absl::Time> waits_for_earlier_until() const override {
    return IfToCome(threads_->core().earlier_leases().until);
  }
  std::optional<absl::Time> doubts_earlier_until() const override {
    return IfToCome(threads_->core().earlier_leases().doubt_until);
  }
  std::shared_ptr<grpc::Channel> InProcessChannel() override { return grpc_->InProcessChannel(); }
  void Reload() override;
  void AnnounceStop() override;
  void Shutdown(absl::Duration grace) override;
  void GiveUp() override;

 private:
  absl::Status StartAccess();
  void OnPolicyRead(const absl::Status& outcome);
  void OnCertificatesRead(const absl::Status& outcome, absl::Time expires);
  absl::Status OpenCertificates();
  absl::Status StartGrpc();
  absl::Status StartHttp();
  void SetServing(bool now_serving);
  void CheckItself();
  void SetReachable(bool reachable);
  void WatchMemory();
  void OnMemory(process::MemoryLevel level, size_t resident_bytes);
  std::optional<absl::Time> IfToCome(absl::Duration monotonic) const {
    const absl::Duration left = monotonic - clock_.Monotonic();
    return left > absl::ZeroDuration() ? std::optional(clock_.Now() + left) : std::nullopt;
  }
  void Fatal(const absl::Status& status) {
    if (options_.on_fatal) options_.on_fatal(status);
  }

  const ServerOptions options_;
  RealClock real_clock_;
  Clock& clock_;
  journal::Journal silent_{Format::kText, Level::kError, real_clock_, [](absl::string_view) {}};
  journal::Journal& journal_;
  metrics::Metrics metrics_;
  std::unique_ptr<access::AuditLog> audit_log_;
  std::unique_ptr<access::Access> access_;
  std::unique_ptr<access::PolicyFile> policy_file_;  // null: no policy
  std::atomic<bool> serving_ = false;
  std::atomic<bool> reachable_ = true;
  std::unique_ptr<ServerThreads> threads_;
  rpc::Admission admission_;
  std::unique_ptr<process::MemoryThread> memory_;
  std::unique_ptr<tls::CertificateFiles> certificates_;  // null: nothing is encrypted
  std::unique_ptr<GrpcFront> grpc_;
  std::unique_ptr<PeriodicThread> policy_thread_;
  std::unique_ptr<process::SelfCheck> self_check_;
  std::unique_ptr<http::HttpServer> http_;
  bool shut_down_ = false;
};

absl::Status WholeServer::Start() {
  if (absl::Status status = StartAccess(); !status.ok()) return status;
  if (absl::Status status = OpenCertificates(); !status.ok()) return status;
  absl::StatusOr<Persistence> persistence = Persistence::Open(options_.persistence);
  if (!persistence.ok()) return persistence.status();
  absl::StatusOr<std::unique_ptr<ServerThreads>> core = ServerThreads::Start(
      options_, *std::move(persistence), clock_, metrics_, [this](const absl::Status& status) {
        serving_ = false;
        Fatal(StoreFailed(status));
      });
  if (!core.ok()) return core.status();
  threads_ = *std::move(core);
  if (absl::Status status = StartGrpc(); !status.ok()) return status;
  if (absl::Status status = StartHttp(); !status.ok()) return status;
  WatchMemory();
  if (policy_file_ != nullptr) {
    policy_thread_ = std::make_unique<PeriodicThread>(real_clock_, access::kLookAtPolicy,
                                                      [this] { policy_file_->Look(); });
  }
  SetServing(true);
  // Last: every connection that is accepted is served.
  grpc_->Accept();
  if (options_.self_check) CheckItself();
  return absl::OkStatus();
}

// Before the store is opened: a wrong policy changes nothing.
absl::Status WholeServer::StartAccess() {
  absl::StatusOr<std::unique_ptr<access::AuditLog>> log = access::AuditLog::Open(
      options_.audit_log, clock_, metrics_.access(), [this](absl::string_view problem) {
        journal_.Write({Level::kError, "the audit log fails", {}, std::string(problem)});
      });
  if (!log.ok()) return log.status();
  audit_log_ = *std::move(log);
  access_ = std::make_unique<access::Access>(clock_, *audit_log_, metrics_.access());
  if (options_.policy_file.empty()) return absl::OkStatus();
  policy_file_ = std::make_unique<access::PolicyFile>(
      options_.policy_file, *access_, clock_,
      [this](const absl::Status& outcome) { OnPolicyRead(outcome); });
  return policy_file_->Reload();
}

// At the start there are no streams yet, and the error ends it.
void WholeServer::OnPolicyRead(const absl::Status& outcome) {
  if (grpc_ == nullptr) return;
  if (!outcome.ok()) {
    journal_.Write(
        {Level::kError, "the last good policy stays in use", {}, std::string(outcome.message())});
    return;
  }
  journal_.Write({Level::kInfo, "a new policy is in use"});
  threads_->WakeStreams();
  grpc_->RecheckWriteStreams();
}

void WholeServer::Reload() {
  audit_log_->Reopen();
  if (policy_file_ != nullptr) policy_file_->Reload().IgnoreError();  // OnPolicyRead reports it
}

void WholeServer::OnCertificatesRead(const absl::Status& outcome, absl::Time expires) {
  metrics_.CountCertificateReload(outcome.ok());
  if (!outcome.ok()) {
    journal_.Write(
        {Level::kError, "the last certificates stay in use", {}, std::string(outcome.message())});
    return;
  }
  journal_.Write({Level::kInfo, "new certificates are in use", {{"expires", expires}}});
}

absl::Status WholeServer::OpenCertificates() {
  if (options_.certificates.cert.empty()) return absl::OkStatus();
  auto opened = tls::CertificateFiles::Open(options_.certificates, real_clock_,
                                            [this](const absl::Status& status, absl::Time expires) {
                                              OnCertificatesRead(status, expires);
                                            });
  if (!opened.ok()) return opened.status();
  certificates_ = *std::move(opened);
  return absl::OkStatus();
}

absl::Status WholeServer::StartGrpc() {
  absl::StatusOr<std::unique_ptr<GrpcFront>> front = GrpcFront::Start(
      {.address = options_.grpc_address,
       .credentials = certificates_ == nullptr ? nullptr : tls::ServerCredentials(*certificates_),
       .max_request_bytes = options_.max_request_bytes,
       .max_subscriptions = options_.max_subscriptions,
       .namespaces = options_.namespaces,
       .reflection = options_.reflection,
       .version = CACHE_INVALIDATION_VERSION_STRING},
      threads_->core(), clock_, metrics_.rpc(), admission_, *access_, journal_);
  if (!front.ok()) return front.status();
  grpc_ = *std::move(front);
  return absl::OkStatus();
}

void WholeServer::SetServing(bool now_serving) {
  serving_ = now_serving;
  if (grpc_ != nullptr) grpc_->SetServing(now_serving && reachable_);
}

void WholeServer::CheckItself() {
  if (grpc_->acceptor() == nullptr) return;
  process::Greeting greeting =
      certificates_ == nullptr
          ? process::Http2Greeting()
          : process::Greeting{.says = tls::ClientHello(), .at = 0, .answer = tls::kHandshakeRecord};
  self_check_ = std::make_unique<process::SelfCheck>(
      grpc_->acceptor()->listener(), std::move(greeting), real_clock_,
      [this](const process::Reachability& state) {
        SetReachable(state.reachable());
        if (state.hopeless()) {
          Fatal(
              absl::UnavailableError(absl::StrCat("no new connection was answered for ",
                                                  absl::FormatDuration(process::kMaxUnreachable))));
        }
      });
}

void WholeServer::SetReachable(bool reachable) {
  if (reachable_.exchange(reachable) == reachable) return;
  if (reachable) {
    journal_.Write({Level::kInfo, "new clients can connect again"});
  } else {
    journal_.Write({Level::kWarning, "new clients cannot connect"});
  }
  SetServing(serving_);
}

void WholeServer::WatchMemory() {
  if (!options_.resident_bytes) return;
  memory_ = std::make_unique<process::MemoryThread>(
      options_.max_memory_bytes, options_.resident_bytes, real_clock_,
      [this](process::MemoryLevel level, size_t resident) { OnMemory(level, resident); });
}

void WholeServer::OnMemory(process::MemoryLevel level, size_t resident_bytes) {
  using Admits = rpc::Admission::Level;
  admission_.SetLevel(level == process::MemoryLevel::kNormal ? Admits::kAll
                      : level == process::MemoryLevel::kFull ? Admits::kNothingToKeep
                                                             : Admits::kNothing);
  ReportMemory(level, resident_bytes, options_.max_memory_bytes, journal_);
  if (level == process::MemoryLevel::kOver) {
    Fatal(absl::ResourceExhaustedError(absl::StrCat("out of memory: ", resident_bytes,
                                                    " bytes are resident, allowed are ",
                                                    options_.max_memory_bytes)));
  }
}

absl::Status WholeServer::StartHttp() {
  if (options_.http_address.empty()) return absl::OkStatus();
  const auto text = [this] {
    std::vector<metrics::GaugeSource> gauges = {
        {"namespaces", "Namespaces that exist.",
         [this] { return double(threads_->core().shards().namespaces()); }},
        {"subscriber_sessions", "Subscribers with a stream or a running lease.",
         [this] { return double(threads_->core().hub().counts().sessions); }},
        {"subscriber_lag_revisions",
         "Largest number of revisions that a connected subscriber is behind.",
         [this] { return double(threads_->core().hub().LargestLag()); }},
        {"waiting_calls", "Calls that wait for subscribers.",
         [this] { return double(threads_->core().waiting().waits()); }},
        {"event_cache_bytes", "Events kept in memory.",
         [this] { return double(threads_->core().hub().counts().event_cache_bytes); }},
        {"event_retention_bytes", "Events retained for subscribers that reconnect.",
         [this] { return double(threads_->core().hub().counts().retained_bytes); }},
        {"event_retention_seconds",
         "Age of the oldest retained event: a subscriber that was disconnected for longer is "
         "reset.",
         [this] { return absl::ToDoubleSeconds(threads_->core().hub().counts().retained); }},
        {"refused_connections", "Connections closed at once since the start: too many were open.",
         [this] {
           return grpc_->acceptor() == nullptr ? 0 : double(grpc_->acceptor()->refused());
         }}};
    if (certificates_ != nullptr) {
      gauges.push_back({"certificate_expiry_timestamp_seconds",
                        "When the server's certificate in use expires, in Unix time.",
                        [this] { return double(absl::ToUnixSeconds(certificates_->expires())); }});
    }
    return metrics_.Text(gauges);
  };
  const auto ready = [this] {
    if (!serving_) return http::Page{.status = 503, .body = "not serving\n"};
    return reachable_ ? http::Page{.body = "ready\n"}
                      : http::Page{.status = 503, .body = "new clients cannot connect\n"};
  };
  absl::StatusOr<std::unique_ptr<http::HttpServer>> started = http::HttpServer::Start(
      options_.http_address,
      {{"/metrics",
        [text] { return http::Page{.content_type = metrics::kTextFormat, .body = text()}; }},
       {"/healthz", [] { return http::Page{.body = "alive\n"}; }},
       {"/readyz", ready}},
      real_clock_, options_.max_http_connections);
  if (!started.ok()) return started.status();
  http_ = *std::move(started);
  return absl::OkStatus();
}

void WholeServer::AnnounceStop() {
  self_check_.reset();  // it would set the health again
  SetServing(false);
}

// Each step leaves the next one nothing new to do: no requests, so no events, so nothing to send.
void WholeServer::Shutdown(absl::Duration grace) {
  if (std::exchange(shut_down_, true)) return;
  policy_thread_.reset();
  AnnounceStop();
  const absl::Duration by = real_clock_.Monotonic() + grace;
  if (grpc_ != nullptr) grpc_->DrainWriteStreams();
  if (threads_ != nullptr) threads_->Stop(grace);
  if (grpc_ != nullptr) grpc_->Shutdown(by);
}

void WholeServer::GiveUp() {
  SetServing(false);
  grpc_->DrainWriteStreams();
  threads_->core().GiveUp();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Start(ServerOptions options) {
  auto server = std::make_unique<WholeServer>(std::move(options));
  if (absl::Status status = server->Start(); !status.ok()) return status;
  return server;
}

}  // namespace cache_invalidation
