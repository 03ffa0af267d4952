// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_ENGINE_CAUSE_DICTIONARY_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_CAUSE_DICTIONARY_H_

#include <algorithm>
#include <cstdint>
#include <tuple>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "server/engine/event.h"

namespace cache_invalidation::engine {

// The causes of an event, each once, by the number under which its targets name it. The names of
// causes must outlive it. Thread-compatible.
class CauseDictionary {
 public:
  // Returns the number of the cause, from 0 in the order of their first use.
  uint32_t NumberOf(const Cause& cause) {
    // Most targets have the cause of the one before them.
    if (last_ < causes_.size() && causes_[last_] == cause) return last_;
    last_ = FindOrAdd(cause);
    return last_;
  }

  const Cause& operator[](uint32_t number) const { return causes_[number]; }
  const std::vector<Cause>& causes() const { return causes_; }

 private:
  // Up to this size a linear search is faster than a hash table.
  static constexpr size_t kFew = 16;
  using Key = std::tuple<CauseStep, absl::string_view, bool, bool>;

  static Key KeyOf(const Cause& cause) {
    return {cause.step, cause.name, cause.widened, cause.condition_failed};
  }

  uint32_t FindOrAdd(const Cause& cause) {
    const auto size = static_cast<uint32_t>(causes_.size());
    if (size < kFew) {
      const auto known = std::find(causes_.begin(), causes_.end(), cause);
      if (known != causes_.end()) return static_cast<uint32_t>(known - causes_.begin());
    } else {
      if (numbers_.empty()) {
        for (uint32_t i = 0; i < size; ++i) numbers_.emplace(KeyOf(causes_[i]), i);
      }
      const auto [known, added] = numbers_.try_emplace(KeyOf(cause), size);
      if (!added) return known->second;
    }
    causes_.push_back(cause);
    return size;
  }

  std::vector<Cause> causes_;
  absl::flat_hash_map<Key, uint32_t> numbers_;  // empty while there are few
  uint32_t last_ = 0;
};

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_CAUSE_DICTIONARY_H_
