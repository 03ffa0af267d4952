#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_UNTYPED_VALUE_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_UNTYPED_VALUE_H_

#include <functional>
#include <memory>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "client/internal/cache/type_token.h"
#include "client/load.h"

namespace cache_invalidation::client::internal {

// The result of a look-up. No value: there is none that the caller may use.
struct Found {
  std::shared_ptr<const void> value = {};
  bool is_stale = false;
};

// The result of a load.
using UntypedValue = absl::StatusOr<std::shared_ptr<const void>>;

// A loader where its caller waits for it, and a copy of it for a load in the background.
struct UntypedLoader {
  absl::FunctionRef<UntypedValue(Load&)> run;
  absl::FunctionRef<std::function<UntypedValue(Load&)>()> copy;
};

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_UNTYPED_VALUE_H_
