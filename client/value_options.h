// SPDX-License-Identifier: Apache-2.0

// Options of a TaggedCache that concern the values of one type.
//
//   ValueOptions<std::string> texts;
//   texts.weigher = [](const std::string& text) { return text.size(); };
//   texts.not_found_ttl = absl::Seconds(30);
//   texts.on_removed = [&](absl::string_view key, const std::shared_ptr<const std::string>& text,
//                          RemovalCause cause) {
//     if (cause == RemovalCause::kInvalidated) gone += std::string(key) + " " + *text;
//     if (cause == RemovalCause::kEvicted || cause == RemovalCause::kExpired) ++made_room;
//     if (cause == RemovalCause::kReplaced || cause == RemovalCause::kClosed) return;
//   };
//   const absl::StatusOr<TaggedCache<std::string>> cache = TaggedCache<std::string>::Open(
//       client, {.name = "texts", .max_weight = 64 << 20}, texts);

#ifndef CACHE_INVALIDATION_CLIENT_VALUE_OPTIONS_H_
#define CACHE_INVALIDATION_CLIENT_VALUE_OPTIONS_H_

#include <cstdint>
#include <functional>
#include <memory>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace cache_invalidation::client {

// Why an entry left the cache.
enum class RemovalCause {
  // An event, a Drop, a reset or the end of the subscription removed it. With
  // TaggedCacheOptions::stale_for its value is still returned to callers that accept stale values.
  kInvalidated,
  // A new value was loaded.
  kReplaced,
  // Its time to live had ended when it was replaced, or removed to make room. An expired entry
  // that is neither stays where it is, and its removal is not reported yet.
  kExpired,
  // It was removed to make room.
  kEvicted,
  // The cache was destroyed.
  kClosed,
};

// Given when the first handle for values of the type is made (TaggedCache's constructors, Open).
// The functions are called from many threads concurrently, without a lock of the cache. They may
// use the cache, but must not own a copy of it, which would keep it open for ever. They may throw,
// which is counted (CacheStatistics::failed_callbacks).
template <typename Value>
struct ValueOptions {
  // Returns the share of an entry in TaggedCacheOptions::max_weight, unless its loader called
  // Load::SetWeight. Called once per load, on the thread of the load. If it throws, the value is
  // not kept. Empty: 1.
  std::function<uint64_t(const Value& value)> weigher = {};

  // Called once for each entry that left the cache, after it left, on the thread that removed it: a
  // caller's, or the subscription's, which applies nothing meanwhile. If that thread runs loads of
  // the cache, it is called when the outermost of them has ended. Order is not guaranteed
  // between threads. Must not wait for something to be applied, and must not destroy the cache.
  std::function<void(absl::string_view key, const std::shared_ptr<const Value>& value,
                     RemovalCause cause)>
      on_removed = {};

  // If a loader fails with NOT_FOUND, callers get that error without a load for this long, or until
  // a name that the loader declared is invalidated: declare the tags before returning, as for a
  // value (an insert invalidates `type:id` and `type:#all`). Get and Contains find nothing. Zero:
  // NOT_FOUND is not kept. Must not be negative.
  absl::Duration not_found_ttl = absl::ZeroDuration();
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_VALUE_OPTIONS_H_
