// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_DELIVERY_WAITING_MODEL_H_
#define CACHE_INVALIDATION_TESTS_DELIVERY_WAITING_MODEL_H_

#include <algorithm>
#include <deque>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "protos/cache_invalidation/v1/subscription_service.pb.h"
#include "server/delivery/subscription.h"

namespace cache_invalidation::waiting_model {

// A message as a client reads it.
struct Reading {
  std::optional<delivery::Started> started;
  std::optional<delivery::Reset> reset;
  std::vector<uint64_t> events;
  std::optional<delivery::Progress> progress;
};

inline Reading ReadingOf(const delivery::Message& message) {
  Reading reading{message.started, message.reset, {}, message.progress};
  std::string bytes;
  for (const delivery::Slice& slice : message.events.slices) {
    absl::StrAppend(&bytes, slice.bytes());
  }
  v1::SubscribeResponse response;
  EXPECT_TRUE(response.ParseFromString(bytes));
  for (const v1::Event& event : response.events()) reading.events.push_back(event.revision());
  return reading;
}

// A client, an honest one: it acknowledges only what it has applied.
struct Client {
  std::string name;
  std::string tag;  // empty: no filter
  bool acknowledges = true;

  std::unique_ptr<delivery::Subscription> stream;
  std::vector<std::unique_ptr<delivery::Subscription>>
      replaced;  // that the server has not closed yet
  struct Sent {
    delivery::ClientMessage message;
    absl::Duration at;
  };
  std::deque<Sent> to_server;
  std::deque<Reading> to_client;

  // Its cache: what it has applied, and until when it may serve.
  uint64_t applied = 0;
  absl::Duration lease_end = -absl::InfiniteDuration();
  uint64_t serves_from = 0;                      // only once it has applied that
  std::map<uint64_t, absl::Duration> sequences;  // of this stream, and when they were sent
  uint64_t last_sequence = 0;
  bool heard = false;  // it has received something on this stream

  bool Serves(absl::Duration now) const { return now < lease_end && applied >= serves_from; }
};

// A session by the definitions.
struct Session {
  absl::Duration lease_end = -absl::InfiniteDuration();
  uint64_t first_head = 0;
  uint64_t lives = 0;
  uint64_t base = 0;  // applied before its stream
  std::set<uint64_t> sent;
  uint64_t passed = 0;
  uint64_t acknowledged = 0;

  bool Applied(uint64_t revision) const {
    if (revision <= base || acknowledged >= revision) return true;
    if (passed < revision) return false;
    const auto above = sent.upper_bound(revision);
    return above == sent.begin() || std::max(acknowledged, base) >= *std::prev(above);
  }
  uint64_t AppliedSoFar() const {
    uint64_t revision = base;
    while (Applied(revision + 1)) ++revision;
    return revision;
  }
  void SendAll(uint64_t first, uint64_t last) {
    for (uint64_t revision = first; revision <= last; ++revision) sent.insert(revision);
  }
};

}  // namespace cache_invalidation::waiting_model

#endif  // CACHE_INVALIDATION_TESTS_DELIVERY_WAITING_MODEL_H_
