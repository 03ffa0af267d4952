// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_HTTP_HTTP_SINK_OPTIONS_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_HTTP_HTTP_SINK_OPTIONS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "client/connect/sink_queue.h"

namespace cache_invalidation::connect {

// What an endpoint understands.
enum class Preset {
  kVarnish,  // with the VCL of examples/varnish
  kFastly,
  kCloudflare,
  kCustom,  // RequestTemplate
};

// What an event that names keys or patterns purges.
enum class OnKeys {
  kPurge,       // keys: the pages that carry them (SurrogateKeyOfKey); patterns: everything
  kEverything,  // pages carry no keys, but may be tracked under them
  kIgnore,      // no page is tracked under a key
};

// What a RESET purges, and an event that names everything.
enum class OnEverything {
  kPurgeAll,  // all that the cache has, also of others
  kKey,       // the pages that carry kSurrogateKeyOfEveryPage
};

// A request. In headers and body, `{keys}` are the keys with spaces between them, `{json}` is a
// JSON list of them.
struct RequestTemplate {
  std::string path = {};  // behind the endpoint's URL; only of presets
  std::string method = "POST";
  std::vector<std::string> headers = {};  // `Name: value`
  std::string body = {};
};

struct HttpSinkOptions {
  // Of the subscriber, as operators see it.
  std::string name = "connect/http";

  // Positions are kept in files whose names begin with this.
  std::string state_file = {};

  Preset preset = Preset::kVarnish;
  std::vector<std::string> endpoints = {};
  std::string id = {};     // of the service (Fastly), of the zone (Cloudflare)
  std::string token = {};  // of Fastly, of Cloudflare
  RequestTemplate request = {};
  RequestTemplate everything_request = {};

  OnKeys on_keys = OnKeys::kPurge;
  std::vector<std::string> key_prefixes = {};  // others are not heard
  OnEverything on_everything = OnEverything::kPurgeAll;

  // Whether what is marked stale is only that: the next access still gets the old page, and the one
  // after it a new one. Otherwise it is purged.
  bool soft = false;

  // `max_targets`: about 100 bytes each.
  SinkQueueOptions queue = {.max_targets = 100'000};

  // Of one endpoint: requests in a second, and in a burst.
  size_t requests_per_second = 50;
  size_t burst = 100;
  absl::Duration timeout = absl::Seconds(5);
};

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_HTTP_HTTP_SINK_OPTIONS_H_
