#ifndef CACHE_INVALIDATION_SERVER_DELIVERY_OUTLET_H_
#define CACHE_INVALIDATION_SERVER_DELIVERY_OUTLET_H_

#include <cstdint>
#include <vector>

#include "absl/functional/any_invocable.h"

namespace cache_invalidation::delivery {

// What the hub asks of the thread that talks to clients. Implemented by the outbox.
//
// Called on the committer's thread; must not block on a socket.
class Outlet {
 public:
  using Completion = absl::AnyInvocable<void(bool durable)>;

  virtual ~Outlet() = default;

  // Runs the completions with `true`, in order, then lets every stream of the channels with these
  // ids send what it now finds in its log.
  virtual void Deliver(std::vector<Completion> completions, std::vector<uint64_t> moved) = 0;

  // Runs the completions with `false` and cancels every stream, those to come as well.
  virtual void Abandon(std::vector<Completion> completions) = 0;
};

}  // namespace cache_invalidation::delivery

#endif  // CACHE_INVALIDATION_SERVER_DELIVERY_OUTLET_H_
