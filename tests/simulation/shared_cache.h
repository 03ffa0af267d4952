// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_SIMULATION_SHARED_CACHE_H_
#define CACHE_INVALIDATION_TESTS_SIMULATION_SHARED_CACHE_H_

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "tests/simulation/surroundings.h"

namespace cache_invalidation::simulation {

// A store outside of all processes, without a stream: its entries are tracked by the server, which
// is asked before each use.
struct SharedCache {
  // The value of one fill, stored in one write.
  struct Value {
    uint64_t version = 0;
    std::string fill_id;
  };
  std::array<std::optional<Value>, kRows> values;
  uint64_t fills = 0;
};

// A client of a shared cache that follows the contract of TrackEntries: it uses a stored value only
// if the server reports its fill as fresh; otherwise it loads, stores, and tracks the entry. Other
// clients may interleave between these steps, and it may give up.
class Reader {
 public:
  Reader(Surroundings& world, SharedCache& cache, std::string namespace_name, std::string name);

  // Sends a call, handles an answer, or continues a fill.
  void Step();

 private:
  struct Fill {
    SharedCache::Value value;
    std::string epoch;  // of the position from which it was loaded
    uint64_t revision = 0;
    bool stored = false;
  };

  void Lookup();
  void OnLookedUp(const Call& call);
  void GoOn();
  void Track();
  void OnTracked(const Call& call);
  std::string key() const { return absl::StrCat("shared-", row_); }
  RowName row() const { return {namespace_name_, row_}; }

  Surroundings& world_;
  SharedCache& cache_;
  const std::string namespace_name_;
  const std::string name_;
  std::shared_ptr<Call> call_;
  size_t row_ = 0;
  uint64_t known_version_ = 0;               // certainly invalidated when it looked the entry up
  std::optional<SharedCache::Value> found_;  // in the store, before it looked the entry up
  std::optional<Fill> fill_;                 // in progress; absent: it looks up
};

}  // namespace cache_invalidation::simulation

#endif  // CACHE_INVALIDATION_TESTS_SIMULATION_SHARED_CACHE_H_
