// SPDX-License-Identifier: Apache-2.0

// Surrogate keys: what a page that an HTTP cache stores carries in a header (`xkey` of Varnish,
// `Surrogate-Key` of Fastly, `Cache-Tag` of Cloudflare), so that cache_invalidation_connect can
// purge it by the tags of events.
//
//   const std::optional<std::string> keys =
//       SurrogateKeysOfPage({"order:5", "customer:7"}, SurrogateKeyOptions{.key = "/orders/5"});
//   // "= order order:5 customer customer:7 =%2Forders%2F5"
//   const std::string header = keys.has_value() ? "xkey: " + *keys : "Cache-Control: no-store";
//   const std::vector<std::string> purged = SurrogateKeysOfTag("order:5");  // order:5 order~
//   const std::string page = SurrogateKeyOfKey("page:1");                   // =page:1
//   const std::string all = kSurrogateKeyOfEveryPage;                       // =
//
// HTTP caches compare whole keys and know no levels. So a page carries each of its tags with all
// tags above it. A page with too many tags for a header carries, in place of those with more than a
// number of levels, the marker `X~`, "something below X"; a tag of an event purges the markers of
// all tags above it. Tags are never left out. docs/http-caches.md specifies it for other languages.
//
// Threads: pure functions.
// Errors: no value if the keys do not fit. Such a page must not be stored by the cache.
// Cost: one string for each level of each tag.

#ifndef CACHE_INVALIDATION_CLIENT_SURROGATE_KEYS_H_
#define CACHE_INVALIDATION_CLIENT_SURROGATE_KEYS_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace cache_invalidation::client {

// Purged when everything is invalidated, if the connector is configured so.
inline constexpr char kSurrogateKeyOfEveryPage[] = "=";

struct SurrogateKeyOptions {
  // The key of the page, if it is tracked as an entry (TrackEntries), or if events name it. Empty:
  // it has none.
  std::string key = {};

  // Maximum length of the result. Varnish refuses headers of more than 8 KiB with their names.
  size_t max_bytes = 7'000;

  // A comma for Cloudflare.
  char separator = ' ';
};

// Returns the value of the header of a page with these tags.
std::optional<std::string> SurrogateKeysOfPage(const std::vector<std::string>& tags,
                                               const SurrogateKeyOptions& options);

// Returns what has to be purged when an event names the tag: the tag, and the markers of the tags
// above it.
std::vector<std::string> SurrogateKeysOfTag(absl::string_view tag);

// Returns what has to be purged when an event names the key.
std::string SurrogateKeyOfKey(absl::string_view key);

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_SURROGATE_KEYS_H_
