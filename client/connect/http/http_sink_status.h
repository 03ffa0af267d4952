#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_HTTP_HTTP_SINK_STATUS_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_HTTP_HTTP_SINK_STATUS_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/base/thread_annotations.h"
#include "common/mutex.h"

namespace cache_invalidation::connect {

// What is known of one endpoint. Counters are since the start of the process.
struct EndpointFigures {
  bool connected = false;  // to the service
  bool answers = true;     // the endpoint carried the last request out
  std::string trouble = "not connected to the service";  // in words, if one of them is false
  uint64_t latest = 0;                                   // revision
  uint64_t applied = 0;        // everything up to this revision is purged, and again
  size_t pending = 0;          // keys
  size_t repeated = 0;         // keys that are purged and will be again
  uint64_t keys = 0;           // purged, repetitions included
  uint64_t purged_pages = 0;   // as the endpoint says
  uint64_t without_pages = 0;  // requests that purged none, as it says
  uint64_t widened = 0;
  std::map<std::string, uint64_t> requests = {};  // by status of the response, or `none`
  std::map<std::string, uint64_t> flushes = {};   // purges of everything, by reason
};

// Thread-safe.
class HttpSinkStatus {
 public:
  template <typename Change>
  void Update(const std::string& endpoint, const Change& change) ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    change(figures_[endpoint]);
  }
  void Forget(const std::string& endpoint) ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    figures_.erase(endpoint);
  }
  std::map<std::string, EndpointFigures> Get() const ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    return figures_;
  }

 private:
  mutable Mutex mutex_;
  std::map<std::string, EndpointFigures> figures_ ABSL_GUARDED_BY(mutex_);
};

// Returns the figures in Prometheus' text format. docs/http-caches.md has the table. Pure.
std::string MetricsText(const std::map<std::string, EndpointFigures>& figures);

// Returns why the sink is not ready, a line for each endpoint; empty if it is. Pure.
std::string TroubleOf(const std::map<std::string, EndpointFigures>& figures);

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_HTTP_HTTP_SINK_STATUS_H_
