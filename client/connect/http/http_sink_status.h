// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_HTTP_HTTP_SINK_STATUS_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_HTTP_HTTP_SINK_STATUS_H_

#include <cstdint>
#include <map>
#include <string>

#include "client/connect/shared_figures.h"
#include "client/connect/sink_feed.h"

namespace cache_invalidation::connect {

// What is known of one endpoint.
struct EndpointFigures : SinkFigures {
  std::string refusal = {};    // why the last request was not carried out; empty: it was
  uint64_t keys = 0;           // purged, repetitions included
  uint64_t purged_pages = 0;   // as the endpoint says
  uint64_t without_pages = 0;  // requests that purged none, as it says
  // By status of the response, or `none`.
  std::map<std::string, uint64_t> requests = {{"200", 0}, {"none", 0}};
};

using HttpSinkFigures = std::map<std::string, EndpointFigures>;  // by PurgeAddress::label
using HttpSinkStatus = SharedFigures<HttpSinkFigures>;

// Returns the figures in Prometheus' text format. docs/http-caches.md has the table. Pure.
std::string MetricsText(const HttpSinkFigures& figures);

// Returns why the sink is not ready, a line for each endpoint; empty if it is. Pure.
std::string TroubleOf(const HttpSinkFigures& figures);

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_HTTP_HTTP_SINK_STATUS_H_
