// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_LOG_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_LOG_H_

#include "absl/strings/string_view.h"
#include "client/logging.h"

namespace cache_invalidation::client::internal {

// Logs where gRPC logs (client/logging.h): for what no call returns. No locks of the caller's may
// be held.
void Log(LogSeverity severity, absl::string_view message);

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_LOG_H_
