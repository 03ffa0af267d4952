// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_CACHED_H_
#define CACHE_INVALIDATION_CLIENT_CACHED_H_

#include <memory>
#include <utility>

namespace cache_invalidation::client {

// A cached value, or none. It does not change, whatever happens to its entry. Thread-compatible.
template <typename Value>
class Cached {
 public:
  Cached() = default;
  Cached(std::shared_ptr<const Value> value, bool is_stale)
      : value_(std::move(value)), is_stale_(is_stale) {}

  explicit operator bool() const { return value_ != nullptr; }

  // REQUIRES: there is a value.
  const Value& operator*() const { return *value_; }
  const Value* operator->() const { return value_.get(); }

  const std::shared_ptr<const Value>& shared() const { return value_; }

  // The value may be out of date. Only returned if the caller accepts stale values (ReadOptions) or
  // the cache was opened with TaggedCacheOptions::keep_refused_for.
  bool is_stale() const { return is_stale_; }

 private:
  std::shared_ptr<const Value> value_;
  bool is_stale_ = false;
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_CACHED_H_
