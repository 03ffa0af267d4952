// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_SUBSCRIBER_H_
#define CACHE_INVALIDATION_CLIENT_SUBSCRIBER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "client/call_options.h"
#include "client/position.h"

namespace cache_invalidation::client {

struct ListSubscribersParams {
  // 0 means 50; at most 1,000.
  int32_t page_size = 0;

  // From SubscriberPage, returned by a call with the same namespace.
  std::string page_token = {};

  CallOptions options = {};
};

// What a subscriber asked for, in short form.
struct FilterSummary {
  // Number of tags and key prefixes, without those that others of the filter cover. 0: all.
  uint32_t tags = 0;
  uint32_t key_prefixes = 0;

  // The first 3 of each, sorted.
  std::vector<std::string> first_tags = {};
  std::vector<std::string> first_key_prefixes = {};

  bool operator==(const FilterSummary&) const = default;
};

// A subscriber as the service knows it.
struct Subscriber {
  // SubscriptionOptions::name, and the instance of the session.
  std::string name = {};
  std::string instance = {};

  // How far it is. If it acknowledges: the last revision that it is known to have applied, or where
  // its stream began if that is later; a call that waits goes by what was acknowledged alone.
  // Otherwise: the last revision that was sent to it.
  Position position = {};

  // Number of revisions between `position` and the head.
  uint64_t lag = 0;

  // Whether writers can wait for it.
  bool acknowledges = false;

  // The granted lease, and for how long it still runs as the service counts, which is somewhat
  // longer than the subscriber does.
  absl::Duration lease;
  absl::Duration lease_left;

  // When its current stream began; absent if it has none: then it is listed until its lease ends.
  std::optional<absl::Time> connected_since = {};

  // Of its current stream; absent if it has none.
  std::optional<FilterSummary> filter = {};

  bool operator==(const Subscriber&) const = default;
};

struct SubscriberPage {
  // Sorted by name, then by instance.
  std::vector<Subscriber> subscribers = {};

  // Empty on the last page.
  std::string next_page_token = {};

  bool operator==(const SubscriberPage&) const = default;
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_SUBSCRIBER_H_
