// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_HTTP_HTTP_SINK_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_HTTP_HTTP_SINK_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/connect/finding.h"
#include "client/connect/http/http_sink_options.h"
#include "client/connect/http/purge_endpoint.h"
#include "common/periodic_thread.h"

namespace cache_invalidation::connect {

// Returns what is known of an endpoint by its URL: one that is of many caches (a CDN) as it is; of
// Varnish each address that its host resolves to, those of IPv4 if it has any. UNAVAILABLE: the
// host cannot be resolved, and why. Blocks for that.
absl::StatusOr<std::vector<PurgeAddress>> AddressesOf(const std::string& url, Preset preset);

// Purges HTTP caches by the events of a namespace. Each address of each endpoint is a cache of its
// own: it has its own subscription, queue and position. Addresses are looked up every ten seconds;
// one that is new is purged of everything, one that is gone for ten minutes is forgotten.
class HttpSink {
 public:
  HttpSink(HttpSinkOptions options, std::shared_ptr<client::Connection> connection, Clock& clock,
           journal::Journal& journal, HttpSinkStatus& status);

 private:
  struct Known {
    std::unique_ptr<PurgeEndpoint> endpoint;
    absl::Duration seen;
  };

  void Look();

  const HttpSinkOptions options_;
  const client::Client client_;
  const HttpSinkEnvironment environment_;
  std::map<PurgeAddress, Known> known_;  // of the thread
  const PeriodicThread thread_;          // last: it uses all of the above
};

// Asks each endpoint to purge a key that no page has.
std::vector<Finding> CheckHttpSink(const HttpSinkOptions& options);

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_HTTP_HTTP_SINK_H_
