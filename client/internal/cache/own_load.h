// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_OWN_LOAD_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_OWN_LOAD_H_

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "client/entry.h"
#include "client/internal/cache/cache_core.h"
#include "client/internal/cache/flight.h"
#include "client/internal/cache/untyped_value.h"
#include "client/load.h"

namespace cache_invalidation::client::internal {

// The error of a load whose loader threw an exception, with its text if it has one.
inline absl::Status LoaderThrew(absl::string_view key, std::optional<absl::string_view> what = {}) {
  return absl::UnknownError(absl::StrCat(
      "the loader of ", key, " threw",
      what.has_value() ? absl::StrCat(": ", *what) : " something that is no std::exception"));
}

// A load that this thread has claimed and runs.
struct OwnLoad {
  // `index`: Load::index.
  OwnLoad(Flight& flight, size_t index)
      : flight(flight), load(flight.key(), flight.start().position, index) {}

  Flight& flight;
  Load load;
  UntypedValue value = absl::UnknownError("");
  absl::Duration began;
  bool has_ended = false;
  enum class Place { kNone, kEntered, kFound } place = Place::kNone;  // among those to end in order
  bool rests_on_stale = false;  // the loader was given a stale value
};

// What is known about a loaded value before it is decided whether it is kept.
struct Draft {
  OwnLoad* own = nullptr;
  bool is_error = false;  // the load failed with an error that is kept
  Resolution resolution = {};
  bool asks_service = false;
  absl::Duration now =
      {};  // the time to live begins here: before the registration, to end here first
  absl::Duration own_ttl = {};

  // The time to live.
  absl::Duration ttl() const { return std::min(own_ttl, resolution.expires - now); }
};

// What the service has told about keys.
struct PartLookups {
  absl::Duration asked_at = {};  // the first of them
  std::map<std::string, absl::StatusOr<EntryLookup>> parts = {};
};

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_CACHE_OWN_LOAD_H_
