#ifndef CACHE_INVALIDATION_SERVER_DELIVERY_OUTLET_H_
#define CACHE_INVALIDATION_SERVER_DELIVERY_OUTLET_H_

#include <cstdint>
#include <vector>

#include "absl/functional/any_invocable.h"

namespace cache_invalidation::delivery {

// Runs completions and streams for the hub. Implemented by the outbox, on the thread that writes to
// clients.
//
// Called on the committer's thread; must not block on a socket.
class Outlet {
 public:
  using Completion = absl::AnyInvocable<void(bool durable)>;

  virtual ~Outlet() = default;

  // Runs the completions with `true`, in order, then drives every stream of the channels with these
  // ids: their logs have new events.
  virtual void Deliver(std::vector<Completion> completions, std::vector<uint64_t> moved) = 0;

  // Runs the completions with `false` and cancels every stream, including future ones.
  virtual void Abandon(std::vector<Completion> completions) = 0;
};

}  // namespace cache_invalidation::delivery

#endif  // CACHE_INVALIDATION_SERVER_DELIVERY_OUTLET_H_
