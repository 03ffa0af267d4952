// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_SERVER_H_
#define CACHE_INVALIDATION_SERVER_SERVER_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "common/limits.h"
#include "server/core/persistence.h"
#include "server/core/server_core.h"
#include "server/tls/certificate_files.h"

namespace grpc {
class Channel;
}  // namespace grpc

namespace cache_invalidation::journal {
class Journal;
}  // namespace cache_invalidation::journal

namespace cache_invalidation {

struct ServerOptions : CoreOptions {
  // Where to listen, `host:port`; port 0 picks a free one. Without certificates nothing is
  // encrypted, and without a policy file no caller is authenticated: other addresses than loopback
  // are then for networks where everybody may do everything.
  std::string grpc_address = "127.0.0.1:0";
  // Encrypts connections for gRPC. Changes of the files are written to the standard error.
  tls::CertificatePaths certificates;
  // For metrics and probes, never encrypted. Empty: no HTTP.
  std::string http_address = "127.0.0.1:0";

  // What outlives the server, and where it is kept.
  PersistenceOptions persistence;

  // Larger requests are refused with RESOURCE_EXHAUSTED.
  size_t max_request_bytes = kMaxRequestBytes;
  size_t max_subscriptions = kMaxSubscriptions;
  // The namespaces that calls may name; others fail with NOT_FOUND. Empty: every name.
  std::vector<std::string> namespaces;
  // Who may do what (docs/operations.md). Empty: everybody may do everything.
  std::string policy_file;
  // Where calls that need an admin and calls that were denied are written. "-": to standard error;
  // empty: nowhere.
  std::string audit_log;
  // Describe the services to callers that ask.
  bool reflection = true;
  // The memory that the process may use. Near it calls are refused; beyond it `on_fatal` is called,
  // before the kernel ends the process. 0: no limit.
  size_t max_memory_bytes = 0;
  // Returns the memory that the process uses now; null: it is not watched. Called by one thread,
  // now and then.
  std::function<size_t()> resident_bytes;
  // Connects to itself now and then: a server that new clients cannot reach is not ready, and ends
  // when that lasts.
  bool self_check = false;
  // Connections to the HTTP port at one time.
  size_t max_http_connections = kMaxHttpConnections;

  // Tests decide what time it is; null: the machine's clock. Must outlive the server.
  Clock* clock = nullptr;
  // Where it reports what an operator should know; null: nowhere. Must outlive the server.
  journal::Journal* journal = nullptr;
  // Called when the server cannot go on: the store failed and nothing can be promised any more,
  // memory is exhausted, or no new client can connect. The process must end within a second, after
  // GiveUp. Called by any thread, perhaps more than once. Must not block. What it uses must outlive
  // the server.
  std::function<void(const absl::Status&)> on_fatal;
};

// The whole server; it runs from Start until Shutdown.
//
// Shutdown and destruction are for one thread; the rest is thread-safe.
class Server {
 public:
  // Serves when it returns. UNAVAILABLE: an address is taken. INVALID_ARGUMENT: a certificate
  // cannot be used, or the policy file is wrong. FAILED_PRECONDITION: the audit log cannot be
  // opened. For errors of the store see Persistence::Open.
  static absl::StatusOr<std::unique_ptr<Server>> Start(ServerOptions options);

  // Shuts down with no grace, unless that has been done.
  virtual ~Server() = default;

  // The ports it listens on; 0 if there is none.
  virtual int grpc_port() const = 0;
  virtual int http_port() const = 0;

  // When the certificate in use expires; absent without one.
  virtual std::optional<absl::Time> certificate_expiry() const = 0;

  // The history that positions refer to, and whether it continues that of the last run.
  virtual const std::string& epoch() const = 0;
  virtual EpochDecision epoch_decision() const = 0;

  // Until when calls that wait for subscribers also wait for those of earlier servers; absent if
  // they do not. See CoreOptions::longest_earlier_lease.
  virtual std::optional<absl::Time> waits_for_earlier_until() const = 0;
  // Until when they do not, but say that some may be late.
  virtual std::optional<absl::Time> doubts_earlier_until() const = 0;

  // A channel to this server without a network.
  virtual std::shared_ptr<grpc::Channel> InProcessChannel() = 0;

  // Reads the policy file now, and opens the audit log again. What is wrong with them is reported
  // on standard error, and leaves what is in use.
  virtual void Reload() = 0;
  // Announces that it will stop: the health becomes NOT_SERVING, so that load balancers and probes
  // send new clients elsewhere. Everything is served as before until Shutdown. Idempotent.
  virtual void AnnounceStop() = 0;

  // Accepts no more requests, completes those it has accepted, flushes pending batches, sends
  // subscribers what they have not received, and ends every call; later calls fail with
  // UNAVAILABLE. Returns when no call is left, whatever connections there are. Calls that have not
  // ended within `grace` are cut off. Blocks, also until each shard has applied its current
  // request. Idempotent.
  virtual void Shutdown(absl::Duration grace) = 0;

  // Replaces Shutdown when the server cannot go on: the health becomes NOT_SERVING, and all
  // requests, pending and future, fail with UNAVAILABLE until the process ends. (gRPC's own
  // shutdown would report CANCELLED to late callers, as if they had cancelled.) Streams have been
  // cancelled. Blocks until each shard has applied its current request.
  virtual void GiveUp() = 0;
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_SERVER_SERVER_H_
