#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_UNTYPED_CACHE_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_UNTYPED_CACHE_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "client/cache_options.h"
#include "client/cache_statistics.h"
#include "client/internal/cache/found.h"
#include "client/load.h"
#include "client/position.h"

namespace cache_invalidation::client {

class Client;

namespace internal {

using UntypedValue = absl::StatusOr<std::shared_ptr<const void>>;

// A loader where its caller waits for it, and a copy of it for a load in the background.
struct UntypedLoader {
  absl::FunctionRef<UntypedValue(Load&)> run;
  absl::FunctionRef<std::function<UntypedValue(Load&)>()> copy;
};

// What a TaggedCache does, whatever the type of its values: see there. Thread-safe.
class UntypedCache {
 public:
  virtual ~UntypedCache() = default;

  virtual Found Get(absl::string_view key, TypeToken type, const ReadOptions& options) = 0;

  // As Get; loads what it does not find. FAILED_PRECONDITION: the key is being loaded as another
  // type, or by this thread. DEADLINE_EXCEEDED: another caller's load took too long.
  virtual absl::StatusOr<Found> GetOrLoad(absl::string_view key, TypeToken type,
                                          const UntypedLoader& loader,
                                          const ReadOptions& options) = 0;

  virtual void Drop(const std::vector<std::string>& tags, const std::vector<std::string>& keys) = 0;
  virtual void DropEverything() = 0;
  virtual bool AwaitLive(absl::Duration patience) = 0;
  virtual bool AwaitApplied(const Position& position, absl::Duration patience) = 0;
  virtual absl::Status status() const = 0;
  virtual CacheStatistics Statistics() const = 0;
};

// Subscribes and answers at once.
std::shared_ptr<UntypedCache> OpenCache(const Client& client, TaggedCacheOptions options);

}  // namespace internal
}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_UNTYPED_CACHE_H_
