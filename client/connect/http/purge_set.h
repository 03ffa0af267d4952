#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_HTTP_PURGE_SET_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_HTTP_PURGE_SET_H_

#include <cstddef>
#include <map>
#include <string>

#include "client/connect/http/http_sink_options.h"
#include "client/event.h"

namespace cache_invalidation::connect {

// What has to be purged, merged: each key once, purging wins over marking as stale, everything over
// all. Pure, thread-compatible.
class PurgeSet {
 public:
  void Add(const std::string& key, bool is_hard);
  void AddEverything();
  void Merge(const PurgeSet& other);

  // Makes each key that of its type, which every page below carries as well.
  void WidenToTypes();

  // Removes and returns keys of one kind, at least one: at most `max_keys`, with at most
  // `max_bytes` in all. Everything is a set of its own. REQUIRES: not empty.
  PurgeSet TakePart(size_t max_keys, size_t max_bytes);

  bool empty() const { return !is_everything_ && keys_.empty(); }
  size_t size() const { return keys_.size() + (is_everything_ ? 1 : 0); }
  bool is_everything() const { return is_everything_; }
  const std::map<std::string, bool>& keys() const { return keys_; }  // whether each is hard

 private:
  std::map<std::string, bool> keys_;
  bool is_everything_ = false;
};

// Returns what an event purges.
PurgeSet PurgesOf(const client::Event& event, const HttpSinkOptions& options);

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_HTTP_PURGE_SET_H_
