#ifndef CACHE_INVALIDATION_SERVER_SHARD_DEADLINE_QUEUE_H_
#define CACHE_INVALIDATION_SERVER_SHARD_DEADLINE_QUEUE_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace cache_invalidation::shard {

// At most one deadline per namespace, ordered by time, then by name.
// Thread-compatible.
class DeadlineQueue {
 public:
  // Replaces the namespace's deadline; nullopt: none.
  void Set(absl::string_view name, std::optional<absl::Time> deadline) {
    const auto it = by_name_.find(name);
    if (it != by_name_.end()) {
      if (it->second == deadline) {
        return;
      }
      by_time_.erase({it->second, it->first});
      if (!deadline.has_value()) {
        by_name_.erase(it);
        return;
      }
      it->second = *deadline;
      by_time_.emplace(*deadline, it->first);
    } else if (deadline.has_value()) {
      const auto added = by_name_.emplace(std::string(name), *deadline).first;
      by_time_.emplace(*deadline, added->first);
    }
  }

  // absl::InfiniteFuture() if there is none.
  absl::Time earliest() const {
    return by_time_.empty() ? absl::InfiniteFuture() : by_time_.begin()->first;
  }

  // Removes and returns the first namespace whose deadline is at or before `now`.
  std::optional<std::string> PopDue(absl::Time now) {
    if (by_time_.empty() || by_time_.begin()->first > now) {
      return std::nullopt;
    }
    std::string name(by_time_.begin()->second);
    Set(name, std::nullopt);
    return name;
  }

 private:
  std::map<std::string, absl::Time, std::less<>> by_name_;
  // The views point into the keys of by_name_, which never move.
  std::set<std::pair<absl::Time, absl::string_view>> by_time_;
};

}  // namespace cache_invalidation::shard

#endif  // CACHE_INVALIDATION_SERVER_SHARD_DEADLINE_QUEUE_H_
