#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_RESET_REASON_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_RESET_REASON_H_

#include "client/subscription.h"

namespace cache_invalidation::connect {

// Returns the value of the label `reason` for a RESET.
inline const char* NameOf(client::ResetReason reason) {
  switch (reason) {
    case client::ResetReason::kEpoch:
      return "epoch";
    case client::ResetReason::kTrimmed:
      return "trimmed";
    case client::ResetReason::kAhead:
      return "ahead";
    case client::ResetReason::kUnknown:
      break;
  }
  return "unknown";
}

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_RESET_REASON_H_
