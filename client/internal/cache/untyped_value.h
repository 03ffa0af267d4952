// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_UNTYPED_VALUE_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_UNTYPED_VALUE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "client/internal/cache/type_token.h"
#include "client/load.h"
#include "client/value_options.h"

namespace cache_invalidation::client::internal {

// The result of a look-up. No value: there is none that the caller may use.
struct Found {
  std::shared_ptr<const void> value = {};
  bool is_stale = false;

  // The value is an absl::Status: the error that the loader returned (ValueOptions::not_found_ttl).
  bool is_error = false;

  // It is to be loaded anew (TaggedCacheOptions::refresh_ahead).
  bool is_due = false;
};

// The result of a load.
using UntypedValue = absl::StatusOr<std::shared_ptr<const void>>;
using UntypedValues = std::vector<UntypedValue>;

// A loader where its caller waits for it, and a copy of it for a load in the background.
template <typename Result, typename Argument>
struct AnyLoader {
  absl::FunctionRef<Result(Argument)> run;

  // Returns an empty function if the loader cannot be copied.
  absl::FunctionRef<std::function<Result(Argument)>()> copy;
  bool can_copy = true;
};
using UntypedLoader = AnyLoader<UntypedValue, Load&>;
// Returns as many values as it is given loads.
using UntypedManyLoader = AnyLoader<UntypedValues, absl::Span<Load* const>>;

// ValueOptions without the type.
struct UntypedValueOptions {
  std::function<uint64_t(const void* value)> weigher = {};
  std::function<void(absl::string_view key, const std::shared_ptr<const void>& value,
                     RemovalCause cause)>
      on_removed = {};
  absl::Duration not_found_ttl = absl::ZeroDuration();
};

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_UNTYPED_VALUE_H_
