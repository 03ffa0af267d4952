#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_HTTP_PURGE_ENDPOINT_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_HTTP_PURGE_ENDPOINT_H_

#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/client.h"
#include "client/connect/http/http_client.h"
#include "client/connect/http/http_sink_options.h"
#include "client/connect/http/http_sink_status.h"
#include "client/connect/http/purge_queue.h"
#include "common/clock.h"
#include "common/mutex.h"
#include "server/journal/journal.h"

namespace cache_invalidation::connect {

// Where to purge.
struct PurgeAddress {
  std::string url = {};
  std::string address = {};  // of one cache of several behind the name; empty: the name decides

  std::string label() const { return address.empty() ? url : url + " " + address; }
  auto operator<=>(const PurgeAddress&) const = default;
};

// What the parts of a sink share. All of it outlives them.
struct HttpSinkEnvironment {
  const HttpSinkOptions& options;
  const client::Client& client;
  Clock& clock;
  journal::Journal& journal;
  HttpSinkStatus& status;
};

// Purges one endpoint: a subscription, a queue, a position in a file, and a thread that sends.
// Everything after the position is purged at least once, or everything is. An endpoint that does
// not respond, or refuses, is asked again without limit; what comes meanwhile is merged.
class PurgeEndpoint {
 public:
  PurgeEndpoint(const HttpSinkEnvironment& environment, PurgeAddress address);
  // Stops. What was not purged, or not again, is purged after the next start.
  ~PurgeEndpoint();

  PurgeEndpoint(const PurgeEndpoint&) = delete;
  PurgeEndpoint& operator=(const PurgeEndpoint&) = delete;

 private:
  client::SubscriptionCallbacks Callbacks();
  void AddEverything(const client::Position& position, const std::string& reason);
  void Add(const PurgeSet& purges, const client::Position& position) ABSL_LOCKS_EXCLUDED(mutex_);

  void Run();
  // Blocks until something is to be purged, and may be; nothing: it is time to stop, or to write
  // the position.
  std::optional<PurgeSet> Await() ABSL_LOCKS_EXCLUDED(mutex_);
  void Handle(const absl::StatusOr<HttpResponse>& response, const PurgeSet& part)
      ABSL_LOCKS_EXCLUDED(mutex_);
  void Handle(const PurgeResult& result, const PurgeSet& part)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void SavePosition() ABSL_LOCKS_EXCLUDED(mutex_);
  void ShowQueue() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool stopping() ABSL_LOCKS_EXCLUDED(mutex_);

  const HttpSinkEnvironment environment_;
  const PurgeAddress address_;
  const std::string position_file_;
  std::optional<client::Position> saved_;                // in the file; of the thread
  absl::Duration saved_at_ = -absl::InfiniteDuration();  // of the thread
  bool started_before_;                                  // has a position; of the subscription
  HttpClient http_;

  Mutex mutex_;
  CondVar changed_;
  PurgeQueue queue_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  size_t max_keys_ ABSL_GUARDED_BY(mutex_);              // of a request, halved after refusals
  absl::Duration next_request_ ABSL_GUARDED_BY(mutex_);  // by the rate, without the burst
  absl::Duration not_before_ ABSL_GUARDED_BY(mutex_);    // after a failure
  absl::Duration pause_ ABSL_GUARDED_BY(mutex_);

  // Last: they use all of the above.
  std::unique_ptr<client::Subscription> subscription_;
  std::thread thread_;
};

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_HTTP_PURGE_ENDPOINT_H_
