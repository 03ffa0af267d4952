#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_WAITING_CONVERSION_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_WAITING_CONVERSION_H_

#include <optional>

#include "client/call_options.h"
#include "client/internal/conversion/repeated.h"
#include "client/internal/conversion/time_conversion.h"
#include "client/waiting.h"
#include "protos/cache_invalidation/v1/waiting.pb.h"

namespace cache_invalidation::client::internal {

inline void ToProto(const Waiting& in, v1::Waiting* out) {
  ToProto(in.waited_for, out->mutable_waited_for());
  ToProto(in.lapsed, out->mutable_lapsed());
  ToProto(in.late, out->mutable_late());
  out->set_not_acknowledging(in.not_acknowledging);
  out->set_unknown_late(in.unknown_late);
  out->set_not_waited(in.not_waited);
  out->set_more_waited_for(in.more_waited_for);
  out->set_more_lapsed(in.more_lapsed);
  out->set_more_late(in.more_late);
}

inline Waiting FromProto(const v1::Waiting& in) {
  return {.waited_for = FromProto(in.waited_for()),
          .lapsed = FromProto(in.lapsed()),
          .late = FromProto(in.late()),
          .not_acknowledging = in.not_acknowledging(),
          .unknown_late = in.unknown_late(),
          .not_waited = in.not_waited(),
          .more_waited_for = in.more_waited_for(),
          .more_lapsed = in.more_lapsed(),
          .more_late = in.more_late()};
}

// Sets the two fields of a request that can wait.
template <typename Request>
void SetWait(const std::optional<WaitForSubscribers>& wait, Request* out) {
  if (!wait.has_value()) return;
  out->set_wait_for_subscribers(true);
  if (wait->timeout.has_value()) ToProto(*wait->timeout, out->mutable_wait_timeout());
}

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_WAITING_CONVERSION_H_
