#ifndef CACHE_INVALIDATION_CLIENT_LOAD_H_
#define CACHE_INVALIDATION_CLIENT_LOAD_H_

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

// What a loader tells of the value that it loads; known only while or after loading it. A loader
// gets one from TaggedCache::GetOrLoad and must not keep it.
//
// Thread-compatible.
class Load {
 public:
  Load(std::string key, Position position) : key_(std::move(key)), position_(std::move(position)) {}

  const std::string& key() const { return key_; }

  // Where the cache stood before the load began. Empty before the service was first reached.
  const Position& position() const { return position_; }

  // The entry carries the tag and all tags above it.
  void AddTag(std::string tag) { tags_.push_back(std::move(tag)); }

  // The value was computed from the entry of that key: what invalidates that entry also invalidates
  // this one, and it ends no later than that one does. If no such entry is in this cache when the
  // load ends, what the service knows of the key counts, and asking it costs a call for the key and
  // one for the value. What nobody knows of, the service cannot tell of: if it tracks no such entry
  // either, the value is not kept (CacheStatistics::fills_on_unknown_keys). Then load the key in
  // this cache, say SetShared where it is loaded, or name the tags that it stands for.
  void DependOnKey(std::string key) { depends_on_.keys.push_back(std::move(key)); }

  // The value was computed from whatever carries the tag. The same as AddTag within this cache.
  void DependOnTag(std::string tag) { depends_on_.tags.push_back(std::move(tag)); }

  // Both: the name is that of an entry, which has to be known, and a tag.
  void DependOn(std::string name) { depends_on_.names.push_back(std::move(name)); }

  // Something outside of this cache depends on this key: it is registered with the service
  // (Client::TrackEntries), and kept only if that accepts the fill. Costs a call of the service.
  void SetShared() { is_shared_ = true; }

  // Instead of TaggedCacheOptions::ttl; the jitter is taken off. Zero or less: not kept. What the
  // value was computed from may end it sooner.
  void SetTtl(absl::Duration ttl) { ttl_ = ttl; }

  // What the entry takes of TaggedCacheOptions::max_weight; more than all of it: not kept. Default:
  // 1.
  void SetWeight(uint64_t weight) { weight_ = weight; }

  // Return the value without keeping it.
  void DoNotKeep() { is_wanted_ = false; }

 private:
  friend class internal::SubscribedCache;

  const std::string key_;
  const Position position_;
  std::vector<std::string> tags_;
  DependencyNames depends_on_;
  bool is_shared_ = false;
  std::optional<absl::Duration> ttl_;
  uint64_t weight_ = 1;
  bool is_wanted_ = true;
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_LOAD_H_
