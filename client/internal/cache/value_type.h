// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_VALUE_TYPE_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_VALUE_TYPE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "client/cache_statistics.h"
#include "client/internal/cache/type_token.h"
#include "client/internal/cache/untyped_value.h"

namespace cache_invalidation::client::internal {

// The values of one type in one cache: its address identifies the type there.
class ValueType {
 public:
  ValueType(TypeToken id, UntypedValueOptions options, size_t shards)
      : id_(id), options_(std::move(options)), counters_(shards) {}
  ValueType(const ValueType&) = delete;
  ValueType& operator=(const ValueType&) = delete;

  const TypeToken& id() const { return id_; }
  const UntypedValueOptions& options() const { return options_; }

  // What is counted in one shard of the cache. REQUIRES: the caller holds that shard's lock.
  TypeStatistics& counters(size_t shard) { return counters_[shard].statistics; }

  // How often one of the options threw.
  std::atomic<uint64_t>& failures() { return failures_; }

 private:
  // On cache lines of its own: different threads write those of different shards.
  struct alignas(128) Counters {
    TypeStatistics statistics;
  };

  const TypeToken id_;
  const UntypedValueOptions options_;
  std::vector<Counters> counters_;
  std::atomic<uint64_t> failures_ = 0;
};

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_VALUE_TYPE_H_
