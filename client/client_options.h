// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_CLIENT_OPTIONS_H_
#define CACHE_INVALIDATION_CLIENT_CLIENT_OPTIONS_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "client/call_options.h"
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

// Encrypts the connection and verifies the service's certificate. The certificates and the key are
// PEM, as texts or as files, not both.
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

  // In place of the texts: files that another program may replace, as Kubernetes and ACME clients
  // do. They are read again once a second by a thread of gRPC, and each new connection to the
  // service, also that of a Connection that has existed for long, uses what they hold then; open
  // ones go on. They must be good when the Connection is made. A file that is missing later leaves
  // the last one in use; while a pair is damaged or does not match, new connections fail, and are
  // tried again. Replace key and certificate by renaming, not by writing into them.
  std::string root_certificates_file = {};
  std::string private_key_file = {};
  std::string certificate_chain_file = {};
};

// One attempt of a call, or one step of a stream: what ClientOptions::on_attempt gets.
struct CallAttempt {
  enum class Kind {
    kCall,          // an attempt of a call has ended
    kStreamOpened,  // the first message of the service has arrived on a stream
    kStreamEnded,   // a stream has ended, whether it was opened or not
  };
  Kind kind = Kind::kCall;

  // The full name of the gRPC method, such as
  // "cache_invalidation.v1.WriteEventService/InvalidateByWrites". Remains valid.
  absl::string_view method = {};

  // 1 for the first attempt of a call. For a stream: the number of attempts since the last one that
  // was opened.
  uint32_t number = 1;

  // Time since the attempt, or the stream, began.
  absl::Duration latency = {};

  // What the attempt, or the stream, ended with; OK for kStreamOpened. The status of a call is that
  // of its last attempt, or, if that only ran out of time, of an earlier one.
  absl::Status status = {};

  // Whether another attempt of this call follows. False for streams, which are reopened until the
  // subscription or write stream is stopped.
  bool will_retry = false;

  // CallOptions::metadata of the call, for example with its `traceparent`. Empty for streams.
  CallMetadata metadata = {};
};

// Defaults of all calls through one Connection.
//
// OpenConnection (connection.h) checks all of them at once and returns INVALID_ARGUMENT if one is
// wrong; through MakeConnection every call then fails with that error.
struct ClientOptions {
  // Encryption of the connection to an endpoint. Default: none; anyone on the network path can read
  // and change the traffic. PEM texts and files are checked at once, as far as their form shows
  // what is wrong. Certificates that the service or this side does not trust appear as UNAVAILABLE
  // from the calls.
  std::optional<TlsOptions> tls = {};

  // The namespace to use; empty: the service's `default`. A call can override it.
  std::string namespace_name = {};

  // Deadline of a call, including retries and waiting for subscribers (WaitForSubscribers). A call
  // can override it. More than zero. Default: 60 s for calls that invalidate (InvalidateByWrite and
  // InvalidateByWrites, Invalidate, InvalidateWithDependencies, ScheduleBatchInvalidation,
  // FlushPendingInvalidations), which is longer than a large service takes to restart, because an
  // abandoned invalidation leaves stale values; 5 s for the others. A call without a result blocks
  // its thread for that long.
  std::optional<absl::Duration> deadline = {};

  // Sent with every attempt of every call and stream. At most 2 KiB.
  CallMetadata metadata = {};

  // Proves who is calling: sent with every attempt as `authorization: Bearer TOKEN`, for a
  // service with a policy, or a proxy that checks it. Visible ASCII, at most 4 KiB.
  //
  // `token_file` names a file that holds the token, which another program may replace, as
  // Kubernetes does. It must hold one when the connection is made. It is read again, at most once a
  // second, by the thread that starts an attempt; so a new token is sent by calls that begin a
  // second after it was written, and by streams when they reconnect. While the file cannot be read,
  // is empty or has no valid token, the last good one is sent, and the reason is logged
  // (logging.h). Set one of the two.
  std::string token = {};
  std::string token_file = {};

  // A token (also as `authorization` in `metadata`) is secret, so without `tls` it is sent only to
  // a loopback address or a Unix socket; to another endpoint the connection is refused. True: it is
  // sent in plain text to any endpoint. Also needed with a token over a channel of your own
  // (grpc_channel.h), whose encryption is not known here.
  bool allow_token_without_tls = false;

  // Called after each attempt of a call and each step of a stream, before the call returns: for
  // metrics and traces. Called concurrently, without locks, on the threads of gRPC, of streams and
  // of callers. Must not block, throw, or destroy the connection. It outlives the Connection while
  // calls or streams are running. Empty: none.
  std::function<void(const CallAttempt&)> on_attempt = {};

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
