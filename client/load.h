// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_LOAD_H_
#define CACHE_INVALIDATION_CLIENT_LOAD_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "client/dependency.h"
#include "client/position.h"

namespace cache_invalidation::client {

namespace internal {
class SubscribedCache;
}  // namespace internal

// What a loader declares about the value that it loads, while or after loading it.
// TaggedCache::GetOrLoad passes it to the loader, which must not keep it.
//
//   const absl::StatusOr<Cached<User>> user =
//       users.GetOrLoad("profile:42", [&](Load& load) -> absl::StatusOr<User> {
//         load.AddTag("user:42");            // a write of the user invalidates the value
//         load.DependOnKey("user:42");       // and so does what invalidates that entry
//         load.DependOnTag("theme");         // within this cache the same as AddTag
//         load.DependOn("settings");         // an entry and a tag of that name
//         load.SetShared();                  // other caches depend on this value
//         load.SetTtl(absl::Minutes(5));
//         load.SetWeight(3);
//         if (load.position().epoch.empty()) load.DoNotKeep();  // the service was never reached
//         return db.FindUser(load.key().substr(8));
//       });
//
// Thread-compatible.
class Load {
 public:
  Load(std::string key, Position position, size_t index = 0)
      : key_(std::move(key)), position_(std::move(position)), index_(index) {}

  // A loader takes a Load&. A copy would take what the loader declares away with it.
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  const std::string& key() const { return key_; }

  // The index of the key among those of TaggedCache::GetOrLoadMany, the first one if the key occurs
  // there repeatedly: with it a loader finds what its caller knows about the key. 0 if one key is
  // loaded. A copy of the loader that runs in the background can outlive what the caller indexes.
  size_t index() const { return index_; }

  // The position of the cache before the load began. Empty before the service was first reached.
  const Position& position() const { return position_; }

  // The entry carries the tag and all tags above it.
  void AddTag(std::string tag) { tags_.push_back(std::move(tag)); }

  // The value was computed from the entry of that key: what invalidates that entry also invalidates
  // this one, and this one expires no later. If this cache has no such entry when the load ends,
  // the service is asked about the key, which costs one call for the key and one for the value. If
  // the service tracks no such entry either, nothing could report its invalidation, so the value is
  // not kept (CacheStatistics::fills_on_unknown_keys). In that case load the key in this cache,
  // call SetShared where it is loaded, or declare the tags of that entry instead.
  void DependOnKey(std::string key) { depends_on_.keys.push_back(std::move(key)); }

  // The value was computed from entries that carry the tag. Within this cache the same as AddTag.
  void DependOnTag(std::string tag) { depends_on_.tags.push_back(std::move(tag)); }

  // Both of the above: the name is that of an entry, which must be known, and of a tag.
  void DependOn(std::string name) { depends_on_.names.push_back(std::move(name)); }

  // Something outside this cache depends on this key: the entry is registered with the service
  // (Client::TrackEntries), and kept only if the service accepts the fill. Costs one call of the
  // service.
  void SetShared() { is_shared_ = true; }

  // Overrides TaggedCacheOptions::ttl; the jitter is subtracted. Zero or less: not kept. The entry
  // can expire earlier because of what the value was computed from.
  void SetTtl(absl::Duration ttl) { ttl_ = ttl; }

  // The entry's share of TaggedCacheOptions::max_weight; if it exceeds that, the value is not kept.
  // Default: what ValueOptions::weigher returns, or 1.
  void SetWeight(uint64_t weight) { weight_ = weight; }

  // Returns the value without keeping it.
  void DoNotKeep() { is_wanted_ = false; }

 private:
  friend class internal::SubscribedCache;

  const std::string key_;
  const Position position_;
  const size_t index_;
  std::vector<std::string> tags_;
  DependencyNames depends_on_;
  bool is_shared_ = false;
  std::optional<absl::Duration> ttl_;
  std::optional<uint64_t> weight_;
  bool is_wanted_ = true;
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_LOAD_H_
