#ifndef CACHE_INVALIDATION_CLIENT_CLIENT_OPTIONS_H_
#define CACHE_INVALIDATION_CLIENT_CLIENT_OPTIONS_H_

#include <functional>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "common/clock.h"

namespace cache_invalidation::client {

// How long to wait before trying again: a random time between nothing and a limit that begins with
// `initial` and is multiplied after each attempt, up to `maximum`. The random part keeps many
// clients from coming back at the same moment.
struct BackoffOptions {
  absl::Duration initial = absl::Milliseconds(100);
  absl::Duration maximum = absl::Seconds(2);
  double multiplier = 2;
};

// An encrypted connection to a service whose certificate is checked. All text is PEM.
struct TlsOptions {
  // Certificates of the authorities that may vouch for the service. Empty: those that gRPC finds on
  // the machine.
  std::string root_certificates = {};

  // For a service that asks its clients for a certificate: the key, and the certificate with those
  // that vouch for it. Both or neither.
  std::string private_key = {};
  std::string certificate_chain = {};

  // The name that the service's certificate has to carry. Empty: the host of the endpoint.
  std::string server_name = {};
};

// Defaults of all calls that go through one Connection.
struct ClientOptions {
  // How MakeConnection(endpoint) encrypts. Absent, which is the default for now: it does not, and
  // everybody on the way can read and change what is sent. What is wrong with the certificates
  // shows in the calls, which are UNAVAILABLE.
  std::optional<TlsOptions> tls = {};

  // The namespace to work in; empty: the service's `default`. A call may choose another.
  std::string namespace_name = {};

  // How long a call may take in all, retries included. A call may choose another. Default: 60 s for
  // calls that invalidate (InvalidateByWrite and InvalidateByWrites, Invalidate,
  // InvalidateWithDependencies, ScheduleBatchInvalidation, FlushPendingInvalidations), because what
  // is given up stays stale: longer than a large service takes to restart. 5 s for the others.
  // A call that is not answered blocks its thread for as long.
  std::optional<absl::Duration> deadline = {};

  // Between the attempts of one call, and between the streams of a subscription. Every error is
  // tried again until the deadline, but for those that the same request would meet again:
  // INVALID_ARGUMENT, NOT_FOUND, ALREADY_EXISTS, PERMISSION_DENIED, UNAUTHENTICATED,
  // RESOURCE_EXHAUSTED, FAILED_PRECONDITION, OUT_OF_RANGE, UNIMPLEMENTED.
  BackoffOptions backoff = {};

  // Where time comes from. Must outlive the Connection. Null: the machine's clocks.
  Clock* clock = nullptr;

  // Numbers from [0, 1), for the backoff. Called from many threads at once. Empty: a generator
  // with a random seed.
  std::function<double()> random = {};
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_CLIENT_OPTIONS_H_
