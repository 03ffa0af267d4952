#ifndef CACHE_INVALIDATION_CLIENT_CLIENT_OPTIONS_H_
#define CACHE_INVALIDATION_CLIENT_CLIENT_OPTIONS_H_

#include <functional>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "common/clock.h"

namespace cache_invalidation::client {

// Delay before a retry: a random duration between zero and a limit. The limit starts at `initial`
// and is multiplied after each attempt, up to `maximum`. The randomness keeps many clients from
// reconnecting at the same moment.
struct BackoffOptions {
  absl::Duration initial = absl::Milliseconds(100);
  absl::Duration maximum = absl::Seconds(2);
  double multiplier = 2;
};

// Encrypts the connection and verifies the service's certificate. All values are PEM.
struct TlsOptions {
  // Root certificates that the service's certificate must chain to. Empty: those that gRPC finds on
  // the machine.
  std::string root_certificates = {};

  // Client certificate for a service that requires one: the private key, and the certificate with
  // its chain. Set both or neither.
  std::string private_key = {};
  std::string certificate_chain = {};

  // The name that the service's certificate must contain. Empty: the host of the endpoint.
  std::string server_name = {};
};

// Defaults of all calls through one Connection.
struct ClientOptions {
  // Encryption of MakeConnection(endpoint). Default: none (for now); anyone on the network path can
  // read and change the traffic. Certificate errors appear as UNAVAILABLE from the calls.
  std::optional<TlsOptions> tls = {};

  // The namespace to use; empty: the service's `default`. A call can override it.
  std::string namespace_name = {};

  // Deadline of a call, including retries. A call can override it. Default: 60 s for calls that
  // invalidate (InvalidateByWrite and InvalidateByWrites, Invalidate, InvalidateWithDependencies,
  // ScheduleBatchInvalidation, FlushPendingInvalidations), which is longer than a large service
  // takes to restart, because an abandoned invalidation leaves stale values; 5 s for the others. A
  // call without a result blocks its thread for that long.
  std::optional<absl::Duration> deadline = {};

  // Delays between the attempts of one call, and between the streams of a subscription. Every error
  // is retried until the deadline, except those that the same request would get again:
  // INVALID_ARGUMENT, NOT_FOUND, ALREADY_EXISTS, PERMISSION_DENIED, UNAUTHENTICATED,
  // RESOURCE_EXHAUSTED, FAILED_PRECONDITION, OUT_OF_RANGE, UNIMPLEMENTED.
  BackoffOptions backoff = {};

  // Source of time. Must outlive the Connection. Null: the system clocks.
  Clock* clock = nullptr;

  // Returns random numbers in [0, 1), for the backoff. Called from many threads concurrently.
  // Empty: a generator with a random seed.
  std::function<double()> random = {};
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_CLIENT_OPTIONS_H_
