#ifndef CACHE_INVALIDATION_TESTS_CONFORMANCE_HISTORY_H_
#define CACHE_INVALIDATION_TESTS_CONFORMANCE_HISTORY_H_

#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/variant.h"
#include "protos/cache_invalidation/v1/subscription_service.pb.h"

namespace cache_invalidation::conformance {

// Everything that was published in one namespace: what subscribers' histories are compared with.
//
// Thread-compatible.
class PublishedHistory {
 public:
  // The next part: from wherever the whole of it can be had, such as the chunks that were published
  // or a subscriber without filter that was there from the beginning.
  void Add(const v1::Event& part) { parts_.push_back(part); }
  // The next parts, as encoded SubscribeResponse.events.
  void AddEncoded(absl::string_view events);

  // In order.
  const std::vector<v1::Event>& parts() const { return parts_; }
  uint64_t head() const { return parts_.empty() ? 0 : parts_.back().revision(); }

 private:
  std::vector<v1::Event> parts_;
};

// A message that the subscriber sent, recorded before it was.
struct Sent {
  uint64_t sequence = 0;
  uint64_t acknowledged_revision = 0;
  // A revision that had been published when it was sent.
  uint64_t published_before = 0;
};

// One stream, as its subscriber saw it.
struct StreamHistory {
  v1::Subscription asked;
  std::vector<absl::variant<Sent, v1::SubscribeResponse>> steps;
};

// One subscriber, stream after stream.
struct SubscriberHistory {
  std::vector<StreamHistory> streams;
};

// The revision up to which a subscriber knows that it has seen everything, after `response` if it
// was `complete` before.
uint64_t CompleteAfter(const v1::SubscribeResponse& response, uint64_t complete);

// The same at the end of a stream.
uint64_t LastCompleteRevision(const StreamHistory& stream);

}  // namespace cache_invalidation::conformance

#endif  // CACHE_INVALIDATION_TESTS_CONFORMANCE_HISTORY_H_
