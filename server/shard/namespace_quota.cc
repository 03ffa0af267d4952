// SPDX-License-Identifier: Apache-2.0

#include "server/shard/namespace_quota.h"

namespace cache_invalidation::shard {

bool NamespaceQuota::TryTake() {
  MutexLock lock(mutex_);
  if (taken_ >= limit_) return false;
  ++taken_;
  return true;
}

void NamespaceQuota::Take(absl::string_view name) {
  MutexLock lock(mutex_);
  ++taken_;
  durable_.emplace(name);
}

void NamespaceQuota::Return() {
  MutexLock lock(mutex_);
  --taken_;
}

void NamespaceQuota::NoteDurable(absl::string_view name) {
  MutexLock lock(mutex_);
  durable_.emplace(name);
}

void NamespaceQuota::NoteDeleted(absl::string_view name) {
  MutexLock lock(mutex_);
  const auto found = durable_.find(name);
  if (found != durable_.end()) durable_.erase(found);
}

size_t NamespaceQuota::taken() const {
  MutexLock lock(mutex_);
  return taken_;
}

size_t NamespaceQuota::durable() const {
  MutexLock lock(mutex_);
  return durable_.size();
}

std::vector<std::string> NamespaceQuota::NamesAfter(absl::string_view name, size_t limit) const {
  std::vector<std::string> names;
  MutexLock lock(mutex_);
  for (auto it = durable_.upper_bound(name); it != durable_.end() && names.size() < limit; ++it) {
    names.push_back(*it);
  }
  return names;
}

}  // namespace cache_invalidation::shard
