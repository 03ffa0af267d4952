#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_STATS_CONVERSION_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_STATS_CONVERSION_H_

#include "client/stats.h"
#include "protos/cache_invalidation/v1/stats_service.pb.h"

namespace cache_invalidation::client::internal {

inline void ToProto(const GetInvalidationStatsParams&, v1::GetInvalidationStatsRequest*) {}

void ToProto(const InvalidationStats& in, v1::InvalidationStats* out);
InvalidationStats FromProto(const v1::InvalidationStats& in);

inline InvalidationStats FromProto(const v1::GetInvalidationStatsResponse& in) {
  return FromProto(in.stats());
}

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_STATS_CONVERSION_H_
