// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_HTTP_PURGE_ENDPOINT_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_HTTP_PURGE_ENDPOINT_H_

#include <optional>
#include <stop_token>
#include <string>

#include "absl/time/time.h"
#include "client/client.h"
#include "client/connect/http/http_client.h"
#include "client/connect/http/http_sink_options.h"
#include "client/connect/http/http_sink_status.h"
#include "client/connect/http/purge_request.h"
#include "client/connect/retrying_thread.h"
#include "client/connect/sink_feed.h"
#include "common/clock.h"
#include "server/journal/journal.h"

namespace cache_invalidation::connect {

// Where to purge.
struct PurgeAddress {
  std::string url = {};
  std::string address = {};  // of one cache of several behind the name; empty: the name decides

  std::string label() const { return address.empty() ? url : url + " " + address; }
  auto operator<=>(const PurgeAddress&) const = default;
};

// What the parts of a sink share. All of it outlives them.
struct HttpSinkEnvironment {
  const HttpSinkOptions& options;
  const client::Client& client;
  Clock& clock;
  journal::Journal& journal;
  HttpSinkStatus& status;
};

// Purges one endpoint, on a thread of its own, and keeps its position in a file. Everything after
// the position is purged at least once, or everything is. An endpoint that does not respond, or
// refuses, is asked again without limit; what comes meanwhile is merged. The destructor stops it;
// what was not purged, or not again, is purged after the next start.
class PurgeEndpoint {
 public:
  PurgeEndpoint(const HttpSinkEnvironment& environment, PurgeAddress address);

 private:
  // Returns why the subscription has ended.
  absl::Status Follow(const std::stop_token& stop);
  void Purge(SinkFeed& feed, SinkQueue::Batch batch, const std::stop_token& stop);
  void SavePosition(const std::optional<client::Position>& position);
  template <typename Change>
  void Update(const Change& change);
  void Report(journal::Level level, const std::string& message, absl::string_view detail) const;

  const HttpSinkEnvironment environment_;
  const PurgeAddress address_;
  const std::string label_;
  const std::string fingerprint_;    // of all that decides what was purged
  const std::string position_file_;  // after a change of the configuration it is another one
  const PartLimits limits_;
  HttpClient http_;
  // Of the thread.
  std::optional<client::Position> saved_;                    // in the file
  size_t max_keys_;                                          // of a request, halved after refusals
  absl::Duration next_request_ = -absl::InfiniteDuration();  // by the rate, without the burst
  absl::Duration not_before_ = -absl::InfiniteDuration();    // after a failure
  absl::Duration pause_;
  const RetryingThread thread_;  // last: it uses all of the above
};

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_HTTP_PURGE_ENDPOINT_H_
