#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_RUNTIME_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_RUNTIME_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "client/call_options.h"
#include "client/client_options.h"
#include "common/clock.h"

namespace cache_invalidation::client::internal {

// ClientOptions with all defaults filled in. Copied into everything that may outlive the
// Connection.
struct Runtime {
  std::string namespace_name;
  absl::Duration deadline;
  absl::Duration invalidation_deadline;  // for calls that invalidate
  BackoffOptions backoff;
  std::shared_ptr<Clock> clock;    // owned unless the options have one
  std::function<double()> random;  // thread-safe

  // Returns the namespace of a call.
  const std::string& Namespace(const CallOptions& call) const {
    return call.namespace_name.has_value() ? *call.namespace_name : namespace_name;
  }
};

Runtime MakeRuntime(ClientOptions options);

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_RUNTIME_H_
