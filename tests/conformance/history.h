// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_CONFORMANCE_HISTORY_H_
#define CACHE_INVALIDATION_TESTS_CONFORMANCE_HISTORY_H_

#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/variant.h"
#include "protos/cache_invalidation/v1/subscription_service.pb.h"

namespace cache_invalidation::conformance {

// Everything that was published in one namespace, to which subscribers' histories are compared.
//
// Thread-compatible.
class PublishedHistory {
 public:
  // Adds the next part, from a complete source such as the published chunks, or a subscriber
  // without filter from the beginning on.
  void Add(const v1::Event& part) { parts_.push_back(part); }
  // Adds the next parts, from encoded SubscribeResponse.events.
  void AddEncoded(absl::string_view events);

  // In order.
  const std::vector<v1::Event>& parts() const { return parts_; }
  uint64_t head() const { return parts_.empty() ? 0 : parts_.back().revision(); }

 private:
  std::vector<v1::Event> parts_;
};

// A message of the subscriber, recorded before it was sent.
struct Sent {
  uint64_t sequence = 0;
  uint64_t acknowledged_revision = 0;
  // A revision that had been published when it was sent.
  uint64_t published_before = 0;
};

// One stream, as seen by its subscriber.
struct StreamHistory {
  v1::Subscription asked;
  std::vector<absl::variant<Sent, v1::SubscribeResponse>> steps;
};

// One subscriber, in the order of its streams.
struct SubscriberHistory {
  std::vector<StreamHistory> streams;
};

// Returns the revision up to which a subscriber has received everything after `response`, if it was
// `complete` before.
uint64_t CompleteAfter(const v1::SubscribeResponse& response, uint64_t complete);

// Returns that revision at the end of a stream.
uint64_t LastCompleteRevision(const StreamHistory& stream);

}  // namespace cache_invalidation::conformance

#endif  // CACHE_INVALIDATION_TESTS_CONFORMANCE_HISTORY_H_
