#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_POSITION_CONVERSION_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_POSITION_CONVERSION_H_

#include "client/position.h"
#include "protos/cache_invalidation/v1/position.pb.h"

namespace cache_invalidation::client::internal {

inline void ToProto(const Position& in, v1::Position* out) {
  out->set_epoch(in.epoch);
  out->set_revision(in.revision);
}

inline Position FromProto(const v1::Position& in) {
  return {.epoch = in.epoch(), .revision = in.revision()};
}

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_POSITION_CONVERSION_H_
