// SPDX-License-Identifier: Apache-2.0

#include "client/version.h"

namespace cache_invalidation::client {

absl::string_view ClientVersion() { return CACHE_INVALIDATION_VERSION_STRING; }

}  // namespace cache_invalidation::client
